import { z } from 'zod';
import { couponAnswer, couponLimits, couponOffer } from './contract.ts';

/** Support's question "why does my code not work?", what a coupon went through, and how much a campaign is used. */

const instant = z.iso.datetime();

/** What a code cannot be used for, as machine reasons. */
export const REFUSALS = [
  'unknown_code',
  'draft',
  'void',
  'paused',
  'archived',
  'contact_needed',
  'another_contact',
  'tier_needed',
  'not_yet_valid',
  'expired',
  'used',
  'in_use',
  'already_in_order',
  'contact_limit_reached',
  'contact_period_limit_reached',
  'limit_reached',
  'period_limit_reached',
  'budget_exhausted',
  'other_currency',
  'below_minimum',
] as const;

export const codeCheckQuery = z.object({
  code: z.string().trim().min(1).max(100),
  /** Who wants to use it. Absent: the contact it was issued to, if any. */
  contactId: z.uuid().optional(),
});
export type CodeCheckQuery = z.output<typeof codeCheckQuery>;

export const codeCheck = z
  .object({
    /** As it was typed. */
    code: z.string(),
    /** Null: nothing stands in its way but what the cart must have. */
    refused: z.enum(REFUSALS).nullable(),
    /** Null: a code nobody knows. */
    campaign: z
      .object({
        id: z.uuid(),
        name: z.string(),
        codeKind: z.enum(['unique', 'generic']),
        state: z.enum(['draft', 'active', 'paused', 'archived']),
        currency: z.string(),
        timeZone: z.string(),
        /** What the code is worth, at the version that counts for it. */
        offer: couponOffer,
        limits: couponLimits,
        validFrom: instant.nullable(),
        validUntil: instant.nullable(),
      })
      .nullable(),
    /** Null: a code for all. */
    coupon: couponAnswer.nullable(),
    /** For whom it was checked. */
    buyer: z
      .object({
        contactId: z.uuid(),
        name: z.string().nullable(),
        /** Uses of this campaign by the buyer, sold or held. */
        uses: z.number().int(),
      })
      .nullable(),
    /** Whose coupon it is; without a name when the asker may not see them. */
    owner: z.object({ contactId: z.uuid().nullable(), name: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'CouponCheck' });
export type CodeCheck = z.output<typeof codeCheck>;

export const couponStory = z
  .object({
    items: z.array(
      z.object({
        /** Null: nobody wrote down when. */
        at: instant.nullable(),
        what: z.enum([
          'issued',
          'held',
          'taken',
          'used',
          'released',
          'returned',
          'refused',
          'expired',
          'void',
        ]),
        orderId: z.uuid().nullable(),
        /** The shop's own number of the order. */
        orderNumber: z.string().nullable(),
        discountMinor: z.number().int().nullable(),
        /** Of a refusal: a machine reason. Of a void: what was said about it. */
        reason: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'CouponStory' });
export type CouponStory = z.output<typeof couponStory>;

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-03-31');
/** Days of the campaign's zone, both included; at most a year. */
export const couponDaysQuery = z.object({ from: day, to: day });
export type CouponDaysQuery = z.output<typeof couponDaysQuery>;

export const couponDays = z
  .object({
    items: z.array(z.object({ day, uses: z.number().int(), discountMinor: z.number().int() })),
  })
  .meta({ id: 'CouponDays' });
export type CouponDays = z.output<typeof couponDays>;
