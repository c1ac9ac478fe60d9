import { hash } from 'node:crypto';
import { DomainError } from '../../core/errors.ts';
import type { ProgramSettings } from '../programs/contract.ts';
import type { WalletKind } from './movement.ts';

/**
 * Wallets in memory while movements are planned, and the only function that moves points between accounts. Sums follow from the
 * postings as they are made; an account that would fall below its floor stops the plan.
 */

/** Of the member: pending, available, held, debt. The others are the program's: what was given, taken, lost. */
export type Account =
  | 'issuance'
  | 'sold'
  | 'pending'
  | 'available'
  | 'held'
  | 'debt'
  | 'redeemed'
  | 'expired'
  | 'forfeited'
  | 'adjustment'
  | 'transfer';

export type ProgramTerms = { programId: string; version: number; zone: string; settings: ProgramSettings };

export type Wallet = {
  contactId: string;
  walletId: string;
  programId: string;
  kind: WalletKind;
  state: 'open' | 'frozen' | 'closed';
  version: number;
  seq: number;
  lastHash: string;
  pending: bigint;
  available: bigint;
  held: bigint;
  debt: bigint;
  expiresAt: Date | null;
  familyOwnerId: string | null;
  familyWalletId: string | null;
  /** The oldest first; none of it is without points. */
  forgiven: readonly Forgiven[];
  originId: string;
};

/**
 * What was written off and may be recovered: points that were out by then (spent, held) pay it when they come back. `off`: here, of the
 * order of somebody (`of`) who had left this shared wallet, or of none. `brought`: here, but missing from the own wallet of a member.
 * `lent`: by what somebody has who had left; it comes back to them. `there`: of an own wallet, written off in one that was left.
 */
export type Forgiven = {
  at: Date;
  points: bigint;
  of: string | null;
  as: 'off' | 'brought' | 'lent' | 'there';
  /** Of somebody who had left: what had earned them. Its points alone are looked for there. */
  source: string | null;
};

export type Lot = {
  contactId: string;
  lotId: string;
  walletId: string;
  source: string;
  earned: bigint;
  reduced: bigint;
  pending: bigint;
  remaining: bigint;
  held: bigint;
  /** Of it: expired before it was spent. */
  lapsed: bigint;
  waitsFor: string | null;
  activatesAt: Date | null;
  expiresAt: Date | null;
  fixedExpiry: boolean;
  earnedAt: Date;
  byContactId: string | null;
};

/** `no`: its place in what was taken, over all wallets of the contact. `heldAt`: of a redemption, when a hold had taken it. */
export type Part = { lotId: string; points: bigint; no: number; heldAt?: Date };

export type HoldRow = {
  contactId: string;
  holdId: string;
  walletId: string;
  key: string;
  ref: string | null;
  points: bigint;
  parts: Part[];
  state: 'active' | 'committed' | 'released' | 'expired';
  expiresAt: Date;
  createdAt: Date;
  byContactId: string | null;
};

export type SpendRow = {
  contactId: string;
  spendId: string;
  walletId: string;
  key: string;
  ref: string | null;
  points: bigint;
  returned: bigint;
  parts: Part[];
  entryId: string;
  spentAt: Date;
  byContactId: string | null;
};

export type Posting = { account: Account; lotId: string | null; holdId: string | null; points: bigint };

export type Entry = {
  contactId: string;
  entryId: string;
  walletId: string;
  kind: string;
  key: string | null;
  ref: string | null;
  reason: string | null;
  points: bigint;
  relatesTo: string | null;
  byContactId: string | null;
  seq: number;
  hash: string;
  postings: Posting[];
};

/**
 * Other books of who acts, by their nodes. Of their own book: the shared one where what comes back goes on to (`from`: since when), and
 * those they have left. Of one they have left: their own.
 */
export type Beside = {
  nodes: ReadonlySet<string>;
  onward: { book: Book; from: Date } | null;
  former: readonly Book[];
  own: Book | null;
};

