import type { Ctx } from '../core/ctx.ts';
import { idFrom, newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { contactsOf } from './actions.contacts.ts';
import { botReason } from './behaviour/bots.ts';
import { takeCommerce } from './commerce/actions.ts';
import { MAX_RAW_CHARS, MAX_RECORDED } from './contract.ts';
import type { EventRecorded, LetterKind } from './contract.ts';
import type { Fact, Note, Place, Sender, SentEvent } from './fact.ts';
import { addToMinutes } from './store.health.ts';
import type { Counts } from './store.health.ts';
import { insertLetters } from './store.letters.ts';
import type { DeadLetterRow } from './store.letters.ts';
import * as store from './store.ts';
import { rawOf } from './submission.ts';
import type { Outcome, Submission } from './submission.ts';

/** Has the counters of what this process stores outside the group commit. */
const OWN_WRITER = newId();
/** What the outbox takes in one payload, less the braces around. */
const MAX_PAYLOAD_BYTES = 16_000;

/**
 * Stores what several requests brought, in the caller's transaction: guards against doubles, contacts, facts, orders, dead
 * letters, outbox. A handful of statements whatever the number of events. Returns an outcome for each submission. `writer` has
 * the counters of the sources to itself.
 */
export async function recordBatch(
  tx: Ctx,
  submissions: readonly Submission[],
  writer: string = OWN_WRITER,
): Promise<Outcome[]> {
  const fresh = await store.markSeen(
    tx,
    submissions.flatMap(({ events }) => events),
  );
  const notes = fresh.length === 0 ? [] : await record(tx, fresh);
  await setAside(tx, submissions, notes);
  const outcomes = outcomesOf(submissions, fresh, notes);
  await addToMinutes(tx, writer, countsOf(submissions, outcomes));
  return outcomes;
}

function countsOf(submissions: readonly Submission[], outcomes: readonly Outcome[]): Counts[] {
  const bySource = new Map<string, Counts>();
  for (const [i, { sender, events, rejected }] of submissions.entries()) {
    const { sourceId } = sender;
    const counts = bySource.get(sourceId) ?? { sourceId, accepted: 0, duplicate: 0, rejected: 0 };
    bySource.set(sourceId, counts);
    const accepted = outcomes[i]?.accepted ?? 0;
    counts.accepted += accepted;
    counts.duplicate += events.length - accepted;
    counts.rejected += rejected.length;
  }
  return [...bySource.values()];
}

function outcomesOf(
  submissions: readonly Submission[],
  fresh: readonly SentEvent[],
  notes: readonly Note[],
): Outcome[] {
  const stored = new Set(fresh);
  const noted = Map.groupBy(notes, ({ fact }) => fact.event);
  return submissions.map(({ events }) => {
    const mine = events.filter((one) => stored.has(one));
    return {
      accepted: mine.length,
      unstored: [],
      notes: noted.size === 0 ? [] : mine.flatMap(({ event }) => noted.get(event) ?? []),
    };
  });
}

/** Stores new events as facts of their contacts and places their orders; returns why an order was not taken. */
async function record(tx: Ctx, events: readonly SentEvent[]): Promise<Note[]> {
  const places = await contactsOf(tx, events);
  const facts = events.map((sent) => factOf(sent, places.get(sent)));
  await store.insertFacts(tx, facts);
  const notes = await takeCommerce(
    tx,
    facts.filter((fact) => !fact.bot),
  );
  await emit(tx, 'event.recorded', payloadsOf(facts.map(recorded)));
  return notes;
}

function factOf({ event, sender }: SentEvent, place: Place | undefined): Fact {
  if (place === undefined) throw new Error('an accepted event has no contact');
  const reason = botReason(event.context, sender.kind, sender.trust);
  return {
    event: reason === null ? event : { ...event, context: { ...event.context, botReason: reason } },
    sender,
    ...place,
    id: newId(),
    bot: reason !== null,
  };
}

function recorded({ event, sender, ...fact }: Fact): EventRecorded {
  return {
    contactId: fact.contactId,
    id: fact.id,
    sourceId: sender.sourceId,
    occurredAt: event.occurredAt.toISOString(),
    name: event.name,
    type: event.type,
    trust: fact.trust,
    bot: fact.bot,
  };
}

/** As many events together as an outbox payload holds. */
function payloadsOf(events: readonly EventRecorded[]): Array<{ events: EventRecorded[] }> {
  const payloads: Array<{ events: EventRecorded[] }> = [];
  let bytes = 0;
  for (const event of events) {
    const own = Buffer.byteLength(JSON.stringify(event)) + 1;
    const last = payloads.at(-1);
    if (last === undefined || last.events.length === MAX_RECORDED || bytes + own > MAX_PAYLOAD_BYTES) {
      payloads.push({ events: [event] });
      bytes = own;
    } else {
      last.events.push(event);
      bytes += own;
    }
  }
  return payloads;
}

async function setAside(tx: Ctx, submissions: readonly Submission[], notes: readonly Note[]): Promise<void> {
  const letters = submissions.flatMap(({ sender, rejected }) =>
    rejected.map(({ messageId, reason, raw, nameless }) =>
      letterOf('event', sender, { messageId: nameless === true ? null : messageId, reason, raw }),
    ),
  );
  for (const { fact, reason } of notes) {
    const { event, sender } = fact;
    const { messageId } = event;
    letters.push(
      letterOf('order', sender, {
        messageId,
        reason: `order not taken: ${reason}`,
        raw: rawOf(event, fact.id),
      }),
    );
  }
  if (letters.length > 0) await insertLetters(tx, letters);
}

function letterOf(
  kind: LetterKind,
  { sourceId, trust }: Sender,
  what: Pick<DeadLetterRow, 'messageId' | 'reason' | 'raw'>,
): DeadLetterRow {
  const { messageId, reason } = what;
  const raw = what.raw.slice(0, MAX_RAW_CHARS).toWellFormed();
  const id = idFrom(`${sourceId}\n${messageId}\n${reason}\n${raw}`);
  return { id, sourceId, kind, trust, messageId, reason, raw };
}
