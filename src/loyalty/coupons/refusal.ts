import type { CouponState } from './contract.ts';
import type { LimitReason } from './meter.ts';

/** Machine reasons of a code that cannot be used. */
export type RefusalReason =
  | 'unknown_code'
  | 'void'
  | 'paused'
  | 'archived'
  | 'contact_needed'
  | 'another_contact'
  | 'proof_needed'
  | 'tier_needed'
  | 'not_yet_valid'
  | 'expired'
  | 'used'
  | 'in_use'
  | 'already_in_order'
  | 'contact_limit_reached'
  | 'contact_period_limit_reached'
  | 'other_currency'
  | 'below_minimum'
  | LimitReason;

/** What a code stands for, with the buyer's own side of it. */
export type Standing = {
  campaignState: 'active' | 'paused' | 'archived';
  personal: boolean;
  validFrom: Date | null;
  validUntil: Date | null;
  perContact: number | null;
  perContactPeriod: number | null;
  /** Tiers have the campaign for themselves, and the buyer stands in none of them. */
  isOfOtherTiers: boolean;
  /** Null: one code for all. */
  coupon: {
    /** Null: nobody's. */
    contactId: string | null;
    state: CouponState;
    maxUses: number | null;
    /** By others than this order, and without holds that are over. */
    taken: number;
    uses: number;
  } | null;
};

export type BuyerUses = { all: number; inPeriod: number };

/**
 * Why a buyer may not use a code at `at`; null when they may. A held coupon (its message may not have arrived) is good: whoever
 * shows the code has got it. An archived campaign keeps what it promised, but its code for all is over.
 */
export function refusalOf(
  standing: Standing,
  { contactId, unproven = false }: { contactId: string | null; unproven?: boolean | undefined },
  at: Date,
): RefusalReason | null {
  const { coupon, campaignState } = standing;
  if (coupon?.state === 'void') return 'void';
  if (campaignState === 'paused') return 'paused';
  if (coupon === null && campaignState === 'archived') return 'archived';
  if (coupon !== null && coupon.maxUses !== null && coupon.uses >= coupon.maxUses) return 'used';
  if (standing.personal && coupon !== null && coupon.contactId !== null) {
    if (contactId === null) return 'contact_needed';
    // Before whose it is: who only says a name must not learn that.
    if (unproven) return 'proof_needed';
    if (coupon.contactId !== contactId) return 'another_contact';
  }
  if (standing.validFrom !== null && at < standing.validFrom) return 'not_yet_valid';
  if (standing.validUntil !== null && at >= standing.validUntil) return 'expired';
  if (standing.isOfOtherTiers) return contactId === null ? 'contact_needed' : 'tier_needed';
  if (coupon !== null && coupon.maxUses !== null && coupon.taken >= coupon.maxUses) return 'in_use';
  const perBuyer = standing.perContact !== null || standing.perContactPeriod !== null;
  return perBuyer && contactId === null ? 'contact_needed' : null;
}

/** Why a buyer has used enough of a campaign. */
export function buyerRefusal(standing: Standing, uses: BuyerUses): RefusalReason | null {
  if (standing.perContact !== null && uses.all >= standing.perContact) return 'contact_limit_reached';
  if (standing.perContactPeriod !== null && uses.inPeriod >= standing.perContactPeriod)
    return 'contact_period_limit_reached';
  return null;
}

/** One sentence of each, for whoever stands at the till. */
const WORDS: Readonly<Record<RefusalReason, string>> = {
  unknown_code: 'There is no such coupon code.',
  void: 'This coupon was made void.',
  paused: 'The coupon campaign is paused.',
  archived: 'The coupon campaign is over.',
  contact_needed: 'This coupon needs a known customer: name the buyer.',
  another_contact: 'This coupon is another customer’s.',
  proof_needed: 'A personal coupon takes the card, its QR code, or the code sent to the phone.',
  tier_needed: 'This coupon is for members of a certain tier and those above it.',
  not_yet_valid: 'This coupon is not valid yet.',
  expired: 'This coupon has expired.',
  used: 'This coupon has been used.',
  in_use: 'Another order holds this coupon.',
  already_in_order: 'This order has a coupon of this campaign already.',
  contact_limit_reached: 'This customer has used the coupon as often as is allowed.',
  contact_period_limit_reached: 'This customer has used the coupon as often as is allowed for now.',
  other_currency: 'This coupon is for another currency.',
  below_minimum: 'The order is below the coupon’s minimum.',
  limit_reached: 'This coupon campaign is used up.',
  period_limit_reached: 'This coupon campaign is used up for now.',
  budget_exhausted: 'The budget of this coupon campaign is used up.',
};

export const couponWords = (reason: string): string =>
  Object.entries(WORDS).find(([known]) => known === reason)?.[1] ?? 'This code cannot be used for this sale.';
