import {
  externalIdKey,
  findByExternalIds,
  holdContacts,
  lockVisitors,
  mergeContacts,
  upsertContacts,
} from '../contacts/index.ts';
import type { UpsertInput } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { claimOf } from './identity.ts';
import type { Claim } from './identity.ts';
import type { NormalEvent, Place, SentEvent } from './fact.ts';
import { ensureVisitors } from './store.visitors.ts';
import { fieldsFromTraits } from './traits.ts';

/** Outside ids of shops' logins. */
const USER_NAMESPACE = 'user';

type Claimed = { event: NormalEvent; claim: Claim };
type Users = Map<string, string>;
type Visitors = Map<string, string>;

/**
 * The contact of every event, held against merges until the commit: a known one by a server's word, otherwise the visitor of its
 * anonymous id, made when new. A visitor whom a server names joins that contact with all it did before.
 */
export async function contactsOf(tx: Ctx, sent: readonly SentEvent[]): Promise<Map<SentEvent, Place>> {
  const claimed = sent.map(({ event, sender }): Claimed => ({ event, claim: claimOf(event, sender.trust) }));
  const visitors = await ensureVisitors(tx, [...new Set(claimed.flatMap(anonymousIdOf))]);
  const users = await ensureUsers(tx, claimed);
  await joinVisitors(tx, claimed, users, visitors);
  const wanted = claimed.map(({ claim }) => idOf(claim, users, visitors));
  const present = await holdContacts(tx, [...new Set(wanted)]);
  const places = new Map<SentEvent, Place>();
  for (const [i, one] of sent.entries()) {
    const contactId = present.get(wanted[i] ?? '');
    if (contactId === undefined) throw new Error(`contact ${wanted[i]} of an event does not exist`);
    places.set(one, { contactId, originId: contactId, trust: one.sender.trust });
  }
  return places;
}

function anonymousIdOf({ claim }: Claimed): string[] {
  if (claim.by === 'visitor') return [claim.anonymousId];
  return claim.joins === null ? [] : [claim.joins];
}

function idOf(claim: Claim, users: Users, visitors: Visitors): string {
  const contactId = claim.by === 'user' ? users.get(claim.userId) : visitors.get(claim.anonymousId);
  if (contactId === undefined) throw new Error('an accepted event has no contact');
  return contactId;
}

/** Contacts by user id. Only what is new goes through the contact's door: unknown ids, and what identify calls say. */
async function ensureUsers(tx: Ctx, claimed: readonly Claimed[]): Promise<Users> {
  const named = claimed.flatMap(({ event, claim }) =>
    claim.by === 'user' ? [{ event, userId: claim.userId }] : [],
  );
  const ids = [...new Set(named.map(({ userId }) => userId))].map((id) => ({
    namespace: USER_NAMESPACE,
    id,
  }));
  const found = await findByExternalIds(tx, ids);
  const users: Users = new Map();
  for (const id of ids) {
    const contactId = found.get(externalIdKey(id));
    if (contactId !== undefined) users.set(id.id, contactId);
  }
  const told = new Set<string>();
  const inputs = named.flatMap(({ event, userId }) => {
    const fields = event.type === 'identify' ? fieldsFromTraits(event.properties) : {};
    const saysNothing = Object.keys(fields).length === 0;
    if (saysNothing && (users.has(userId) || told.has(userId))) return [];
    told.add(userId);
    const externalIds = [{ namespace: USER_NAMESPACE, id: userId }];
    return [
      { userId, input: { ...fields, externalIds, occurredAt: event.occurredAt } satisfies UpsertInput },
    ];
  });
  const results = await upsertContacts(
    tx,
    inputs.map(({ input }) => input),
  );
  for (const [i, { userId }] of inputs.entries()) {
    const contactId = results[i]?.contactId;
    if (contactId !== undefined) users.set(userId, contactId);
  }
  return users;
}

/** A server that names both ids proves who the visitor is: once, and a visitor that is somebody already stays who it is. */
async function joinVisitors(
  tx: Ctx,
  claimed: readonly Claimed[],
  users: Users,
  visitors: Visitors,
): Promise<void> {
  const joins = new Map<string, string>();
  for (const { claim } of claimed) {
    if (claim.by !== 'user' || claim.joins === null) continue;
    const from = visitors.get(claim.joins);
    const to = users.get(claim.userId);
    if (from !== undefined && to !== undefined && from !== to && !joins.has(from)) joins.set(from, to);
  }
  const open = await lockVisitors(tx, [...joins.keys()]);
  for (const from of [...open].toSorted()) {
    const to = joins.get(from);
    if (to === undefined) continue;
    await mergeContacts(tx, { from, to, reason: 'a server named both ids' });
  }
}
