import { z } from 'zod';
import { windowSchema } from './contract.purchase.ts';
import { comparable, inOrder, isCount, OPS, text, texts, zone } from './contract.values.ts';

/** The leaf about events by name, and what they say in their properties. */

/** Counts and moments of events, and figures over one of their properties. */
export const EVENT_MEASURES = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'distinct',
  'firstAt',
  'lastAt',
  'daysSinceFirst',
  'daysSinceLast',
] as const;
export type EventMeasure = (typeof EVENT_MEASURES)[number];
/** Those that name a property: all but `distinct` look at its numbers alone; a text such as "5" is no number. */
const OF_PROPERTY: readonly EventMeasure[] = ['sum', 'avg', 'min', 'max', 'distinct'];
const COUNTS: readonly EventMeasure[] = ['count', 'distinct'];
export const EVENT_MOMENTS: readonly EventMeasure[] = ['firstAt', 'lastAt'];
export const EVENT_AGES: readonly EventMeasure[] = ['daysSinceFirst', 'daysSinceLast'];

/** What an event must say. A text is compared as it stands, whatever it was sent as; a number only with numbers. */
const property = z.string().min(1).max(100).pipe(text);
export const propertyTest = z.discriminatedUnion('op', [
  z.strictObject({ property, op: z.enum(OPS.equality), value: z.union([text, z.number(), z.boolean()]) }),
  z.strictObject({ property, op: z.enum(OPS.membership), value: texts }),
  z.strictObject({ property, op: z.literal('contains'), value: text }),
  z.strictObject({ property, op: z.enum(OPS.order), value: z.number() }),
  z.strictObject({ property, op: z.enum(OPS.presence) }),
]);
export type PropertyTest = z.output<typeof propertyTest>;

const MAX_TESTS = 10;

const event = {
  type: z.literal('event'),
  name: text,
  /** Without it, how often. */
  measure: z.enum(EVENT_MEASURES).optional(),
  property: property.optional(),
  where: z.array(propertyTest).max(MAX_TESTS).optional(),
  window: windowSchema.optional(),
  /** Makes days since first or last calendar days of this zone; without it they are 24 hours. */
  zone: zone.optional(),
};

const eventOps = z.discriminatedUnion('op', [
  z.strictObject({ ...event, op: z.enum([...OPS.equality, ...OPS.order]), value: comparable }),
  z.strictObject({ ...event, op: z.literal('between'), from: comparable, to: comparable }),
]);
export type EventLeaf = z.output<typeof eventOps>;

export const eventLeaf = eventOps.superRefine((leaf, ctx) => {
  const fail = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
  const measure = leaf.measure ?? 'count';
  const moment = EVENT_MOMENTS.includes(measure);
  const values = leaf.op === 'between' ? { from: leaf.from, to: leaf.to } : { value: leaf.value };
  for (const [path, value] of Object.entries(values)) {
    if (moment && typeof value !== 'string') fail(path, `${measure} is compared with a date`);
    if (!moment && typeof value !== 'number') fail(path, `${measure} is compared with a number`);
    else if (COUNTS.includes(measure) && !isCount(value)) fail(path, 'a count is a whole number, 0 or more');
  }
  if (moment && (leaf.op === 'is' || leaf.op === 'isNot')) fail('op', 'moments are compared by order');
  if (leaf.op === 'between' && !inOrder(leaf.from, leaf.to)) fail('to', 'comes before from');
  const named = OF_PROPERTY.includes(measure);
  if (named && leaf.property === undefined) fail('property', `${measure} is of a property: name it`);
  if (!named && leaf.property !== undefined) fail('property', `${measure} is of no property`);
  if (leaf.zone !== undefined && !EVENT_AGES.includes(measure)) fail('zone', `${measure} counts no days`);
});
