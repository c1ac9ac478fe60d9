import { expect } from 'vitest';
import { DomainError } from '../../../src/core/errors.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Account, Book, Entry } from '../../../src/loyalty/ledger/book.ts';
import { cloneBook } from '../../../src/loyalty/ledger/books.ts';
import type { Movement } from '../../../src/loyalty/ledger/movement.ts';
import { plan } from '../../../src/loyalty/ledger/plan.ts';
import { programSettings } from '../../../src/loyalty/programs/contract.ts';

/** Books in memory, and what must be true of them. */

export const DAY_MS = 86_400_000;
export const START = new Date('2026-01-30T10:00:00Z');

/** A contact with two wallets in one program, as after a merge. */
export function openBook(settings: Record<string, unknown> = {}, wallets = 2): Book {
  const program = {
    programId: newId(),
    version: 1,
    zone: 'Europe/Berlin',
    settings: programSettings.parse(settings),
  };
  const ids = Array.from({ length: wallets }, () => newId());
  return {
    program,
    now: START,
    newId,
    mine: ids[0] ?? '',
    byContactId: null,
    wallets: new Map(
      ids.map((walletId) => [
        walletId,
        {
          contactId: 'c',
          walletId,
          programId: program.programId,
          kind: 'points',
          state: 'open',
          version: 0,
          seq: 0,
          lastHash: '',
          pending: 0n,
          available: 0n,
          held: 0n,
          debt: 0n,
          expiresAt: null,
          familyOwnerId: null,
          familyWalletId: null,
          forgiven: [],
          originId: walletId,
        },
      ]),
    ),
    lots: new Map(),
    holds: new Map(),
    spends: new Map(),
    beside: null,
    entries: [],
    touched: { wallets: new Set(), lots: new Set(), holds: new Set(), spends: new Set() },
  };
}

/** Refused movements leave no trace, as in a transaction. */
export function attempt(book: Book, movement: Movement): { book: Book; done: boolean } {
  const tried = cloneBook(book);
  try {
    plan(tried, movement, { entry: undefined });
    return { book: tried, done: true };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { book, done: false };
  }
}

const sumOf = (
  entries: readonly Entry[],
  account: Account,
  of: { wallet?: string; lot?: string } = {},
): bigint =>
  entries
    .filter(({ walletId }) => of.wallet === undefined || walletId === of.wallet)
    .flatMap(({ postings }) => postings)
    .filter((posting) => posting.account === account && (of.lot === undefined || posting.lotId === of.lot))
    .reduce((sum, { points }) => sum + points, 0n);

/** What has been written off and not come back, as the entries say. */
const writtenOff = (book: Book, wallet: string): bigint =>
  -sumOf(
    book.entries.filter(({ kind }) => kind !== 'adjust'),
    'adjustment',
    { wallet },
  );

export function mustBeSound(book: Book): void {
  for (const entry of book.entries)
    expect(entry.postings.reduce((sum, { points }) => sum + points, 0n)).toBe(0n);
  for (const wallet of book.wallets.values()) {
    for (const account of ['pending', 'available', 'held', 'debt'] as const)
      expect(wallet[account]).toBe(sumOf(book.entries, account, { wallet: wallet.walletId }));
    expect(wallet.pending >= 0n && wallet.available >= 0n && wallet.held >= 0n && wallet.debt <= 0n).toBe(
      true,
    );
    expect(wallet.forgiven.reduce((sum, one) => sum + one.points, 0n)).toBe(
      writtenOff(book, wallet.walletId),
    );
    expect(wallet.seq).toBe(book.entries.filter(({ walletId }) => walletId === wallet.walletId).length);
  }
  for (const lot of book.lots.values()) {
    expect([lot.pending, lot.remaining, lot.held, lot.lapsed]).toEqual(
      (['pending', 'available', 'held', 'expired'] as const).map((account) =>
        sumOf(book.entries, account, { lot: lot.lotId }),
      ),
    );
    expect(lot.pending >= 0n && lot.remaining >= 0n && lot.held >= 0n && lot.reduced <= lot.earned).toBe(
      true,
    );
  }
}
