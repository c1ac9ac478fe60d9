import { isbot } from 'isbot';
import { mergeContacts, upsertContacts } from '../contacts/index.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import type { EventRecorded, IngestAnswer } from './contract.ts';
import { claimOf, fieldsFromTraits } from './identity.ts';
import type { Claim } from './identity.ts';
import { normalise } from './normalise.ts';
import type { NormalEvent, Trust, Verdict } from './normalise.ts';
import { takeOrders } from './orders.ts';
import * as store from './store.ts';
import type { FactRow } from './store.ts';

/** Outside ids of shops' logins. */
const USER_NAMESPACE = 'user';
/** A dead letter keeps this much of the raw text: the largest event allowed, for replay. */
const MAX_RAW_CHARS = 65_536;
/** Sources whose events come from browsers, where a user agent tells bots from people. */
const BROWSER_SOURCES = new Set(['site', 'shop']);

export type Sender = { sourceId: string; kind: string; trust: Trust };
type Raw = { raw: unknown; size: number };
type Claimed = { event: NormalEvent; claim: Claim };

/**
 * Takes events of one request: facts, visitors, joins, orders, dead letters and outbox events commit together, and only then it
 * returns. An event seen before is counted and not stored again; a wrong one is set aside with its reason.
 */
export async function ingest(ctx: Ctx, sender: Sender, raws: readonly Raw[]): Promise<IngestAnswer> {
  const receivedAt = ctx.clock.now();
  const verdicts = raws.map(({ raw, size }): Verdict =>
    judge(normalise(raw, receivedAt, size), sender.trust),
  );
  const good = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.event] : []));
  const rejected = verdicts.flatMap((v, i) =>
    v.ok ? [] : [{ messageId: v.messageId, reason: v.reason, raw: raws[i]?.raw }],
  );
  const accepted = await inTx(ctx, async (tx) => {
    if (rejected.length > 0) await setAside(tx, sender.sourceId, rejected);
    const fresh = await notSeen(tx, sender.sourceId, good);
    if (fresh.length > 0) await record(tx, sender, fresh);
    return fresh.length;
  });
  return {
    accepted,
    duplicate: good.length - accepted,
    rejected: rejected.map(({ messageId, reason }) => ({ messageId, reason })),
  };
}

function judge(verdict: Verdict, trust: Trust): Verdict {
  if (!verdict.ok) return verdict;
  const claim = claimOf(verdict.event, trust);
  return claim.by === 'nobody'
    ? { ok: false, messageId: verdict.event.messageId, reason: claim.reason }
    : verdict;
}

async function setAside(
  tx: Ctx,
  sourceId: string,
  rejected: ReadonlyArray<{ messageId: string | null; reason: string; raw: unknown }>,
): Promise<void> {
  const letters = rejected.map(({ messageId, reason, raw }) => ({
    id: newId(),
    messageId: messageId?.replaceAll('\u0000', '') ?? null,
    reason,
    raw: (JSON.stringify(raw) ?? '').slice(0, MAX_RAW_CHARS),
  }));
  await store.insertDeadLetters(tx, sourceId, letters);
}

/** First of each message id in the request, less those any request brought before. */
async function notSeen(tx: Ctx, sourceId: string, events: readonly NormalEvent[]): Promise<NormalEvent[]> {
  const first = new Map<string, NormalEvent>();
  for (const event of events) if (!first.has(event.messageId)) first.set(event.messageId, event);
  const fresh = await store.markSeen(tx, sourceId, [...first.keys()]);
  return [...first.values()].filter((event) => fresh.has(event.messageId));
}

async function record(tx: Ctx, sender: Sender, events: readonly NormalEvent[]): Promise<void> {
  const claimed = events.map((event): Claimed => ({ event, claim: claimOf(event, sender.trust) }));
  const users = await ensureUsers(tx, claimed);
  const visitors = await ensureVisitors(tx, claimed);
  await joinVisitors(tx, claimed, users, visitors);
  const facts = claimed.map(({ event, claim }) => factOf(event, contactOf(claim, users, visitors), sender));
  await store.insertFacts(tx, sender.sourceId, facts);
  await takeOrders(tx, sender, facts);
  await emit(tx, 'event.recorded', facts.map(recorded));
}

/** Known contacts by login id, with what identify calls say of them; only servers get here (claimOf). */
async function ensureUsers(tx: Ctx, claimed: readonly Claimed[]): Promise<Map<string, string>> {
  const wanted = claimed.flatMap(({ event, claim }) =>
    claim.by === 'user' ? [{ event, userId: claim.userId }] : [],
  );
  const inputs = wanted.map(({ event, userId }) => ({
    ...(event.type === 'identify' ? fieldsFromTraits(event.traits) : {}),
    externalIds: [{ namespace: USER_NAMESPACE, id: userId }],
    occurredAt: event.occurredAt,
  }));
  const results = await upsertContacts(tx, inputs);
  return new Map(wanted.map(({ userId }, i) => [userId, results[i]?.contactId ?? '']));
}

async function ensureVisitors(tx: Ctx, claimed: readonly Claimed[]): Promise<Map<string, string>> {
  const anonymousIds = new Set(
    claimed.flatMap(({ claim }) =>
      claim.by === 'visitor'
        ? [claim.anonymousId]
        : claim.by === 'user' && claim.joins !== null
          ? [claim.joins]
          : [],
    ),
  );
  return store.ensureVisitors(
    tx,
    [...anonymousIds].map((anonymousId) => ({ anonymousId, contactId: newId() })),
  );
}

/** A server that names both ids proves who the visitor is: the visitor's history joins the contact's, once. */
async function joinVisitors(
  tx: Ctx,
  claimed: readonly Claimed[],
  users: ReadonlyMap<string, string>,
  visitors: Map<string, string>,
): Promise<void> {
  const joins = new Map<string, string>();
  for (const { claim } of claimed) {
    if (claim.by !== 'user' || claim.joins === null) continue;
    const from = visitors.get(claim.joins);
    const to = users.get(claim.userId);
    if (from !== undefined && to !== undefined && from !== to && !joins.has(from)) joins.set(from, to);
  }
  const open = await store.stillVisitors(tx, [...joins.keys()]);
  for (const [from, to] of joins) {
    if (!open.has(from)) continue;
    await mergeContacts(tx, { from, to, reason: 'a server named both ids' });
    for (const [anonymousId, contactId] of visitors) if (contactId === from) visitors.set(anonymousId, to);
  }
}

function contactOf(
  claim: Claim,
  users: ReadonlyMap<string, string>,
  visitors: ReadonlyMap<string, string>,
): string {
  const contactId =
    claim.by === 'user'
      ? users.get(claim.userId)
      : claim.by === 'visitor'
        ? visitors.get(claim.anonymousId)
        : undefined;
  if (contactId === undefined) throw new Error('an accepted event has no contact');
  return contactId;
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
      BROWSER_SOURCES.has(sender.kind) &&
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
    trust: fact.trust === 'server' ? 'server' : 'public',
    bot: fact.bot,
  };
}
