import { z } from 'zod';
import { isTimeZone } from '../../core/time.ts';
import {
  currencyCode,
  idText,
  instantText,
  markupText,
  minorAmount,
  offerStage,
  percentBase,
  percentText,
  pointCount,
  priceText,
  quantityText,
  shareText,
  someMinor,
  tagText,
} from './contract.values.ts';

const MAX_NAMED = 5_000;
const MAX_TAGS = 50;
const MAX_STEPS = 50;
const MAX_ITEMS = 20;
const MAX_WINDOWS = 500;
/** Sets, repeats: no order holds more, and a slip stays bounded. */
const MAX_TIMES = 1_000_000;

const names = z.array(idText).max(MAX_NAMED).default([]);
const tags = z.array(tagText).max(MAX_TAGS).default([]);

/** Which lines. Nothing named: all of them. A line needs one of the named things, and none of the excluded. */
export const lineScope = z
  .object({
    /** Our ids or the shop's codes. */
    products: names,
    /** With everything below them. */
    categories: names,
    tags,
    excludedProducts: names,
    excludedCategories: names,
    excludedTags: tags,
    /** Price of one unit after price lists, both ends included, minor units. */
    minUnitPriceMinor: minorAmount.optional(),
    maxUnitPriceMinor: minorAmount.optional(),
    /** Leaves out what an offer of an earlier stage has lowered. */
    fullPriceOnly: z.boolean().default(false),
  })
  .prefault({});
export type LineScope = z.output<typeof lineScope>;

/** Minutes of a day as a clock shows them; 24:00 is its end. */
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time such as 09:30');

const schedule = z.object({
  /** Inclusive. */
  from: instantText.nullish(),
  /** Exclusive. */
  until: instantText.nullish(),
  /** Hours of the week in `timeZone`; an end before its start goes over midnight. Empty: always. */
  weekly: z
    .array(
      z.object({
        /** 1 = Monday … 7 = Sunday: the day on which the hours begin. */
        days: z.array(z.number().int().min(1).max(7)).min(1).max(7),
        from: clockTime.default('00:00'),
        to: clockTime.default('24:00'),
      }),
    )
    .max(50)
    .default([]),
  timeZone: z.string().refine(isTimeZone, 'an IANA time zone').default('UTC'),
  /** Occurrences of a calendar rule, worked out by whoever loads the offer: from inclusive, until exclusive. Null: no such rule. */
  windows: z
    .array(z.object({ from: instantText, until: instantText }))
    .max(MAX_WINDOWS)
    .nullish(),
});
export type Schedule = z.output<typeof schedule>;

/** order: all goods of the cart; scope: the lines in scope alone. */
const thresholdOf = z.enum(['order', 'scope']);

/** All must hold. Thresholds exclude shipping and use amounts as the offer's stage finds them. */
export const offerConditions = z
  .object({
    minAmount: z
      .object({
        amountMinor: someMinor,
        /** True: strictly more than that. */
        exclusive: z.boolean().default(false),
        of: thresholdOf.default('order'),
      })
      .optional(),
    maxAmountMinor: minorAmount.optional(),
    minQuantity: z.object({ quantity: quantityText, of: thresholdOf.default('scope') }).optional(),
    /** At least one of them. */
    segments: names,
    /** None of them. */
    notSegments: names,
    tiers: names,
    personCategories: names,
    channels: names,
    membersOnly: z.boolean().default(false),
    /** The buyer has no order yet. */
    firstOrder: z.boolean().default(false),
    /** Orders before this one. */
    minOrders: z.number().int().min(1).optional(),
    schedule: schedule.optional(),
  })
  .prefault({});

