import { z } from 'zod';
import { anyMinor, currencyCode, idText, offerStage, stageName } from './contract.values.ts';

/** Why an offer was not applied, or is near. `unit` says what `needed`, `had` and `missing` are. */
export const MISS_REASONS = [
  'no_line_in_scope',
  'other_currency',
  'code_missing',
  'not_started',
  'ended',
  'outside_hours',
  'channel',
  'segment',
  'not_segment',
  'tier',
  'person_category',
  'members_only',
  'first_order',
  'min_orders',
  'min_amount',
  'max_amount',
  'min_quantity',
  'min_accumulated',
  'uses_exhausted',
  'buyer_uses_exhausted',
  'contact_needed',
  'budget_exhausted',
  'excluded',
  'beaten',
  'lines_taken',
  'floor',
  'cap',
  'zero_effect',
] as const;
const missReason = z.enum(MISS_REASONS);
export type MissReason = z.output<typeof missReason>;

const fact = z.union([z.number(), z.string(), z.array(z.string()), z.null()]);

export const miss = z.object({
  reason: missReason,
  /** minor: numbers; quantity: decimal texts; orders: numbers; time: ISO instants; names: ids or codes. */
  unit: z.enum(['minor', 'quantity', 'orders', 'time', 'names', 'none']),
  needed: fact,
  had: fact,
  /** needed − had, of amounts, quantities and counts. */
  missing: z.union([z.number(), z.string(), z.null()]),
});
export type Miss = z.output<typeof miss>;

/** What an offer gives, in a shape that can be told. */
export const gain = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent'), percent: z.string() }),
  z.object({ kind: z.literal('amount'), amountMinor: anyMinor }),
  z.object({ kind: z.literal('unit_price'), unitPrice: z.string() }),
  z.object({ kind: z.literal('set_price'), priceMinor: anyMinor }),
  z.object({ kind: z.literal('free_units'), units: z.number().int(), percent: z.string() }),
  z.object({ kind: z.literal('gift'), products: z.array(z.string()), quantity: z.number().int() }),
  z.object({ kind: z.literal('free_shipping') }),
  z.object({ kind: z.literal('points'), points: z.number().int() }),
]);
export type Gain = z.output<typeof gain>;

/** One offer considered. */
export const traceEntry = z.object({
  /** offer; or price_list: one that lines have their price by (applied, with `for`), or its next quantity step (near). */
  kind: z.enum(['offer', 'price_list']),
  id: z.string(),
  version: z.number().int(),
  name: z.string(),
  stage: stageName,
  outcome: z.enum(['applied', 'partial', 'not_applied']),
  /** Of an offer not applied: everything that stood against it, the first is the reason told. */
  misses: z.array(miss),
  /** True when one countable thing alone is missing: an amount, a quantity, orders. */
  near: z.boolean(),
  gives: gain,
  /** What it would have taken off without caps, budgets and floors, and what it did take off. */
  desiredMinor: anyMinor,
  actualMinor: anyMinor,
  limitedBy: z.enum(['budget', 'cap', 'floor']).nullable(),
  /** Offers that stood in its way. */
  by: z.array(z.string()),
  /** Of an applied offer: what the next step needs and gives. */
  next: z.object({ miss, gives: gain }).nullable(),
  /** Only for those who hold a code: not to be told to others. */
  needsCode: z.boolean(),
  /** Of a price list that is applied: why it is this buyer's; empty for one that is everybody's. */
  for: z
    .array(
      z.object({
        kind: z.enum(['contact', 'personCategory', 'tier', 'segment', 'channel']),
        id: z.string(),
      }),
    )
    .optional(),
});
export type TraceEntry = z.output<typeof traceEntry>;

export const discountPart = z.object({
  /** The offer, the price list, or 'points'. */
  id: z.string(),
  version: z.number().int(),
  stage: stageName,
  amountMinor: anyMinor,
});
export type DiscountPart = z.output<typeof discountPart>;