/** What a contact has in a program, of one kind of wallet. `mine` is the wallet of the node that is spoken of. */
export type Book = {
  program: ProgramTerms;
  now: Date;
  newId: () => string;
  mine: string;
  /** Who acts in a shared wallet. */
  byContactId: string | null;
  wallets: Map<string, Wallet>;
  lots: Map<string, Lot>;
  holds: Map<string, HoldRow>;
  spends: Map<string, SpendRow>;
  beside: Beside | null;
  entries: Entry[];
  /** Rows to be written. */
  touched: { wallets: Set<string>; lots: Set<string>; holds: Set<string>; spends: Set<string> };
};

export type Side = { account: Account; lotId?: string | null; holdId?: string | null };
/** An entry being made: its postings by wallet, because each wallet gets an entry of its own that comes to zero. */
export type Draft = {
  kind: string;
  key: string | null;
  ref: string | null;
  reason: string | null;
  relatesTo: string | null;
  byWallet: Map<string, Posting[]>;
};

/** A plan that breaks a promise of the ledger: a defect of ours, never the caller's fault. */
function broken(what: string): Error {
  return new Error(`ledger: ${what}`);
}

/** `points` from one account of a wallet to another. Throws when that would leave one below its floor. */
export function move(book: Book, draft: Draft, walletId: string, from: Side, to: Side, points: bigint): void {
  if (points < 0n) throw broken(`${points} points from ${from.account} to ${to.account}`);
  if (points === 0n) return;
  post(book, draft, walletId, from, -points);
  post(book, draft, walletId, to, points);
}

function post(book: Book, draft: Draft, walletId: string, side: Side, points: bigint): void {
  const { account, lotId = null, holdId = null } = side;
  const list = draft.byWallet.get(walletId) ?? [];
  draft.byWallet.set(walletId, list);
  list.push({ account, lotId, holdId, points });
  const wallet = walletOf(book, walletId);
  book.touched.wallets.add(walletId);
  if (account === 'debt') {
    wallet.debt += points;
    if (wallet.debt > 0n) throw broken(`debt of ${walletId} above zero`);
  }
  if (account === 'expired') lapse(book, lotId, points);
  if (account !== 'pending' && account !== 'available' && account !== 'held') return;
  const lot = lotOf(book, lotId);
  wallet[account] += points;
  if (account === 'available') lot.remaining += points;
  else lot[account] += points;
  book.touched.lots.add(lot.lotId);
  if (wallet[account] < 0n || lot.pending < 0n || lot.remaining < 0n || lot.held < 0n)
    throw broken(`${account} of lot ${lot.lotId} below zero`);
}

function lapse(book: Book, lotId: string | null, points: bigint): void {
  const lot = lotOf(book, lotId);
  lot.lapsed += points;
  book.touched.lots.add(lot.lotId);
  if (lot.lapsed < 0n) throw broken(`expired of lot ${lot.lotId} below zero`);
}

export function walletOf(book: Book, walletId: string): Wallet {
  const found = book.wallets.get(walletId);
  if (found === undefined) throw broken(`no wallet ${walletId}`);
  return found;
}

export function lotOf(book: Book, lotId: string | null): Lot {
  const found = lotId === null ? undefined : book.lots.get(lotId);
  if (found === undefined) throw broken(`no lot ${lotId}`);
  return found;
}

export function draftOf(
  kind: string,
  what: { key?: string | null; ref?: string | null; reason?: string | null; relatesTo?: string | null } = {},
): Draft {
  return {
    kind,
    key: what.key ?? null,
    ref: what.ref ?? null,
    reason: what.reason ?? null,
    relatesTo: what.relatesTo ?? null,
    byWallet: new Map(),
  };
}

