import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';
import { promotionSchedule } from '../offers/contract.ts';
import {
  cart,
  currencyCode,
  idText,
  lineScope,
  pointCount,
  roundingMode,
  someMinor,
} from '../pricing/contract.ts';
import { MAX_POINTS, pendingRule } from '../programs/contract.ts';

const MAX_NAME = 200;
const MAX_NOTE = 2_000;
const MAX_MULTIPLIERS = 20;
const MAX_CONDITIONS = 20;
const MAX_VALUES = 200;
const MAX_SEGMENTS = 200;
const MAX_TIMES = 1_000_000;
/** Words an event's property is compared with; longer ones are no names of things. */
const MAX_WORD = 300;

const iso = z.iso.datetime();
const some = z.number().int().min(1).max(MAX_POINTS);
const ids = z.array(idText).max(1_000).default([]);
const segmentIds = z.array(z.uuid()).max(MAX_SEGMENTS).default([]);

const word = z.union([text(MAX_WORD), z.number(), z.boolean()]);
/** Of a property that is absent only `absent` holds. gte and lte compare numbers. */
const propertyTest = z.discriminatedUnion('op', [
  z.object({
    property: requiredText(100),
    op: z.enum(['is', 'is_not', 'in']),
    values: z.array(word).min(1).max(MAX_VALUES),
  }),
  z.object({ property: requiredText(100), op: z.enum(['gte', 'lte']), value: z.number() }),
  z.object({ property: requiredText(100), op: z.enum(['present', 'absent']) }),
]);
export type PropertyTest = z.output<typeof propertyTest>;

const PERIODS = ['day', 'week', 'month', 'year', 'ever'] as const;
export type Period = (typeof PERIODS)[number];

/** Which events. */
export const eventTerms = {
  event: requiredText(MAX_NAME),
  where: z.array(propertyTest).max(MAX_CONDITIONS).default([]),
  /** Each value of this property counts once, such as `product_id` of a review. */
  onceBy: requiredText(100).optional(),
  /**
   * Whose word is enough. server: a server's with an API key; verified: also a browser's whose user the site's server has proved;
   * public: whatever a browser says. Bots earn nothing.
   */
  trust: z.enum(['server', 'verified', 'public']).default('server'),
};
const eventRule = z.object({ type: z.literal('event'), points: some, ...eventTerms });

/** What earns how many points. Amounts are minor units of the rule's currency. */
const earning = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('amount'),
    points: some,
    perMinor: someMinor,
    /** whole: only full steps of `perMinor` earn; share: a part of a step earns its part, rounded once. */
    steps: z.enum(['whole', 'share']).default('share'),
  }),
  /** For each unit of the goods in scope. */
  z.object({ type: z.literal('unit'), points: some }),
  /** Once per order that has goods in scope. */
  z.object({ type: z.literal('order'), points: some }),
  eventRule,
  z.object({ type: z.literal('enrolment'), points: some }),
  /** Once a year in the program's zone; 29 February is the 28th in years without it. */
  z.object({ type: z.literal('birthday'), points: some }),
  z.object({ type: z.literal('anniversary'), points: some }),
]);

/** Like a promotion's: hours of the week, or a calendar rule. */
const schedule = promotionSchedule.optional();

const multiplier = z.object({
  factor: z.string().regex(/^\d{1,3}(\.\d{1,3})?$/, 'a factor such as 1.5'),
  /** Of the goods in scope alone. */
  scope: lineScope,
  /** All that is given must hold. */
  tiers: ids,
  segments: segmentIds,
  personCategories: ids,
  schedule,
});

const accrualConditions = z
  .object({
    minAmountMinor: someMinor.optional(),
    tiers: ids,
    segments: segmentIds,
    notSegments: segmentIds,
    personCategories: ids,
    channels: ids,
    firstOrder: z.boolean().default(false),
    schedule,
  })
  .prefault({});

const caps = z
  .object({
    /** Of one order, event or day. */
    perOrder: pointCount.min(1).optional(),
    /** Of a member, in points and in times; periods are of the program's zone. */
    periods: z
      .array(
        z.object({
          per: z.enum(PERIODS),
          points: some.optional(),
          times: z.number().int().min(1).max(MAX_TIMES).optional(),
        }),
      )
      .max(5)
      .default([]),
    /** Nothing is earned beyond this balance, pending points among it. */
    balance: pointCount.min(1).optional(),
  })
  .prefault({});

