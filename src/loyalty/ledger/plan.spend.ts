import { DomainError } from '../../core/errors.ts';
import { addMs, SECOND_MS } from '../../core/time.ts';
import { addDays, dayOf, endOfDay } from '../programs/calendar.ts';
import {
  addLot,
  draftOf,
  enter,
  isOver,
  lotOf,
  move,
  refused,
  spendable,
  spendablePoints,
  walletOf,
} from './book.ts';
import type { Book, Draft, Entry, HoldRow, Lot, Part, Side, SpendRow } from './book.ts';
import type { Adjust, Hold, Redeem, Release, ReturnRedeemed } from './movement.ts';
import { mustBeOpen, NOTHING } from './plan.earn.ts';
import type { Sums } from './plan.earn.ts';
import { recover, repay } from './plan.forgive.ts';
import { lotExpiry } from '../programs/terms.ts';
import { freeParts, letGo, mature, releaseOverdue, stir } from './plan.time.ts';

/** Spending: holds, redemptions, what comes back, adjustments. */

type Taken = { lotId: string; points: bigint; walletId: string; heldAt?: Date };

/** Brings a wallet up to now before anything is spent: what has matured counts, what is over does not. */
function bringUp(book: Book, ownHold?: string): void {
  mustBeOpen(book);
  releaseOverdue(book, ownHold);
  mature(book);
  stir(book, 'spending');
}

/** Takes `points` from the lots that can be spent, the soonest to expire first. 409 `insufficient_points`. */
export function take(
  book: Book,
  draft: Draft,
  points: bigint,
  into: (lotId: string, walletId: string) => Side,
  only: (lot: Lot) => boolean = () => true,
): Taken[] {
  const there = spendablePoints(book);
  if (points > there)
    throw refused('insufficient_points', `${points} points are wanted and ${there} can be spent.`);
  const taken: Taken[] = [];
  let left = points;
  for (const lot of spendable(book).filter(only)) {
    if (left === 0n) break;
    const part = lot.remaining < left ? lot.remaining : left;
    move(
      book,
      draft,
      lot.walletId,
      { account: 'available', lotId: lot.lotId },
      into(lot.lotId, lot.walletId),
      part,
    );
    taken.push({ lotId: lot.lotId, walletId: lot.walletId, points: part });
    left -= part;
  }
  return taken;
}

/** What was taken, wallet by wallet, each part with its place in the whole. */
const partsByWallet = (taken: readonly Taken[]): Map<string, Part[]> => {
  const found = new Map<string, Part[]>();
  for (const [no, { walletId, lotId, points, heldAt }] of taken.entries()) {
    const list = found.get(walletId) ?? [];
    found.set(walletId, list);
    const same = list.find((part) => part.lotId === lotId && part.heldAt === heldAt);
    if (same === undefined) list.push({ lotId, points, no, heldAt });
    else same.points += points;
  }
  return found;
};

const sumOfParts = (parts: readonly Part[]): bigint => parts.reduce((sum, part) => sum + part.points, 0n);

export function hold(book: Book, movement: Hold): Sums & { holdUntil: Date } {
  bringUp(book);
  const expiresAt = addMs(book.now, movement.ttlS * SECOND_MS);
  const ids = new Map([...book.wallets.keys()].map((walletId) => [walletId, book.newId()]));
  const draft = draftOf('hold', movement);
  const taken = take(book, draft, movement.points, (lotId, walletId) => ({
    account: 'held',
    lotId,
    holdId: ids.get(walletId) ?? null,
  }));
  for (const [walletId, parts] of partsByWallet(taken)) {
    const holdId = ids.get(walletId) ?? book.newId();
    book.holds.set(holdId, {
      contactId: walletOf(book, walletId).contactId,
      holdId,
      walletId,
      key: movement.key,
      ref: movement.ref ?? null,
      points: sumOfParts(parts),
      parts,
      state: 'active',
      expiresAt,
      createdAt: book.now,
      byContactId: book.byContactId,
    });
    book.touched.holds.add(holdId);
  }
  enter(book, draft);
  return { ...NOTHING, points: movement.points, holdUntil: expiresAt };
}

