import { isbot } from 'isbot';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { idFrom, newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { contactsOf } from './actions.contacts.ts';
import { takeOrders } from './actions.orders.ts';
import type { OrderNote } from './actions.orders.ts';
import type { EventRecorded, IngestAnswer, SourceKind } from './contract.ts';
import { normalise } from './normalise.ts';
import type { NormalEvent, Trust } from './normalise.ts';
import * as store from './store.ts';
import type { DeadLetterRow, FactRow } from './store.ts';

/** A dead letter keeps this much of the raw text: twice the largest event allowed, to see what made it too large. */
const MAX_RAW_CHARS = 65_536;
/** Sources whose events come from browsers, where a user agent tells bots from people. */
const BROWSER_SOURCES: readonly SourceKind[] = ['site', 'shop'];
/** Two requests may want the same contacts in another order; PostgreSQL ends one of them, which then goes again. */
const ATTEMPTS = 3;
const COLLISIONS = new Set(['40P01', '40001']);

export type Sender = { sourceId: string; kind: SourceKind; trust: Trust };
type Placed = { event: NormalEvent; fact: FactRow };

/**
 * Takes events of one request: facts, visitors, joins, orders, dead letters and outbox events commit together, and only then it
 * returns. An event seen before is counted and not stored again; a wrong one is set aside with its reason.
 */
export async function ingest(ctx: Ctx, sender: Sender, raws: readonly unknown[]): Promise<IngestAnswer> {
  const receivedAt = ctx.clock.now();
  const verdicts = raws.map((raw) => normalise(raw, receivedAt));
  const rejected = verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict]));
  const good = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.event] : []));
  const { accepted, notes } = await again(ctx, () =>
    inTx(ctx, async (tx) => {
      const fresh = await notSeen(tx, sender, good);
      const noted = fresh.length === 0 ? [] : await record(tx, sender, fresh);
      await setAside(tx, sender.sourceId, [...rejected, ...noted.map(letterOf)]);
      return { accepted: fresh.length, notes: noted };
    }),
  );
  return {
    accepted,
    duplicate: good.length - accepted,
    rejected: rejected.map(({ messageId, reason }) => ({ messageId, reason })),
    ...(notes.length === 0
      ? {}
      : { notes: notes.map(({ event, reason }) => ({ messageId: event.messageId, reason })) }),
  };
}

/** Only outside a transaction of somebody else, which a collision ends as a whole. */
async function again<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (ctx.inTransaction || attempt === ATTEMPTS || !isCollision(error)) throw error;
    }
  }
}

function isCollision(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && typeof error.code === 'string' && COLLISIONS.has(error.code)) return true;
  return 'cause' in error && isCollision(error.cause);
}

function letterOf({ event, reason }: OrderNote): Omit<DeadLetterRow, 'id'> {
  return { messageId: event.messageId, reason: `order not taken: ${reason}`, raw: JSON.stringify(event) };
}

async function setAside(
  tx: Ctx,
  sourceId: string,
  letters: ReadonlyArray<Omit<DeadLetterRow, 'id'>>,
): Promise<void> {
  if (letters.length === 0) return;
  await store.insertDeadLetters(
    tx,
    sourceId,
    letters.map(({ messageId, reason, raw }) => {
      const text = raw.slice(0, MAX_RAW_CHARS);
      return { id: idFrom(`${sourceId}\n${messageId}\n${reason}\n${text}`), messageId, reason, raw: text };
    }),
  );
}

/** First of each message id in the request, less those any request brought before. What has no id cannot be recognised. */
async function notSeen(tx: Ctx, sender: Sender, events: readonly NormalEvent[]): Promise<NormalEvent[]> {
  const first = new Map<string, NormalEvent>();
  for (const event of events) {
    if (event.messageId !== null && !first.has(event.messageId)) first.set(event.messageId, event);
  }
  const fresh = await store.markSeen(tx, sender, [...first.keys()]);
  return events.filter(
    (event) =>
      event.messageId === null || (first.get(event.messageId) === event && fresh.has(event.messageId)),
  );
}

/** Stores new events as facts of their contacts and places their orders; returns why an order was not taken. */
async function record(tx: Ctx, sender: Sender, events: readonly NormalEvent[]): Promise<OrderNote[]> {
  const contacts = await contactsOf(tx, events, sender.trust);
  const placed = events.map((event): Placed => ({
    event,
    fact: factOf(event, contacts.get(event) ?? '', sender),
  }));
  await store.insertFacts(
    tx,
    sender.sourceId,
    placed.map(({ fact }) => fact),
  );
  const people = placed.filter(({ fact }) => !fact.bot);
  const notes = await takeOrders(
    tx,
    sender,
    people.map(({ event, fact }) => ({ event, contactId: fact.contactId })),
  );
  await emit(
    tx,
    'event.recorded',
    placed.map(({ fact }) => recorded(fact)),
  );
  return notes;
}

function factOf(event: NormalEvent, contactId: string, sender: Sender): FactRow {
  const agent = event.context['userAgent'];
  const unproven = sender.trust === 'public' && event.userId !== null ? { claimedUserId: event.userId } : {};
  return {
    id: newId(),
    contactId,
    messageId: event.messageId,
    type: event.type,
    name: event.name,
    occurredAt: event.occurredAt,
    properties: event.properties,
    context: { ...event.context, ...unproven },
    trust: sender.trust,
    bot:
      sender.trust === 'public' &&
      BROWSER_SOURCES.includes(sender.kind) &&
      typeof agent === 'string' &&
      isbot(agent),
  };
}

function recorded(fact: FactRow): EventRecorded {
  return {
    contactId: fact.contactId,
    id: fact.id,
    occurredAt: fact.occurredAt.toISOString(),
    name: fact.name,
    type: fact.type,
    trust: fact.trust,
    bot: fact.bot,
  };
}
