import { z } from 'zod';
import { ruleSchema } from './contract.rule.ts';
import { zone } from './contract.values.ts';

/** How segments meet, how they grew, who came and went, and what a draft would have done. */

const iso = z.iso.datetime();
const day = z.iso.date();
const count = z.number().int();

/** GET /api/segments/:id/overlap?with=<id>. */
export const overlapQuery = z.object({ with: z.uuid() });

export const overlapAnswer = z
  .object({
    /** Members of the one and of the other that the asker may see. */
    a: count,
    b: count,
    both: count,
    onlyA: count,
    onlyB: count,
    /** both / (a or b); 0 of nobody. */
    share: z.number(),
    /** both / a and both / b: how much of each lies in the other. */
    shareOfA: z.number(),
    shareOfB: z.number(),
    asOf: iso,
  })
  .meta({ id: 'SegmentOverlap' });
export type Overlap = z.output<typeof overlapAnswer>;

/** Days one question may span: three years of days draw a line nobody reads finer. */
export const MAX_GROWTH_DAYS = 1_100;

/** GET /api/segments/:id/growth. Days of the zone, both ends included; the last 30 days when absent. */
export const growthQuery = z.object({ from: day.optional(), to: day.optional(), zone: zone.default('UTC') });
export type GrowthQuery = z.output<typeof growthQuery>;

export const growthAnswer = z
  .object({
    zone: z.string(),
    from: day,
    to: day,
    /** Every day, also those on which nothing happened; `members` at its end, or now on the day that has not ended. */
    items: z.array(z.object({ day, entered: count, left: count, members: count })),
    asOf: iso,
  })
  .meta({ id: 'SegmentGrowth' });
export type Growth = z.output<typeof growthAnswer>;

const direction = z.enum(['entered', 'left']);
const cause = z.enum(['fact', 'time', 'build', 'edit', 'manual', 'merge', 'archive']);

/** GET /api/segments/:id/transitions, newest first, a page at a time. */
export const transitionsQuery = z.object({ direction: direction.optional() });
export type TransitionsQuery = z.output<typeof transitionsQuery>;

export const transitionList = z
  .object({
    items: z.array(
      z.object({
        id: z.uuid(),
        contactId: z.uuid(),
        name: z.string(),
        email: z.string().nullable(),
        occurredAt: iso,
        direction,
        cause,
        version: count,
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'SegmentTransitions' });
export type TransitionList = z.output<typeof transitionList>;

/** GET /api/contacts/:id/segments/history, newest first; also of segments that are out of use. */
export const membershipHistory = z
  .object({
    items: z.array(
      z.object({
        id: z.uuid(),
        segmentId: z.uuid(),
        name: z.string(),
        kind: z.enum(['dynamic', 'static']),
        archived: z.boolean(),
        occurredAt: iso,
        direction,
        cause,
        version: count,
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'MembershipHistory' });
export type MembershipHistory = z.output<typeof membershipHistory>;

/** GET /api/segments/:id/versions, newest first. */
export const versionList = z
  .object({
    items: z.array(
      z.object({
        version: count,
        createdAt: iso,
        /** Who saved it; null of somebody unknown by now, or the program itself. */
        createdBy: z.string().nullable(),
        /** The one membership goes by; a later one is being built. */
        serving: z.boolean(),
        rule: z.unknown(),
        /** Null of a rule that can no longer be told. */
        words: z.object({ en: z.string(), ru: z.string() }).nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'SegmentVersions' });
export type VersionList = z.output<typeof versionList>;

/** A quarter: every day is an evaluation of its own. */
const MAX_SIMULATED_DAYS = 92;

/** POST /api/segments/simulate: the last `days` days of the zone, today included; `segmentId` is the segment being edited. */
export const simulateInput = z.object({
  rule: ruleSchema,
  days: z.number().int().min(1).max(MAX_SIMULATED_DAYS),
  zone: zone.default('UTC'),
  segmentId: z.uuid().optional(),
});
export type SimulateInput = z.output<typeof simulateInput>;

export const simulateAnswer = z
  .object({
    zone: z.string(),
    /** Oldest first. Compared are the ends of days: who came and went within one day is not seen. */
    items: z.array(
      z.object({
        day,
        members: count,
        entered: count,
        left: count,
        /** Of those who entered: to whom a message was sent on that day. */
        sent: count,
      }),
    ),
    /** True when time was up: `items` then holds the newest days only. */
    partial: z.boolean(),
    tookMs: z.number(),
  })
  .meta({ id: 'SegmentSimulation' });
export type Simulation = z.output<typeof simulateAnswer>;
