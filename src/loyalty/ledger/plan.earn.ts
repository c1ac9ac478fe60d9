import { lotExpiry, pendingUntil } from '../programs/terms.ts';
import { addLot, draftOf, enter, isOver, move, refused, walletOf } from './book.ts';
import type { Book, Draft, Lot } from './book.ts';
import type { Accrue, Activate, Cancel, Reduce } from './movement.ts';
import { remember, repay, writeOff } from './plan.forgive.ts';
import { mature, release, releaseOverdue, stir } from './plan.time.ts';

/** Earning: points come in, wait, become spendable, are cancelled or taken back. */

export type Sums = { points: bigint; pending: bigint; debt: bigint; shortfall: bigint };
export const NOTHING: Sums = { points: 0n, pending: 0n, debt: 0n, shortfall: 0n };

export function accrue(book: Book, movement: Accrue): Sums {
  mustBeOpen(book);
  if (movement.points === 0n) return NOTHING;
  stir(book, 'earning');
  const lot = newLot(book, movement);
  const draft = draftOf('accrue', movement);
  const from = { account: giver(book) } as const;
  const waits = lot.activatesAt !== null || lot.waitsFor !== null;
  move(
    book,
    draft,
    lot.walletId,
    from,
    { account: waits ? 'pending' : 'available', lotId: lot.lotId },
    movement.points,
  );
  if (!waits) repay(book, draft, lot);
  enter(book, draft);
  return { ...NOTHING, points: movement.points, pending: waits ? movement.points : 0n };
}

/** Bought points and gift cards were paid for: they are another liability than what was given. */
const giver = (book: Book): 'sold' | 'issuance' =>
  ['stored', 'gift'].includes(walletOf(book, book.mine).kind) ? 'sold' : 'issuance';

export function mustBeOpen(book: Book): void {
  if (walletOf(book, book.mine).state !== 'open') throw refused('wallet_closed', 'The wallet is closed.');
}

function newLot(book: Book, movement: Accrue): Lot {
  const { settings, zone } = book.program;
  const pending = waitOf(book, movement);
  const own = movement.expiresAt;
  const lot = addLot(book, {
    source: movement.source ?? movement.key,
    earned: movement.points,
    waitsFor: pending?.event ?? null,
    activatesAt: pending?.at ?? null,
    expiresAt:
      own === undefined ? (pending === null ? lotExpiry(settings.expiry, book.now, zone) : null) : own,
    fixedExpiry: own !== undefined,
  });
  return lot;
}

function waitOf(book: Book, { pending }: Accrue): { at: Date | null; event: string | null } | null {
  if (pending === 'none') return null;
  if (typeof pending === 'object') {
    const now = pending.event === null && (pending.at === null || pending.at <= book.now);
    return now ? null : pending;
  }
  return pendingUntil(book.program.settings.pending, book.now, book.program.zone);
}

const byAge = (a: Lot, b: Lot): number =>
  a.earnedAt.getTime() - b.earnedAt.getTime() || (a.lotId < b.lotId ? -1 : 1);

/** Where points of a source may lie: first the book they would go to now, then others. `nodes`: those of the contact. */
export type Reach = { books: readonly Book[]; nodes?: ReadonlySet<string> | undefined };
/** A lot with the book it lies in and the entry that is made there. */
export type Drafted = { book: Book; draft: Draft; lot: Lot };

/** The lots of a source, by book and age; in a shared wallet those of the contact. `draft`: of one book. */
function lotsOf({ books, nodes }: Reach, source: string, draft: () => Draft): Drafted[] {
  return books.flatMap((book) => {
    const own = draft();
    return [...book.lots.values()]
      .filter((lot) => lot.source === source && isOf(book, lot, nodes))
      .toSorted(byAge)
      .map((lot) => ({ book, draft: own, lot }));
  });
}

const isOf = (book: Book, lot: Lot, nodes: ReadonlySet<string> = new Set()): boolean =>
  walletOf(book, lot.walletId).kind !== 'family' || lot.byContactId === null || nodes.has(lot.byContactId);

