import { DomainError } from '../../core/errors.ts';
import { draftOf, enter, lotOf, move, refused, walletOf } from './book.ts';
import type { Account, Book, Entry, Lot, Posting } from './book.ts';
import type { Movement, Posted, Reverse, Settle, Sweep } from './movement.ts';
import { isRewardKey } from '../rewards/keys.ts';
import { isSaleKey } from '../sales/keys.ts';
import { accrue, activate, cancel, NOTHING, reduce, takeBack } from './plan.earn.ts';
import type { Reach, Sums } from './plan.earn.ts';
import { adjust, giveBack, hold, redeem, releaseHold, returnRedeemed } from './plan.spend.ts';
import { recover, remember, repay } from './plan.forgive.ts';
import { expire, letGo, mature, releaseOverdue } from './plan.time.ts';
import { transfer } from './plan.transfer.ts';

/** An entry as it was read for being taken back. */
export type StoredEntry = {
  entryId: string;
  occurredAt: Date;
  walletId: string;
  kind: string;
  key: string | null;
  relatesTo: string | null;
  postings: Posting[];
};

/**
 * What a movement may need beside its own book: the other side of a transfer, the entry it takes back, other books that hold points of
 * the same source, and the nodes of the contact (of who gets the points, in a transfer), by which its lots are told in shared ones.
 */
export type Around = {
  other?: Book;
  entry?: StoredEntry;
  away?: readonly Book[];
  nodes?: ReadonlySet<string>;
};

/** Plans one movement: changes the book, gives what it comes to. Throws DomainError when it is refused; the book is then spoilt. */
export function plan(book: Book, movement: Movement, around: Around = {}): Omit<Posted, 'repeated'> {
  const books = [
    ...new Set([
      book,
      ...(around.other === undefined ? [] : [around.other]),
      ...(around.away ?? []),
      ...besideOf(book),
    ]),
  ];
  const before = books.map(({ entries }) => entries.length);
  const sums: Sums & { holdUntil?: Date } = carryOut(book, movement, around);
  const made: Entry[] = books.flatMap(({ entries }, i) => entries.slice(before[i]));
  return {
    ...sums,
    holdUntil: sums.holdUntil ?? null,
    entries: made.map(({ entryId }) => ({ entryId, occurredAt: book.now })),
  };
}

/** Other books where what comes back may be booked on. */
function besideOf({ beside }: Book): Book[] {
  if (beside === null) return [];
  const { onward, former, own } = beside;
  const next = own?.beside?.onward ?? onward;
  return [...(next === null ? [] : [next.book]), ...former, ...(own === null ? [] : [own])];
}

function carryOut(book: Book, movement: Movement, around: Around): Sums & { holdUntil?: Date } {
  const reach: Reach = { books: [book, ...(around.away ?? [])], nodes: around.nodes };
  switch (movement.kind) {
    case 'accrue':
      return accrue(book, movement);
    case 'activate':
      return activate(reach, movement);
    case 'cancel':
      return cancel(reach, movement);
    case 'hold':
      return hold(book, movement);
    case 'release':
      return releaseHold(book, movement);
    case 'redeem':
      return redeem(book, movement);
    case 'return':
      return returnRedeemed(book, movement);
    case 'reduce':
      return reduce(book, movement, reach);
    case 'adjust':
      return adjust(book, movement);
    case 'transfer':
      return transfer(book, around.other, movement, around.nodes);
    case 'reverse':
      return reverse(book, around.entry, movement);
    case 'settle':
      return settle(book, movement);
    case 'sweep':
    default:
      return sweep(book, movement);
  }
}

/**
 * Takes an entry back, whole; that it happens once is the key's work. 409 `entry_partly_returned` when a part already has come back, or
 * has gone into a shared wallet; `entry_of_sale`, `entry_of_reward`: what it is of comes back with its points, and never one without the
 * other.
 */
function reverse(book: Book, entry: StoredEntry | undefined, movement: Reverse): Sums {
  if (entry === undefined || !book.wallets.has(entry.walletId))
    throw new DomainError({ code: 'entry_not_found', status: 404, detail: 'No such entry in this wallet.' });
  mustBeByItself(entry);
  const draft = draftOf('reverse', { ...movement, relatesTo: entry.entryId });
  if (entry.kind === 'redeem') return unspend(book, entry, draft);
  if (entry.kind === 'accrue' || entry.kind === 'adjust') {
    const given = lotsGiven(book, entry);
    if (given.length > 0) return takeBackWhole(book, draft, given);
    if (entry.kind === 'adjust') return undo(book, draft, entry);
  }
  throw refused('entry_not_reversible', `An entry of the kind "${entry.kind}" is not taken back.`);
}

