import { z } from 'zod';
import { requiredText } from '../../core/text.ts';
import { lineScope, offerConditions, offerEffect } from '../pricing/contract.ts';

/** Beyond these nobody types or prints a code. */
const MAX_PATTERN = 40;
const MAX_NAME = 200;
/** Ten years: whatever lasts longer has no end. */
export const MAX_VALID_DAYS = 3_650;
const MAX_USES = 1_000_000_000;
/** Uses of one buyer are counted one by one. */
const MAX_BUYER_USES = 10_000;
const MAX_USES_PER_CODE = 1_000_000;

const minor = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const instant = z.iso.datetime();
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters');
const uses = z.number().int().min(1).max(MAX_USES);
const buyerUses = z.number().int().min(1).max(MAX_BUYER_USES);
const unit = z.enum(['day', 'week', 'month']);
export type PeriodUnit = z.output<typeof unit>;

/** All that are named hold. Periods are calendar days, weeks (from Monday) and months of the campaign's zone. */
export const couponLimits = z.object({
  total: uses.nullish(),
  perContact: buyerUses.nullish(),
  perPeriod: z.object({ unit, uses }).nullish(),
  perContactPeriod: z.object({ unit, uses: buyerUses }).nullish(),
});
export type CouponLimits = z.output<typeof couponLimits>;

const where = { scope: lineScope, conditions: offerConditions, minOrderMinor: minor.default(0) };

/** What a coupon is worth: the simple kinds, or any effect of pricing, with scope and conditions as pricing has them. */
const promiseParts = {
  percent: {
    ...where,
    kind: z.literal('percent'),
    percent: z.number().positive().max(100).multipleOf(0.001),
  },
  fixed: { ...where, kind: z.literal('fixed'), amountMinor: minor.min(1) },
  offer: { ...where, kind: z.literal('offer'), effect: offerEffect },
};
const couponPromise = z.discriminatedUnion('kind', [
  z.object(promiseParts.percent),
  z.object(promiseParts.fixed),
  z.object(promiseParts.offer),
]);
export type CouponPromise = z.output<typeof couponPromise>;

/** What is kept of a version: the parts of an offer. */
export const couponOffer = z.object({ effect: offerEffect, scope: lineScope, conditions: offerConditions });
export type CouponOffer = z.output<typeof couponOffer>;

const name = requiredText(MAX_NAME);
const pattern = z.string().trim().toUpperCase().max(MAX_PATTERN);
const onReturn = z.enum(['keep', 'give_back']);
const changeable = {
  validFrom: instant.nullish(),
  validUntil: instant.nullish(),
  validDays: z.number().int().min(1).max(MAX_VALID_DAYS).nullish(),
  usesPerCode: z.number().int().min(1).max(MAX_USES_PER_CODE).nullish(),
  budgetMinor: minor.min(1).nullish(),
};
const terms = {
  ...changeable,
  name,
  /** unique: a code for each by `pattern`; generic: `code` for all. */
  codeKind: z.enum(['unique', 'generic']).default('unique'),
  pattern: pattern.optional(),
  code: pattern.optional(),
  /** Default: the base currency. */
  currency: currency.optional(),
  /** Works for the contact it was issued to only. Default: yes of unique codes. */
  personal: z.boolean().optional(),
  limits: couponLimits.prefault({}),
  /** What a return does with the use: it stays used, or can be used again. */
  onReturn: onReturn.default('keep'),
  /** True: nothing is issued and no code works until it is launched. */
  draft: z.boolean().default(false),
};

export const couponCampaignInput = z
  .discriminatedUnion('kind', [
    z.object({ ...terms, ...promiseParts.percent }),
    z.object({ ...terms, ...promiseParts.fixed }),
    z.object({ ...terms, ...promiseParts.offer }),
  ])
  .meta({ id: 'CouponCampaignInput' });
export type CouponCampaignInput = z.output<typeof couponCampaignInput>;
/** As it is sent: what has a default may be left out. */
export type CouponCampaignForm = z.input<typeof couponCampaignInput>;

/** A draft as it shall be from now on: everything may be another than before. */
export const couponDraftInput = z
  .object({
    /** The version that was read. */
    version: z.number().int().min(1),
    campaign: couponCampaignInput,
  })
  .meta({ id: 'CouponDraftInput' });
export type CouponDraftInput = z.output<typeof couponDraftInput>;

