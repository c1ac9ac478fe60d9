import { lotExpiry, walletExpiry } from '../programs/terms.ts';
import { draftOf, endOf, enter, isOver, lotOf, move, walletOf } from './book.ts';
import type { Book, Draft, HoldRow, Lot, Wallet } from './book.ts';
import { recover, repay } from './plan.forgive.ts';

/** What time does to a wallet: points mature, holds and lots come to their end. The same whether a job or a purchase comes first. */

/** Matured points become spendable. Gives how many. */
export function mature(book: Book): bigint {
  const due = [...book.lots.values()].filter(
    (lot) => lot.pending > 0n && lot.activatesAt !== null && lot.activatesAt <= book.now,
  );
  if (due.length === 0) return 0n;
  const draft = draftOf('activate');
  let points = 0n;
  for (const lot of due) {
    points += lot.pending;
    release(book, draft, lot, lot.pending, lot.activatesAt ?? book.now);
  }
  for (const lot of due) repay(book, draft, lot);
  enter(book, draft);
  return points;
}

/** Pending points of a lot become available; its term begins at `from`. */
export function release(book: Book, draft: Draft, lot: Lot, points: bigint, from: Date): void {
  move(
    book,
    draft,
    lot.walletId,
    { account: 'pending', lotId: lot.lotId },
    { account: 'available', lotId: lot.lotId },
    points,
  );
  if (!lot.fixedExpiry) lot.expiresAt = lotExpiry(book.program.settings.expiry, from, book.program.zone);
}

/** Holds whose time is over are set free. Gives how many points. */
export function releaseOverdue(book: Book, except?: string): bigint {
  let points = 0n;
  for (const hold of book.holds.values())
    if (hold.state === 'active' && hold.expiresAt <= book.now && hold.key !== except) {
      points += hold.points;
      letGo(book, hold, 'expired');
    }
  return points;
}

/** Sets a hold free: its points go back to their lots. */
export function letGo(book: Book, hold: HoldRow, state: 'released' | 'expired'): void {
  const draft = draftOf('release', { key: hold.key, ref: hold.ref });
  freeParts(book, draft, hold, hold.parts);
  hold.state = state;
  book.touched.holds.add(hold.holdId);
  enter(book, draft);
}

export function freeParts(
  book: Book,
  draft: Draft,
  hold: HoldRow,
  parts: ReadonlyArray<{ lotId: string; points: bigint }>,
): void {
  for (const { lotId, points } of parts) {
    const lot = lotOf(book, lotId);
    move(
      book,
      draft,
      hold.walletId,
      { account: 'held', lotId, holdId: hold.holdId },
      { account: 'available', lotId },
      points,
    );
    recover(book, draft, lot, points, hold.createdAt);
    repay(book, draft, lot);
  }
}

/** Lots that are over are booked as expired. Gives how many points. */
export function expire(book: Book): bigint {
  const due = [...book.lots.values()].filter((lot) => lot.remaining > 0n && isOver(book, lot));
  if (due.length === 0) return 0n;
  const draft = draftOf('expire');
  let points = 0n;
  for (const lot of due) {
    // What ended with its wallet does not come back when the wallet moves again.
    lot.expiresAt = endOf(book, lot);
    points += lot.remaining;
    move(
      book,
      draft,
      lot.walletId,
      { account: 'available', lotId: lot.lotId },
      { account: 'expired', lotId: lot.lotId },
      lot.remaining,
    );
  }
  enter(book, draft);
  return points;
}

/** A wallet moves: what inactivity has ended stays ended, the rest lives on. */
export function stir(book: Book, by: 'earning' | 'spending'): void {
  const rule = book.program.settings.expiry;
  if (rule.kind !== 'inactivity') return;
  const idle = [...book.wallets.values()].filter((wallet) => isIdle(book, wallet));
  if (idle.length > 0) mature(book);
  for (const wallet of idle) endIdle(book, wallet);
  if (by === 'spending' && rule.by === 'earning') return;
  for (const wallet of book.wallets.values()) {
    wallet.expiresAt = walletExpiry(rule, book.now, book.program.zone);
    book.touched.wallets.add(wallet.walletId);
  }
}

const isIdle = (book: Book, wallet: Wallet): boolean =>
  wallet.expiresAt !== null && wallet.expiresAt <= book.now;

function endIdle(book: Book, wallet: Wallet): void {
  for (const lot of book.lots.values()) {
    if (lot.walletId !== wallet.walletId) continue;
    const end = endOf(book, lot);
    if (lot.remaining > 0n || lot.held > 0n) {
      lot.expiresAt = end;
      book.touched.lots.add(lot.lotId);
    }
  }
  expire(book);
  walletOf(book, wallet.walletId).expiresAt = null;
}
