import { z } from 'zod';
import { isTimeZone } from '../../core/time.ts';
import { instant, minor, name, percent, windowInput } from './contract.values.ts';

const MAX_STEPS = 50;

const thresholds = z
  .array(z.strictObject({ fromMinor: minor, percent }))
  .min(1)
  .max(MAX_STEPS)
  .refine((steps) => steps.every((step, i) => i === 0 || step.fromMinor > (steps[i - 1]?.fromMinor ?? 0)), {
    error: 'each threshold is above the one before it',
  });
const zone = z.string().max(100).refine(isTimeZone, 'an IANA time zone such as Europe/Berlin');
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters');

/** What happens where tier, person category or personal discount, and a price list, give something too. */
const precedence = z.strictObject({
  /** max: the best of them alone; sum: all together, at most `capPercent` of the price after price lists. */
  withPersonal: z.enum(['max', 'sum']).default('max'),
  capPercent: percent.nullable().default(null),
  /** add: on top of the price list; max: the better of both, of the shop's own price. */
  withPriceList: z.enum(['add', 'max']).default('add'),
});
export type Precedence = z.output<typeof precedence>;

const terms = {
  name,
  /** For members of this program alone; null: for everybody who is known. */
  programId: z.uuid().nullable().default(null),
  thresholds,
  window: windowInput,
  /** Whether an order counts towards its own discount. */
  countCurrentOrder: z.boolean().default(false),
  /** subtract: a return takes away what its order brought; ignore: what was bought once counts. */
  returns: z.enum(['subtract', 'ignore']).default('subtract'),
  precedence: precedence.prefault({}),
};

/** POST /api/accumulative-discounts. Default: base currency, the installation's zone. */
export const accumulativeInput = z
  .strictObject({ ...terms, currency: currency.optional(), zone: zone.optional() })
  .meta({ id: 'AccumulativeDiscountInput' });
export type AccumulativeInput = z.output<typeof accumulativeInput>;

export const accumulativePatch = z
  .strictObject({
    version: z.number().int().min(1),
    name: name.optional(),
    thresholds: thresholds.optional(),
    window: windowInput.optional(),
    countCurrentOrder: z.boolean().optional(),
    returns: z.enum(['subtract', 'ignore']).optional(),
    precedence: precedence.optional(),
    state: z.enum(['active', 'archived']).optional(),
  })
  .meta({ id: 'AccumulativeDiscountPatch' });
export type AccumulativePatch = z.output<typeof accumulativePatch>;

export const accumulativeTerms = z.object({ ...terms, currency, zone });
export type AccumulativeTerms = z.output<typeof accumulativeTerms>;

export const accumulativeAnswer = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    state: z.enum(['active', 'archived']),
    ...accumulativeTerms.shape,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'AccumulativeDiscount' });
export type AccumulativeView = z.output<typeof accumulativeAnswer>;
export const accumulativeList = z.object({ items: z.array(accumulativeAnswer) });

/** Of one contact: what counts, what it gives, and how much is missing to the next step. */
export const accumulatedView = z.object({
  discountId: z.uuid(),
  name: z.string(),
  currency: z.string(),
  accumulatedMinor: minor,
  percent: z.string().nullable(),
  next: z.object({ missingMinor: minor, percent: z.string(), by: instant.nullable() }).nullable(),
  words: z.object({ en: z.string(), ru: z.string() }).nullable(),
});
export type AccumulatedView = z.output<typeof accumulatedView>;
