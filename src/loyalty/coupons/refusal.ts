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
  if (standing.personal && coupon?.contactId !== null && coupon !== null && coupon.contactId !== contactId)
    return contactId === null ? 'contact_needed' : 'another_contact';
  if (standing.personal && coupon !== null && coupon.contactId !== null && unproven) return 'proof_needed';
  if (standing.validFrom !== null && at < standing.validFrom) return 'not_yet_valid';
  if (standing.validUntil !== null && at >= standing.validUntil) return 'expired';
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