export const pricedLine = z.object({
  id: z.string(),
  quantity: z.string(),
  /** The unit price discounts start from: the price list's, else the shop's. */
  unitPrice: z.string(),
  priceList: z.object({ listId: z.string(), version: z.number().int(), entryId: z.string() }).nullable(),
  /** At the shop's own price, whole line; at the price list's where that is higher or the shop has none. */
  listMinor: anyMinor,
  /** Whole line after each stage. */
  afterMinor: z.partialRecord(stageName, anyMinor),
  /** Sum: listMinor − priceMinor. */
  parts: z.array(discountPart),
  /** After all discounts. Contains the tax when the cart's prices do. */
  priceMinor: anyMinor,
  /** Frozen shares of the units, for returns: so many units at this price each (of a fraction: for it), adding up to priceMinor. */
  units: z.array(z.object({ quantity: z.string(), priceMinor: anyMinor })),
  taxMinor: anyMinor,
  /** Part of the price paid with points that are a payment, and of the points spent whichever way. */
  pointsPaidMinor: anyMinor,
  points: z.number().int(),
});
export type PricedLine = z.output<typeof pricedLine>;

const applied = { offerId: z.string(), version: z.number().int() };

export const orderEffects = z.object({
  gifts: z.array(
    z.object({ ...applied, stage: offerStage, products: z.array(idText), quantity: z.number().int() }),
  ),
  bonusPoints: z.array(
    z.object({ ...applied, stage: offerStage, points: z.number().int(), desired: z.number().int() }),
  ),
  freeShipping: z.boolean(),
});
export type OrderEffects = z.output<typeof orderEffects>;

export const pricedCart = z
  .object({
    currency: currencyCode,
    lines: z.array(pricedLine),
    shipping: z.object({
      listMinor: anyMinor,
      parts: z.array(discountPart),
      priceMinor: anyMinor,
      taxMinor: anyMinor,
      pointsPaidMinor: anyMinor,
      points: z.number().int(),
    }),
    effects: orderEffects,
    /** What takes a use of the offer's limits, with the code that opened it; never an offer without effect. */
    uses: z.array(
      z.object({ ...applied, stage: offerStage, code: z.string().nullable(), discountMinor: anyMinor }),
    ),
    codes: z.array(
      z.object({
        code: z.string(),
        accepted: z.boolean(),
        offerId: z.string().nullable(),
        /** Machine reason of a refused code: the coupon book's, or a reason of the trace. */
        reason: z.string().nullable(),
      }),
    ),
    points: z.object({
      /** What was asked for; of `max`, what the balance holds (0 of a buyer who was only named). */
      requested: z.number().int(),
      spent: z.number().int(),
      worthMinor: anyMinor,
      as: z.enum(['discount', 'payment']),
      /**
       * Why fewer than asked. `family_cap`: what the member's monthly cap of a shared wallet leaves; of whoever sells: `other_currency`,
       * points are worth something in the program's alone; `proof_needed`, the buyer was only named.
       */
      limitedBy: z
        .enum([
          'balance',
          'family_cap',
          'min_balance',
          'min_order',
          'max_percent',
          'max_amount',
          'max_points',
          'goods',
          'off',
          'other_currency',
          'proof_needed',
        ])
        .nullable(),
    }),
    totals: z.object({
      listMinor: anyMinor,
      /** Goods and shipping, points as discount among them. */
      discountMinor: anyMinor,
      goodsMinor: anyMinor,
      shippingMinor: anyMinor,
      /** Contained in the prices, or on top of them by the cart's `taxIncluded`. A payment never changes it. */
      taxMinor: anyMinor,
      /** What the order costs, payments not yet taken off. */
      totalMinor: anyMinor,
      pointsPaidMinor: anyMinor,
      payableMinor: anyMinor,
    }),
    stages: z.array(
      z.object({
        stage: stageName,
        mode: z.enum(['best', 'stack', 'first']).nullable(),
        /** Goods before and after (of the shipping stage: the shipping). */
        beforeMinor: anyMinor,
        afterMinor: anyMinor,
        /** True when too many offers competed for the best choice to be proved. */
        approximate: z.boolean(),
      }),
    ),
    trace: z.array(traceEntry),
  })
  .meta({ id: 'PricedCart' });
export type PricedCart = z.output<typeof pricedCart>;