const percentOff = z.object({
  type: z.literal('percent'),
  percent: percentText,
  maxDiscountMinor: someMinor.optional(),
});
const fixedAmount = z.object({
  type: z.literal('fixed_amount'),
  amountMinor: someMinor,
  /** order: once, spread over the lines in scope; line: off each of them; unit: off each unit. */
  per: z.enum(['order', 'line', 'unit']).default('order'),
});
const fixedPrice = z.object({
  type: z.literal('fixed_price'),
  /** Of one unit; in the shipping stage, of the shipping. A lower price stays. */
  unitPrice: priceText,
});
const buyXGetY = z.object({
  type: z.literal('buy_x_get_y'),
  /** Whole units; a fraction of one does not count. */
  buy: z.number().int().min(1).max(MAX_TIMES),
  get: z.number().int().min(1).max(MAX_TIMES).default(1),
  /** What is given; absent: the offer's own scope, cheapest first. */
  getScope: lineScope.optional(),
  percent: percentText.default('100'),
  /** Whether bought and given have to be the same product. */
  sameProduct: z.boolean().default(false),
  maxTimes: z.number().int().min(1).max(MAX_TIMES).default(MAX_TIMES),
});
const bundle = z
  .object({
    type: z.literal('bundle'),
    items: z
      .array(z.object({ scope: lineScope, quantity: z.number().int().min(1).max(MAX_TIMES).default(1) }))
      .min(1)
      .max(MAX_ITEMS),
    /** One of three: what a set costs, what is off a set, or a percentage off it. */
    priceMinor: minorAmount.optional(),
    amountMinor: someMinor.optional(),
    percent: percentText.optional(),
    maxTimes: z.number().int().min(1).max(MAX_TIMES).default(MAX_TIMES),
  })
  .refine((b) => [b.priceMinor, b.amountMinor, b.percent].filter((v) => v !== undefined).length === 1, {
    error: 'one of priceMinor, amountMinor, percent',
  });
const cheapestFree = z.object({
  type: z.literal('cheapest_free'),
  /** Of every so many units … */
  groupOf: z.number().int().min(2).max(MAX_TIMES),
  /** … so many are free: the cheapest. */
  free: z.number().int().min(1).max(MAX_TIMES).default(1),
  percent: percentText.default('100'),
  /** overall: the cheapest of all units; sets: the cheapest of each set, dearest units first. */
  grouping: z.enum(['overall', 'sets']).default('overall'),
  maxTimes: z.number().int().min(1).max(MAX_TIMES).default(MAX_TIMES),
});
const ladderGain = {
  percent: percentText.optional(),
  amountMinor: someMinor.optional(),
};
const oneGain = (step: Record<string, unknown>): boolean =>
  ['percent', 'amountMinor', 'unitPrice'].filter((key) => step[key] !== undefined).length === 1;
const volumeLadder = z.object({
  type: z.literal('volume_ladder'),
  /** From so many units: a percentage off, an amount off each unit, or a price of each unit. The highest step reached counts. */
  steps: z
    .array(
      z
        .object({ fromQuantity: quantityText, ...ladderGain, unitPrice: priceText.optional() })
        .refine(oneGain, { error: 'one of percent, amountMinor, unitPrice' }),
    )
    .min(1)
    .max(MAX_STEPS),
  /** Quantities counted line by line, by product, or over all lines in scope. */
  count: z.enum(['line', 'product', 'scope']).default('line'),
  /** all: the step holds for all units; above: each step only for the units from it on. */
  applies: z.enum(['all', 'above']).default('all'),
});
const spendLadder = z.object({
  type: z.literal('spend_ladder'),
  /** From such an amount of the lines in scope: a percentage off, or an amount off once. The highest step reached counts. */
  steps: z
    .array(
      z
        .object({ fromMinor: someMinor, ...ladderGain })
        .refine(oneGain, { error: 'one of percent, amountMinor' }),
    )
    .min(1)
    .max(MAX_STEPS),
});
const accumulative = z.object({
  type: z.literal('accumulative'),
  /** Which figure of the buyer's `accumulated` counts. */
  account: idText,
  thresholds: z
    .array(z.object({ fromMinor: minorAmount, percent: percentText }))
    .min(1)
    .max(MAX_STEPS),
  /** Whether this order counts towards its own discount. */
  countCurrentOrder: z.boolean().default(false),
});
const repeats = {
  /** Once for each full such amount of the lines in scope, or each so many units; absent: once. */
  everyMinor: someMinor.optional(),
  everyQuantity: quantityText.optional(),
  maxTimes: z.number().int().min(1).max(MAX_TIMES).default(MAX_TIMES),
};
const gift = z.object({
  type: z.literal('gift'),
  /** One of these, at the customer's choice. */
  products: z.array(idText).min(1).max(100),
  quantity: z.number().int().min(1).max(1_000).default(1),
  ...repeats,
});
const freeShipping = z.object({
  type: z.literal('free_shipping'),
  /** The shop pays at most this much of it. */
  maxMinor: someMinor.optional(),
});
const bonusPoints = z.object({
  type: z.literal('bonus_points'),
  points: pointCount.min(1),
  ...repeats,
});

