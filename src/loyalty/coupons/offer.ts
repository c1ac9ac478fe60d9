import { offer as offerShape } from '../pricing/contract.ts';
import type { Offer, OfferEffect } from '../pricing/contract.ts';
import type { CouponKind, CouponOffer, CouponPromise } from './contract.ts';

/** A version of a campaign: what its coupons are worth. */
export type Promised = {
  kind: CouponKind;
  percent: string | null;
  amountMinor: bigint | null;
  minOrderMinor: bigint;
  offer: CouponOffer;
};

/** The simple kinds as offers; a minimum of the order becomes a condition. */
export function promised(input: CouponPromise): Promised {
  const { conditions, minOrderMinor } = input;
  const minAmount =
    conditions.minAmount ??
    (minOrderMinor === 0
      ? undefined
      : { amountMinor: minOrderMinor, exclusive: false, of: 'order' as const });
  const least = minAmount?.of === 'order' ? minAmount.amountMinor : minOrderMinor;
  return {
    kind: input.kind,
    percent: input.kind === 'percent' ? input.percent.toFixed(3) : null,
    amountMinor: input.kind === 'fixed' ? BigInt(input.amountMinor) : null,
    minOrderMinor: BigInt(least),
    offer: {
      effect: effectOf(input),
      scope: input.scope,
      conditions: minAmount === undefined ? conditions : { ...conditions, minAmount },
    },
  };
}

function effectOf(input: CouponPromise): OfferEffect {
  if (input.kind === 'offer') return input.effect;
  if (input.kind === 'fixed') return { type: 'fixed_amount', amountMinor: input.amountMinor, per: 'order' };
  return { type: 'percent', percent: input.percent.toFixed(3) };
}

/** What a version of a campaign is called in pricing. */
const offerIdOf = (couponCampaignId: string, version: number): string =>
  `coupon:${couponCampaignId}:${version}`;

/** Offers made before: a version never changes, and the same object lets others keep what they make of it. */
const known = new Map<string, Offer>();
const MAX_KNOWN = 2_000;

/** The offer a coupon opens, made once for a version of its campaign. */
export function offerOf(
  campaign: Parameters<typeof makeOffer>[0],
  version: number,
  terms: CouponOffer,
): Offer {
  const { couponCampaignId, name, currency, budgetMinor } = campaign;
  const key = JSON.stringify([couponCampaignId, version, name, currency, budgetMinor === null]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = makeOffer(campaign, version, terms);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, made);
  return made;
}

/** The same, checked by pricing's own shape; throws what it says against it. */
export function makeOffer(
  campaign: { couponCampaignId: string; name: string; currency: string; budgetMinor: bigint | null },
  version: number,
  terms: CouponOffer,
): Offer {
  return offerShape.parse({
    ...terms,
    id: offerIdOf(campaign.couponCampaignId, version),
    version,
    name: campaign.name,
    stage: terms.effect.type === 'free_shipping' ? 'shipping' : 'coupon',
    needsCode: true,
    ...(campaign.budgetMinor !== null || namesMoney(terms) ? { currency: campaign.currency } : {}),
  });
}

/** Whether amounts of money stand in it: then it holds in their currency alone. */
export function namesMoney(terms: CouponOffer): boolean {
  return /"(\w*Minor|unitPrice)":/.test(JSON.stringify(terms));
}
