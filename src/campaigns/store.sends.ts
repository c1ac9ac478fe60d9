import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { message } from './schema.ts';

/** Rows (contact_id) of the contacts to whom a message was handed off in [from, to). No message is handed off before its run. */
export const handedOff = (from: Date, to: Date): SQL => sql`
  select contact_id from ${message} where handed_at >= ${from.toISOString()}::timestamptz
    and handed_at < ${to.toISOString()}::timestamptz and occurred_at < ${to.toISOString()}::timestamptz`;
