import { z } from 'zod';
import type { Ctx } from '../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../core/jobs.ts';
import { MINUTE_MS } from '../core/time.ts';
import { eventRecorded } from '../tracking/contract.ts';
import { reviewContacts, reviewDue, scoreFacts } from './actions.ts';
import type { Fact } from './match.ts';

/** Contacts reviewed in one transaction. */
const REVIEW_BATCH = 500;

const responseRecorded = z.object({
  contactId: z.uuid(),
  messageId: z.uuid(),
  kind: z.string(),
  human: z.boolean(),
  occurredAt: z.iso.datetime(),
  id: z.uuid(),
});
const orderPlaced = z.object({
  contactId: z.uuid(),
  orderId: z.uuid(),
  occurredAt: z.iso.datetime(),
  anonymous: z.boolean().default(false),
});
const merged = z.object({ from: z.uuid(), to: z.uuid() });

const eventFact = (payload: unknown): Fact => {
  const e = eventRecorded.parse(payload);
  return {
    contactId: e.contactId,
    kind: 'event',
    name: e.name,
    id: e.id,
    messageId: null,
    occurredAt: new Date(e.occurredAt),
    trust: e.trust,
    human: !e.bot,
  };
};

const responseFact = (payload: unknown): Fact => {
  const r = responseRecorded.parse(payload);
  return {
    contactId: r.contactId,
    kind: 'response',
    name: r.kind,
    id: r.id,
    messageId: r.messageId,
    occurredAt: new Date(r.occurredAt),
    trust: 'server',
    human: r.human,
  };
};

const orderFact = (payload: unknown): Fact => {
  const o = orderPlaced.parse(payload);
  return {
    contactId: o.contactId,
    kind: 'order',
    name: 'order',
    id: o.orderId,
    messageId: null,
    occurredAt: new Date(o.occurredAt),
    trust: 'server',
    human: !o.anonymous,
  };
};

const score = (topic: string, toFact: (payload: unknown) => Fact): Subscription => ({
  name: `score ${topic}`,
  topic,
  handle: (ctx: Ctx, events: readonly OutboxEvent[]) =>
    scoreFacts(
      ctx,
      events.map(({ payload }) => toFact(payload)),
    ),
});

export const scoringSubscriptions: readonly Subscription[] = [
  score('event.recorded', eventFact),
  score('response.recorded', responseFact),
  score('order.placed', orderFact),
  {
    name: 'rescore merged contacts',
    topic: 'contact.merged',
    handle: (ctx, events) =>
      reviewContacts(ctx, [...new Set(events.map(({ payload }) => merged.parse(payload).to))]),
  },
];

export const scoringJobs: readonly Job[] = [
  {
    name: 'scoring.review',
    everyMs: MINUTE_MS,
    run: async (ctx, _data, signal) => {
      while (!signal.aborted && (await reviewDue(ctx, REVIEW_BATCH)));
    },
  },
];
