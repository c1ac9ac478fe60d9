import { z } from 'zod';
import type { Ctx } from '../core/ctx.ts';
import type { Subscription } from '../core/jobs.ts';
import { foldCode } from './code.ts';
import { judge } from './redeem.ts';
import { lockCouponsByCode, recordUses, trustedOrders } from './store.coupons.ts';

/** What this reaction needs of `order.placed`. */
const orderPlaced = z.object({
  source: z.string(),
  externalId: z.string(),
  couponCodes: z.array(z.string()).default([]),
});

/**
 * Uses the coupons that orders carry: once, by the right contact, within their validity. Only orders of trusted origin
 * count. A refused use is kept with its reason; the order itself is the shop's business.
 */
export const redeemCoupons: Subscription = {
  name: 'loyalty.redeem',
  topic: 'order.placed',
  handle: async (ctx, events) => {
    const carrying = events
      .map((event) => orderPlaced.parse(event.payload))
      .filter((order) => order.couponCodes.length > 0);
    if (carrying.length > 0) await redeem(ctx, carrying);
  },
};

async function redeem(ctx: Ctx, keys: ReadonlyArray<{ source: string; externalId: string }>): Promise<void> {
  const orders = await trustedOrders(ctx, keys);
  const folded = [...new Set(orders.flatMap((order) => order.couponCodes.map(foldCode)))];
  if (folded.length === 0) return;
  const coupons = await lockCouponsByCode(ctx, folded);
  const uses = judge(orders, coupons, ctx.config.baseCurrency);
  if (uses.length > 0) await recordUses(ctx, uses);
}
