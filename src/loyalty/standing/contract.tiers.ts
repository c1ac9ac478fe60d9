import { z } from 'zod';
import { pageQuery } from './contract.paging.ts';
import { days, instant, minor, name, percent, windowInput } from './contract.values.ts';

/** More steps than anybody remembers. */
const MAX_TIERS = 20;
const MAX_NAMED = 50;

/** spend: paid by trusted orders, net of returns, minor units; points: earned by rule, net of what was taken back; orders: kept ones. */
const MEASURES = ['spend', 'points', 'orders'] as const;

const benefits = z.strictObject({
  /** Of earned points. */
  multiplier: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3})?$/, 'a factor such as 1.5')
    .default('1'),
  /** Standing discount. */
  discountPercent: percent.nullable().default(null),
  freeShipping: z.boolean().default(false),
  /** Coupons of this tier and those above it: nobody else is given one or may use one. */
  couponCampaignIds: z.array(z.uuid()).max(MAX_NAMED).default([]),
});
export type Benefits = z.output<typeof benefits>;

const tierIn = z.strictObject({
  /** Of a tier that is there already; without it the tier is new. */
  id: z.uuid().optional(),
  name,
  threshold: minor,
  /** Who has reached it does not fall below it. */
  neverDowngrade: z.boolean().default(false),
  benefits: benefits.prefault({}),
});
/** Versions are kept for good: a benefit they name that is none any more is left out. */
const tierOut = z.object({
  ...tierIn.shape,
  id: z.uuid(),
  benefits: z.object(benefits.shape).prefault({}),
});
export type Tier = z.output<typeof tierOut>;

const ascending = (tiers: readonly { threshold: number }[]): boolean =>
  tiers.every((tier, i) => i === 0 || tier.threshold > (tiers[i - 1]?.threshold ?? 0));

const rules = {
  measure: z.enum(MEASURES),
  window: windowInput,
  /** all: also what was bought before joining; membership: from joining on, and receipts claimed. */
  counts: z.enum(['all', 'membership']).default('all'),
  downgrade: z.enum(['never', 'one_step', 'matching']).default('matching'),
  /** A tier stays so many days after its figure was lost, to the end of the last one. */
  graceDays: days.default(0),
  /** one_step: days on each tier before the next step down. */
  stepDays: days.min(1).default(30),
};
const ladderTiers = z
  .array(tierIn)
  .min(1)
  .max(MAX_TIERS)
  .refine(ascending, { error: 'each tier needs more than the one before it' });

export const ladderRules = z.object({ ...rules, tiers: z.array(tierOut) });
export type LadderRules = z.output<typeof ladderRules>;

/** POST /api/tier-ladders. A program has one ladder in force. */
export const ladderInput = z
  .strictObject({ programId: z.uuid(), name, ...rules, tiers: ladderTiers })
  .meta({ id: 'TierLadderInput' });
export type LadderInput = z.output<typeof ladderInput>;

/** POST /api/tier-ladders/preview: rules of a program's ladder that are not in force. Tiers of the present ladder keep their ids. */
export const ladderPreviewInput = z
  .strictObject({ programId: z.uuid(), ...rules, tiers: ladderTiers })
  .meta({ id: 'TierLadderPreviewInput' });
export type LadderPreviewInput = z.output<typeof ladderPreviewInput>;

const people = z.number().int();
export const ladderPreview = z
  .object({
    members: people,
    /** Of them looked at: all, or so many taken at random; figures are then of all members, reckoned from those. */
    looked: people,
    /** The lowest first; `id` null: without tier. `before`: on this tier now; a tier that goes is not listed. */
    tiers: z.array(
      z.object({ id: z.uuid().nullable(), name: z.string().nullable(), members: people, before: people }),
    ),
    up: people,
    down: people,
    /** The figure that the best half, fifth, twentieth of those with any figure have reached. */
    marks: z.array(z.object({ percent: z.number(), figure: minor })),
  })
  .meta({ id: 'TierLadderPreview' });
export type LadderPreview = z.output<typeof ladderPreview>;

/** PATCH /api/tier-ladders/:id. `version` is the one that was read; only what is given changes. */
export const ladderPatch = z
  .strictObject({
    version: z.number().int().min(1),
    name: name.optional(),
    measure: rules.measure.optional(),
    window: windowInput.optional(),
    counts: z.enum(['all', 'membership']).optional(),
    downgrade: z.enum(['never', 'one_step', 'matching']).optional(),
    graceDays: days.optional(),
    stepDays: days.min(1).optional(),
    tiers: ladderTiers.optional(),
    state: z.literal('archived').optional(),
  })
  .meta({ id: 'TierLadderPatch' });
