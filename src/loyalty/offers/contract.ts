import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';
import { isTimeZone } from '../../core/time.ts';
import { backtestProgress, backtestSpan } from '../backtests/contract.ts';
import {
  currencyCode,
  minorAmount,
  offerConditions,
  offerEffect,
  lineScope,
  offerStage,
  percentBase,
  pointCount,
  shareText,
  markupText,
  someMinor,
  tagText,
} from '../pricing/contract.ts';

const MAX_NAME = 200;
const MAX_NOTE = 2_000;
const MAX_TAGS = 50;
const MAX_USES = 1_000_000_000;
/** An occurrence lasts at most a week: longer ones overlap each other or are one stretch of time. */
const MAX_DURATION_MINUTES = 7 * 24 * 60;
const MAX_SEGMENTS = 200;

const iso = z.iso.datetime();
const minor = z.number().int();

const PROMOTION_STATES = ['draft', 'scheduled', 'live', 'paused', 'ended', 'archived'] as const;
export const promotionState = z.enum(PROMOTION_STATES);
export type PromotionState = z.output<typeof promotionState>;

export const PERIODS = ['day', 'week', 'month', 'year'] as const;
export type Period = (typeof PERIODS)[number];

const conditionShape = offerConditions.unwrap();

/** When it is open. `recurring`: by an RFC 5545 rule on the wall clock of `timeZone`, each time for so long. */
export const promotionSchedule = conditionShape.shape.schedule
  .unwrap()
  .omit({ windows: true })
  .extend({
    recurring: z
      .object({
        /** "FREQ=MONTHLY;BYDAY=1FR": the rule's own line without DTSTART. */
        rule: requiredText(500),
        /** Wall time of the first occurrence and the clock time of the others, "2026-11-23T10:00:00". */
        start: z.iso
          .datetime({ local: true, offset: false })
          .refine((value) => !value.endsWith('Z'), { error: 'a wall time has no Z' }),
        durationMinutes: z.number().int().min(1).max(MAX_DURATION_MINUTES),
      })
      .optional(),
  });
export type PromotionSchedule = z.output<typeof promotionSchedule>;

const segmentIds = z.array(z.uuid()).max(MAX_SEGMENTS).default([]);
const promotionConditions = conditionShape
  .extend({ segments: segmentIds, notSegments: segmentIds, schedule: promotionSchedule.optional() })
  .prefault({});

const caps = {
  uses: z.number().int().min(1).max(MAX_USES).optional(),
  /** Of one buyer. Whoever is not known gets no offer that has such a limit. */
  perContact: z.number().int().min(1).max(MAX_USES).optional(),
  /** What it may take off in all, minor units of its currency. What is left at the end is given as a partial discount. */
  budgetMinor: someMinor.optional(),
  /** Bonus points it may give in all. */
  points: pointCount.min(1).optional(),
};
const hasCap = (value: Record<string, unknown>): boolean =>
  ['uses', 'perContact', 'budgetMinor', 'points'].some((key) => value[key] !== undefined);

export const offerLimits = z
  .object({
    ...caps,
    /** The same within each day, week (from Monday), month or year. */
    periods: z
      .array(
        z
          .object({ every: z.enum(PERIODS), ...caps })
          .refine(hasCap, { error: 'a limit of uses, perContact, budgetMinor or points' }),
      )
      .max(PERIODS.length)
      .default([])
      .refine((list) => new Set(list.map((one) => one.every)).size === list.length, {
        error: 'each kind of period once',
      }),
    /** Where a period begins. Default: the installation's zone. */
    timeZone: z.string().refine(isTimeZone, 'an IANA time zone').optional(),
  })
  .prefault({});
export type OfferLimits = z.output<typeof offerLimits>;

const tags = z.array(tagText).max(MAX_TAGS).default([]);

