import { z } from 'zod';
import { comparable, inOrder, OPS, texts, zone } from './contract.values.ts';

/** The leaf about what a contact does: visits with what happened in them. */

/** Sums over visits, and the moments of the first and the last. A visit counts when it began; time is in seconds. */
export const BEHAVIOUR_MEASURES = [
  'visits',
  'pages',
  'depth',
  'time',
  'productViews',
  'categoryViews',
  'priceViews',
  'daysSinceFirstSeen',
  'daysSinceLastSeen',
  'firstSeenAt',
  'lastSeenAt',
] as const;
export type BehaviourMeasure = (typeof BEHAVIOUR_MEASURES)[number];
export const SEEN_AT: readonly BehaviourMeasure[] = ['firstSeenAt', 'lastSeenAt'];
export const SEEN_AGES: readonly BehaviourMeasure[] = ['daysSinceFirstSeen', 'daysSinceLastSeen'];

const MAX_BEHAVIOUR_DAYS = 366;

/** Which visits count: where they came from, on what, and whether an order came of them. */
const visitFilter = z.strictObject({
  /** Of the default channel group, such as "Organic Search". */
  channels: texts.optional(),
  sources: texts.optional(),
  mediums: texts.optional(),
  campaigns: texts.optional(),
  devices: z
    .array(z.enum(['desktop', 'mobile', 'tablet', 'tv']))
    .min(1)
    .optional(),
  converted: z.boolean().optional(),
});

const behaviour = {
  type: z.literal('behaviour'),
  measure: z.enum(BEHAVIOUR_MEASURES),
  /** The window (now − N × 24 h, now]; without it, ever. */
  days: z.number().int().min(1).max(MAX_BEHAVIOUR_DAYS).optional(),
  /** change: this window less the one of the same length before it. */
  trend: z.literal('change').optional(),
  where: visitFilter.optional(),
  /** Makes days since first or last calendar days of this zone; without it they are 24 hours. */
  zone: zone.optional(),
};

const behaviourOps = z.discriminatedUnion('op', [
  z.strictObject({ ...behaviour, op: z.enum([...OPS.equality, ...OPS.order]), value: comparable }),
  z.strictObject({ ...behaviour, op: z.literal('between'), from: comparable, to: comparable }),
]);
export type BehaviourLeaf = z.output<typeof behaviourOps>;

export const behaviourLeaf = behaviourOps.superRefine((leaf, ctx) => {
  const fail = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
  const moment = SEEN_AT.includes(leaf.measure);
  const values = leaf.op === 'between' ? { from: leaf.from, to: leaf.to } : { value: leaf.value };
  for (const [path, value] of Object.entries(values)) {
    if (moment && typeof value !== 'string') fail(path, `${leaf.measure} is compared with a date`);
    if (!moment && typeof value !== 'number') fail(path, `${leaf.measure} is compared with a number`);
  }
  if (moment && (leaf.op === 'is' || leaf.op === 'isNot')) fail('op', 'moments are compared by order');
  if (leaf.op === 'between' && !inOrder(leaf.from, leaf.to)) fail('to', 'comes before from');
  const age = SEEN_AGES.includes(leaf.measure);
  if (leaf.zone !== undefined && !age) fail('zone', `${leaf.measure} counts no days`);
  if (leaf.days !== undefined && (age || moment)) fail('days', `${leaf.measure} has no window`);
  if (leaf.trend !== undefined && leaf.days === undefined) fail('trend', 'a change needs a window of days');
  if (leaf.trend !== undefined && leaf.measure === 'depth') fail('trend', 'depth has no change');
});
