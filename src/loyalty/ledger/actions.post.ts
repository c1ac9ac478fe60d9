import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, DomainError, notFound } from '../../core/errors.ts';
import { cloneBook, inputHash, mustBeSound, postedFrom, postedText, reversalKey } from './books.ts';
import type { Books, Place } from './books.ts';
import type { Beside, Book } from './book.ts';
import { openBooks, write } from './actions.books.ts';
import { tellOf } from './actions.tell.ts';
import type { Movement, Posted } from './movement.ts';
import { plan } from './plan.ts';
import { bringIn } from './plan.transfer.ts';

/** Units of one transaction: beyond this statements grow and everybody waits longer for their locks. */
const MAX_UNITS = 1_000;

/** A unit's movements all happen, or none of them does. */
export type Outcome = { ok: true; posted: Posted[] } | { ok: false; error: DomainError };

/**
 * Moves points: the movements together or not at all. For verbs of this module, which have authorised their caller. Throws
 * DomainError: 404 contact_not_found, program_not_found, hold_not_found, spend_not_found, entry_not_found; 409 key_reused,
 * insufficient_points, wallet_closed, hold_used, hold_released, hold_expired, and those of each movement.
 */
export async function post(ctx: Ctx, movements: readonly Movement[]): Promise<Posted[]> {
  return inTxUndisturbed(ctx, async (tx) => {
    const [outcome] = await carryOut(tx, [movements], 'each');
    if (outcome === undefined) return [];
    if (!outcome.ok) throw outcome.error;
    return outcome.posted;
  });
}

/**
 * The same for many units in one transaction with a fixed number of statements. A unit that is refused leaves no trace and does not
 * stop the others. With `tell: 'grouped'` an event of the outbox carries many ({ events: [...] }), for nights and loads. `actorIds`:
 * who moves the points of each unit, when it is not the ctx's actor.
 */
export async function postMany(
  ctx: Ctx,
  units: readonly (readonly Movement[])[],
  tell: 'each' | 'grouped' = 'each',
  actorIds: readonly string[] = [],
): Promise<Outcome[]> {
  if (units.length > MAX_UNITS) throw new RangeError(`at most ${MAX_UNITS} units at once`);
  return inTxUndisturbed(ctx, (tx) => carryOut(tx, units, tell, actorIds));
}

async function carryOut(
  ctx: Ctx,
  units: readonly (readonly Movement[])[],
  tell: 'each' | 'grouped',
  actorIds: readonly string[] = [],
): Promise<Outcome[]> {
  const movements = units.flat();
  for (const movement of movements) mustBeSound(movement);
  if (movements.length === 0) return units.map(() => ({ ok: true, posted: [] }));
  const books = await openBooks(ctx, movements);
  const outcomes = units.map((unit, i) => {
    const outcome = tryUnit(books, unit);
    const by = actorIds[i];
    if (outcome.ok && by !== undefined)
      for (const { entries } of outcome.posted)
        for (const { entryId } of entries) books.actors.set(entryId, by);
    return outcome;
  });
  await Promise.all([write(ctx, books), tellOf(ctx, books, tell)]);
  return outcomes;
}

