import { z } from 'zod';

/** How keen (engagement) and how fitting (fit) a contact is; both from an append-only ledger of points with causes. */

export const GRADES = ['hot', 'warm', 'cold'] as const;
export type Grade = (typeof GRADES)[number];
export const FITS = ['A', 'B', 'C', 'D'] as const;
export type Fit = (typeof FITS)[number];

/** What an engagement rule reacts to. `name` is the event's name or the response's kind; empty means any. */
const factKinds = ['event', 'response', 'order'] as const;

const MAX_POINTS = 1_000;
/** Ten years: longer decay is the same as none. */
const MAX_HALF_LIFE_DAYS = 3_650;

const shared = {
  name: z.string().trim().min(1).max(200),
  points: z
    .number()
    .int()
    .min(-MAX_POINTS)
    .max(MAX_POINTS)
    .refine((points) => points !== 0, 'points of 0 change nothing'),
  enabled: z.boolean().default(true),
};

const engagementRule = z.object({
  ...shared,
  kind: z.literal('engagement'),
  fact: z.enum(factKinds),
  factName: z.string().trim().max(200).default(''),
  /** Points halve after so many days; null keeps them for good. */
  halfLifeDays: z.number().int().min(1).max(MAX_HALF_LIFE_DAYS).nullable().default(14),
  /** What this rule adds at most at any moment (a floor for negative points); null for no cap. */
  cap: z.number().int().min(1).max(MAX_POINTS).nullable().default(null),
  /** fact: each fact counts · message: once a message · contact: once for good. */
  once: z.enum(['fact', 'message', 'contact']).default('fact'),
  /** The least trust an event must have; interest may be public, money may not. */
  trust: z.enum(['public', 'server']).default('public'),
});

export const fitRule = z.object({
  ...shared,
  kind: z.literal('fit'),
  /** A rule of the segment language; the points stand as long as it holds. */
  condition: z.looseObject({ type: z.string() }),
});

export const scoreRuleInput = z
  .discriminatedUnion('kind', [engagementRule, fitRule])
  .meta({ id: 'ScoreRuleInput' });
export type ScoreRuleInput = z.infer<typeof scoreRuleInput>;

export const scoreRulePatch = z.object({
  name: shared.name.optional(),
  points: shared.points.optional(),
  enabled: z.boolean().optional(),
});

export const scoreRuleView = z
  .object({ id: z.uuid(), version: z.number().int(), createdAt: z.iso.datetime(), rule: scoreRuleInput })
  .meta({ id: 'ScoreRule' });
export type ScoreRuleView = z.infer<typeof scoreRuleView>;

/**
 * One cause of a score. `pointsNow` is what is left of `points` after decay; `counted` is how much of that counts once the
 * rule's cap is filled by newer causes: all `counted` of a lead add up to its score.
 */
const scoreReason = z
  .object({
    id: z.uuid(),
    ruleId: z.uuid(),
    rule: z.string(),
    kind: z.enum(['engagement', 'fit']),
    points: z.number().int(),
    pointsNow: z.number(),
    counted: z.number(),
    occurredAt: z.iso.datetime(),
    what: z.string(),
    /** How many entries of the rule it sums up; 1 where every entry is told. */
    times: z.number().int(),
  })
  .meta({ id: 'ScoreReason' });
export type ScoreReason = z.infer<typeof scoreReason>;

export const leadView = z
  .object({
    contactId: z.uuid(),
    name: z.string(),
    email: z.string().nullable(),
    externalId: z.string().nullable(),
    phone: z.string().nullable(),
    country: z.string().nullable(),
    ownerId: z.string().nullable(),
    grade: z.enum(GRADES),
    /** Fit letter and engagement make the grade; `score` is engagement + fit points, for sorting. */
    fit: z.enum(FITS),
    fitPoints: z.number(),
    engagement: z.number(),
    score: z.number(),
    lastSignalAt: z.iso.datetime().nullable(),
    hotSince: z.iso.datetime().nullable(),
    reasons: z.array(scoreReason),
  })
  .meta({ id: 'Lead' });
export type LeadView = z.infer<typeof leadView>;
