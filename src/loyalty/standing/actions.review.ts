import { holdContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import { minorToWire } from '../../core/money.ts';
import { emit } from '../../core/outbox.ts';
import { directionOf, factsOf, keyOf, readsFrom, reckon, startOf } from './reckon.ts';
import type { FactsRead, Reckoned, Start } from './reckon.ts';
import { documentsOf, pointFactsOf } from './store.facts.ts';
import { laddersInForce } from './store.ladders.ts';
import type { Ladder } from './store.ladders.ts';
import {
  addTransitions,
  dropStandings,
  dueContacts,
  keepStandings,
  loadGrants,
  loadStandings,
} from './store.standing.ts';
import type { Standing, Transition } from './store.standing.ts';
import type { Cause, Grant } from './tier.ts';

/** Looks at members' tiers and writes what has changed. */

/** Contacts of one event: a payload has its bound. */
const CONTACTS_PER_EVENT = 400;
/** Members of one transaction: their contacts are locked meanwhile. */
const REVIEW_BATCH = 500;

/** A member, the ladder of the program, and where the member stands now. */
export type MemberReckoned = { standing: Standing; ladder: Ladder; reckoned: Reckoned };

/** Where members stand at `now`; reads alone. Members of programs without a ladder in force are left out. */
export async function reckonMembers(
  ctx: Ctx,
  standings: readonly Standing[],
  ladders: readonly Ladder[],
  now: Date,
  cause: Cause = 'time',
): Promise<MemberReckoned[]> {
  const members = standings.flatMap((standing) => {
    const ladder = ladders.find(({ programId }) => programId === standing.programId);
    if (ladder === undefined || standing.enrolledAt === null) return [];
    return [{ standing, ladder, start: startOf(ladder, standing.enrolledAt, standing) }];
  });
  if (members.length === 0) return [];
  const grants = await loadGrants(ctx, [...new Set(members.map(({ standing }) => standing.contactId))]);
  const found: MemberReckoned[] = [];
  for (const own of Map.groupBy(members, ({ ladder }) => ladder.ladderId).values())
    found.push(...(await reckonLadder(ctx, own, grants, now, cause)));
  return found;
}

type Member = { standing: Standing; ladder: Ladder; start: Start };

async function reckonLadder(
  ctx: Ctx,
  members: readonly Member[],
  grants: ReadonlyMap<string, Grant[]>,
  now: Date,
  cause: Cause,
): Promise<MemberReckoned[]> {
  const ladder = members[0]?.ladder;
  if (ladder === undefined) return [];
  const first = Math.min(...members.map(({ start }) => start.state.version));
  const facts = new Map<string, Map<string, FactsRead>>();
  for (const read of readsFrom(ladder, first)) {
    const wanted = members.map(({ standing, start }) => ({
      contactId: standing.contactId,
      from: start.from,
      memberFrom: read.counts === 'membership' ? standing.enrolledAt : null,
    }));
    facts.set(keyOf(read), await factsRead(ctx, read.measure, wanted, ladder));
  }
  return members.map(({ standing, start }) => {
    const read = (what: Parameters<typeof keyOf>[0]): FactsRead =>
      facts.get(keyOf(what))?.get(standing.contactId) ?? { documents: [], points: [] };
    const own = grants.get(standing.contactId) ?? [];
    return { standing, ladder, reckoned: reckon(ladder, standing, start, read, own, now, cause) };
  });
}

async function factsRead(
  ctx: Ctx,
  measure: 'documents' | 'points',
  wanted: Parameters<typeof documentsOf>[1],
  ladder: Ladder,
): Promise<Map<string, FactsRead>> {
  if (measure === 'points')
    return new Map(
      [...(await pointFactsOf(ctx, wanted, factsOf(ladder)))].map(([id, points]) => [
        id,
        { documents: [], points },
      ]),
    );
  return new Map(
    [...(await documentsOf(ctx, wanted, factsOf(ladder)))].map(([id, documents]) => [
      id,
      { documents, points: [] },
    ]),
  );
}

/**
 * Looks at these contacts in every program and writes what changed, in the caller's transaction. Each contact is held meanwhile, so
 * that of two facts at once the second sees what the first has done.
 */
export async function reviewContacts(ctx: Ctx, contactIds: readonly string[], cause: Cause): Promise<void> {
  const ids = [...new Set(contactIds)];
  if (ids.length === 0) return;
  await inTx(ctx, async (tx) => {
    const ladders = await laddersInForce(tx);
    const present = await holdContacts(tx, ids, 'alone');
    const standings = await loadStandings(tx, [...new Set(present.values())]);
    const now = tx.clock.now();
    const members = await reckonMembers(tx, standings, ladders, now, cause);
    const left = standings.filter(
      ({ kept, programId, enrolledAt }) =>
        kept !== null && (enrolledAt === null || ladders.every((one) => one.programId !== programId)),
    );
    await keepStandings(tx, members.map(toKeep));
    await dropStandings(tx, left);
    const moves = [...members.flatMap(transitionsOf), ...left.flatMap((one) => leaving(one, now))];
    await addTransitions(tx, moves);
    await tell(tx, members, left, moves);
  });
}

const toKeep = ({ standing, ladder, reckoned }: MemberReckoned) => ({
  contactId: standing.contactId,
  programId: standing.programId,
  ladderId: ladder.ladderId,
  state: reckoned.state,
  basis: reckoned.figure,
  missing: reckoned.missing,
  nextReviewAt: reckoned.nextAt,
});

function transitionsOf({ standing, ladder, reckoned }: MemberReckoned): Transition[] {
  return reckoned.moves.map((move) => ({
    contactId: standing.contactId,
    occurredAt: move.at,
    transitionId: newId(),
    programId: standing.programId,
    ladderId: ladder.ladderId,
    version: reckoned.state.version,
    fromTierId: move.from,
    toTierId: move.to,
    direction: directionOf(reckoned.rules, move.from, move.to),
    cause: move.cause,
    basis: move.figure,
  }));
}

/** Who is a member no more, or whose program has no ladder, has no tier. */
function leaving({ contactId, programId, enrolledAt, kept }: Standing, now: Date): Transition[] {
  if (kept === null || kept.state.tierId === null) return [];
  return [
    {
      contactId,
      occurredAt: now,
      transitionId: newId(),
      programId,
      ladderId: kept.ladderId,
      version: kept.state.version,
      fromTierId: kept.state.tierId,
      toTierId: null,
      direction: 'down',
      cause: enrolledAt === null ? 'left' : 'ladder',
      basis: kept.basis,
    },
  ];
}

/** `tier.changed` for each move; `standing.changed` for whoever asks about tiers and what is missing to the next. */
async function tell(
  ctx: Ctx,
  members: readonly MemberReckoned[],
  left: readonly Standing[],
  moves: readonly Transition[],
): Promise<void> {
  await emit(
    ctx,
    'tier.changed',
    moves.map(
      ({
        contactId,
        transitionId,
        programId,
        ladderId,
        fromTierId,
        toTierId,
        direction,
        cause,
        basis,
        occurredAt,
      }) => ({
        contactId,
        transitionId,
        programId,
        ladderId,
        fromTierId,
        toTierId,
        direction,
        cause,
        basis: minorToWire(basis),
        occurredAt: occurredAt.toISOString(),
      }),
    ),
  );
  const moved = new Set(moves.map(({ contactId }) => contactId));
  const nearer = members
    .filter(({ standing, reckoned }) => standing.kept === null || standing.kept.missing !== reckoned.missing)
    .map(({ standing }) => standing.contactId);
  await tellChanged(
    ctx,
    [...new Set([...moved, ...nearer, ...left.map(({ contactId }) => contactId)])],
    ['tier'],
  );
}

/** Has the segments that ask for tiers or person categories look at these contacts. */
export async function tellChanged(
  ctx: Ctx,
  contactIds: readonly string[],
  keys: readonly ('tier' | 'category')[],
): Promise<void> {
  const payloads: object[] = [];
  for (let from = 0; from < contactIds.length; from += CONTACTS_PER_EVENT)
    payloads.push({ keys, contactIds: contactIds.slice(from, from + CONTACTS_PER_EVENT) });
  await emit(ctx, 'standing.changed', payloads);
}

/** Reviews members whose moment has come, a batch of them; gives whether there may be more. */
export async function reviewDue(ctx: Ctx): Promise<boolean> {
  return inTx(ctx, async (tx) => {
    const due = await dueContacts(tx, tx.clock.now(), REVIEW_BATCH);
    await reviewContacts(tx, due, 'time');
    return due.length === REVIEW_BATCH;
  });
}
