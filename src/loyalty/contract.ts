import { z } from 'zod';

/** Beyond these nobody types or prints a code. */
const MAX_PATTERN = 40;
const MAX_NAME = 200;
const MAX_VALID_DAYS = 3_650;

const name = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NAME)
  .refine((text) => !text.includes('\0'), 'has characters that cannot be stored');
const minor = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const instant = z.iso.datetime();
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters');

const terms = {
  name,
  pattern: z.string().trim().toUpperCase().max(MAX_PATTERN),
  /** Default: the base currency. */
  currency: currency.optional(),
  minOrderMinor: minor.default(0),
  personal: z.boolean().default(true),
  validFrom: instant.nullish(),
  validUntil: instant.nullish(),
  validDays: z.number().int().min(1).max(MAX_VALID_DAYS).nullish(),
};

export const couponCampaignInput = z
  .discriminatedUnion('kind', [
    z.object({
      ...terms,
      kind: z.literal('percent'),
      percent: z.number().positive().max(100).multipleOf(0.001),
    }),
    z.object({ ...terms, kind: z.literal('fixed'), amountMinor: minor.min(1) }),
  ])
  .meta({ id: 'CouponCampaignInput' });
export type CouponCampaignInput = z.output<typeof couponCampaignInput>;

export const COUPON_STATES = ['issued', 'held', 'used', 'expired', 'void'] as const;
const couponState = z.enum(COUPON_STATES);
export type CouponState = z.output<typeof couponState>;

export const couponCampaignAnswer = z
  .object({
    id: z.uuid(),
    name: z.string(),
    pattern: z.string(),
    kind: z.enum(['percent', 'fixed']),
    percent: z.number().nullable(),
    amountMinor: z.number().int().nullable(),
    currency: z.string(),
    minOrderMinor: z.number().int(),
    personal: z.boolean(),
    validFrom: instant.nullable(),
    validUntil: instant.nullable(),
    validDays: z.number().int().nullable(),
    state: z.enum(['active', 'archived']),
    createdAt: instant,
    counts: z.record(couponState, z.number().int()),
  })
  .meta({ id: 'CouponCampaign' });
export type CouponCampaignView = z.output<typeof couponCampaignAnswer>;

export const couponCampaignList = z.object({
  items: z.array(couponCampaignAnswer),
  nextCursor: z.string().nullable(),
});

export const couponAnswer = z
  .object({
    id: z.uuid(),
    code: z.string(),
    state: couponState,
    contactId: z.uuid(),
    couponCampaignId: z.uuid(),
    name: z.string(),
    kind: z.enum(['percent', 'fixed']),
    percent: z.number().nullable(),
    amountMinor: z.number().int().nullable(),
    currency: z.string(),
    minOrderMinor: z.number().int(),
    issuedAt: instant,
    validFrom: instant,
    validUntil: instant.nullable(),
    usedAt: instant.nullable(),
    orderId: z.uuid().nullable(),
  })
  .meta({ id: 'Coupon' });
export type CouponView = z.output<typeof couponAnswer>;

export const couponList = z.object({ items: z.array(couponAnswer) });
export const codeParam = z.object({ code: z.string().min(1).max(100) });