/** Absent parts stay. A `promise` holds for coupons issued from now on; everything else for all of them. */
export const couponCampaignPatch = z
  .object({
    /** The version that was read. */
    version: z.number().int().min(1),
    name: name.optional(),
    pattern: pattern.optional(),
    limits: couponLimits.optional(),
    onReturn: onReturn.optional(),
    ...changeable,
    promise: couponPromise.optional(),
  })
  .meta({ id: 'CouponCampaignPatch' });
export type CouponCampaignPatch = z.output<typeof couponCampaignPatch>;

export const COUPON_STATES = ['issued', 'held', 'used', 'expired', 'void'] as const;
export const couponState = z.enum(COUPON_STATES);
export type CouponState = z.output<typeof couponState>;

const kind = z.enum(['percent', 'fixed', 'offer']);
export type CouponKind = z.output<typeof kind>;
const worth = {
  kind,
  percent: z.number().nullable(),
  amountMinor: z.number().int().nullable(),
  currency: z.string(),
  minOrderMinor: z.number().int(),
};

export const couponCampaignAnswer = z
  .object({
    id: z.uuid(),
    name: z.string(),
    codeKind: z.enum(['unique', 'generic']),
    /** Of unique codes; the code itself of a generic one. */
    pattern: z.string(),
    ...worth,
    offer: couponOffer,
    personal: z.boolean(),
    usesPerCode: z.number().int().nullable(),
    validFrom: instant.nullable(),
    validUntil: instant.nullable(),
    validDays: z.number().int().nullable(),
    limits: couponLimits,
    budgetMinor: z.number().int().nullable(),
    onReturn,
    state: z.enum(['draft', 'active', 'paused', 'archived']),
    version: z.number().int(),
    createdAt: instant,
    /** Coupons by state. */
    counts: z.record(couponState, z.number().int()),
    /** Taken by orders, sold or held, and what they take off. */
    taken: z.object({ uses: z.number().int(), discountMinor: z.number().int() }),
  })
  .meta({ id: 'CouponCampaign' });
export type CouponCampaignView = z.output<typeof couponCampaignAnswer>;

export const couponCampaignQuery = z.object({
  state: z.enum(['draft', 'active', 'paused', 'archived']).optional(),
  /** A part of the name, or of the pattern or code. */
  search: z.string().trim().min(1).max(100).optional(),
});
export type CouponCampaignQuery = z.output<typeof couponCampaignQuery>;

export const couponCampaignList = z.object({
  items: z.array(couponCampaignAnswer),
  nextCursor: z.string().nullable(),
});

export const couponVersionList = z.object({
  items: z.array(
    z.object({
      version: z.number().int(),
      ...worth,
      offer: couponOffer,
      changedBy: z.string(),
      changedAt: instant,
    }),
  ),
});
export type CouponVersionView = z.output<typeof couponVersionList>['items'][number];

export const couponAnswer = z
  .object({
    id: z.uuid(),
    code: z.string(),
    state: couponState,
    /** Null: made in bulk, nobody's. */
    contactId: z.uuid().nullable(),
    couponCampaignId: z.uuid(),
    name: z.string(),
    version: z.number().int(),
    ...worth,
    maxUses: z.number().int().nullable(),
    /** Taken by orders, held ones among them, and sold. */
    taken: z.number().int(),
    uses: z.number().int(),
    issuedAt: instant,
    validFrom: instant,
    validUntil: instant.nullable(),
    usedAt: instant.nullable(),
    orderId: z.uuid().nullable(),
  })
  .meta({ id: 'Coupon' });
export type CouponView = z.output<typeof couponAnswer>;

/** A code that belongs to nobody and that orders of a contact have used: one for everybody, or a bearer's. */
const openCode = z.object({
  code: z.string(),
  couponCampaignId: z.uuid(),
  name: z.string(),
  /** Orders that used it and were not returned. */
  uses: z.number().int(),
  lastUsedAt: z.iso.datetime(),
});
export type OpenCode = z.output<typeof openCode>;
/** The contact's own coupons, and codes of nobody that their orders have used; each the newest first. */
export const couponList = z
  .object({ items: z.array(couponAnswer), open: z.array(openCode) })
  .meta({ id: 'ContactCoupons' });
export const codeParam = z.object({ code: z.string().min(1).max(100) });
