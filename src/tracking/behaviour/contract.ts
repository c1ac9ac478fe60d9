import { z } from 'zod';

/** What the card shows of a contact's behaviour. */

const iso = z.iso.datetime();
const count = z.number().int();
const words = z.string().nullable();

const visit = z.object({
  id: z.uuid(),
  startedAt: iso,
  endedAt: iso,
  events: count,
  pages: count,
  activeSeconds: count,
  productViews: count,
  categoryViews: count,
  priceViews: count,
  entryPage: words,
  referrer: words,
  /** Of the default channel group: "Organic Search", "Email" … */
  channel: z.string(),
  source: words,
  medium: words,
  campaign: words,
  term: words,
  content: words,
  /** desktop | mobile | tablet | tv */
  device: words,
  browser: words,
  os: words,
  converted: z.boolean(),
});

/** A window of so many days up to now and the one before; `ratio` is null where the one before had nothing. */
const slope = z.object({
  now: z.number(),
  before: z.number(),
  change: z.number(),
  ratio: z.number().nullable(),
});
const trend = z.object({
  days: count,
  visits: slope,
  pages: slope,
  activeSeconds: slope,
  productViews: slope,
  categoryViews: slope,
  priceViews: slope,
});

const touch = z.object({ at: iso, channel: z.string(), source: words, medium: words, campaign: words });

/** A trait that cannot be told (yet) has value null. Money is a whole number of minor units of `currency`. */
const trait = z.object({
  key: z.string(),
  kind: z.enum(['text', 'number', 'date', 'money']),
  value: z.union([z.string(), z.number()]).nullable(),
  currency: z.string().nullable(),
  /** How many facts it was computed from, and of which sort. */
  facts: count,
  from: z.string(),
  updatedAt: iso.nullable(),
});

/** GET /api/contacts/:id/behaviour. Sessions: the latest, newest first; touches: the first, and the last that was not direct. */
export const behaviourView = z
  .object({
    visits: count,
    firstSeenAt: iso.nullable(),
    lastSeenAt: iso.nullable(),
    sessions: z.array(visit),
    trends: z.array(trend),
    touches: z.object({ first: touch.nullable(), last: touch.nullable() }),
    traits: z.array(trait),
    asOf: iso,
  })
  .meta({ id: 'Behaviour' });
export type BehaviourView = z.output<typeof behaviourView>;
