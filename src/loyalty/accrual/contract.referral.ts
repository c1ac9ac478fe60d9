import { z } from 'zod';
import { requiredText } from '../../core/text.ts';
import { MAX_POINTS } from '../programs/contract.ts';

const some = z.number().int().min(0).max(MAX_POINTS);
const iso = z.iso.datetime();

/** PUT /api/loyalty/programs/:id/referral */
export const referralTerms = z
  .object({
    active: z.boolean().default(true),
    /** For whoever recommends, and for the friend. */
    referrerPoints: some,
    friendPoints: some,
    /** The friend's first paid order is worth at least that, in the base currency, and not sent back for so many days. */
    minOrderMinor: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    returnDays: z.number().int().min(0).max(365).default(14),
    /** Friends that earn for one member. */
    maxFriends: z.number().int().min(1).max(100_000).default(100),
  })
  .meta({ id: 'ReferralTerms' });
export type ReferralTerms = z.output<typeof referralTerms>;

export const codeAsk = z.object({ programId: z.uuid() });

/** POST /api/loyalty/referrals: a friend shows a member's code. `anonymousId` is of the friend's browser, where it is known. */
export const referralInput = z
  .object({
    programId: z.uuid(),
    contactId: z.uuid(),
    code: requiredText(64),
    anonymousId: requiredText(200).optional(),
  })
  .meta({ id: 'ReferralInput' });
export type ReferralInput = z.output<typeof referralInput>;

/** Why a friend is none. */
export const REFUSALS = [
  'same_person',
  'same_email',
  'same_phone',
  'same_address',
  'same_device',
  'bought_before',
  'order_returned',
  'order_too_small',
  'too_many_friends',
  'not_a_member',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const referralAnswer = z
  .object({
    programId: z.uuid(),
    friendId: z.uuid(),
    state: z.enum(['waiting', 'rewarded', 'refused']),
    reason: z.enum(REFUSALS).nullable(),
    referredAt: iso,
    settledAt: iso.nullable(),
  })
  .meta({ id: 'Referral' });
export type ReferralView = z.output<typeof referralAnswer>;

/** A member's code, and the friends who came by it. */
export const referralSummary = z
  .object({ programId: z.uuid(), code: z.string().nullable(), friends: z.array(referralAnswer) })
  .meta({ id: 'ReferralSummary' });
export type ReferralSummary = z.output<typeof referralSummary>;
export const referralList = z.object({ items: z.array(referralSummary) });