/** Closes a draft: one entry for each wallet it touched, behind the last of that wallet's chain. Gives their ids. */
export function enter(book: Book, draft: Draft): Entry[] {
  const made: Entry[] = [];
  for (const [walletId, postings] of draft.byWallet) {
    const wallet = walletOf(book, walletId);
    if (postings.reduce((sum, { points }) => sum + points, 0n) !== 0n)
      throw broken('an entry that is not zero');
    const entry: Entry = {
      contactId: wallet.contactId,
      entryId: book.newId(),
      walletId,
      kind: draft.kind,
      key: draft.key,
      ref: draft.ref,
      reason: draft.reason,
      points: postings.reduce(
        (sum, { account, points }) => (account === 'available' ? sum + points : sum),
        0n,
      ),
      relatesTo: draft.relatesTo,
      byContactId: book.byContactId,
      seq: wallet.seq + 1,
      hash: '',
      postings,
    };
    entry.hash = hashOf(entry, wallet.lastHash, book.now);
    wallet.seq = entry.seq;
    wallet.lastHash = entry.hash;
    made.push(entry);
  }
  book.entries.push(...made);
  return made;
}

/** The link of the chain; the verifier makes the same text in SQL (store.verify.ts). */
function hashOf(entry: Entry, before: string, at: Date): string {
  const postings = entry.postings.map((p) => `${p.account}:${p.lotId ?? ''}:${p.holdId ?? ''}:${p.points}`);
  return hash(
    'sha256',
    [
      before,
      entry.walletId,
      entry.seq,
      entry.entryId,
      entry.kind,
      entry.key ?? '',
      at.getTime(),
      postings.join(','),
    ].join('|'),
    'hex',
  );
}

/** Until when a lot can be spent: its own end or its wallet's, whichever is first. */
export function endOf(book: Book, lot: Lot): Date | null {
  const idle = walletOf(book, lot.walletId).expiresAt;
  if (lot.expiresAt === null || idle === null) return lot.expiresAt ?? idle;
  return lot.expiresAt < idle ? lot.expiresAt : idle;
}

/** A lot of the node's own wallet, empty until points are moved into it. */
export function addLot(
  book: Book,
  what: Pick<Lot, 'source' | 'earned' | 'expiresAt' | 'fixedExpiry'> & Partial<Lot>,
): Lot {
  const { contactId } = walletOf(book, book.mine);
  const lot: Lot = {
    contactId,
    lotId: book.newId(),
    walletId: book.mine,
    reduced: 0n,
    pending: 0n,
    remaining: 0n,
    held: 0n,
    lapsed: 0n,
    waitsFor: null,
    activatesAt: null,
    earnedAt: book.now,
    byContactId: book.byContactId,
    ...what,
  };
  book.lots.set(lot.lotId, lot);
  return lot;
}

export const isOver = (book: Book, lot: Lot): boolean => {
  const end = endOf(book, lot);
  return end !== null && end <= book.now;
};

/** Lots that can be spent now, the soonest to expire first; then the oldest. */
export function spendable(book: Book): Lot[] {
  return [...book.lots.values()]
    .filter(
      (lot) => lot.remaining > 0n && walletOf(book, lot.walletId).state === 'open' && !isOver(book, lot),
    )
    .toSorted((a, b) => compareEnds(endOf(book, a), endOf(book, b)) || compareAge(a, b));
}

const compareAge = (a: Lot, b: Lot): number =>
  a.earnedAt.getTime() - b.earnedAt.getTime() || (a.lotId < b.lotId ? -1 : 1);

function compareEnds(a: Date | null, b: Date | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a.getTime() - b.getTime();
}

/** What can be spent now: open lots, less what is owed. */
export function spendablePoints(book: Book): bigint {
  const owed = [...book.wallets.values()].reduce((sum, wallet) => sum + wallet.debt, 0n);
  const there = spendable(book).reduce((sum, lot) => sum + lot.remaining, 0n) + owed;
  return there > 0n ? there : 0n;
}

export function refused(code: string, detail: string): DomainError {
  return new DomainError({ code, status: 409, detail });
}
