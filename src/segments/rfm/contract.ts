import { z } from 'zod';
import { dateText, OPS } from '../contract.values.ts';

/** RFM: how recently, how often and for how much somebody bought, as scores from 1 (worst) to 5 (best), and 11 named cells. */

export const CELLS = [
  'champions',
  'loyal',
  'potential_loyalist',
  'new',
  'promising',
  'need_attention',
  'about_to_sleep',
  'at_risk',
  'cant_lose',
  'hibernating',
  'lost',
] as const;
export type Cell = (typeof CELLS)[number];
export const cellSchema = z.enum(CELLS);

export const RFM_MEASURES = ['recency', 'frequency', 'money'] as const;
export type RfmMeasure = (typeof RFM_MEASURES)[number];

const score = z.number().int().min(1).max(5);

/** Of the scores as they were computed last; who has none (never bought) fulfils nothing. */
export const rfmLeaf = z.discriminatedUnion('op', [
  z.strictObject({
    type: z.literal('rfm'),
    measure: z.enum(RFM_MEASURES),
    op: z.enum([...OPS.equality, ...OPS.order]),
    value: score,
  }),
  z
    .strictObject({
      type: z.literal('rfm'),
      measure: z.enum(RFM_MEASURES),
      op: z.literal('between'),
      from: score,
      to: score,
    })
    .refine((leaf) => leaf.from <= leaf.to, { error: 'comes before from', path: ['to'] }),
  z.strictObject({
    type: z.literal('rfm'),
    measure: z.literal('cell'),
    op: z.enum(OPS.membership),
    value: z.array(cellSchema).min(1).max(CELLS.length),
  }),
]);
export type RfmLeaf = z.output<typeof rfmLeaf>;

/** Four bounds part five scores, from the smallest to the largest. */
const bounds = (value: z.ZodNumber) =>
  z
    .tuple([value, value, value, value])
    .refine((all) => all.every((one, i) => i === 0 || one > (all[i - 1] ?? one)), {
      error: 'four bounds, each larger than the one before',
    });

const MAX_BOUND = 1_000_000;

/**
 * How scores are made. quintiles: buyers ordered from worst to best by each measure, in five parts of equal number. thresholds: recency
 * is 5 up to recencyDays[0] whole days, 4 up to recencyDays[1], … else 1; frequency (orders) and money (minor units of the base
 * currency) are 2 from the first bound on, … 5 from the fourth.
 */
export const rfmMethod = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('quintiles') }),
  z.strictObject({
    method: z.literal('thresholds'),
    recencyDays: bounds(z.number().int().min(0).max(MAX_BOUND)),
    orders: bounds(z.number().int().min(1).max(MAX_BOUND)),
    money: bounds(z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)),
  }),
]);
export type RfmMethod = z.output<typeof rfmMethod>;

const iso = z.iso.datetime();

/** GET and PUT /api/segments/rfm/settings. */
export const rfmSettings = z
  .object({
    settings: rfmMethod,
    currency: z.string(),
    /** When the kept scores were computed, and as of when they are; null before the first time. */
    computedAt: iso.nullable(),
    /** Buyers with scores. */
    contacts: z.number().int(),
    tookMs: z.number().int().nullable(),
    /** waiting: settings were saved and the scores by them are still to come. */
    state: z.enum(['none', 'waiting', 'ready']),
  })
  .meta({ id: 'RfmSettings' });
export type RfmSettings = z.output<typeof rfmSettings>;

/** GET /api/reports/rfm. Without `asOf` the kept scores; with it they are worked out for that moment. */
export const rfmQuery = z.object({ asOf: dateText.optional() });
export type RfmQuery = z.output<typeof rfmQuery>;

const range = z.object({ score: z.number().int(), from: z.number(), to: z.number() });
const label = z.object({ en: z.string(), ru: z.string() });
const counted = { contacts: z.number().int(), revenue: z.number().int() };

export const rfmReport = z
  .object({
    /** The moment the scores are of; null before they were first computed: then everything below is empty. */
    asOf: iso.nullable(),
    /** The kept scores, or worked out for the moment asked about. */
    kept: z.boolean(),
    settings: rfmMethod,
    currency: z.string(),
    ...counted,
    /** The least and the most of each measure among those of a score: days, orders, minor units. Equal values may share two. */
    boundaries: z.object({
      recency: z.array(range),
      frequency: z.array(range),
      money: z.array(range),
    }),
    /** 25 fields: recency by frequency. */
    grid: z.array(z.object({ recency: z.number().int(), frequency: z.number().int(), ...counted })),
    /** 25 fields: recency by the mean of frequency and money (halves up), and the cell each belongs to. */
    map: z.array(
      z.object({ recency: z.number().int(), frequencyMoney: z.number().int(), cell: cellSchema, ...counted }),
    ),
    /** The 11 cells, best first. */
    cells: z.array(
      z.object({
        cell: cellSchema,
        label,
        /** What is usually done about them. */
        advice: label,
        ...counted,
        /** Of all buyers, and of their revenue; 0 of none. */
        share: z.number(),
        revenueShare: z.number(),
        /** Means over the cell; null when it is empty. */
        averageDays: z.number().nullable(),
        averageOrders: z.number().nullable(),
        averageRevenue: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'RfmReport' });
export type RfmReport = z.output<typeof rfmReport>;

/** GET /api/contacts/:id/rfm; `scores` is null for who has none. */
export const contactRfmAnswer = z
  .object({
    computedAt: iso.nullable(),
    scores: z
      .object({
        recency: z.number().int(),
        frequency: z.number().int(),
        money: z.number().int(),
        cell: cellSchema,
        label,
        /** Whole days from the last purchase to the moment of the scores. */
        days: z.number().int(),
        orders: z.number().int(),
        revenue: z.number().int(),
        currency: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'ContactRfm' });
export type ContactRfm = z.output<typeof contactRfmAnswer>;
