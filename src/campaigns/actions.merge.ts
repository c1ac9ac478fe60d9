import type { MergeMover } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { settleCoupons } from '../loyalty/index.ts';
import { tellSettled } from './actions.leaf.ts';
import { moveMessages, skipDoubles } from './store.merge.ts';

/** Messages follow the person they were meant for; nobody gets the same one under two names. */
export const moveMessagesOnMerge: MergeMover = {
  name: 'campaigns.messages',
  move: async (ctx, moves) => {
    const skipped = await skipDoubles(ctx, moves);
    await moveMessages(ctx, moves);
    if (skipped.length === 0) return;
    const target = new Map(moves.map(({ from, to }) => [from, to]));
    // Coupons move by their own module, before or after.
    const keys = skipped.flatMap(({ contactId, id }) =>
      [contactId, target.get(contactId) ?? contactId].map((whose) => ({ contactId: whose, sendKey: id })),
    );
    await settleCoupons(bySystem(ctx), 'void', keys);
    await tellSettled(
      ctx,
      skipped.map(({ contactId, campaignId }) => ({
        campaignId,
        contactId: target.get(contactId) ?? contactId,
      })),
    );
  },
};

/** Whoever may merge contacts need not have a right to coupons. */
const bySystem = (ctx: Ctx): Ctx => ({
  ...ctx,
  actor: { kind: 'system', id: ctx.actor.id, name: `campaigns for ${ctx.actor.name}` },
});