/** What a promotion says. Everything but name, stage and effect has a default. */
export const promotionDefinition = z
  .strictObject({
    name: requiredText(MAX_NAME),
    note: text(MAX_NOTE).default(''),
    /** Only for quotes of this loyalty program. Default: of any, and of none. */
    programId: z.uuid().optional(),
    stage: offerStage,
    effect: offerEffect,
    scope: lineScope,
    conditions: promotionConditions,
    /** Higher goes first; then the greater discount, then the id. */
    priority: z.number().int().min(-1_000_000).max(1_000_000).default(0),
    tags,
    /** Never together with an offer of such a tag; '*': with no other at all. */
    excludes: tags,
    /** Of the amounts it names. Default: the base currency when it names any, else it holds for every currency. */
    currency: currencyCode.optional(),
    /** Works only for a cart that shows a code of it. Codes are of coupons: alone this opens nothing. */
    needsCode: z.boolean().default(false),
    percentBase: percentBase.optional(),
    floor: z
      .object({ percentOfList: shareText.optional(), overCostPercent: markupText.optional() })
      .prefault({}),
    limits: offerLimits,
  })
  .meta({ id: 'PromotionDefinition' });
export type PromotionDefinition = z.output<typeof promotionDefinition>;

/** The whole of what it says from now on. `version`: the one it was made from; 409 when there is a later one. */
export const promotionChange = z.strictObject({
  version: z.number().int().min(1),
  definition: promotionDefinition,
});
export type PromotionChange = z.output<typeof promotionChange>;

export const promotionMove = z.strictObject({ version: z.number().int().min(1) });

const usage = z.object({
  /** Orders it was applied to, reservations among them. */
  uses: z.number().int(),
  reserved: z.number().int(),
  desiredMinor: minor,
  actualMinor: minor,
  points: z.number().int(),
});

const promotionHead = {
  id: z.uuid(),
  name: z.string(),
  state: promotionState,
  stage: offerStage,
  type: z.string(),
  version: z.number().int(),
  /** True: this version was in service; a change makes another one. */
  frozen: z.boolean(),
  startsAt: iso.nullable(),
  endsAt: iso.nullable(),
  launchedAt: iso.nullable(),
  createdAt: iso,
  updatedAt: iso,
};
const promotionView = z.object(promotionHead);
export type PromotionView = z.output<typeof promotionView>;

export const promotionDetail = z
  .object({ ...promotionHead, definition: promotionDefinition, usage })
  .meta({ id: 'PromotionDetail' });
export type PromotionDetail = z.output<typeof promotionDetail>;
export const promotionList = z.object({ items: z.array(promotionDetail), nextCursor: z.string().nullable() });

export const promotionVersionView = z
  .object({
    version: z.number().int(),
    frozenAt: iso.nullable(),
    savedBy: z.string(),
    savedAt: iso,
    definition: promotionDefinition,
  })
  .meta({ id: 'PromotionVersion' });
export type PromotionVersionView = z.output<typeof promotionVersionView>;
export const promotionVersionList = z.object({
  items: z.array(promotionVersionView),
  nextCursor: z.string().nullable(),
});

/** block: it cannot be launched; warn: somebody should have looked at it; info: worth knowing. */
export const checkItem = z.object({
  code: z.string(),
  level: z.enum(['block', 'warn', 'info']),
  /** Path into the definition. */
  at: z.string().nullable(),
  detail: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
});
export type CheckItem = z.output<typeof checkItem>;

const named = z.object({ id: z.string(), name: z.string() });
export const interferencePair = z.object({
  a: named,
  b: named,
  /** Two stages: both may apply, one after the other. */
  sameStage: z.boolean(),
  /** A tag keeps them apart. */
  excluded: z.boolean(),
  /** Products of the catalogue that both can hit. */
  sharedProducts: z.number().int(),
  /** Of the sample: carts where both were applied, and where one was kept out by the other. */
  together: z.number().int(),
  keptOut: z.number().int(),
});
export type InterferencePair = z.output<typeof interferencePair>;

