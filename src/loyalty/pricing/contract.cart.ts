import { z } from 'zod';
import {
  currencyCode,
  idText,
  markupText,
  minorAmount,
  offerStage,
  percentBase,
  percentText,
  pointCount,
  priceText,
  quantityText,
  roundingMode,
  shareText,
  someMinor,
  tagText,
} from './contract.values.ts';

/** More lines than any till prints; the same bound as an order's. */
const MAX_LINES = 2_000;
const MAX_DEPTH = 20;
const MAX_TAGS = 50;
const MAX_CODES = 20;
const MAX_MEMBERSHIPS = 5_000;

export const cartLine = z.object({
  /** The shop's own, unique in the cart. Ties are broken by it, so that the order of lines changes nothing. */
  id: idText,
  /** Ours, when known. Scopes name either of both. */
  productId: idText.optional(),
  externalId: idText,
  /** Ids from the root down to the product's own category. */
  categoryPath: z.array(idText).max(MAX_DEPTH).default([]),
  tags: z.array(tagText).max(MAX_TAGS).default([]),
  quantity: quantityText,
  /** The shop's price of one unit; may be left out when a price list knows it. */
  unitPrice: priceText.optional(),
  /** True: this price stands, price lists are not asked. */
  priceFixed: z.boolean().default(false),
  /** Cost of one unit, for floors over cost. */
  cost: priceText.optional(),
  /** The least the whole line may come to. Discounts stop there, a price already below is left alone. */
  floorMinor: minorAmount.optional(),
  /** Nothing lowers this line, and no points are spent on it. */
  noDiscounts: z.boolean().default(false),
  /** Tax of the line; whether prices contain it is the cart's `taxIncluded`. */
  taxPercent: shareText.optional(),
});
export type CartLine = z.output<typeof cartLine>;

/** A code the customer showed, as the coupon book found it: the offer it opens, or why it opens none. */
const shownCode = z.object({
  code: idText,
  offerId: idText.optional(),
  /** Machine reason of a code that cannot be used: unknown_code, expired, used, another_contact … */
  refused: z
    .string()
    .regex(/^[a-z_]{1,60}$/)
    .optional(),
});
export type ShownCode = z.output<typeof shownCode>;

export const cart = z
  .object({
    currency: currencyCode,
    lines: z.array(cartLine).min(1).max(MAX_LINES),
    shippingMinor: minorAmount.default(0),
    shippingTaxPercent: shareText.optional(),
    /** True: prices contain their tax; false: it comes on top. */
    taxIncluded: z.boolean().default(true),
    channel: idText.optional(),
    codes: z.array(shownCode).max(MAX_CODES).default([]),
    /** How many points the customer wants to spend; max: as many as go. */
    spendPoints: z.union([pointCount, z.literal('max')]).default(0),
  })
  .refine((value) => new Set(value.lines.map((line) => line.id)).size === value.lines.length, {
    error: 'two lines have the same id',
    path: ['lines'],
  })
  .meta({ id: 'PricingCart' });
export type Cart = z.output<typeof cart>;
export type CartInput = z.input<typeof cart>;

/** What is known of the buyer, decided before pricing. */
export const buyerFacts = z.object({
  /** Price lists may be for one contact alone. */
  contactId: idText.optional(),
  member: z.boolean().default(false),
  segments: z.array(idText).max(MAX_MEMBERSHIPS).default([]),
  tier: idText.nullish(),
  personCategories: z.array(idText).max(MAX_MEMBERSHIPS).default([]),
  /** Orders placed before this one. */
  orders: z.number().int().min(0).default(0),
  /** Of each accumulative discount, by its `account`: what counts towards its thresholds before this order. */
  accumulated: z.record(z.string(), minorAmount).default({}),
  pointsAvailable: pointCount.default(0),
  /** What is there, when not all of it is theirs to spend: a shared wallet. */
  pointsBalance: pointCount.optional(),
});
export type BuyerFacts = z.output<typeof buyerFacts>;
export type BuyerFactsInput = z.input<typeof buyerFacts>;

/** What an offer's limits still leave, at the moment of the quote. Absent figure: no limit. */
export const remaining = z.object({
  uses: z.number().int().min(0).optional(),
  /** Of this buyer. */
  buyerUses: z.number().int().min(0).optional(),
  /** Each buyer may have so many, and nobody is known. */
  contactNeeded: z.boolean().optional(),
  /** Money left in the budget: what is missing makes the discount partial. */
  budgetMinor: minorAmount.optional(),
  /** Points left in the budget of a bonus. */
  points: pointCount.optional(),
});
export type Remaining = z.output<typeof remaining>;

/**
 * best: no line is lowered by two offers of the stage, and the choice is the one with the lowest total; stack: all, one after
 * the other, each on what is left; first: the first by priority takes a line.
 */
const stageMode = z.enum(['best', 'stack', 'first']);
export type StageMode = z.output<typeof stageMode>;

const stageSettings = z.object({
  mode: stageMode.optional(),
  /** Default: the general one. */
  percentBase: percentBase.optional(),
  /** All offers of the stage together lower the goods by at most this, of the price after price lists. */
  maxPercent: percentText.optional(),
});

const pointsSettings = z.object({
  /** discount: lowers prices and their tax; payment: lowers only what is left to pay. */
  spendAs: z.enum(['discount', 'payment']).default('discount'),
  /** Minor units of the cart's currency that 100 points are worth. */
  worthPer100: someMinor,
  /** Points pay at most this share of the goods. */
  maxPercent: shareText.default('100'),
  maxMinor: minorAmount.optional(),
  maxPoints: pointCount.optional(),
  /** Below this balance nothing can be spent. */
  minBalance: pointCount.default(0),
  /** Goods below this amount take no points. */
  minOrderMinor: minorAmount.default(0),
  /** Points are spent in multiples of this. */
  step: z.number().int().min(1).default(1),
  excluded: z
    .object({
      products: z.array(idText).max(1_000).default([]),
      categories: z.array(idText).max(1_000).default([]),
      tags: z.array(tagText).max(100).default([]),
    })
    .prefault({}),
  /** Only with `payment`: points may pay the shipping too. */
  payShipping: z.boolean().default(false),
});
export type PointsSettings = z.output<typeof pointsSettings>;

/** How a program prices. Every part has a default. */
export const pricingSettings = z.object({
  rounding: roundingMode.default('half_up'),
  percentBase: percentBase.default('reduced'),
  /** Mode of a stage that names none: best. */
  stages: z.partialRecord(offerStage, stageSettings).default({}),
  /** add: personal discounts come on top of the price list; max: of the shop's own price, the better of both. */
  personalOverPriceList: z.enum(['add', 'max']).default('add'),
  /** Floors of every line, beside its own: a share of its list amount, a mark-up over its cost. */
  floor: z
    .object({ percentOfList: shareText.optional(), overCostPercent: markupText.optional() })
    .prefault({}),
  /** All discounts together lower the goods by at most this, of the price after price lists. Payments do not count. */
  maxDiscountPercent: shareText.optional(),
  /** Absent: no points can be spent. */
  points: pointsSettings.optional(),
});
export type PricingSettings = z.output<typeof pricingSettings>;
export type PricingSettingsInput = z.input<typeof pricingSettings>;
