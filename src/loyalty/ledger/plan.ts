import { DomainError } from '../../core/errors.ts';
import { draftOf, enter, lotOf, move, refused, spendable } from './book.ts';
import type { Account, Book, Entry, Lot, Posting } from './book.ts';
import type { Movement, Posted, Reverse, Settle, Sweep, Transfer } from './movement.ts';
import { isRewardKey } from '../rewards/keys.ts';
import { isSaleKey } from '../sales/keys.ts';
import { accrue, activate, addLot, cancel, mustBeOpen, NOTHING, reduce, takeBack } from './plan.earn.ts';
import type { Sums } from './plan.earn.ts';
import { adjust, giveBack, hold, redeem, releaseHold, returnRedeemed, take } from './plan.spend.ts';
import { expire, letGo, mature, releaseOverdue, repay } from './plan.time.ts';

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

/** What a movement may need beside its own book: the other side of a transfer, the entry it takes back. */
export type Around = { other?: Book; entry?: StoredEntry };

/** Plans one movement: changes the book, gives what it comes to. Throws DomainError when it is refused; the book is then spoilt. */
export function plan(book: Book, movement: Movement, around: Around = {}): Omit<Posted, 'repeated'> {
  const from = book.entries.length;
  const other = around.other?.entries.length ?? 0;
  const sums: Sums & { holdUntil?: Date } = carryOut(book, movement, around);
  const made: Entry[] = [...book.entries.slice(from), ...(around.other?.entries.slice(other) ?? [])];
  return {
    ...sums,
    holdUntil: sums.holdUntil ?? null,
    entries: made.map(({ entryId }) => ({ entryId, occurredAt: book.now })),
  };
}

function carryOut(book: Book, movement: Movement, around: Around): Sums & { holdUntil?: Date } {
  switch (movement.kind) {
    case 'accrue':
      return accrue(book, movement);
    case 'activate':
      return activate(book, movement);
    case 'cancel':
      return cancel(book, movement);
    case 'hold':
      return hold(book, movement);
    case 'release':
      return releaseHold(book, movement);
    case 'redeem':
      return redeem(book, movement);
    case 'return':
      return returnRedeemed(book, movement);
    case 'reduce':
      return reduce(book, movement);
    case 'adjust':
      return adjust(book, movement);
    case 'transfer':
      return transfer(book, around.other, movement);
    case 'reverse':
      return reverse(book, around.entry, movement);
    case 'settle':
      return settle(book, movement);
    case 'sweep':
    default:
      return sweep(book, movement);
  }
}

/** Points go to another wallet with the ends they have: each lot that gives becomes a lot that gets. */
function transfer(book: Book, other: Book | undefined, movement: Transfer): Sums {
  if (other === undefined || other.mine === book.mine)
    throw refused('transfer_to_itself', 'A wallet cannot give points to itself.');
  mustBeOpen(book);
  mustBeOpen(other);
  releaseOverdue(book);
  mature(book);
  const relatesTo = book.newId();
  const shared = [...book.wallets.values()].some(({ kind }) => kind === 'family');
  const only = ({ byContactId }: Lot): boolean =>
    !shared || movement.by === undefined || byContactId === movement.by;
  const there = spendable(book)
    .filter(only)
    .reduce((sum, { remaining }) => sum + remaining, 0n);
  const points = movement.all === true ? there : movement.points;
  if (points > there)
    throw refused('insufficient_points', `${points} points are wanted and ${there} can be given.`);
  const out = draftOf('transfer', { ...movement, relatesTo });
  const into = draftOf('transfer', { ...movement, relatesTo });
  for (const { lotId, points: part } of take(book, out, points, () => ({ account: 'transfer' }), only)) {
    const to = hand(other, lotOf(book, lotId), part, movement.by);
    move(other, into, to.walletId, { account: 'transfer' }, { account: 'available', lotId: to.lotId }, part);
    repay(other, into, to);
  }
  const waiting =
    movement.all === true ? [...book.lots.values()].filter((lot) => lot.pending > 0n && only(lot)) : [];
  for (const lot of waiting) {
    const to = hand(other, lot, lot.pending, movement.by);
    move(
      other,
      into,
      to.walletId,
      { account: 'transfer' },
      { account: 'pending', lotId: to.lotId },
      lot.pending,
    );
    move(
      book,
      out,
      lot.walletId,
      { account: 'pending', lotId: lot.lotId },
      { account: 'transfer' },
      lot.pending,
    );
  }
  enter(book, out);
  enter(other, into);
  return { ...NOTHING, points };
}

/** The lot that gets what another gives: with its source, its age and its end. */
function hand(other: Book, from: Lot, points: bigint, by: string | undefined): Lot {
  return addLot(other, {
    source: from.source,
    earned: points,
    waitsFor: from.pending > 0n ? from.waitsFor : null,
    activatesAt: from.pending > 0n ? from.activatesAt : null,
    expiresAt: from.expiresAt,
    fixedExpiry: from.fixedExpiry,
    earnedAt: from.earnedAt,
    byContactId: by ?? other.byContactId ?? from.byContactId,
  });
}

/**
 * Takes an entry back; that it happens once is the key's work. What an accrual gave is taken wherever it is (see takeBack); a redemption
 * comes back whole, 409 `entry_partly_returned` when a part already has. 409 `entry_of_sale`, `entry_of_reward`: what it is of comes
 * back with its points, and never one without the other.
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
  const wanted = lots.reduce((sum, lot) => sum + lot.earned - lot.reduced, 0n);
  const sums = takeBack(book, draft, lots, wanted);
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
  let points = 0n;
  for (const { account, lotId, points: taken } of entry.postings) {
    if (account !== 'available') continue;
    move(book, draft, entry.walletId, { account: 'adjustment' }, { account: 'available', lotId }, -taken);
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
  for (const wallet of book.wallets.values())
    move(book, draft, wallet.walletId, { account: 'adjustment' }, { account: 'debt' }, -wallet.debt);
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