export const interference = z
  .object({
    /** What the sample is made of: recent orders, or products of the catalogue when there are none. */
    sample: z.enum(['orders', 'products', 'none']),
    carts: z.number().int(),
    offers: z.number().int(),
    pairs: z.array(interferencePair),
    /** True when there are more pairs than are told. */
    more: z.boolean(),
    /** The cart with the deepest discount: percent of its price with three decimals, and what was applied. */
    deepest: z
      .object({
        percent: z.string(),
        listMinor: minor,
        discountMinor: minor,
        currency: z.string(),
        offers: z.array(named),
        reference: z.string().nullable(),
      })
      .nullable(),
    /** Carts of the sample sold below cost. */
    belowCost: z.number().int(),
  })
  .meta({ id: 'Interference' });
export type Interference = z.output<typeof interference>;

export const checkInput = z.strictObject({
  /** Checked in place of what this promotion says now. */
  promotionId: z.uuid().optional(),
  definition: promotionDefinition,
});
export const checkAnswer = z
  .object({ launchable: z.boolean(), items: z.array(checkItem), interference })
  .meta({ id: 'PromotionCheck' });
export type CheckAnswer = z.output<typeof checkAnswer>;

export const backtestInput = z.strictObject({
  ...backtestSpan,
  /** Tried instead of what is saved. */
  definition: promotionDefinition.optional(),
  /** live: beside the promotions that are live now, told as what it changes; alone: on the prices paid then. */
  beside: z.enum(['alone', 'live']).default('alone'),
  /** Every order counts as shipped for this price. */
  shippingMinor: minorAmount.default(0),
  /** Whether the promotion's own times count, at the time of each order. */
  keepSchedule: z.boolean().default(false),
});
export type BacktestInput = z.output<typeof backtestInput>;
export const backtestOptions = backtestInput.omit({ definition: true, until: true, days: true }).extend({
  from: iso,
  until: iso,
});
export type BacktestOptions = z.output<typeof backtestOptions>;

const money = {
  /** Before and after, minor units of the base currency, of orders it touches. */
  revenueBeforeMinor: minor,
  revenueAfterMinor: minor,
  discountMinor: minor,
  /** Only of lines whose cost is known. */
  marginBeforeMinor: minor,
  marginAfterMinor: minor,
  /** Revenue before, of lines whose cost nobody told. */
  unknownCostMinor: minor,
};
export const backtestResult = z
  .object({
    currency: z.string(),
    /** False: there were more orders than are tried at once; the latest were. */
    complete: z.boolean(),
    orders: z.number().int(),
    touched: z.number().int(),
    customers: z.number().int(),
    /** Orders that could not be priced. */
    skipped: z.number().int(),
    desiredMinor: minor,
    ...money,
    points: z.number().int(),
    gifts: z.number().int(),
    freeShipping: z.number().int(),
    categories: z.array(
      z.object({
        categoryId: z.string().nullable(),
        name: z.string().nullable(),
        orders: z.number().int(),
        ...money,
      }),
    ),
    days: z.array(z.object({ day: z.iso.date(), touched: z.number().int(), discountMinor: minor })),
    /** When a limit or a budget would have run dry, had it begun with the first order. */
    ran: z.object({ usesOutAt: iso.nullable(), budgetOutAt: iso.nullable() }),
    /** Touched orders by how many percent of their goods it takes off: from inclusive, to exclusive. */
    distribution: z.array(z.object({ from: z.number(), to: z.number(), orders: z.number().int() })),
    /** Why it did not touch the others: the first reason of each. */
    misses: z.record(z.string(), z.number().int()),
    /** Of those, one countable thing alone was missing. */
    near: z.number().int(),
    belowCostOrders: z.number().int(),
    /** What had to be supposed: codes. */
    assumptions: z.array(z.string()),
  })
  .meta({ id: 'BacktestResult' });
export type BacktestResult = z.output<typeof backtestResult>;

export const backtestView = z
  .object({
    ...backtestProgress,
    promotionId: z.uuid(),
    version: z.number().int().nullable(),
    options: backtestOptions,
    result: backtestResult.nullable(),
  })
  .meta({ id: 'PromotionBacktest' });
export type BacktestView = z.output<typeof backtestView>;
export const backtestList = z.object({ items: z.array(backtestView), nextCursor: z.string().nullable() });
export const versionParams = z.object({
  id: z.uuid(),
  version: z.coerce.number().int().min(1).max(1_000_000),
});
