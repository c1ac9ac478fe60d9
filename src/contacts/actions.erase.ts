import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { erasers } from './erasers.ts';
import { lockNodes } from './store.erase.ts';

/**
 * Forgets contacts with all their nodes, in every module: afterwards nothing names them. One transaction, for at most some
 * hundred at once; returns the ids of all rows that went. For modules, who have authorised their caller.
 */
export async function eraseContacts(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  return inTx(ctx, async (tx) => {
    const nodes = await lockNodes(tx, contactIds);
    if (nodes.length === 0) return [];
    for (const eraser of erasers()) await eraser.erase(tx, nodes);
    return nodes;
  });
}

/** Those of these contacts whom some module still needs. */
export async function neededContacts(ctx: Ctx, contactIds: readonly string[]): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const { keep } of erasers()) {
    for (const id of (await keep?.(ctx, contactIds)) ?? []) needed.add(id);
  }
  return needed;
}
