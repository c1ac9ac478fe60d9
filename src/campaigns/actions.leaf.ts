import { z } from 'zod';
import type { Ctx } from '../core/ctx.ts';
import type { OutboxEvent, Subscription } from '../core/jobs.ts';
import { emit } from '../core/outbox.ts';
import { evaluateHappenings } from '../segments/index.ts';
import type { Happening } from '../segments/index.ts';
import { responseEvent } from './contract.ts';
import { MESSAGE_KINDS } from './contract.leaf.ts';
import { LEDGER_KINDS, messageFacts } from './leaf.ts';

/** What becomes of messages has the segments that ask for messages look at their contacts. */

/** Contacts of one event: a payload has its bound. A batch of sending is one or two. */
const CONTACTS_PER_EVENT = 400;

/** Tells whose messages were sent, failed, arrived or came back; in the transaction that writes it. */
export async function tellSettled(
  ctx: Ctx,
  messages: ReadonlyArray<{ contactId: string; campaignId: string }>,
): Promise<void> {
  const payloads: { campaignId: string; contactIds: string[] }[] = [];
  for (const [campaignId, own] of Map.groupBy(messages, (one) => one.campaignId)) {
    const contactIds = [...new Set(own.map(({ contactId }) => contactId))];
    for (let from = 0; from < contactIds.length; from += CONTACTS_PER_EVENT)
      payloads.push({ campaignId, contactIds: contactIds.slice(from, from + CONTACTS_PER_EVENT) });
  }
  await emit(ctx, 'messages.settled', payloads);
}

const settled = z.object({ campaignId: z.uuid(), contactIds: z.array(z.uuid()) });

const onSettled = (events: readonly OutboxEvent[]): Happening[] =>
  events.flatMap(({ id, payload }) => {
    const { campaignId, contactIds } = settled.parse(payload);
    const facts = messageFacts(LEDGER_KINDS, campaignId);
    return contactIds.map((contactId) => ({ contactId, facts, causeId: id }));
  });

const onResponse = (events: readonly OutboxEvent[]): Happening[] =>
  events.flatMap(({ payload }) => {
    const { id, contactId, campaignId, kind } = responseEvent.parse(payload);
    const known = MESSAGE_KINDS.filter((one) => one === kind);
    return known.length === 0 ? [] : [{ contactId, facts: messageFacts(known, campaignId), causeId: id }];
  });

/** Contacts of one transaction. */
const MAX_SETTLED = 4_000;

const on = (topic: string, read: (events: readonly OutboxEvent[]) => Happening[]): Subscription => ({
  name: `segments by messages on ${topic}`,
  topic,
  handle: (ctx, events) => evaluateHappenings(ctx, read(events)),
});

export const messageLeafSubscriptions: Subscription[] = [
  { ...on('messages.settled', onSettled), things: MAX_SETTLED },
  on('response.recorded', onResponse),
  on('response.reclassified', onResponse),
];
