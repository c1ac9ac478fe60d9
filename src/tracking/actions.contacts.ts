import {
  addEvidence,
  externalIdKey,
  findByExternalIds,
  holdContacts,
  upsertContacts,
} from '../contacts/index.ts';
import type { Evidence, UpsertInput } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Place, SentEvent } from './fact.ts';
import { claimOf, evidenceOf, fieldsOf, hasProof, orderEmail } from './identity.ts';
import type { Claim } from './identity.ts';
import { secretsOf } from './store.secrets.ts';
import { ensureVisitors } from './store.visitors.ts';

/** Outside ids of shops' logins. */
const USER_NAMESPACE = 'user';

type Claimed = { sent: SentEvent; claim: Claim };
/** Nodes by user id and by anonymous id. */
type Nodes = Map<string, string>;

/**
 * The contact of every event, held against merges until the commit, and the node it is said of: a known one by a server's word or
 * a page's proof, otherwise the visitor of its anonymous id, made when new. What the events prove joins visitors to people with all
 * they did before. Known people and visitors cost four statements, however many events there are.
 */
export async function contactsOf(tx: Ctx, sent: readonly SentEvent[]): Promise<Map<SentEvent, Place>> {
  const secrets = await secretsOf(tx, [
    ...new Set(sent.filter(hasProof).map(({ sender }) => sender.sourceId)),
  ]);
  const claimed = sent.map((one): Claimed => ({
    sent: one,
    claim: claimOf(one, secrets.get(one.sender.sourceId)),
  }));
  // Rows that others may be making at this moment come first, and contacts' locks last: nobody waits in a circle.
  const visitors = await ensureVisitors(tx, [...new Set(claimed.flatMap(anonymousIdOf))]);
  const known = await findUsers(tx, claimed);
  const users = await makeUsers(tx, claimed, known);
  await addEvidence(tx, evidenceIn(claimed, users, visitors));
  await tellOf(
    tx,
    claimed.filter(({ claim }) => claim.by === 'visitor' || known.has(claim.userId)),
    visitors,
  );
  const nodes = claimed.map(({ claim }) => nodeOf(claim, users, visitors));
  const present = await holdContacts(tx, [...nodes, ...visitors.values()]);
  for (const nodeId of visitors.values()) if (!present.has(nodeId)) throw forgotten(nodeId);
  const places = new Map<SentEvent, Place>();
  for (const [i, { sent: one, claim }] of claimed.entries()) {
    const originId = nodes[i] ?? '';
    const contactId = present.get(originId);
    if (contactId === undefined) throw forgotten(originId);
    places.set(one, { contactId, originId, trust: claim.trust });
  }
  return places;
}

/**
 * A visitor who was forgotten between two statements. As a transaction that must give way it is made again, and then the visitor is
 * a new one: `untilUndisturbed` knows it by its code.
 */
const forgotten = (nodeId: string): Error =>
  Object.assign(new Error(`contact ${nodeId} of an event does not exist any more`), { code: '40001' });

function anonymousIdOf({ claim }: Claimed): string[] {
  if (claim.by === 'visitor') return [claim.anonymousId];
  return claim.joins === null ? [] : [claim.joins];
}

function nodeOf(claim: Claim, users: Nodes, visitors: Nodes): string {
  const nodeId = claim.by === 'user' ? users.get(claim.userId) : visitors.get(claim.anonymousId);
  if (nodeId === undefined) throw new Error('an accepted event has no contact');
  return nodeId;
}

async function findUsers(tx: Ctx, claimed: readonly Claimed[]): Promise<Nodes> {
  const ids = [...new Set(claimed.flatMap(({ claim }) => (claim.by === 'user' ? [claim.userId] : [])))].map(
    (id) => ({ namespace: USER_NAMESPACE, id }),
  );
  const found = await findByExternalIds(tx, ids);
  return new Map(
    ids.flatMap((id) => {
      const named = found.get(externalIdKey(id));
      return named === undefined ? [] : [[id.id, named.nodeId] as const];
    }),
  );
}

/** Makes contacts for the users nobody knew, with what is said of them; returns the nodes of all. */
async function makeUsers(tx: Ctx, claimed: readonly Claimed[], known: Nodes): Promise<Nodes> {
  const told = new Set<string>();
  const inputs = claimed.flatMap((one) => {
    const { claim } = one;
    if (claim.by !== 'user' || known.has(claim.userId)) return [];
    const input = inputOf(one, claim.userId);
    // One word makes the contact; others count when they say something.
    if (told.has(claim.userId) && Object.keys(fieldsOf(one.sent, claim)).length === 0) return [];
    told.add(claim.userId);
    return [{ userId: claim.userId, input }];
  });
  const made = await upsertContacts(
    tx,
    inputs.map(({ input }) => input),
  );
  const users = new Map(known);
  for (const [i, { userId }] of inputs.entries()) users.set(userId, made[i]?.originId ?? '');
  return users;
}

/** What identify calls say of users known before, and whose order a server told of without a user. */
async function tellOf(tx: Ctx, claimed: readonly Claimed[], visitors: Nodes): Promise<void> {
  const ordered = new Map<string, string>();
  const inputs = claimed.flatMap((one): UpsertInput[] => {
    const { sent, claim } = one;
    if (claim.by === 'user')
      return Object.keys(fieldsOf(sent, claim)).length > 0 ? [inputOf(one, claim.userId)] : [];
    const email = claim.trust === 'server' ? orderEmail(sent) : null;
    const contactId = visitors.get(claim.anonymousId);
    if (email === null || contactId === undefined) return [];
    ordered.set(claim.anonymousId, contactId);
    return [{ contactId, email, occurredAt: sent.event.occurredAt }];
  });
  await upsertContacts(tx, inputs);
  // Who was forgotten meanwhile has just been made again under an id that nothing leads to.
  if (ordered.size === 0) return;
  const now = await ensureVisitors(tx, [...ordered.keys()]);
  for (const [anonymousId, contactId] of ordered)
    if (now.get(anonymousId) !== contactId) throw forgotten(contactId);
}

function inputOf({ sent, claim }: Claimed, userId: string): UpsertInput {
  return {
    ...fieldsOf(sent, claim),
    externalIds: [{ namespace: USER_NAMESPACE, id: userId }],
    occurredAt: sent.event.occurredAt,
  };
}

function evidenceIn(claimed: readonly Claimed[], users: Nodes, visitors: Nodes): Evidence[] {
  return claimed.flatMap(({ sent, claim }) => {
    const { visitor, own } = evidenceOf(sent, claim);
    const nodeId = nodeOf(claim, users, visitors);
    const joins = claim.by === 'user' && claim.joins !== null ? visitors.get(claim.joins) : undefined;
    return [
      ...own.map((said) => ({ ...said, contactId: nodeId })),
      ...(joins === undefined ? [] : visitor.map((said) => ({ ...said, contactId: joins }))),
    ];
  });
}