const enterAll = (all: ReadonlyArray<{ book: Book; draft: Draft }>): void => {
  const drafts = new Map(all.map(({ book, draft }) => [draft, book]));
  for (const [draft, book] of drafts) enter(book, draft);
};

const pendingOf = (lots: readonly Drafted[]): bigint => lots.reduce((sum, { lot }) => sum + lot.pending, 0n);

export function activate(reach: Reach, movement: Activate): Sums {
  const lots = lotsOf(reach, movement.source, () => draftOf('activate', movement)).filter(
    ({ lot }) => lot.pending > 0n,
  );
  const all = pendingOf(lots);
  const wanted = movement.points ?? all;
  if (wanted > all) throw refused('not_so_many_pending', `Only ${all} points of this are pending.`);
  for (const book of new Set([...reach.books.slice(0, 1), ...lots.map((one) => one.book)]))
    stir(book, 'earning');
  let left = wanted;
  const released: Drafted[] = [];
  for (const one of lots) {
    const points = one.lot.pending < left ? one.lot.pending : left;
    if (points === 0n) continue;
    release(one.book, one.draft, one.lot, points, one.book.now);
    released.push(one);
    left -= points;
  }
  for (const { book, draft, lot } of released) repay(book, draft, lot);
  enterAll(lots);
  if (movement.releaseRest === true && all > wanted) {
    const rest = lotsOf(reach, movement.source, () => draftOf('cancel', movement));
    cancelFrom(rest, all - wanted);
    enterAll(rest);
  }
  return { ...NOTHING, points: wanted };
}

export function cancel(reach: Reach, movement: Cancel): Sums {
  const lots = lotsOf(reach, movement.source, () => draftOf('cancel', movement));
  const all = pendingOf(lots);
  const wanted = movement.points ?? all;
  if (wanted > all) throw refused('not_so_many_pending', `Only ${all} points of this are pending.`);
  cancelFrom(lots, wanted);
  enterAll(lots);
  return { ...NOTHING, points: wanted };
}

/** Cancels pending points, of the newest lots first; gives how many were there. */
function cancelFrom(lots: readonly Drafted[], points: bigint): bigint {
  let left = points;
  for (const { book, draft, lot } of lots.toReversed()) {
    const taken = lot.pending < left ? lot.pending : left;
    takeFrom(book, draft, lot, 'pending', taken);
    lot.reduced += taken;
    left -= taken;
  }
  return points - left;
}

function takeFrom(
  book: Book,
  draft: Draft,
  lot: Lot,
  account: 'pending' | 'available',
  points: bigint,
): void {
  const to = ['stored', 'gift'].includes(walletOf(book, lot.walletId).kind) ? 'sold' : 'issuance';
  move(book, draft, lot.walletId, { account, lotId: lot.lotId }, { account: to }, points);
}

/**
 * Takes back what a source earned beyond `keep`, in the order: pending, its own lots wherever they are, the contact's other lots, debt.
 * What is neither there nor allowed as debt is the shortfall; it counts as taken back, so that a repeat asks for nothing more, and is
 * written off in an entry of its own: it was given and is not, and the program bears it.
 */
export function reduce(book: Book, movement: Reduce, reach: Reach): Sums {
  const lots = lotsOf(reach, movement.source, () => draftOf('reduce', movement));
  const standing = lots.reduce((sum, { lot }) => sum + lot.earned - lot.reduced, 0n);
  const wanted = standing - movement.keep;
  if (wanted <= 0n) return NOTHING;
  for (const of of reach.books) {
    releaseOverdue(of);
    mature(of);
  }
  const draft = lots.find((one) => one.book === book)?.draft ?? draftOf('reduce', movement);
  const { missing, ...sums } = takeBack(book, draft, lots, wanted);
  enterAll([{ book, draft }, ...lots]);
  bear(book, movement, missing, sums.shortfall);
  return sums;
}

/**
 * Writes off what is neither there nor owed, where it can come back. What is missing from a member's own wallet is told apart in the
 * shared one: it goes along when they leave. What is missing in a shared wallet that was left is written off there, or was borne by
 * what its contact has now and comes back to it.
 */