const holdsOf = (book: Book, key: string): HoldRow[] =>
  [...book.holds.values()]
    .filter((one) => one.key === key)
    .toSorted((a, b) => (a.walletId < b.walletId ? -1 : 1));

/** Sets a hold free. 404 `hold_not_found`; 409 `hold_used` when an order has used it. */
export function releaseHold(book: Book, movement: Release): Sums {
  const holds = holdsOf(book, movement.hold);
  if (holds.length === 0)
    throw new DomainError({ code: 'hold_not_found', status: 404, detail: 'No such hold.' });
  if (holds.some(({ state }) => state === 'committed'))
    throw refused('hold_used', 'An order has used this hold.');
  let points = 0n;
  for (const one of holds.filter(({ state }) => state === 'active')) {
    points += one.points;
    letGo(book, one, 'released');
  }
  return { ...NOTHING, points };
}

/** The holds of a key, good to be used now. */
function usable(book: Book, key: string): HoldRow[] {
  const holds = holdsOf(book, key);
  if (holds.length === 0)
    throw new DomainError({ code: 'hold_not_found', status: 404, detail: 'No such hold.' });
  for (const { state, expiresAt } of holds) {
    if (state === 'committed') throw refused('hold_used', 'An order has used this hold.');
    if (state === 'released') throw refused('hold_released', 'This hold was set free.');
    if (state === 'expired' || expiresAt <= book.now) throw refused('hold_expired', 'This hold is over.');
  }
  return holds;
}

export function redeem(book: Book, movement: Redeem): Sums {
  bringUp(book, movement.hold);
  const draft = draftOf('redeem', movement);
  const taken: Taken[] = [];
  let left = movement.points;
  const holds = movement.hold === undefined ? [] : usable(book, movement.hold);
  for (const { of, part } of inOrder(holds)) left -= usePart(book, draft, of, part, left, taken);
  for (const one of holds) {
    one.state = 'committed';
    book.touched.holds.add(one.holdId);
  }
  if (left > 0n) taken.push(...take(book, draft, left, () => ({ account: 'redeemed' })));
  const entries = enter(book, draft);
  for (const [walletId, parts] of partsByWallet(taken)) addSpend(book, movement, entries, walletId, parts);
  return { ...NOTHING, points: movement.points };
}

/** The parts of holds or redemptions in the order in which they were taken. */
const inOrder = <T extends { parts: Part[] }>(all: readonly T[]): Array<{ of: T; part: Part }> =>
  all.flatMap((of) => of.parts.map((part) => ({ of, part }))).toSorted((a, b) => a.part.no - b.part.no);

/** Spends up to `left` of a held part and frees the rest. Gives how many were spent. */
function usePart(book: Book, draft: Draft, one: HoldRow, part: Part, left: bigint, taken: Taken[]): bigint {
  const { lotId, points: held } = part;
  const used = held < left ? held : left;
  move(
    book,
    draft,
    one.walletId,
    { account: 'held', lotId, holdId: one.holdId },
    { account: 'redeemed' },
    used,
  );
  if (used > 0n) taken.push({ lotId, walletId: one.walletId, points: used, heldAt: one.createdAt });
  freeParts(book, draft, one, [{ lotId, points: held - used }]);
  return used;
}

function addSpend(
  book: Book,
  movement: Redeem,
  entries: readonly Entry[],
  walletId: string,
  parts: Part[],
): void {
  const spend: SpendRow = {
    contactId: walletOf(book, walletId).contactId,
    spendId: book.newId(),
    walletId,
    key: movement.key,
    ref: movement.ref ?? null,
    points: sumOfParts(parts),
    returned: 0n,
    parts,
    entryId: entries.find((entry) => entry.walletId === walletId)?.entryId ?? '',
    spentAt: book.now,
    byContactId: book.byContactId,
  };
  book.spends.set(spend.spendId, spend);
  book.touched.spends.add(spend.spendId);
}

