import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';
import { MAX_POINTS } from '../programs/contract.ts';

const MAX_NAME = 120;
const MAX_DESCRIPTION = 1_000;
const MAX_URL = 2_000;
const MAX_STOCK = 1_000_000_000;
const MAX_PER_MEMBER = 10_000;
const MAX_NAMED = 50;

const iso = z.iso.datetime();

/** What the reader's language says; without Russian words the English ones are shown. */
const words = (max: number) => ({ en: requiredText(max), ru: text(max).default('') });

/** What a member gets: a code of a coupon campaign, a product that is handed over, or whatever the description says. */
const given = z.discriminatedUnion('kind', [
  /** The campaign's codes are one for each. */
  z.object({ kind: z.literal('coupon'), couponCampaignId: z.uuid() }),
  /** `productId` null: goods the shop does not sell. */
  z.object({ kind: z.literal('gift'), productId: z.uuid().nullable().default(null) }),
  z.object({ kind: z.literal('custom') }),
]);

export const rewardDefinition = z
  .object({
    name: z.object(words(MAX_NAME)),
    description: z
      .object({ en: text(MAX_DESCRIPTION).default(''), ru: text(MAX_DESCRIPTION).default('') })
      .prefault({}),
    pictureUrl: z
      .url({ protocol: /^https$/, error: 'an address that begins with https://' })
      .max(MAX_URL)
      .nullable()
      .default(null),
    points: z.number().int().min(1).max(MAX_POINTS),
    gives: given,
    /** Members of one of these tiers; empty: of any, or none. */
    tiers: z.array(z.uuid()).max(MAX_NAMED).default([]),
    /** Members of one of these segments; empty: everybody. */
    segments: z.array(z.uuid()).max(MAX_NAMED).default([]),
    /** How many there are in all; null: no end of them. What is cancelled can be had again. */
    stock: z.number().int().min(0).max(MAX_STOCK).nullable().default(null),
    perMember: z.number().int().min(1).max(MAX_PER_MEMBER).nullable().default(null),
    /** Inclusive and exclusive. */
    from: iso.nullable().default(null),
    until: iso.nullable().default(null),
  })
  .refine(({ from, until }) => from === null || until === null || Date.parse(from) < Date.parse(until), {
    error: 'it would be over before it begins',
    path: ['until'],
  })
  .meta({ id: 'RewardDefinition' });
export type RewardDefinition = z.output<typeof rewardDefinition>;

const STATES = ['draft', 'live', 'paused', 'ended'] as const;
export type RewardState = (typeof STATES)[number];

/** POST /api/rewards */
export const rewardInput = z
  .object({ programId: z.uuid(), definition: rewardDefinition })
  .meta({ id: 'RewardInput' });
export type RewardInput = z.output<typeof rewardInput>;
/** PATCH /api/rewards/:id; `version` is the one that was read. */
export const rewardPatch = z
  .object({ version: z.number().int().min(1), definition: rewardDefinition })
  .meta({ id: 'RewardPatch' });
export type RewardPatch = z.output<typeof rewardPatch>;

export const rewardAnswer = z
  .object({
    id: z.uuid(),
    programId: z.uuid(),
    state: z.enum(STATES),
    version: z.number().int(),
    definition: rewardDefinition,
    /** Redeemed and not cancelled: what of the stock is gone. */
    taken: z.number().int(),
    /** Of these: still to be handed over or done. */
    open: z.number().int(),
    createdAt: iso,
    updatedAt: iso,
  })
  .meta({ id: 'Reward' });
export type RewardView = z.output<typeof rewardAnswer>;
export const rewardsQuery = z.object({ programId: z.uuid().optional() });
export const rewardList = z.object({ items: z.array(rewardAnswer) });

/** Why a member cannot have a reward now. */
export const REWARD_MISSES = [
  'not_live',
  'not_started',
  'over',
  'not_a_member',
  'tier',
  'segment',
  'limit',
  'out_of_stock',
  'points',
] as const;
export type RewardMiss = (typeof REWARD_MISSES)[number];

export const REDEMPTION_STATES = ['open', 'given', 'cancelled'] as const;
export type RedemptionState = (typeof REDEMPTION_STATES)[number];

/** POST /api/contacts/:id/rewards. The same key gives the same redemption; another reward under it is 409 `key_reused`. */
export const redeemInput = z
  .object({
    rewardId: z.uuid(),
    key: requiredText(100),
    /** What the member was told it costs; 409 `reward_changed` when it costs something else by now. */
    points: z.number().int().min(1).max(MAX_POINTS).optional(),
    /** What the member shows at a till; who vouches for the member needs none. */
    shown: z
      .union([z.strictObject({ card: requiredText(600) }), z.strictObject({ lookup: z.uuid() })])
      .optional(),
  })
  .meta({ id: 'RewardRedeemInput' });
export type RedeemInput = z.output<typeof redeemInput> & { contactId: string };

export const redemptionAnswer = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    contactName: z.string().nullable(),
    programId: z.uuid(),
    rewardId: z.uuid(),
    name: z.object({ en: z.string(), ru: z.string() }),
    kind: z.enum(['coupon', 'gift', 'custom']),
    points: z.number().int(),
    /** open: a gift that is not handed over, or a custom reward that is not done. */
    state: z.enum(REDEMPTION_STATES),
    /** Of a coupon. */
    code: z.string().nullable(),
    productId: z.uuid().nullable(),
    redeemedAt: iso,
    settledAt: iso.nullable(),
    settledBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'RewardRedemption' });
export type RedemptionView = z.output<typeof redemptionAnswer>;

/** Rewards of the programs a contact is a member of, with what stands against each, and what was redeemed, newest first. */
export const contactRewards = z
  .object({
    rewards: z.array(
      z.object({
        reward: rewardAnswer,
        miss: z.enum(REWARD_MISSES).nullable(),
        /** Of `points`: how many are missing. */
        missing: z.number().int(),
        mine: z.number().int(),
      }),
    ),
    redemptions: z.array(redemptionAnswer),
  })
  .meta({ id: 'ContactRewards' });
export type ContactRewards = z.output<typeof contactRewards>;

export const redemptionsQuery = z.object({
  state: z.enum(REDEMPTION_STATES).optional(),
  rewardId: z.uuid().optional(),
  programId: z.uuid().optional(),
  contactId: z.uuid().optional(),
});
export type RedemptionsQuery = z.output<typeof redemptionsQuery>;
export const redemptionList = z.object({
  items: z.array(redemptionAnswer),
  nextCursor: z.string().nullable(),
});
export const cancelInput = z.object({ reason: requiredText(500) }).meta({ id: 'RewardCancelInput' });
