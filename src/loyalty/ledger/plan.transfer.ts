import {
  addLot,
  draftOf,
  enter,
  lotOf,
  move,
  refused,
  spendable,
  spendablePoints,
  walletOf,
} from './book.ts';
import type { Book, Lot } from './book.ts';
import type { Transfer } from './movement.ts';
import { mustBeOpen, NOTHING } from './plan.earn.ts';
import type { Sums } from './plan.earn.ts';
import { carryAlong, repay } from './plan.forgive.ts';
import { take } from './plan.spend.ts';
import { mature, releaseOverdue } from './plan.time.ts';

/**
 * Points that change wallets, with the ends they have: each lot that gives becomes a lot that gets. On the way into a shared wallet and
 * out of it what stands of the order that earned them goes along, so that it stands once, wherever the points are. What somebody else
 * gets is a gift: the order stays with who gave it.
 */

const NOBODY: ReadonlySet<string> = new Set();
type Handed = Pick<Lot, 'source' | 'byContactId'> & { carries: boolean };

export function transfer(
  book: Book,
  other: Book | undefined,
  movement: Transfer,
  nodes: ReadonlySet<string> = NOBODY,
): Sums {
  if (other === undefined || other.mine === book.mine)
    throw refused('transfer_to_itself', 'A wallet cannot give points to itself.');
  const { share, all } = movement;
  if (share !== 'none') {
    mustBeOpen(book);
    mustBeOpen(other);
  }
  releaseOverdue(book);
  mature(book);
  const isOf = ({ byContactId }: Lot): boolean => byContactId !== null && nodes.has(byContactId);
  const only = (lot: Lot): boolean => share !== 'none' && (share !== 'brought' || isOf(lot));
  const there = spendableOf(book, only);
  const points = all === true ? there : movement.points;
  if (points > there)
    throw refused('insufficient_points', `${points} points are wanted and ${there} can be given.`);
  const gift: Handed = { source: movement.key, byContactId: other.byContactId, carries: false };
  const handed = (lot: Lot): Handed => {
    if (share === 'in') return broughtIn(book, lot);
    return share !== undefined && isOf(lot)
      ? { source: lot.source, byContactId: lot.byContactId, carries: true }
      : gift;
  };
  const leaving = share === undefined || share === 'in' ? NOBODY : nodes;
  give(book, other, { ...movement, points, only: all === true ? only : null, among: only, handed, leaving });
  return { ...NOTHING, points };
}

/** What has come into the own wallet of somebody who shares another goes there: nobody spends from two. */
export function bringIn(book: Book, other: Book): void {
  const isLeft = [...book.lots.values()].some(({ pending, remaining }) => pending + remaining > 0n);
  if (!isLeft || walletOf(book, book.mine).state !== 'open' || walletOf(other, other.mine).state !== 'open')
    return;
  mature(book);
  const among = (): boolean => true;
  const points = spendableOf(book, among);
  const handed = (lot: Lot): Handed => broughtIn(book, lot);
  give(book, other, { points, only: among, among, handed, leaving: NOBODY });
}

/** In a shared wallet a lot is of the node whose wallet it was in. */
const broughtIn = (book: Book, lot: Lot): Handed => ({
  source: lot.source,
  byContactId: lot.byContactId ?? walletOf(book, lot.walletId).originId,
  carries: true,
});

/** What can be given of these lots; what is owed stays. */
function spendableOf(book: Book, only: (lot: Lot) => boolean): bigint {
  const there = spendable(book)
    .filter(only)
    .reduce((sum, { remaining }) => sum + remaining, 0n);
  const all = spendablePoints(book);
  return there < all ? there : all;
}

type Giving = {
  key?: string;
  ref?: string | null;
  reason?: string | null;
  points: bigint;
  among(lot: Lot): boolean;
  /** Whose pending points go along; null: nobody's. */
  only: ((lot: Lot) => boolean) | null;
  handed(lot: Lot): Handed;
  /** Who leaves a shared wallet by it. */
  leaving: ReadonlySet<string>;
};

function give(book: Book, other: Book, giving: Giving): void {
  const relatesTo = book.newId();
  const out = draftOf('transfer', { ...giving, relatesTo });
  const into = draftOf('transfer', { ...giving, relatesTo });
  const { only } = giving;
  const waiting = only === null ? [] : [...book.lots.values()].filter((lot) => lot.pending > 0n && only(lot));
  for (const lot of waiting) {
    const { pending } = lot;
    const to = hand(book, other, lot, pending, giving.handed(lot), true);
    move(book, out, lot.walletId, { account: 'pending', lotId: lot.lotId }, { account: 'transfer' }, pending);
    move(other, into, to.walletId, { account: 'transfer' }, { account: 'pending', lotId: to.lotId }, pending);
  }
  const taken = take(book, out, giving.points, () => ({ account: 'transfer' }), giving.among);
  for (const { lotId, points } of taken) {
    const lot = lotOf(book, lotId);
    const to = hand(book, other, lot, points, giving.handed(lot), false);
    move(
      other,
      into,
      to.walletId,
      { account: 'transfer' },
      { account: 'available', lotId: to.lotId },
      points,
    );
    repay(other, into, to);
  }
  carryAlong(book, other, { out, into }, giving.leaving);
  enter(book, out);
  enter(other, into);
}

/** The lot that gets what another gives: with its age and its end, and with as much of the order as goes along. */
function hand(book: Book, other: Book, from: Lot, points: bigint, as: Handed, waits: boolean): Lot {
  const standing = from.earned - from.reduced;
  const along = !as.carries ? points : standing < points ? standing : points;
  if (as.carries) {
    from.reduced += along;
    book.touched.lots.add(from.lotId);
  }
  return addLot(other, {
    source: as.source,
    earned: points,
    reduced: points - along,
    waitsFor: waits ? from.waitsFor : null,
    activatesAt: waits ? from.activatesAt : null,
    expiresAt: from.expiresAt,
    fixedExpiry: from.fixedExpiry,
    earnedAt: from.earnedAt,
    byContactId: as.byContactId,
  });
}