export const accrualDefinition = z
  .object({
    name: requiredText(MAX_NAME),
    note: text(MAX_NOTE).default(''),
    earns: earning,
    /** Default: the program's. */
    currency: currencyCode.optional(),
    /** Of orders: which goods. */
    scope: lineScope,
    conditions: accrualConditions,
    /** Whether the factor of the member's tier counts. */
    tierFactor: z.boolean().default(false),
    multipliers: z.array(multiplier).max(MAX_MULTIPLIERS).default([]),
    /** Of several factors for the same goods: the highest, or one times the other. */
    multiply: z.enum(['best', 'product']).default('best'),
    caps,
    /** sum: beside every other rule; best: of those that say so only the one with most points counts. */
    combine: z.enum(['sum', 'best']).default('sum'),
    /** Of rules with the same points, the one with more of it counts; caps are filled in this order. */
    priority: z.number().int().min(-1_000_000).max(1_000_000).default(0),
    rounding: roundingMode.default('down'),
    /** Whether what was paid with points earns; default: as the program says. */
    earnOnPointsPart: z.boolean().optional(),
    /** Goods a promotion has lowered earn nothing. */
    excludePromo: z.boolean().default(false),
    /** Instead of the program's. */
    pending: pendingRule.optional(),
    /** Orders of before its launch, and loads of the past, earn too. */
    historical: z.boolean().default(false),
  })
  .meta({ id: 'AccrualRuleDefinition' });
export type AccrualDefinition = z.output<typeof accrualDefinition>;

const STATES = ['draft', 'live', 'paused', 'ended'] as const;
export type RuleState = (typeof STATES)[number];

/** POST /api/loyalty/accrual-rules */
export const ruleInput = z
  .object({ programId: z.uuid(), definition: accrualDefinition })
  .meta({ id: 'AccrualRuleInput' });
export type RuleInput = z.output<typeof ruleInput>;
/** `version` is the one that was read. */
export const rulePatch = z
  .object({ version: z.number().int().min(1), definition: accrualDefinition })
  .meta({ id: 'AccrualRulePatch' });
export type RulePatch = z.output<typeof rulePatch>;
export const ruleMove = z
  .object({ version: z.number().int().min(1), to: z.enum(['live', 'paused', 'ended']) })
  .meta({ id: 'AccrualRuleMove' });
export type RuleMove = z.output<typeof ruleMove>;

export const ruleAnswer = z
  .object({
    id: z.uuid(),
    programId: z.uuid(),
    state: z.enum(STATES),
    version: z.number().int(),
    definition: accrualDefinition,
    launchedAt: iso.nullable(),
    createdAt: iso,
    updatedAt: iso,
  })
  .meta({ id: 'AccrualRule' });
export type RuleView = z.output<typeof ruleAnswer>;
export const rulesQuery = z.object({ programId: z.uuid().optional() });
export const ruleList = z.object({ items: z.array(ruleAnswer) });
export const ruleVersions = z.object({
  items: z.array(
    z.object({ version: z.number().int(), definition: accrualDefinition, savedBy: z.string(), savedAt: iso }),
  ),
});
export type RuleVersions = z.output<typeof ruleVersions>;

/** Why a rule gave nothing, or less: a machine code, what it needed and what there was. */
export const MISSES = [
  'not_started',
  'ended',
  'outside_hours',
  'other_currency',
  'tier',
  'segment',
  'not_segment',
  'person_category',
  'channel',
  'first_order',
  'min_amount',
  'no_goods',
  'rounds_to_nothing',
  'another_is_better',
  'cap_order',
  'cap_program',
  'cap_period',
  'cap_balance',
  'once',
] as const;
export const ruleTrace = z.object({
  ruleId: z.uuid(),
  version: z.number().int(),
  /** Earned, and what it would have been without caps and better rules. */
  points: z.number().int(),
  desired: z.number().int(),
  why: z.enum(MISSES).nullable(),
  needed: z.number().nullable(),
  had: z.number().nullable(),
});
export type RuleTrace = z.output<typeof ruleTrace>;

/** Points a cart would earn now; POST /api/loyalty/accrual-rules/preview. */
export const previewInput = z
  .object({
    programId: z.uuid(),
    contactId: z.uuid(),
    cart,
    pointsPaidMinor: z.number().int().min(0).default(0),
  })
  .meta({ id: 'AccrualPreviewInput' });
export type PreviewInput = z.output<typeof previewInput>;
export const previewAnswer = z
  .object({ points: z.number().int(), member: z.boolean(), rules: z.array(ruleTrace) })
  .meta({ id: 'AccrualPreview' });
export type Preview = z.output<typeof previewAnswer>;

/** What an order, event or day has earned, and what is left of it after returns. */
export const accrualAnswer = z
  .object({
    programId: z.uuid(),
    source: z.string(),
    earned: z.number().int(),
    kept: z.number().int(),
    occurredAt: iso,
    settledAt: iso,
    rules: z.array(ruleTrace),
  })
  .meta({ id: 'Accrual' });
export type AccrualView = z.output<typeof accrualAnswer>;
export const accrualList = z.object({ items: z.array(accrualAnswer), nextCursor: z.string().nullable() });
