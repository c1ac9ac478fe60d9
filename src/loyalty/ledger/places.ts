import { bookName, countAgainstCap, walletIdOf } from './books.ts';
import type { Books, Place } from './books.ts';
import type { Book, ProgramTerms } from './book.ts';
import { walletKindOf } from './movement.ts';
import type { Movement, Owner } from './movement.ts';

/** Where movements are booked: in the own wallet, in the one that is shared now, or where what they look back at lies. */

export function emptyBooks(terms: Map<string, ProgramTerms>, present: Map<string, string>, now: Date): Books {
  const books: Books = {
    now,
    terms,
    present,
    byName: new Map(),
    former: new Map(),
    keys: new Map(),
    newKeys: [],
    entries: new Map(),
    caps: new Map(),
    actors: new Map(),
    anyKey: (name, key) => {
      for (const walletId of books.byName.get(name)?.wallets.keys() ?? []) {
        const found = books.keys.get(`${walletId} ${key}`);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    namesOf: (movement) => namesOf(books, movement),
    ownOf: (owner) => ownOf(books, owner),
    homeOf: (owner) => homeOf(books, owner),
    placeOf: (movement) => placeOf(books, movement),
    awayOf: (movement, place) => awayOf(books, movement, place),
    nodesOf: (owner) => nodesOf(books, owner),
    checkCap: ({ name, cap }, movement) => {
      const book = books.byName.get(name);
      if (cap !== null && book !== undefined) countAgainstCap(cap, book, movement);
    },
  };
  return books;
}

export const ownName = (books: Books, owner: Owner): string =>
  bookName(books.present.get(owner.contactId) ?? owner.contactId, owner.programId, walletKindOf(owner));

/** The ids by which things were said of a contact: each of its nodes has a wallet. */
export function nodesOf(books: Books, owner: Owner): Set<string> {
  const wallets = books.byName.get(ownName(books, owner))?.wallets.values() ?? [];
  return new Set([owner.contactId, ...[...wallets].map(({ originId }) => originId)]);
}

/** Where the wallets of a book are shared into: of merged contacts one leads there for all. */
export function sharedOf(books: Books, name: string): { name: string; walletId: string } | undefined {
  for (const { familyOwnerId, familyWalletId, programId } of books.byName.get(name)?.wallets.values() ?? [])
    if (familyOwnerId !== null && familyWalletId !== null)
      return { name: bookName(familyOwnerId, programId, 'family'), walletId: familyWalletId };
  return undefined;
}

export function namesOf(books: Books, movement: Movement): string[] {
  const owners = movement.kind === 'transfer' ? [movement, movement.to] : [movement];
  return [...new Set(owners.flatMap((owner) => placesOf(books, owner).map(({ name }) => name)))];
}

function ownOf(books: Books, owner: Owner): Place {
  const name = ownName(books, owner);
  const shared = sharedOf(books, name);
  const onward =
    shared === undefined ? null : { name: shared.name, from: capOf(books, owner)?.joinedAt ?? books.now };
  const former = [...(books.former.get(name)?.keys() ?? [])].filter((each) => each !== shared?.name);
  const beside = { onward, former, own: null };
  return { name, walletId: walletIdOf(owner), byContactId: null, cap: null, beside };
}

/** The own book, the one that is shared now, and those that were, as far as they are open. */
function placesOf(books: Books, owner: Owner): Place[] {
  const own = ownOf(books, owner);
  const byContactId = owner.contactId;
  const shared = sharedOf(books, own.name);
  const now: Place[] =
    shared === undefined ? [] : [{ ...shared, byContactId, cap: capOf(books, owner), beside: null }];
  const former = [...(books.former.get(own.name) ?? [])]
    .filter(([name]) => name !== shared?.name)
    .map(([name, walletId]): Place => {
      const beside = { onward: null, former: [], own: own.name };
      return { name, walletId, byContactId, cap: null, beside };
    });
  return [own, ...now, ...former].filter(({ name }) => books.byName.has(name));
}

/** A node that has come by a merge is capped as the member is. */
function capOf(books: Books, owner: Owner): Place['cap'] {
  for (const node of nodesOf(books, owner)) {
    const cap = books.caps.get(`${node} ${owner.programId}`);
    if (cap !== undefined) return cap;
  }
  return null;
}

/** Where points go to and come from now. */
function homeOf(books: Books, owner: Owner): Place | undefined {
  const [own, now] = placesOf(books, owner);
  return now !== undefined && sharedOf(books, ownName(books, owner))?.name === now.name ? now : own;
}

function placeOf(books: Books, movement: Movement): Place | undefined {
  const [own] = placesOf(books, movement);
  if (movement.kind === 'sweep' || movement.kind === 'settle') return own;
  const nodes = nodesOf(books, movement);
  return (
    placesOf(books, movement).find(({ name }) => liesIn(books, books.byName.get(name), movement, nodes)) ??
    homeOf(books, movement)
  );
}

/** Whether what a movement looks back at lies in this book. */
function liesIn(
  books: Books,
  book: Book | undefined,
  movement: Movement,
  nodes: ReadonlySet<string>,
): boolean {
  if (book === undefined) return false;
  const isOf = ({ walletId, byContactId }: { walletId: string; byContactId: string | null }): boolean =>
    book.wallets.get(walletId)?.kind !== 'family' || byContactId === null || nodes.has(byContactId);
  if (movement.kind === 'return')
    return [...book.spends.values()].some((one) => one.key === movement.spend && isOf(one));
  if (movement.kind === 'release' || (movement.kind === 'redeem' && movement.hold !== undefined))
    return [...book.holds.values()].some((one) => one.key === movement.hold && isOf(one));
  return movement.kind === 'reverse' && book.wallets.has(books.entries.get(movement.entryId)?.walletId ?? '');
}

/** Other books that hold, or have held, points of the source a movement is about. */
function awayOf(books: Books, movement: Movement, place: Place): Place[] {
  if (!['reduce', 'activate', 'cancel'].includes(movement.kind)) return [];
  return placesOf(books, movement).filter(({ name }) => name !== place.name);
}