export type LadderPatch = z.output<typeof ladderPatch>;

export const ladderAnswer = z
  .object({
    id: z.uuid(),
    programId: z.uuid(),
    name: z.string(),
    state: z.enum(['active', 'archived']),
    version: z.number().int(),
    ...ladderRules.shape,
    /** Members are being looked at under the present version. */
    building: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'TierLadder' });
export type LadderView = z.output<typeof ladderAnswer>;
export const ladderList = z.object({ items: z.array(ladderAnswer) });

export const ladderVersions = z.object({
  items: z.array(
    z.object({ version: z.number().int(), ...ladderRules.shape, changedBy: z.string(), changedAt: instant }),
  ),
});
export type LadderVersions = z.output<typeof ladderVersions>;

const words = z.object({ en: z.string(), ru: z.string() });

/** Of one program: where a member stands, and what comes next. Figures in the ladder's unit. */
export const tierStanding = z
  .object({
    programId: z.uuid(),
    ladderId: z.uuid(),
    measure: z.enum(MEASURES),
    currency: z.string(),
    tier: tierOut.nullable(),
    /** Whether the tier was earned, or given by a person category. */
    granted: z.boolean(),
    since: instant,
    /** The tier is lost then unless enough is earned before; null: nothing ends it as things stand. */
    until: instant.nullable(),
    /** What counts towards the ladder now. */
    basis: minor,
    nextReviewAt: instant.nullable(),
    reach: z
      .object({ tierId: z.uuid(), name: z.string(), missing: minor, by: instant.nullable() })
      .nullable(),
    keep: z
      .object({ tierId: z.uuid(), name: z.string(), missing: minor, from: instant.nullable(), by: instant })
      .nullable(),
    /** One sentence each: to reach the next tier, to keep the present one. */
    words: z.array(words),
  })
  .meta({ id: 'TierStanding' });
export type TierStandingView = z.output<typeof tierStanding>;

export const tierBoard = z.object({
  ladderId: z.uuid(),
  building: z.boolean(),
  /** Lowest first; the first is without tier. */
  tiers: z.array(
    z.object({ tierId: z.uuid().nullable(), name: z.string().nullable(), members: z.number().int() }),
  ),
});
export type TierBoard = z.output<typeof tierBoard>;

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-03');

/** Months of the program's zone, both ends included. */
export const movementQuery = z
  .object({ from: month, to: month })
  .refine(({ from, to }) => from <= to, { error: 'comes before from', path: ['to'] });
export type MovementQuery = z.output<typeof movementQuery>;
export const movementList = z.object({
  items: z.array(
    z.object({
      month,
      fromTierId: z.uuid().nullable(),
      toTierId: z.uuid().nullable(),
      direction: z.enum(['up', 'down', 'other']),
      moves: z.number().int(),
    }),
  ),
});
export type MovementList = z.output<typeof movementList>;

/** `none` asks for those without tier. */
const tierChoice = z.union([z.uuid(), z.literal('none')]);
export const movesQuery = pageQuery.extend({
  month: month.optional(),
  fromTierId: tierChoice.optional(),
  toTierId: tierChoice.optional(),
});
export type MovesQuery = z.output<typeof movesQuery>;
export const moveView = z.object({
  id: z.uuid(),
  contactId: z.uuid(),
  contactName: z.string().nullable(),
  fromTierId: z.uuid().nullable(),
  toTierId: z.uuid().nullable(),
  direction: z.enum(['up', 'down', 'other']),
  cause: z.string(),
  basis: minor,
  occurredAt: instant,
});
export type MoveView = z.output<typeof moveView>;
export const moveList = z.object({ items: z.array(moveView), nextCursor: z.string().nullable() });

export const membersQuery = pageQuery.extend({ tierId: tierChoice.optional() });
export type MembersQuery = z.output<typeof membersQuery>;
export const memberView = z.object({
  contactId: z.uuid(),
  contactName: z.string().nullable(),
  tierId: z.uuid().nullable(),
  since: instant,
  basis: minor,
  /** To the next tier. */
  missing: minor.nullable(),
  graceUntil: instant.nullable(),
});
export type MemberStanding = z.output<typeof memberView>;
export const memberStandingList = z.object({ items: z.array(memberView), nextCursor: z.string().nullable() });
