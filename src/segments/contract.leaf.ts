import { z } from 'zod';
import { isStorable } from '../core/text.ts';
import { fieldKind, kindOfValue, opsOfKind } from './contract.fields.ts';
import { patternProblem } from './contract.pattern.ts';

/** Values one list of a rule may name; longer lists are static segments. */
export const MAX_LIST = 1_000;
export const MAX_TEXT = 500;
/** Ten years: older purchases say nothing of today, and dates stay far from the edges of the calendar. */
export const MAX_WINDOW_DAYS = 3_660;

const HOURS_PER_DAY = 24;
const MINUTES_PER_DAY = 1_440;

const text = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .refine(isStorable, { error: 'has characters that cannot be stored' });
const texts = z.array(text).min(1).max(MAX_LIST);

/** Dates are instants with an offset, or days, which mean their midnight UTC. */
const FIRST_YEAR = '1900';
const LAST_YEAR = '2999';
export const dateText = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'a date such as 2026-01-31 or 2026-01-31T09:00:00Z',
  })
  .refine((value) => value.slice(0, 4) >= FIRST_YEAR && value.slice(0, 4) <= LAST_YEAR, {
    error: `a year from ${FIRST_YEAR} to ${LAST_YEAR}`,
  });

export const instantOf = (value: string): Date => new Date(value);

/** IANA names only: offsets mean opposite things to JavaScript and to PostgreSQL. */
const zone = z.string().max(64).refine(isZone, { error: 'an IANA time zone such as Europe/Moscow' });

function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const days = z.number().int().min(1).max(MAX_WINDOW_DAYS);
const hours = z
  .number()
  .int()
  .min(1)
  .max(MAX_WINDOW_DAYS * HOURS_PER_DAY);
const minutes = z
  .number()
  .int()
  .min(1)
  .max(MAX_WINDOW_DAYS * MINUTES_PER_DAY);

const scalar = z.union([text, z.number(), z.boolean()], { error: 'a text, a number, or true or false' });
const comparable = z.union([z.number(), dateText], { error: 'a number or a date such as 2026-01-31' });

export const OPS = {
  equality: ['is', 'isNot'],
  membership: ['in', 'notIn'],
  text: ['contains', 'startsWith', 'endsWith'],
  order: ['gt', 'gte', 'lt', 'lte'],
  presence: ['exists', 'lacks'],
} as const;

/** Custom attributes hold what was stored; this says how to read it when the value in the rule does not tell. */
export const VALUE_TYPES = ['text', 'number', 'boolean', 'date', 'list'] as const;

const CUSTOM_FIELD = /^attributes\.[\p{L}_][\p{L}\p{N}_ .-]{0,63}$/u;
const field = z.string().refine((name) => CUSTOM_FIELD.test(name) || fieldKind(name) !== undefined, {
  error: 'no such field; custom attributes are named attributes.<name>',
});
const attribute = {
  type: z.literal('attribute'),
  field,
  valueType: z.enum(VALUE_TYPES).optional(),
};

const relative = {
  direction: z.enum(['last', 'next']),
};

const attributeOps = z.discriminatedUnion('op', [
  z.strictObject({ ...attribute, op: z.enum(OPS.equality), value: scalar }),
  z.strictObject({
    ...attribute,
    op: z.enum(OPS.membership),
    value: z
      .array(z.union([text, z.number()], { error: 'a text or a number' }))
      .min(1)
      .max(MAX_LIST),
  }),
  z.strictObject({ ...attribute, op: z.enum(OPS.text), value: text }),
  z.strictObject({
    ...attribute,
    op: z.literal('matches'),
    value: z.string().superRefine((pattern, ctx) => {
      const problem = patternProblem(pattern);
      if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem });
    }),
  }),
  z.strictObject({ ...attribute, op: z.enum(OPS.order), value: comparable }),
  z.strictObject({ ...attribute, op: z.literal('between'), from: comparable, to: comparable }),
  z.strictObject({ ...attribute, op: z.enum(OPS.presence) }),
  z.discriminatedUnion('unit', [
    z.strictObject({
      ...attribute,
      ...relative,
      op: z.literal('within'),
      unit: z.literal('hours'),
      amount: hours,
    }),
    z.strictObject({
      ...attribute,
      ...relative,
      op: z.literal('within'),
      unit: z.literal('days'),
      amount: days,
    }),
    z.strictObject({
      ...attribute,
      ...relative,
      op: z.literal('within'),
      unit: z.literal('calendarDays'),
      amount: days,
      zone,
    }),
  ]),
  /** The day and month come round on one of the `days` calendar days that begin with today. */
  z.strictObject({
    ...attribute,
    op: z.literal('anniversary'),
    days: z.number().int().min(1).max(366),
    zone: zone.optional(),
  }),
]);
export type AttributeLeaf = z.output<typeof attributeOps>;
export type AttributeOp = AttributeLeaf['op'];

export const attributeLeaf = attributeOps.superRefine((leaf, ctx) => {
  const fail = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
  const kind = attributeKind(leaf);
  if (leaf.valueType !== undefined && !leaf.field.startsWith('attributes.'))
    return fail('valueType', `${leaf.field} has its own type`);
  if (!opsOfKind(kind).includes(leaf.op))
    return fail('op', `${leaf.op} does not suit ${leaf.field}, which is a ${kind}`);
  if (leaf.op === 'between') {
    for (const side of ['from', 'to'] as const) {
      if (kindOfValue(leaf[side]) !== kind) fail(side, `${leaf.field} is compared with a ${kind}`);
    }
    if (!inOrder(leaf.from, leaf.to)) fail('to', 'comes before from');
  } else if ('value' in leaf && !suits(kind, leaf.value)) {
    fail('value', `${leaf.field} is compared with a ${kind === 'list' ? 'text' : kind}`);
  }
});

/** How the leaf reads its field: the field's own kind, the one said, or the one its operation and value imply. */
export function attributeKind(
  leaf: AttributeLeaf,
): (z.output<typeof attribute.valueType> & string) | 'birthday' {
  const own = fieldKind(leaf.field);
  if (own !== undefined) return own;
  if (leaf.valueType !== undefined) return leaf.valueType;
  if (leaf.op === 'within' || leaf.op === 'anniversary') return 'date';
  if (leaf.op === 'between') return kindOfValue(leaf.from);
  if (!('value' in leaf)) return 'text';
  const value = Array.isArray(leaf.value) ? leaf.value[0] : leaf.value;
  const ordered = (OPS.order as readonly string[]).includes(leaf.op);
  return ordered || typeof value !== 'string' ? kindOfValue(value ?? '') : 'text';
}

function suits(kind: string, value: string | number | boolean | readonly (string | number)[]): boolean {
  if (Array.isArray(value)) return value.every((one) => suits(kind, one));
  if (kind === 'date') return dateText.safeParse(value).success;
  if (kind === 'text' || kind === 'list') return typeof value === 'string';
  return typeof value === kind;
}

function inOrder(from: string | number, to: string | number): boolean {
  if (typeof from === 'number' || typeof to === 'number') return from <= to;
  return instantOf(from) <= instantOf(to);
}

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

/** Is in another segment, by that segment's rule at the same moment; static segments by their list. */
export const segmentLeaf = z.strictObject({ type: z.literal('segment'), segmentId: z.uuid() });
export type SegmentLeaf = z.output<typeof segmentLeaf>;
