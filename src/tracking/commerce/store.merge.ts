import { moveRows } from '../../contacts/index.ts';
import type { Move } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';

/**
 * Hands carts and interest to another contact. Every row belongs to one node, so that none meets another of its kind there, and
 * taking a merge back finds each as it was.
 */
export async function moveCommerce(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  for (const table of ['cart_node', 'cart', 'interest']) await moveRows(ctx, moves, { table });
}
