import type { SQL } from '../core/sql.ts';

/** Who was sent something, for simulations: told by the module that sends, which stands further along. */

/** Rows (contact_id) of the contacts to whom a message was handed off in [from, to). */
export type SendsSql = (from: Date, to: Date) => SQL;

let sends: SendsSql | undefined;

/** At composition; the last registration counts. */
export function registerSends(source: SendsSql): void {
  sends = source;
}

/** Undefined where nobody sends. */
export const sendsSql = (): SendsSql | undefined => sends;
