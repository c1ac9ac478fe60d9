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

/** Whether there may be anything to move in a table. */
export const mayHold = ({ tables }: Move, table: string): boolean =>
  tables === undefined || tables.has(table);

/**
 * Moves a module's rows inside the transaction of a merge or a separation: delete + insert, because contact_id decides where a
 * row lives; `moveRows` does it for plain tables. Afterwards none of the rows meant may be left under `from`; facts keep their
 * origin_id.
 */
export type MergeMover = { name: string; move(ctx: Ctx, move: Move): Promise<void> };

const movers = new Map<string, MergeMover>();

/** Adds a mover; a second one of the same name replaces the first. */
export function registerMergeMover(mover: MergeMover): void {
  movers.set(mover.name, mover);
}

export function mergeMovers(): MergeMover[] {
  return [...movers.values()];
}
