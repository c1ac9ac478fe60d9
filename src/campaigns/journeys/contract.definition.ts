import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';
import { propertyTest, ruleSchema, zone } from '../../segments/contract.ts';
import { channelName } from '../contract.channel.ts';
import { contentShape, PURPOSES } from '../contract.ts';

/**
 * What a journey is: nodes, the lines between their exits, and how people get in. A draft may be unfinished: what is not chosen yet is
 * null, and a check tells what is missing before it is published.
 */

/** More boxes than this nobody can survey. */
export const MAX_JOURNEY_NODES = 100;
const MAX_EDGES = 400;
const MAX_ARMS = 10;
/** How often one person may come to one node: a journey that goes round is left after that. */
export const MAX_VISITS = 20;
/** A way round that takes less than this would write to people without end. */
export const LOOP_WAIT_MINUTES = 60;
const MAX_WAIT_DAYS = 366;
const MAX_CHANGES = 20;
/** Goals are looked at whenever anything happens to a person. */
export const MAX_GOALS = 5;

export const ENTRY = 'entry';

const nodeId = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'letters, digits, - and _, at most 40');
const chosen = z.uuid().nullable().default(null);
const position = z.object({ x: z.number().min(-1e6).max(1e6), y: z.number().min(-1e6).max(1e6) });
const eventName = text(200);
const tests = z.array(propertyTest).max(MAX_ARMS).default([]);
const WAIT_UNITS = ['minutes', 'hours', 'days', 'weeks'] as const;

export const MINUTES_OF: Readonly<Record<(typeof WAIT_UNITS)[number], number>> = {
  minutes: 1,
  hours: 60,
  days: 1_440,
  weeks: 10_080,
};

const span = z
  .object({ amount: z.number().int().min(1), unit: z.enum(WAIT_UNITS) })
  .refine(({ amount, unit }) => amount * MINUTES_OF[unit] <= MAX_WAIT_DAYS * MINUTES_OF.days, {
    error: `at most ${MAX_WAIT_DAYS} days`,
    path: ['amount'],
  });
export type Span = z.output<typeof span>;

const RESPONSES = ['opened', 'clicked', 'bought'] as const;
const MESSAGE_ENDS = ['sent', 'failed'] as const;

/** Something to wait for, or that ends the journey well. `order`: an order of at least so much in the base currency. */
const happening = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), name: eventName, where: tests }),
  z.object({ type: z.literal('order'), minTotalMinor: z.number().int().min(0).default(0) }),
  /** A human response to the message of another node of this journey. */
  z.object({ type: z.literal('response'), node: nodeId, did: z.enum(RESPONSES) }),
]);
export type Happening = z.output<typeof happening>;

/** Of a branch: the rule over the contact holds, or it came to this with the message of another node. */
const condition = z.discriminatedUnion('type', [
  z.object({ type: z.literal('rule'), rule: ruleSchema.nullable() }),
  z.object({
    type: z.literal('message'),
    node: nodeId.nullable().default(null),
    did: z.enum([...RESPONSES, ...MESSAGE_ENDS]),
    /** Only within so many hours after it was handed off. */
    withinHours: z.number().int().min(1).max(8_760).optional(),
  }),
]);

const armId = nodeId;
const shared = { id: nodeId, name: text(120).default(''), position };

