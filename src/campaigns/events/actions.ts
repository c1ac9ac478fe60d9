import { recordConsents, suppress } from '../../contacts/index.ts';
import type { SuppressReason } from '../../contacts/index.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { emit } from '../../core/outbox.ts';
import { settleCoupons } from '../../loyalty/index.ts';
import { tellSettled } from '../actions.leaf.ts';
import { newResponse, storeResponses, visitKey } from '../actions.responses.ts';
import { lanes } from '../actions.run.ts';
import { classify } from '../classify.ts';
import { PURPOSES } from '../contract.ts';
import { consentChannel } from '../store.refusal.ts';
import { verdictOf } from '../outcome.ts';
import { reopenRuns } from '../store.campaigns.ts';
import type { NewResponse } from '../store.responses.ts';
import { changeOf, wordOf } from './provider.ts';
import type { ProviderEvent } from './provider.ts';
import * as store from './store.ts';
import type { MessageHeld, Settled } from './store.ts';

/** Events of one transaction. */
const AT_ONCE = 2_500;

/**
 * Takes what a provider tells: each event once, for good. Messages move by what all their events together say, so that neither
 * order nor repetition matters; an unknown one is resolved, a blocked one goes again; what readers did becomes responses; bounces,
 * complaints and unsubscriptions stop further mail. Events of nobody's message are kept for looking them up. Returns how many
 * were new.
 */
export async function recordProviderEvents(ctx: Ctx, events: readonly ProviderEvent[]): Promise<number> {
  authorise(ctx, 'campaigns:send');
  const once = [
    ...new Map(events.map((event) => [`${event.provider} ${event.providerEventId}`, event])).values(),
  ];
  let fresh = 0;
  for (let from = 0; from < once.length; from += AT_ONCE) {
    const part = once.slice(from, from + AT_ONCE);
    fresh += await untilUndisturbed(() => inTx(ctx, (tx) => recordPart(tx, part)));
  }
  return fresh;
}

type Matched = { event: ProviderEvent; message: MessageHeld };

async function recordPart(tx: Ctx, events: readonly ProviderEvent[]): Promise<number> {
  const refs = new Map(
    events.flatMap(({ message }) => (message === null ? [] : [[message.messageId, message]])),
  );
  const held = await store.holdMessages(tx, [...refs.values()]);
  const messageOf = (event: ProviderEvent): MessageHeld | undefined =>
    held.get(event.message?.messageId ?? '');
  const made = await store.insertEvents(
    tx,
    events.map((event) => ({ ...event, matched: messageOf(event) !== undefined })),
  );
  const fresh = events.filter(({ providerEventId }) => made.has(providerEventId));
  const matched = fresh.flatMap((event): Matched[] => {
    const message = messageOf(event);
    return message === undefined ? [] : [{ event, message }];
  });
  await moveMessages(tx, [...new Set(matched.map(({ message }) => message))]);
  await respond(tx, matched);
  await withdraw(tx, matched);
  await suppressAddresses(tx, fresh, messageOf);
  return fresh.length;
}

/** Brings messages to what all that was ever told of them says. */
async function moveMessages(tx: Ctx, messages: readonly MessageHeld[]): Promise<void> {
  const told = await store.eventsOf(
    tx,
    messages.map(({ id }) => id),
  );
  const settled: Settled[] = [];
  for (const message of messages) {
    const word = wordOf(told.get(message.id) ?? []);
    const change = word === null ? null : changeOf(message, word);
    if (change !== null) settled.push(settle(tx, message, change));
  }
  await store.settleByProvider(tx, settled);
  const moved = new Set(settled.map(({ id }) => id));
  await tellSettled(
    tx,
    messages.filter(({ id }) => moved.has(id)),
  );
  const keys = (state: Settled['state']) =>
    settled.filter((one) => one.state === state).map(({ contactId, id }) => ({ contactId, sendKey: id }));
  await settleCoupons(tx, 'issued', keys('sent'));
  await settleCoupons(tx, 'void', keys('failed'));
  const again = new Set(keys('retry').map(({ sendKey }) => sendKey));
  if (again.size === 0) return;
  await reopenRuns(tx, [...new Set(messages.filter(({ id }) => again.has(id)).map(({ runId }) => runId))]);
  await emit(tx, 'job.campaigns.send', lanes());
}