const spendsOf = (book: Book, key: string): SpendRow[] =>
  [...book.spends.values()]
    .filter((one) => one.key === key)
    .toSorted((a, b) => (a.walletId < b.walletId ? -1 : 1));

/** 404 `spend_not_found`, 409 `return_exceeds_spend`. */
export function returnRedeemed(book: Book, movement: ReturnRedeemed): Sums {
  const spends = spendsOf(book, movement.spend);
  if (spends.length === 0)
    throw new DomainError({ code: 'spend_not_found', status: 404, detail: 'No such redemption.' });
  const open = spends.reduce((sum, one) => sum + one.points - one.returned, 0n);
  if (movement.points > open)
    throw refused('return_exceeds_spend', `Of this redemption ${open} points have not come back yet.`);
  const draft = draftOf('return', movement);
  giveBack(book, draft, spends, movement.points);
  enter(book, draft);
  return { ...NOTHING, points: movement.points };
}

/**
 * Points come back in the reverse order in which they were taken: the longest-lived lot first. Which units have come back depends on
 * how many have alone, so that any order of the same returns ends the same.
 */
export function giveBack(book: Book, draft: Draft, spends: readonly SpendRow[], points: bigint): void {
  const before = new Map(spends.map(({ spendId, returned }) => [spendId, returned]));
  let left = points;
  for (const { of: spend, part } of inOrder(spends).toReversed()) {
    const earlier = before.get(spend.spendId) ?? 0n;
    const back = earlier < part.points ? earlier : part.points;
    before.set(spend.spendId, earlier - back);
    const now = part.points - back < left ? part.points - back : left;
    if (now > 0n) putBack(book, draft, spend, part, now);
    spend.returned += now;
    left -= now;
    book.touched.spends.add(spend.spendId);
  }
}

/** Points that come back pay what was written off while they were out, then what is owed. */
function putBack(
  book: Book,
  draft: Draft,
  { walletId, spentAt }: SpendRow,
  { lotId, heldAt }: Part,
  points: bigint,
): void {
  const since = heldAt ?? spentAt;
  const from = { account: 'redeemed' } as const;
  const lot = lotOf(book, lotId);
  const { returnedExpired } = book.program.settings;
  if (walletOf(book, walletId).state === 'closed') {
    move(book, draft, walletId, from, { account: 'forfeited' }, points);
  } else if (!isOver(book, lot)) {
    move(book, draft, walletId, from, { account: 'available', lotId }, points);
    recover(book, draft, lot, points, since);
    repay(book, draft, lot);
  } else if (returnedExpired.kind === 'expire') {
    move(book, draft, walletId, from, { account: 'expired', lotId }, points);
  } else {
    const day = addDays(dayOf(book.now, book.program.zone), returnedExpired.days);
    const fresh = addLot(book, {
      walletId,
      source: `${lot.source} returned`,
      earned: points,
      expiresAt: endOfDay(day, book.program.zone),
      fixedExpiry: true,
    });
    move(book, draft, walletId, from, { account: 'available', lotId: fresh.lotId }, points);
    recover(book, draft, fresh, points, since);
    repay(book, draft, fresh);
  }
}

/** 409 `insufficient_points` when more is taken than can be spent. */
export function adjust(book: Book, movement: Adjust): Sums {
  const draft = draftOf('adjust', movement);
  if (movement.points < 0n) {
    bringUp(book);
    take(book, draft, -movement.points, () => ({ account: 'adjustment' }));
  } else if (movement.points > 0n) {
    mustBeOpen(book);
    stir(book, 'earning');
    const { settings, zone } = book.program;
    const own = movement.expiresAt;
    const lot = addLot(book, {
      source: movement.key,
      earned: movement.points,
      expiresAt: own === undefined ? lotExpiry(settings.expiry, book.now, zone) : own,
      fixedExpiry: own !== undefined,
    });
    move(
      book,
      draft,
      lot.walletId,
      { account: 'adjustment' },
      { account: 'available', lotId: lot.lotId },
      movement.points,
    );
    repay(book, draft, lot);
  }
  enter(book, draft);
  return { ...NOTHING, points: movement.points };
}
