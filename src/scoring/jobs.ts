import { z } from 'zod';
import type { Ctx } from '../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../core/jobs.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { EventRecorded } from '../tracking/contract.ts';
import { recordedEvents } from '../tracking/index.ts';
import { leadChanges } from './actions.leaf.ts';
import { rejudgeFacts, reviewContacts, reviewDue, reviewSeparated, scoreFacts } from './actions.ts';
import type { Fact } from './match.ts';

/** Contacts reviewed in one transaction. */
const REVIEW_BATCH = 500;

/** Events of a transaction of the usual size. */
const EVENTS = 1_000;

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
});

const eventFact = (e: EventRecorded): Fact => ({
  contactId: e.contactId,
  kind: 'event',
  name: e.name,
  id: e.id,
  messageId: null,
  occurredAt: new Date(e.occurredAt),
  trust: e.trust,
  // A server that tells who somebody is (every night, of everybody) is no sign of that person.
  human: !e.bot && (e.type !== 'identify' || e.trust === 'public'),
});

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
    human: true,
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

/** Who somebody is has changed, or whose facts are whose: leads among them are looked at again. */
const review = (topic: string, contactsIn: (payload: unknown) => readonly string[]): Subscription => ({
  name: `review after ${topic}`,
  topic,
  handle: (ctx, events) =>
    reviewContacts(ctx, [...new Set(events.flatMap(({ payload }) => contactsIn(payload)))]),
});

const theContact = (payload: unknown) => [z.object({ contactId: z.uuid() }).parse(payload).contactId];
const theContacts = (payload: unknown) =>
  z.object({ contactIds: z.array(z.uuid()) }).parse(payload).contactIds;
const theSeparated = (payload: unknown) =>
  Object.values(z.object({ from: z.uuid(), to: z.uuid() }).parse(payload));
const theSurvivor = (payload: unknown) => [z.object({ to: z.uuid() }).parse(payload).to];

export const scoringSubscriptions: readonly Subscription[] = [
  leadChanges,
  {
    name: 'score event.recorded',
    topic: 'event.recorded',
    things: EVENTS,
    handle: (ctx, events) => scoreFacts(ctx, recordedEvents(events).map(eventFact)),
  },
  score('response.recorded', responseFact),
  score('order.placed', orderFact),
  {
    name: 'score response.reclassified',
    topic: 'response.reclassified',
    handle: (ctx, events) =>
      rejudgeFacts(
        ctx,
        events.map(({ payload }) => responseFact(payload)),
      ),
  },
  review('contact.changed', theContact),
  review('contact.merged', theSurvivor),
  {
    name: 'review after contact.unmerged',
    topic: 'contact.unmerged',
    handle: (ctx, events) =>
      reviewSeparated(ctx, [...new Set(events.flatMap(({ payload }) => theSeparated(payload)))]),
  },
  review('order.returned', theContact),
  review('order.adjusted', theContact),
  review('orders.imported', theContacts),
  review('contacts.imported', theContacts),
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