export const offerEffect = z.discriminatedUnion('type', [
  percentOff,
  fixedAmount,
  fixedPrice,
  buyXGetY,
  bundle,
  cheapestFree,
  volumeLadder,
  spendLadder,
  accumulative,
  gift,
  freeShipping,
  bonusPoints,
]);
export type OfferEffect = z.output<typeof offerEffect>;
export type OfferType = OfferEffect['type'];
export type EffectOf<T extends OfferType> = Extract<OfferEffect, { type: T }>;

/** What may lower the price of shipping; gifts and bonus points may stand there too. */
const ON_SHIPPING: readonly OfferType[] = [
  'percent',
  'fixed_amount',
  'fixed_price',
  'free_shipping',
  'gift',
  'bonus_points',
];

/** A promotion or a discount of any kind, at one version. */
export const offer = z
  .object({
    id: idText,
    version: z.number().int().min(1).default(1),
    name: z.string().trim().min(1).max(200),
    stage: offerStage,
    effect: offerEffect,
    scope: lineScope,
    conditions: offerConditions,
    /** Higher goes first; then the greater discount, then the id. */
    priority: z.number().int().min(-1_000_000).max(1_000_000).default(0),
    tags,
    /** Never together with an offer of such a tag, whichever comes first. '*': never with any other. */
    excludes: tags,
    /** Of the amounts it names; absent: whatever the cart's is. */
    currency: currencyCode.optional(),
    /** Works only for a cart that shows a code of it. */
    needsCode: z.boolean().default(false),
    /** Default: the stage's. */
    percentBase: percentBase.optional(),
    /** Beside the floors of lines and settings. */
    floor: z
      .object({ percentOfList: shareText.optional(), overCostPercent: markupText.optional() })
      .prefault({}),
  })
  .refine((o) => o.effect.type !== 'free_shipping' || o.stage === 'shipping', {
    error: 'free shipping stands in the shipping stage',
    path: ['stage'],
  })
  .refine((o) => o.stage !== 'shipping' || ON_SHIPPING.includes(o.effect.type), {
    error: 'this type cannot lower shipping',
    path: ['effect', 'type'],
  })
  .meta({ id: 'PricingOffer' });
export type Offer = z.output<typeof offer>;
export type OfferInput = z.input<typeof offer>;

const listEntry = z
  .object({
    id: idText,
    /** For one product, for a category with everything below it, or (neither) for all. */
    product: idText.optional(),
    category: idText.optional(),
    fromQuantity: quantityText.default('0.001'),
    /** A price of one unit, or a percentage off the shop's own price. */
    unitPrice: priceText.optional(),
    percentOff: shareText.optional(),
    from: instantText.nullish(),
    until: instantText.nullish(),
  })
  .refine((e) => (e.unitPrice === undefined) !== (e.percentOff === undefined), {
    error: 'one of unitPrice, percentOff',
  })
  .refine((e) => e.product === undefined || e.category === undefined, { error: 'a product or a category' });
export type PriceListEntry = z.output<typeof listEntry>;

/** For whom and when a list holds; each part that is named must fit. The narrower the audience, the more specific the list. */
export const priceList = z.object({
  id: idText,
  version: z.number().int().min(1).default(1),
  name: z.string().trim().min(1).max(200),
  currency: currencyCode,
  contacts: names,
  personCategories: names,
  tiers: names,
  segments: names,
  channels: names,
  from: instantText.nullish(),
  until: instantText.nullish(),
  entries: z.array(listEntry).max(100_000),
});
export type PriceList = z.output<typeof priceList>;
export type PriceListInput = z.input<typeof priceList>;