/** Whether an entry may be taken back by itself, before anybody has looked at what became of it. */
export const canBeReversed = ({
  kind,
  key,
  isReversed,
}: Pick<StoredEntry, 'kind' | 'key'> & { isReversed: boolean }): boolean =>
  !isReversed && ['accrue', 'adjust', 'redeem'].includes(kind) && !isSaleKey(key) && !isRewardKey(key);

function mustBeByItself({ key }: StoredEntry): void {
  if (isSaleKey(key))
    throw refused('entry_of_sale', 'These points are of a sale: return goods of it, or cancel it, instead.');
  if (isRewardKey(key))
    throw refused('entry_of_reward', 'These points are of a reward: cancel that instead.');
}

/** The lots an entry made. */
function lotsGiven(book: Book, entry: StoredEntry): Lot[] {
  const gave = entry.postings.some(({ account, points }) => isGiver(account) && points < 0n);
  const into = entry.postings.filter(
    ({ account, points }) => points > 0n && ['pending', 'available'].includes(account),
  );
  return gave ? into.map(({ lotId }) => lotOf(book, lotId)) : [];
}

const isGiver = (account: Account): boolean => ['issuance', 'sold', 'adjustment'].includes(account);

function takeBackWhole(book: Book, draft: ReturnType<typeof draftOf>, lots: readonly Lot[]): Sums {
  // A part went back with goods, or into a shared wallet: what is left here is not what the entry gave.
  if (lots.some(({ reduced }) => reduced > 0n))
    throw refused('entry_partly_returned', 'A part of these points is not here any more: adjust instead.');
  const wanted = lots.reduce((sum, lot) => sum + lot.earned, 0n);
  const drafted = lots.map((lot) => ({ book, draft, lot }));
  const { missing: _, ...sums } = takeBack(book, draft, drafted, wanted);
  enter(book, draft);
  if (sums.shortfall > 0n)
    throw refused(
      'points_already_spent',
      `${sums.shortfall} of these points are spent, and the program allows no more debt.`,
    );
  return sums;
}

function unspend(book: Book, entry: StoredEntry, draft: ReturnType<typeof draftOf>): Sums {
  const spends = [...book.spends.values()].filter(({ entryId }) => entryId === entry.entryId);
  if (spends.length === 0 || spends.some(({ returned }) => returned > 0n))
    throw refused('entry_partly_returned', 'A part of this redemption has come back already.');
  const points = spends.reduce((sum, one) => sum + one.points, 0n);
  giveBack(book, draft, spends, points);
  enter(book, draft);
  return { ...NOTHING, points };
}

/** What an adjustment took goes back where it was. */
function undo(book: Book, draft: ReturnType<typeof draftOf>, entry: StoredEntry): Sums {
  if (walletOf(book, entry.walletId).state !== 'open')
    throw refused('wallet_closed', 'The wallet is closed.');
  let points = 0n;
  for (const { account, lotId, points: taken } of entry.postings) {
    if (account !== 'available') continue;
    move(book, draft, entry.walletId, { account: 'adjustment' }, { account: 'available', lotId }, -taken);
    recover(book, draft, lotOf(book, lotId), -taken, entry.occurredAt);
    repay(book, draft, lotOf(book, lotId));
    points -= taken;
  }
  enter(book, draft);
  return { ...NOTHING, points };
}

function settle(book: Book, { to, ...movement }: Settle): Sums {
  let points = 0n;
  if (to !== 'open')
    for (const one of book.holds.values()) if (one.state === 'active') letGo(book, one, 'released');
  if (to === 'closed') points = forfeit(book, draftOf('forfeit', movement));
  for (const wallet of book.wallets.values()) {
    wallet.state = to;
    book.touched.wallets.add(wallet.walletId);
  }
  return { ...NOTHING, points };
}

/** What is left is lost, what is pending never comes, what is owed is let go. */
function forfeit(book: Book, draft: ReturnType<typeof draftOf>): bigint {
  let points = 0n;
  for (const { lotId, walletId, remaining, pending } of book.lots.values()) {
    points += remaining;
    move(book, draft, walletId, { account: 'available', lotId }, { account: 'forfeited' }, remaining);
    move(book, draft, walletId, { account: 'pending', lotId }, { account: 'issuance' }, pending);
  }
  for (const { walletId, debt } of book.wallets.values()) {
    move(book, draft, walletId, { account: 'adjustment' }, { account: 'debt' }, -debt);
    remember(book, walletId, { at: book.now, points: -debt, of: null, as: 'off', source: null });
  }
  enter(book, draft);
  return points;
}

function sweep(book: Book, what: Sweep): Sums {
  let points = 0n;
  if (what.holds === true) points += releaseOverdue(book);
  if (what.activate === true) points += mature(book);
  if (what.expire === true) points += expire(book);
  return { ...NOTHING, points };
}
