import { upsertContacts } from '../../../src/contacts/index.ts';
import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { inTxUndisturbed } from '../../../src/core/deadlock.ts';
import { newId } from '../../../src/core/ids.ts';
import { createCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { findCodes } from '../../../src/loyalty/coupons/actions.find.ts';
import { reserveCoupons, useCoupons } from '../../../src/loyalty/coupons/actions.reserve.ts';
import type { ReserveResult } from '../../../src/loyalty/coupons/actions.reserve.ts';
import { couponCampaignInput } from '../../../src/loyalty/coupons/contract.ts';
import type { CouponCampaignView } from '../../../src/loyalty/coupons/contract.ts';
import { issueCoupons } from '../../../src/loyalty/index.ts';
import { cart, buyerFacts, pricingSettings } from '../../../src/loyalty/pricing/contract.ts';
import type { PricedCart } from '../../../src/loyalty/pricing/contract.ts';
import { prepare } from '../../../src/loyalty/pricing/prepare.ts';
import { prepareLists } from '../../../src/loyalty/pricing/price-lists.ts';
import { priceCart } from '../../../src/loyalty/pricing/price.ts';

/** What tests of coupons share: campaigns, people, and orders that take coupons. */

export const HOUR_MS = 3_600_000;

const terms = { name: 'Ten', pattern: 'TEN-########', kind: 'percent', percent: 10 };

export const campaign = (ctx: Ctx, change: object = {}): Promise<CouponCampaignView> =>
  createCouponCampaign(ctx, couponCampaignInput.parse({ ...terms, ...change }));

let codes = 0;
/** A campaign with one code for all. */
export async function generic(ctx: Ctx, change: object = {}): Promise<CouponCampaignView & { code: string }> {
  codes += 1;
  const made = await campaign(ctx, {
    codeKind: 'generic',
    code: `SALE-${codes}X`,
    pattern: undefined,
    ...change,
  });
  return { ...made, code: made.pattern };
}

export async function person(ctx: Ctx): Promise<string> {
  const [made] = await upsertContacts(ctx, [
    { name: 'Somebody', externalIds: [{ namespace: 'user', id: newId() }] },
  ]);
  if (made === undefined) throw new Error('no contact');
  return made.contactId;
}

export async function issueOne(ctx: Ctx, couponCampaignId: string, contactId: string, sendKey = newId()) {
  const [coupon] = await issueCoupons(ctx, { couponCampaignId, items: [{ contactId, sendKey }] });
  if (coupon === undefined) throw new Error('no coupon');
  return coupon;
}

export type Order = {
  orderKey?: string;
  contactId?: string | null;
  minor?: number;
  holdMs?: number;
  partial?: boolean;
};

/** An order takes codes, an amount off with each. */
export function reserve(
  ctx: Ctx,
  given: string | readonly string[],
  order: Order = {},
): Promise<ReserveResult> {
  const { orderKey = newId(), contactId = null, minor = 100, holdMs = HOUR_MS, partial = false } = order;
  return inTxUndisturbed(ctx, (tx) =>
    reserveCoupons(tx, {
      orderKey,
      contactId,
      codes: [given].flat().map((code) => ({ code, desiredMinor: minor, actualMinor: minor })),
      expiresAt: new Date(ctx.clock.now().getTime() + holdMs),
      partial,
    }),
  );
}

export const reasonOf = (result: ReserveResult): string =>
  result.ok ? 'ok' : result.refused.map(({ reason }) => reason).join();

/** The order is sold. */
export const sell = (ctx: Ctx, orderKey: string, contactId: string, orderId = newId()) =>
  inTx(ctx, (tx) => useCoupons(tx, orderKey, { orderId, contactId }));

/** Takes and sells in one go; the reason when it cannot. */
export async function buy(ctx: Ctx, code: string, order: Order = {}): Promise<string> {
  const orderKey = order.orderKey ?? newId();
  const taken = await reserve(ctx, code, { ...order, orderKey });
  if (taken.ok) await sell(ctx, orderKey, order.contactId ?? newId());
  return reasonOf(taken);
}

/** What pricing makes of a cart of one line with codes. */
export async function price(
  ctx: Ctx,
  shown: readonly string[],
  of: {
    contactId?: string;
    price?: string;
    quantity?: string;
    buyer?: object;
    cart?: object;
    line?: object;
  } = {},
): Promise<PricedCart> {
  const found = await findCodes(ctx, shown, { contactId: of.contactId ?? null }, ctx.clock.now());
  return priceCart({
    cart: cart.parse({
      currency: ctx.config.baseCurrency,
      lines: [
        {
          id: '1',
          externalId: 'P1',
          quantity: of.quantity ?? '1',
          unitPrice: of.price ?? '100.00',
          ...of.line,
        },
      ],
      codes: found.shown,
      ...of.cart,
    }),
    buyer: buyerFacts.parse(of.buyer ?? {}),
    offers: prepare(found.offers),
    lists: prepareLists([]),
    remaining: found.remaining,
    settings: pricingSettings.parse({}),
    now: ctx.clock.now(),
  });
}

export async function refusedOf(ctx: Ctx, code: string, contactId: string | null = null): Promise<string> {
  const { shown } = await findCodes(ctx, [code], { contactId }, ctx.clock.now());
  return shown[0]?.refused ?? 'ok';
}
