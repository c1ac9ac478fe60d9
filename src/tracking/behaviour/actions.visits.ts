import { holdContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { EventRecorded } from '../contract.ts';
import * as store from './store.visits.ts';
import type { OwnedEvent, OwnedVisit, Owner } from './store.visits.ts';
import { isBefore, visitsOf } from './visit.ts';
import type { Moment, Visit } from './visit.ts';

/** Events read at once when visits are computed anew. */
const CHUNK = 2_000;
/** Visits of one statement. */
const SAVE_ROWS = 1_000;

/**
 * Brings visits up to date with recorded events, in whatever order and however often those come: afterwards the visits are what
 * the fold over all events gives. What follows on the last visit is added to it; what comes late has the visits from there on
 * computed anew, as far as they change. Gives the contacts concerned (`visitors`), and those of them whose traits that may
 * change (`changed`): what only lengthens a visit changes none.
 */
export async function takeVisits(
  ctx: Ctx,
  recorded: readonly EventRecorded[],
): Promise<{ visitors: string[]; changed: string[] }> {
  const told = recorded.filter(({ bot, type }) => !bot && type !== 'group' && type !== 'alias');
  const events = await heldEvents(ctx, told);
  if (events.length === 0) return { visitors: [], changed: [] };
  const groups = [...Map.groupBy(events, keyOf).values()];
  const last = new Map(
    (await store.lastVisits(ctx, groups.map(ownerOf))).map((visit) => [keyOf(visit), visit]),
  );
  const fresh: OwnedVisit[] = [];
  const changed = new Set<string>();
  for (const group of groups) {
    const owner = ownerOf(group);
    const sorted = group.toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
    const open = last.get(keyOf(owner));
    if (follows(open, sorted)) {
      const visits = owned(visitsOf(sorted, open), owner);
      fresh.push(...visits);
      if (visits.length !== 1 || !saysTheSame(visits[0], open)) changed.add(owner.contactId);
    } else {
      await computeAnew(ctx, owner, sorted);
      changed.add(owner.contactId);
    }
  }
  await save(ctx, fresh);
  return { visitors: [...new Set(events.map(({ contactId }) => contactId))], changed: [...changed] };
}

/** True where traits say the same of both: all that they read of a visit is alike. */
const saysTheSame = (a: OwnedVisit | undefined, b: OwnedVisit | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.startedAt.getTime() === b.startedAt.getTime() &&
  TRAITS_READ.every((key) => a[key] === b[key]);
const TRAITS_READ = ['visitId', 'channel', 'source', 'medium', 'campaign', 'device'] as const;

/** The events that belong to visits, where they are now; nobody else computes their contacts' visits until the transaction ends. */
async function heldEvents(ctx: Ctx, told: readonly EventRecorded[]): Promise<OwnedEvent[]> {
  if (told.length === 0) return [];
  const present = await holdContacts(
    ctx,
    told.map(({ contactId }) => contactId),
    'alone',
  );
  const named = told.map((one) => ({ ...one, contactId: present.get(one.contactId) ?? one.contactId }));
  const held = new Set(named.map(({ contactId }) => contactId));
  const events = await store.namedEvents(ctx, named);
  const others = events.map(({ contactId }) => contactId).filter((id) => !held.has(id));
  if (others.length > 0) await store.lockContacts(ctx, others);
  return events;
}

const keyOf = ({ contactId, originId }: Owner): string => `${contactId} ${originId}`;
const owned = (visits: readonly Visit[], owner: Owner): OwnedVisit[] =>
  visits.map((visit) => ({ ...visit, ...owner }));

function ownerOf([first]: readonly OwnedEvent[]): Owner {
  if (first === undefined) throw new Error('a group of events is never empty');
  return { contactId: first.contactId, originId: first.originId };
}

function follows(open: OwnedVisit | undefined, [first]: readonly OwnedEvent[]): boolean {
  if (open === undefined || first === undefined) return true;
  return isBefore({ occurredAt: open.endedAt, id: open.lastEventId }, first);
}

async function save(ctx: Ctx, visits: readonly OwnedVisit[]): Promise<void> {
  for (let from = 0; from < visits.length; from += SAVE_ROWS)
    await store.saveVisits(ctx, visits.slice(from, from + SAVE_ROWS));
}

const beginOf = ({ startedAt, visitId }: Visit): Moment => ({ occurredAt: startedAt, id: visitId });

/**
 * From the visit in which the first of these events lies: what was before it cannot change. Ends where, behind the last of
 * these events, a visit begins that began there before, because from its beginning on nothing changed.
 */
async function computeAnew(ctx: Ctx, owner: Owner, late: readonly OwnedEvent[]): Promise<void> {
  const [first, last] = [late[0], late.at(-1)];
  if (first === undefined || last === undefined) return;
  const before = await store.visitBefore(ctx, owner, first);
  let from: Moment = before === undefined ? first : beginOf(before);
  let inclusive = true;
  let stop: OwnedVisit | undefined;
  const made: OwnedVisit[] = [];
  const stored = new Map<string, OwnedVisit>();
  while (stop === undefined) {
    const events = await store.eventsFrom(ctx, owner, { ...from, inclusive }, CHUNK);
    const end = events.length < CHUNK ? undefined : events.at(-1);
    for (const visit of await store.visitsBetween(ctx, owner, from, end)) stored.set(visit.visitId, visit);
    const folded = owned(visitsOf(events, made.pop() ?? null), owner);
    stop = folded.find((visit) => stored.has(visit.visitId) && isBefore(last, beginOf(visit)));
    made.push(...(stop === undefined ? folded : folded.slice(0, folded.indexOf(stop))));
    if (end === undefined) break;
    from = end;
    inclusive = false;
  }
  const kept = new Set(made.map(({ visitId }) => visitId));
  const limit = stop === undefined ? undefined : beginOf(stop);
  const gone = [...stored.values()].filter(
    (visit) => !kept.has(visit.visitId) && (limit === undefined || isBefore(beginOf(visit), limit)),
  );
  await store.dropVisits(
    ctx,
    owner.contactId,
    gone.map(({ visitId }) => visitId),
  );
  await save(ctx, made);
}