function bear(book: Book, movement: Reduce, missing: ReadonlyMap<Book, bigint>, shortfall: bigint): void {
  const at = book.now;
  const draft = draftOf('write_off', movement);
  const own = [book, ...missing.keys()].find((one) => walletOf(one, one.mine).kind !== 'family');
  let left = shortfall;
  for (const [away, points] of missing) {
    if (away === book || points <= 0n) continue;
    const off = points < left ? points : left;
    left -= off;
    if (away === own) {
      writeOff(book, draft, giver(book), {
        at,
        points: off,
        of: book.byContactId,
        as: 'brought',
        source: null,
      });
      continue;
    }
    const whose = { at, of: away.byContactId, source: movement.source };
    const there = draftOf('write_off', movement);
    writeOff(away, there, giver(away), { ...whose, points: off, as: 'off' });
    enter(away, there);
    remember(away, away.mine, { ...whose, points: points - off, as: 'lent' });
    if (own !== undefined) remember(own, own.mine, { at, points: off, of: null, as: 'there', source: null });
  }
  writeOff(book, draft, giver(book), { at, points: left, of: null, as: 'off', source: null });
  enter(book, draft);
}

/**
 * The same for these lots; `book`, with the entry made there, bears what they do not hold. What lies in other books goes first: no other
 * return of the contact may fall back on it, so that any order of returns ends the same.
 */
export function takeBack(
  book: Book,
  draft: Draft,
  lots: readonly Drafted[],
  wanted: bigint,
): Sums & { missing: ReadonlyMap<Book, bigint> } {
  let left = wanted - cancelFrom(lots, wanted);
  const pending = wanted - left;
  // The share of each lot in what was earned, for the next return to begin from.
  let marked = left;
  // By book: what its lots should have given and do not hold.
  const missing = new Map<Book, bigint>();
  const miss = (of: Book, points: bigint) => missing.set(of, (missing.get(of) ?? 0n) + points);
  for (const { book: of, lot } of lots.toReversed()) {
    const share = lot.earned - lot.reduced < marked ? lot.earned - lot.reduced : marked;
    lot.reduced += share;
    marked -= share;
    miss(of, share);
    of.touched.lots.add(lot.lotId);
  }
  for (const one of lots.toReversed()) {
    const taken = takeOwn(one.book, one.draft, one.lot, left);
    left -= taken;
    miss(one.book, -taken);
  }
  const own = new Set(lots.map(({ lot }) => lot));
  const rest = [...book.lots.values()].filter((lot) => !own.has(lot) && !isOver(book, lot)).toSorted(byAge);
  for (const lot of rest) left -= takeUpTo(book, draft, lot, left);
  const debt = owe(book, draft, left);
  return { points: wanted - (left - debt), pending, debt, shortfall: left - debt, missing };
}

function takeUpTo(book: Book, draft: Draft, lot: Lot, points: bigint): bigint {
  const taken = lot.remaining < points ? lot.remaining : points;
  if (taken > 0n) takeFrom(book, draft, lot, 'available', taken);
  return taken;
}

/** Of the lot that is taken back itself also what has expired: nobody had it, so nobody owes it. */
function takeOwn(book: Book, draft: Draft, lot: Lot, points: bigint): bigint {
  const taken = takeUpTo(book, draft, lot, points);
  const lapsed = lot.lapsed < points - taken ? lot.lapsed : points - taken;
  move(book, draft, lot.walletId, { account: 'expired', lotId: lot.lotId }, { account: 'issuance' }, lapsed);
  return taken + lapsed;
}

/** What cannot be taken is owed, as far as the program allows. Gives how much is. */
function owe(book: Book, draft: Draft, points: bigint): bigint {
  const { debt: policy } = book.program.settings;
  const wallet = walletOf(book, book.mine);
  if (points === 0n || policy.kind === 'refuse' || wallet.state !== 'open') return 0n;
  const owed = [...book.wallets.values()].reduce((sum, one) => sum - one.debt, 0n);
  const room = BigInt(policy.limit) - owed;
  const debt = room <= 0n ? 0n : room < points ? room : points;
  move(book, draft, wallet.walletId, { account: 'debt' }, { account: 'issuance' }, debt);
  return debt;
}
