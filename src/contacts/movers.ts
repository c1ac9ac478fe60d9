import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';

/**
 * Rows on their way from one contact to another: all of them, or those said of the nodes `origins` (their origin_id, or the contact
 * itself where that is empty).
 */
export type Move = {
  from: string;
  to: string;
  origins: readonly string[] | null;
  /** Tables that hold rows of `from`, when that was found out: most visitors have rows in two or three. */
  tables?: ReadonlySet<string>;
};

/** The moves that may find something in a table. */
export const movesIn = (moves: readonly Move[], table: string): Move[] =>
  moves.filter(({ tables }) => tables === undefined || tables.has(table));

/** Moves as a set of rows `pair ("from", "to", origins)` to be read in a statement; no origins are null. */
export function pairs(moves: readonly Move[]): SQL {
  const list = moves.map(({ from, to, origins }) => ({ from, to, origins }));
  return sql`jsonb_to_recordset(${JSON.stringify(list)}::text::jsonb) as pair("from" uuid, "to" uuid, origins uuid[])`;
}

/**
 * Moves a module's rows inside the transaction of merges and separations: delete + insert, because contact_id decides where a
 * row lives; `moveRows` does it for plain tables. Afterwards none of the rows meant may be left under `from`; facts keep their
 * origin_id. Every contact takes part in one of the moves alone, so that a statement for all of them does what one for each would.
 */
export type MergeMover = { name: string; move(ctx: Ctx, moves: readonly Move[]): Promise<void> };

const movers = new Map<string, MergeMover>();

/** Adds a mover; a second one of the same name replaces the first. */
export function registerMergeMover(mover: MergeMover): void {
  movers.set(mover.name, mover);
}

export function mergeMovers(): MergeMover[] {
  return [...movers.values()];
}
