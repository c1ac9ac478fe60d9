import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import type { Subscription } from '../../core/jobs.ts';
import { minorToWire } from '../../core/money.ts';
import { addMs, MINUTE_MS } from '../../core/time.ts';
import { sell, take } from './actions.reserve.ts';
import { foldCode } from './code.ts';
import { couponOffer } from './contract.ts';
import { namesMoney } from './offer.ts';
import { discountOf, orderRefusal } from './redeem.ts';
import type { CarryingOrder, SimpleTerms } from './redeem.ts';
import type { RefusalReason } from './refusal.ts';
import { findByCode } from './store.find.ts';
import type { FoundRow } from './store.find.ts';
import { appliedUses, recordRefusals, trustedOrders } from './store.uses.ts';

/** What this reaction needs of `order.placed`. */
const orderPlaced = z.object({
  source: z.string(),
  externalId: z.string(),
  couponCodes: z.array(z.string()).default([]),
});

/**
 * Uses the coupons that orders of shops with prices of their own carry: within validity and limits, by the right contact. Only
 * orders of trusted origin count; what the sales verbs have sold is known already. A refused use is kept with its reason; the
 * order itself is the shop's business.
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

type Shown = { order: CarryingOrder; folded: string; row: FoundRow };

async function redeem(ctx: Ctx, keys: ReadonlyArray<{ source: string; externalId: string }>): Promise<void> {
  const orders = await trustedOrders(ctx, keys);
  const asked = orders.flatMap((order) =>
    [...new Set(order.couponCodes.map(foldCode))].map((folded) => ({ order, folded })),
  );
  if (asked.length === 0) return;
  const folded = [...new Set(asked.map((one) => one.folded))];
  // All coupons are locked at once in key order, before any of them is judged.
  const found = await findByCode(ctx, {
    folded,
    contactId: orders[0]?.contactId ?? '',
    orderKey: '',
    lock: true,
  });
  const done = await appliedUses(
    ctx,
    asked.map(({ order, folded: code }) => ({ orderId: order.orderId, code })),
  );
  const shown = asked.flatMap(({ order, folded: code }): Shown[] => {
    const row = found.get(code);
    return row === undefined || done.has(`${order.orderId} ${code}`) ? [] : [{ order, folded: code, row }];
  });
  const refusals: Array<Shown & { reason: RefusalReason }> = [];
  // By campaign, as everybody takes from them, and then in the order of time: what one order uses is used for the next.
  for (const one of shown.toSorted(byCampaignAndTime)) {
    const reason = await redeemOne(ctx, one, shown.length > 1);
    if (reason !== null) refusals.push({ ...one, reason });
  }
  await recordRefusals(
    ctx,
    refusals.map(({ order, folded: code, reason }) => ({
      code,
      orderId: order.orderId,
      contactId: order.contactId,
      occurredAt: order.occurredAt,
      reason,
    })),
  );
}

function byCampaignAndTime(a: Shown, b: Shown): number {
  if (a.row.couponCampaignId !== b.row.couponCampaignId)
    return a.row.couponCampaignId < b.row.couponCampaignId ? -1 : 1;
  return a.order.occurredAt.getTime() - b.order.occurredAt.getTime();
}

async function redeemOne(
  ctx: Ctx,
  { order, folded, row }: Shown,
  serial: boolean,
): Promise<RefusalReason | null> {
  const { baseCurrency } = ctx.config;
  const terms = termsOf(row);
  const wanted = minorToWire(discountOf(terms, order, baseCurrency));
  const [taken] = await take(ctx, {
    orderKey: `order ${order.orderId}`,
    contactId: order.anonymous ? null : order.contactId,
    at: order.occurredAt,
    // Sold before this transaction ends; what is over already would be let go on the way.
    expiresAt: addMs(ctx.clock.now(), MINUTE_MS),
    wishes: [{ code: folded, desiredMinor: wanted, actualMinor: wanted }],
    partial: true,
    serial,
    check: () => orderRefusal(terms, order, baseCurrency),
  });
  if (taken === undefined) return null;
  if (!taken.ok) return taken.reason;
  if (!taken.repeated)
    await sell(ctx, [taken.hold], {
      orderId: order.orderId,
      contactId: order.contactId,
      at: order.occurredAt,
    });
  return null;
}

function termsOf(row: FoundRow): SimpleTerms {
  const { kind, percent, amountMinor, minOrderMinor, currency } = row;
  const inMoney = namesMoney(couponOffer.parse(row.offer));
  return { kind, percent, amountMinor, minOrderMinor, currency, inMoney };
}
