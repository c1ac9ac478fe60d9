import { ZodError } from 'zod';
import { invalid } from '../../core/errors.ts';
import type { CouponCampaignInput } from '../coupons/contract.ts';
import { makeOffer, promised } from '../coupons/offer.ts';
import type { PromotionDefinition } from '../offers/contract.ts';
import { offerOf } from '../offers/definition.ts';
import { isLimited } from '../offers/limits.ts';
import { prepare } from '../pricing/prepare.ts';
import type { Offered } from './actions.facts.ts';

/** A draft among what is live: what would be offered if it were launched as it stands. Pure. */

/** Later than any version, so that it counts in place of the live one. */
const DRAFT_VERSION = 1_000_000_000;
/** Stands for the code of a promotion that needs one. */
const ANY_CODE = 'draft';
const DAYS = 1;

export type PromotionDraft = { id: string; definition: PromotionDefinition };
export type CouponDraft = { id: string; definition: CouponCampaignInput };

/** The offer's id, and what is offered with it. */
export type Amended = { id: string; amend: (offered: Offered) => Offered };

export function withPromotion({ id, definition }: PromotionDraft, at: Date): Amended {
  const around = { from: addDays(at, -DAYS), until: addDays(at, DAYS) };
  const offer = offerOf(id, DRAFT_VERSION, definition, around);
  const { segments, notSegments } = definition.conditions;
  return {
    id,
    amend: ({ live, codes }) => {
      const offers = [...live.offers.filter((one) => one.id !== id), offer];
      const limits = new Map(live.limits);
      limits.delete(id);
      if (isLimited(definition.limits)) limits.set(id, definition.limits);
      return {
        live: {
          ...live,
          offers,
          limits,
          prepared: prepare(offers),
          segments: [...new Set([...live.segments, ...segments, ...notSegments])],
        },
        codes: definition.needsCode
          ? { ...codes, shown: [...codes.shown, { code: ANY_CODE, offerId: id }] }
          : codes,
      };
    },
  };
}

/** Throws 422 `coupon_offer_wrong` for what pricing would not take. */
export function withCoupon({ id, definition }: CouponDraft, baseCurrency: string): Amended {
  const { name, budgetMinor } = definition;
  const offer = couponOfferOf(definition, {
    couponCampaignId: id,
    name,
    currency: definition.currency ?? baseCurrency,
    budgetMinor: budgetMinor === null || budgetMinor === undefined ? null : BigInt(budgetMinor),
  });
  const code = (definition.codeKind === 'generic' ? definition.code : definition.pattern) || name;
  const { segments, notSegments } = offer.conditions;
  return {
    id: offer.id,
    amend: ({ live, codes }) => {
      const others = codes.usable.filter((one) => one.couponCampaignId === id).map((one) => one.offerId);
      return {
        live: { ...live, segments: [...new Set([...live.segments, ...segments, ...notSegments])] },
        codes: {
          ...codes,
          shown: [
            ...codes.shown.filter((one) => one.code !== code && !others.includes(one.offerId ?? '')),
            { code, offerId: offer.id },
          ],
          offers: [...codes.offers.filter((one) => !others.includes(one.id)), offer],
          remaining:
            budgetMinor === null || budgetMinor === undefined
              ? codes.remaining
              : { ...codes.remaining, [offer.id]: { budgetMinor } },
        },
      };
    },
  };
}

function couponOfferOf(definition: CouponCampaignInput, campaign: Parameters<typeof makeOffer>[0]) {
  try {
    return makeOffer(campaign, DRAFT_VERSION, promised(definition).offer);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const [issue] = error.issues;
    const path = ['coupon', 'definition', ...(issue?.path ?? ['effect'])].map(String).join('.');
    throw invalid('coupon_offer_wrong', issue?.message ?? 'Pricing cannot apply this effect.', path);
  }
}

function addDays(at: Date, days: number): Date {
  const moved = new Date(at);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved;
}
