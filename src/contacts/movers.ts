import type { Ctx } from '../core/ctx.ts';

/**
 * Moves a module's rows of one contact to another inside the merge's transaction: delete + insert, because contact_id decides
 * where a row lives. Afterwards no row of the module may be left under `from`; facts keep their origin_id.
 */
export type MergeMover = { name: string; move(ctx: Ctx, from: string, to: string): Promise<void> };

const movers = new Map<string, MergeMover>();

/** Adds a mover; a second one of the same name replaces the first. */
export function registerMergeMover(mover: MergeMover): void {
  movers.set(mover.name, mover);
}

export function mergeMovers(): MergeMover[] {
  return [...movers.values()];
}
