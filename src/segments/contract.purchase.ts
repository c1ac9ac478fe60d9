import { z } from 'zod';
import {
  comparable,
  dateText,
  days,
  hours,
  inOrder,
  instantOf,
  minutes,
  OPS,
  texts,
  zone,
} from './contract.values.ts';

/** The leaf about what a contact bought. */

/** Counts and sums over purchases, and the moments of the first and the last. Money is in minor units. */
export const MEASURES = [
  'orders',
  'units',
  'revenue',
  'margin',
  'averageOrderValue',
  'distinctProducts',
  'daysSinceFirst',
  'daysSinceLast',
  'firstAt',
  'lastAt',
] as const;
export type Measure = (typeof MEASURES)[number];
export const MONEY_MEASURES: readonly Measure[] = ['revenue', 'margin', 'averageOrderValue'];
export const MOMENT_MEASURES: readonly Measure[] = ['firstAt', 'lastAt'];
export const AGE_MEASURES: readonly Measure[] = ['daysSinceFirst', 'daysSinceLast'];

/** Half-open: `last` is (now − N, now]; `calendar` begins at local midnight and counts today; `between` is [from, to). */
export const windowSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ever') }),
  z.discriminatedUnion('unit', [
    z.strictObject({ type: z.literal('last'), unit: z.literal('minutes'), amount: minutes }),
    z.strictObject({ type: z.literal('last'), unit: z.literal('hours'), amount: hours }),
    z.strictObject({ type: z.literal('last'), unit: z.literal('days'), amount: days }),
  ]),
  z.strictObject({ type: z.literal('calendar'), days, zone }),
  z
    .strictObject({ type: z.literal('between'), from: dateText, to: dateText })
    .refine((w) => instantOf(w.from) < instantOf(w.to), { error: 'comes not after from', path: ['to'] }),
]);
export type Window = z.output<typeof windowSchema>;

const comparison = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum([...OPS.equality, ...OPS.order]), value: z.number() }),
  z.strictObject({ op: z.literal('between'), from: z.number(), to: z.number() }),
]);
export type Comparison = z.output<typeof comparison>;

/** Which lines count. Products and categories by the shop's ids; a category stands for all below it too. */
const lineFilter = z.strictObject({
  products: texts.optional(),
  categories: texts.optional(),
  channels: texts.optional(),
  coupons: texts.optional(),
  /** Orders with any coupon at all, or without one. */
  couponUsed: z.boolean().optional(),
  quantity: comparison.optional(),
  /** Unit price in minor units; prices are finer than that, so it may have a fraction. */
  price: comparison.optional(),
});

const purchase = {
  type: z.literal('purchase'),
  measure: z.enum(MEASURES),
  /** Counts only this currency; without it, amounts in the base currency. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'three capital letters')
    .optional(),
  where: lineFilter.optional(),
  /** net: returned lines count negative; exclude: as if nothing had come back. */
  returns: z.enum(['net', 'exclude']).optional(),
  window: windowSchema.optional(),
  /** Makes days since first or last calendar days of this zone; without it they are 24 hours. */
  zone: zone.optional(),
};

const purchaseOps = z.discriminatedUnion('op', [
  z.strictObject({ ...purchase, op: z.enum([...OPS.equality, ...OPS.order]), value: comparable }),
  z.strictObject({ ...purchase, op: z.literal('between'), from: comparable, to: comparable }),
]);
export type PurchaseLeaf = z.output<typeof purchaseOps>;

export const purchaseLeaf = purchaseOps.superRefine((leaf, ctx) => {
  const fail = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
  const moment = MOMENT_MEASURES.includes(leaf.measure);
  const values = leaf.op === 'between' ? { from: leaf.from, to: leaf.to } : { value: leaf.value };
  for (const [path, value] of Object.entries(values)) {
    if (moment && typeof value !== 'string') fail(path, `${leaf.measure} is compared with a date`);
    if (!moment && typeof value !== 'number') fail(path, `${leaf.measure} is compared with a number`);
    if (MONEY_MEASURES.includes(leaf.measure) && !Number.isSafeInteger(value))
      fail(path, 'money is a whole number of minor units');
  }
  if (moment && (leaf.op === 'is' || leaf.op === 'isNot')) fail('op', 'moments are compared by order');
  if (leaf.op === 'between' && !inOrder(leaf.from, leaf.to)) fail('to', 'comes before from');
  if (leaf.zone !== undefined && !AGE_MEASURES.includes(leaf.measure))
    fail('zone', `${leaf.measure} counts no days`);
});