function tryUnit(books: Books, unit: readonly Movement[]): Outcome {
  const names = new Set(unit.flatMap((movement) => books.namesOf(movement)));
  const before = [...names].map((name) => [name, books.byName.get(name)] as const);
  const kept = before.map(
    ([name, book]) => [name, book === undefined ? undefined : cloneBook(book)] as const,
  );
  const keysBefore = books.newKeys.length;
  const caps = [...books.caps].map(([name, cap]) => [name, { ...cap }] as const);
  try {
    return { ok: true, posted: unit.map((movement) => one(books, movement)) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    for (const [name, book] of kept) if (book !== undefined) books.byName.set(name, book);
    for (const [name, cap] of caps) books.caps.set(name, cap);
    for (const { id } of books.newKeys.splice(keysBefore)) books.keys.delete(id);
    return { ok: false, error };
  }
}

function one(books: Books, movement: Movement): Posted {
  if (!books.terms.has(movement.programId)) throw notFound('program', movement.programId);
  for (const { contactId } of movement.kind === 'transfer' ? [movement, movement.to] : [movement])
    if (!books.present.has(contactId)) throw notFound('contact', contactId);
  const place = books.placeOf(movement);
  const nodes = books.nodesOf(movement);
  opened(books, books.ownOf(movement), nodes);
  const book = opened(books, place, nodes);
  if (place === undefined || book === undefined) throw notFound('program', movement.programId);
  const hash = inputHash(movement);
  const own = books.ownOf(movement);
  const used = movement.kind === 'sweep' ? undefined : usedKey(books, own, movement.key);
  if (used !== undefined) {
    if (used.inputHash !== hash)
      throw conflict('key_reused', 'This key was used for another movement.', 'key');
    return postedFrom(used.result);
  }
  if (movement.kind === 'reverse' && usedKey(books, place, reversalKey(movement)) !== undefined)
    throw conflict('entry_already_reversed', 'This entry has been taken back already.');
  const receiver = movement.kind === 'transfer' ? movement.to : undefined;
  const other =
    receiver === undefined ? undefined : opened(books, books.homeOf(receiver), books.nodesOf(receiver));
  const posted = plan(book, movement, {
    ...(other === undefined ? {} : { other }),
    ...(movement.kind === 'reverse' ? { entry: books.entries.get(movement.entryId) } : {}),
    away: books.awayOf(movement, place).flatMap((one) => opened(books, one, nodes) ?? []),
    nodes: receiver === undefined ? nodes : books.nodesOf(receiver),
  });
  books.checkCap(place, movement);
  settleHome(books, movement);
  if (movement.kind !== 'sweep') keep(books, own, movement.key, hash, postedText(posted));
  if (movement.kind === 'reverse') keep(books, place, reversalKey(movement), hash, postedText(posted));
  return { ...posted, repeated: false };
}

/** The book of a place, made ready for what is done there. */
function opened(books: Books, place: Place | undefined, nodes: ReadonlySet<string>): Book | undefined {
  const book = place === undefined ? undefined : books.byName.get(place.name);
  if (book === undefined || place === undefined) return undefined;
  const { walletId: mine, byContactId } = place;
  return Object.assign(book, { mine, byContactId, beside: besideOf(books, place, nodes) });
}

function besideOf(books: Books, { beside }: Place, nodes: ReadonlySet<string>): Beside | null {
  if (beside === null) return null;
  const { onward, former, own } = beside;
  const next = onward === null ? undefined : books.byName.get(onward.name);
  return {
    nodes,
    onward: onward === null || next === undefined ? null : { book: next, from: onward.from },
    former: former.flatMap((name) => books.byName.get(name) ?? []),
    own: (own === null ? undefined : books.byName.get(own)) ?? null,
  };
}

/** What came into the own wallet of who shares another (a return of what was bought before) goes on into that. */
function settleHome(books: Books, movement: Movement): void {
  const own = books.ownOf(movement);
  const home = books.homeOf(movement);
  if (home === undefined || home.name === own.name) return;
  const nodes = books.nodesOf(movement);
  const [from, to] = [opened(books, own, nodes), opened(books, home, nodes)];
  if (from !== undefined && to !== undefined) bringIn(from, to);
}

function usedKey(
  books: Books,
  { name, walletId }: Place,
  key: string,
): { inputHash: string; result: unknown } | undefined {
  return books.keys.get(`${walletId} ${key}`) ?? books.anyKey(name, key);
}

function keep(books: Books, { walletId, name }: Place, key: string, hash: string, result: string): void {
  const id = `${walletId} ${key}`;
  books.keys.set(id, { inputHash: hash, result: JSON.parse(result) });
  books.newKeys.push({ id, name, walletId, key, inputHash: hash, result });
}