/** The exits of each kind stand beside it; a line begins at one of them. */
const node = z.discriminatedUnion('type', [
  /** next */
  z.object({ ...shared, type: z.literal('wait'), for: span }),
  /** next. The next moment the clock shows this time, on one of these weekdays (1 Monday … 7 Sunday; all when empty). */
  z.object({
    ...shared,
    type: z.literal('wait-until'),
    at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 09:30'),
    weekdays: z.array(z.number().int().min(1).max(7)).max(7).default([]),
    /** The clock of those whose own zone is not known; null: of the installation. */
    timeZone: zone.nullable().default(null),
    /** Everybody by that clock, not by their own. */
    sameForAll: z.boolean().default(false),
  }),
  /** happened | timeout */
  z.object({
    ...shared,
    type: z.literal('wait-event'),
    event: happening,
    timeout: span,
    /** What happened since the person entered the journey counts too. */
    sinceEntry: z.boolean().default(false),
  }),
  /** The id of the first arm that holds | else */
  z.object({
    ...shared,
    type: z.literal('branch'),
    arms: z
      .array(z.object({ id: armId, name: text(120).default(''), when: condition }))
      .min(1)
      .max(MAX_ARMS),
  }),
  /** The id of the arm. The same person comes to the same arm each time. */
  z.object({
    ...shared,
    type: z.literal('split'),
    arms: z
      .array(z.object({ id: armId, name: text(120).default(''), percent: z.number().min(0).max(100) }))
      .min(2)
      .max(MAX_ARMS),
  }),
  /** next; with `waitFor: outcome`: sent | failed */
  z.object({
    ...shared,
    type: z.literal('message'),
    channel: channelName.default('email'),
    templateId: chosen,
    couponCampaignId: chosen,
    purpose: z.enum(PURPOSES).default('informational'),
    content: contentShape.prefault({}),
    waitFor: z.enum(['nothing', 'outcome']).default('nothing'),
  }),
  /** given | refused: over the budget, or the program does not let them */
  z.object({
    ...shared,
    type: z.literal('incentive'),
    give: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('points'),
        programId: chosen,
        points: z.number().int().min(1).max(1_000_000),
        /** Instead of the program's own term. */
        validDays: z.number().int().min(1).max(3_660).optional(),
      }),
      z.object({ type: z.literal('coupon'), couponCampaignId: chosen }),
    ]),
    /** How many times it is given at most, in all versions of the journey; null: without end. */
    most: z.number().int().min(1).max(100_000_000).nullable().default(null),
  }),
  /** next */
  z.object({
    ...shared,
    type: z.literal('update'),
    set: z
      .array(
        z.object({
          key: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'letters, digits and _'),
          value: z.union([text(1_000), z.number(), z.boolean(), z.null()]),
        }),
      )
      .max(MAX_CHANGES)
      .default([]),
    addTags: z.array(requiredText(100)).max(MAX_CHANGES).default([]),
    removeTags: z.array(requiredText(100)).max(MAX_CHANGES).default([]),
  }),
  /** next. Tells other systems: an event of this name for webhooks and the outbox. */
  z.object({
    ...shared,
    type: z.literal('tell'),
    event: eventName,
    data: z.record(z.string().max(100), z.union([text(1_000), z.number(), z.boolean()])).default({}),
  }),
  /** No line leads here or away: who fulfils it, wherever they are, has arrived. */
  z.object({
    ...shared,
    type: z.literal('goal'),
    when: z.discriminatedUnion('type', [
      z.object({ type: z.literal('rule'), rule: ruleSchema.nullable() }),
      z.object({ type: z.literal('happening'), event: happening }),
    ]),
  }),
  z.object({ ...shared, type: z.literal('exit') }),
]);
export type JourneyNode = z.output<typeof node>;
export type NodeOf<T extends JourneyNode['type']> = Extract<JourneyNode, { type: T }>;

/** How people get in. `api` is besides always open while the journey runs. */
const trigger = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('segment'),
    segmentId: chosen,
    on: z.enum(['entered', 'left']).default('entered'),
  }),
  z.object({ type: z.literal('event'), name: eventName, where: tests }),
  z.object({ type: z.literal('order'), minTotalMinor: z.number().int().min(0).default(0) }),
  /** POST /api/journeys/:id/enter alone. */
  z.object({ type: z.literal('api') }),
  /** All who are in the segment when it is published. */
  z.object({ type: z.literal('audience'), segmentId: chosen }),
]);
export type EntryTrigger = z.output<typeof trigger>;

/** May who has left come in again; nobody is in one journey twice at once. */
const reentry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('once') }),
  z.object({ type: z.literal('after'), days: z.number().int().min(1).max(3_660) }),
  z.object({ type: z.literal('always') }),
]);
export type Reentry = z.output<typeof reentry>;

const entry = z.object({
  trigger,
  reentry: reentry.default({ type: 'once' }),
  /** Only who is in this segment comes in. */
  filterSegmentId: chosen,
  position,
});

/** `from` is a node's id, or "entry" with the exit "next". */
const edge = z.object({ from: nodeId, exit: nodeId, to: nodeId });
export type Edge = z.output<typeof edge>;

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const journeyDefinition = z
  .object({
    entry,
    nodes: z.array(node).max(MAX_JOURNEY_NODES),
    edges: z.array(edge).max(MAX_EDGES),
  })
  .refine(({ nodes }) => distinct([ENTRY, ...nodes.map(({ id }) => id)]), {
    error: 'two nodes have one id',
    path: ['nodes'],
  })
  .refine(({ edges }) => distinct(edges.map(({ from, exit }) => `${from} ${exit}`)), {
    error: 'two lines begin at one exit',
    path: ['edges'],
  })
  .meta({ id: 'JourneyDefinition' });
export type JourneyDefinition = z.output<typeof journeyDefinition>;

/** The exits a node has, in the order they are shown. */
export function exitsOf(of: JourneyNode): string[] {
  switch (of.type) {
    case 'wait':
    case 'wait-until':
    case 'update':
    case 'tell':
      return ['next'];
    case 'wait-event':
      return ['happened', 'timeout'];
    case 'branch':
      return [...of.arms.map(({ id }) => id), 'else'];
    case 'split':
      return of.arms.map(({ id }) => id);
    case 'message':
      return of.waitFor === 'outcome' ? [...MESSAGE_ENDS] : ['next'];
    case 'incentive':
      return ['given', 'refused'];
    case 'goal':
    case 'exit':
    default:
      return [];
  }
}
