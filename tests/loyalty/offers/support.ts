import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { promotionDefinition } from '../../../src/loyalty/offers/contract.ts';
import type { PromotionDetail } from '../../../src/loyalty/offers/contract.ts';
import { liveOffers } from '../../../src/loyalty/offers/actions.live.ts';
import { createPromotion, movePromotion } from '../../../src/loyalty/offers/actions.promotions.ts';
import { reserveUses } from '../../../src/loyalty/offers/actions.uses.ts';
import type { Reservation, Reserved, UseItem } from '../../../src/loyalty/offers/actions.uses.ts';

/** A definition of ten percent off products; `change` replaces parts. */
export const ten = (change: object = {}) =>
  promotionDefinition.parse({
    name: 'Ten',
    stage: 'product',
    effect: { type: 'percent', percent: '10' },
    ...change,
  });

/** Makes a promotion and launches it. */
export async function launched(ctx: Ctx, change: object = {}): Promise<PromotionDetail> {
  const made = await createPromotion(ctx, ten(change));
  return movePromotion(ctx, made.id, 'launched', made.version);
}

export const use = (offerId: string, change: Partial<UseItem> = {}): UseItem => ({
  offerId,
  version: 1,
  desiredMinor: 100,
  actualMinor: 100,
  points: 0,
  code: null,
  ...change,
});

/** One order that takes these uses, in a transaction of its own. */
export async function order(
  ctx: Ctx,
  items: readonly UseItem[],
  change: Partial<Reservation> = {},
): Promise<Reserved & { orderId: string }> {
  const orderId = change.orderId ?? newId();
  return inTx(ctx, async (tx) => {
    const live = await liveOffers(tx, tx.clock.now());
    const reserved = await reserveUses(tx, [
      { live, contactId: newId(), at: tx.clock.now(), currency: 'GBP', items, ...change, orderId },
    ]);
    return { ...reserved, orderId };
  });
}