function settle(tx: Ctx, message: MessageHeld, change: NonNullable<ReturnType<typeof changeOf>>): Settled {
  const { contactId, id, plannedAt, failures } = message;
  const same = { contactId, id, plannedAt, failures, dueAt: null, deliveredAt: null, detail: null };
  if (change.to === 'sent')
    return { ...same, state: 'sent', reason: null, deliveredAt: change.deliveredAt ?? message.deliveredAt };
  if (change.to === 'failed')
    return { ...same, state: 'failed', reason: change.reason, detail: change.detail };
  if (message.campaignState === 'cancelled')
    return { ...same, state: 'failed', reason: 'blocked', detail: change.detail };
  const verdict = verdictOf(
    { kind: 'retryable', reason: 'blocked', detail: change.detail ?? '' },
    { ...message, now: tx.clock.now(), chance: Math.random() },
  );
  return { ...same, ...verdict, state: verdict.state === 'retry' ? 'retry' : 'failed' };
}

/** What readers did, told by people and machines apart. */
async function respond(tx: Ctx, matched: readonly Matched[]): Promise<void> {
  const clicks = matched.filter(({ event }) => event.kind === 'clicked');
  const links = await store.linkNumbers(tx, [...new Set(clicks.map(({ message }) => message.campaignId))]);
  const responses = matched.flatMap(({ event, message }): NewResponse[] => {
    const { kind, occurredAt, userAgent } = event;
    const plain = { human: true, reason: null, linkNo: null, userAgent: null };
    if (kind === 'unsubscribed')
      return [newResponse(message, occurredAt, { kind, ...plain }, `unsubscribed ${message.id}`)];
    if (kind === 'spam')
      return [newResponse(message, occurredAt, { kind: 'complained', ...plain }, `complained ${message.id}`)];
    if (kind !== 'opened' && kind !== 'clicked') return [];
    const visit = { method: 'GET', userAgent: userAgent ?? '', purpose: '' };
    const judged = classify(visit, message.handedAt, occurredAt);
    const linkNo = kind === 'clicked' ? (links.get(`${message.campaignId} ${event.url}`) ?? null) : null;
    const facts = { kind, linkNo, ...judged, userAgent };
    return [newResponse(message, occurredAt, facts, visitKey(message.id, occurredAt, facts))];
  });
  await storeResponses(tx, responses);
}

/** Whoever unsubscribes takes back the word on this purpose and on marketing; whoever complains, on everything. */
async function withdraw(tx: Ctx, matched: readonly Matched[]): Promise<void> {
  const words = matched.flatMap(({ event, message }) => {
    const { kind, provider, occurredAt } = event;
    if (kind !== 'unsubscribed' && kind !== 'spam') return [];
    const purposes = kind === 'spam' ? [...PURPOSES, 'marketing'] : [message.purpose, 'marketing'];
    return purposes.map((purpose) => ({
      contactId: message.contactId,
      channel: consentChannel(event.channel),
      purpose,
      granted: false,
      source: kind === 'spam' ? 'spam complaint' : `unsubscribe at ${provider}`,
      proof: { messageId: message.id, campaignId: message.campaignId },
      occurredAt,
    }));
  });
  await recordConsents(tx, words);
}

/** A message that is refused because of its address says so in words. */
const DROPPED: ReadonlyArray<[RegExp, SuppressReason]> = [
  [/bounce|invalid/i, 'hard_bounce'],
  [/spam/i, 'complaint'],
  [/unsubscri/i, 'unsubscribe'],
];

function suppressionOf({ kind, reason }: ProviderEvent): SuppressReason | null {
  if (kind === 'bounced') return 'hard_bounce';
  if (kind === 'spam') return 'complaint';
  if (kind === 'unsubscribed') return 'unsubscribe';
  if (kind !== 'dropped') return null;
  return DROPPED.find(([words]) => words.test(reason ?? ''))?.[1] ?? null;
}

/** By the address the provider names, also when the mail was not ours: it is as dead, or as unwilling. */
async function suppressAddresses(
  tx: Ctx,
  events: readonly ProviderEvent[],
  messageOf: (event: ProviderEvent) => MessageHeld | undefined,
): Promise<void> {
  const entries = new Map<string, { channel: string; address: string; reason: SuppressReason }>();
  for (const event of events) {
    const reason = suppressionOf(event);
    const address = event.address ?? messageOf(event)?.address ?? null;
    if (reason === null || address === null) continue;
    const known = entries.get(address);
    if (known === undefined || known.reason === 'unsubscribe')
      entries.set(address, { channel: consentChannel(event.channel), address, reason });
  }
  const sorted = [...entries.values()].toSorted((a, b) => (a.address < b.address ? -1 : 1));
  await suppress(tx, sorted);
}
