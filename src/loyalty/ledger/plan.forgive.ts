import { draftOf, enter, isOver, move, walletOf } from './book.ts';
import type { Account, Book, Draft, Forgiven, Lot, Wallet } from './book.ts';

/**
 * What was to be taken back and is written off is remembered with its moment: points that were out by then, spent or held, pay it when
 * they come back; what is earned later never does. So it ends the same whichever came first, the return of what was spent or of what
 * had earned it.
 */

/** Beyond this the two oldest become one: every further one takes another purchase and another return. */
const MAX_FORGIVEN = 50;

export function remember(book: Book, walletId: string, list: readonly Forgiven[]): void {
  const wallet = walletOf(book, walletId);
  const all = [...wallet.forgiven];
  for (const one of list.filter(({ points }) => points > 0n)) {
    const same = all.findIndex(({ at, of }) => at.getTime() === one.at.getTime() && of === one.of);
    if (same === -1) all.push(one);
    else all.splice(same, 1, { ...one, points: one.points + (all[same]?.points ?? 0n) });
  }
  all.sort((a, b) => a.at.getTime() - b.at.getTime());
  while (all.length > MAX_FORGIVEN) {
    const [first, second] = all.splice(0, 2);
    if (first !== undefined && second !== undefined)
      all.unshift({ ...second, points: first.points + second.points });
  }
  wallet.forgiven = all;
  book.touched.wallets.add(walletId);
}

/** Writes off: the program bears what was given and is not there. */
export function writeOff(book: Book, draft: Draft, to: Account, points: bigint, of: string | null): void {
  move(book, draft, book.mine, { account: 'adjustment' }, { account: to }, points);
  remember(book, book.mine, [{ at: book.now, points, of }]);
}

/** `points` that have come back into a lot, out `since`, pay what was written off meanwhile; also where they go on to. */
export function recover(book: Book, draft: Draft, lot: Lot, points: bigint, since: Date): void {
  if (isOver(book, lot)) return;
  let left = points;
  left -= payFrom(book, draft, lot, { book, from: since, points: left });
  const { onward } = book;
  if (onward === null || left === 0n) return;
  // Who has come into a shared wallet does not pay what others owed before.
  const from = onward.from > since ? onward.from : since;
  const into = draftOf(draft.kind, draft);
  payFrom(book, draft, lot, { book: onward.book, from, points: left, draft: into });
  enter(onward.book, into);
}

type Paying = { book: Book; from: Date; points: bigint; draft?: Draft };

/** The oldest first: what was out since longer may pay it, and least else. Gives how many points. */
function payFrom(book: Book, draft: Draft, lot: Lot, { book: to, from, points, draft: into = draft }: Paying): bigint {
  const due = [...to.wallets.values()]
    .flatMap((wallet) => wallet.forgiven.filter(({ at }) => at >= from).map((one) => ({ wallet, one })))
    .toSorted((a, b) => a.one.at.getTime() - b.one.at.getTime());
  let left = points;
  for (const { wallet, one } of due) {
    const paid = one.points < left ? one.points : left;
    if (paid === 0n) break;
    const side = { account: 'available', lotId: lot.lotId } as const;
    if (wallet.walletId === lot.walletId) {
      move(book, draft, lot.walletId, side, { account: 'adjustment' }, paid);
    } else {
      move(book, draft, lot.walletId, side, { account: 'transfer' }, paid);
      move(to, into, wallet.walletId, { account: 'transfer' }, { account: 'adjustment' }, paid);
    }
    lower(to, wallet, one, paid);
    left -= paid;
  }
  return points - left;
}

function lower(book: Book, wallet: Wallet, one: Forgiven, points: bigint): void {
  wallet.forgiven = wallet.forgiven
    .map((each) => (each === one ? { ...each, points: each.points - points } : each))
    .filter((each) => each.points > 0n);
  book.touched.wallets.add(wallet.walletId);
}

/** Who leaves a shared wallet takes along what is missing from their own: there it comes back. */
export function carryAlong(
  book: Book,
  other: Book,
  drafts: { out: Draft; into: Draft },
  nodes: ReadonlySet<string>,
): void {
  for (const wallet of book.wallets.values())
    for (const one of wallet.forgiven.filter(({ of }) => of !== null && nodes.has(of))) {
      const { points } = one;
      move(book, drafts.out, wallet.walletId, { account: 'transfer' }, { account: 'adjustment' }, points);
      move(other, drafts.into, other.mine, { account: 'adjustment' }, { account: 'transfer' }, points);
      lower(book, wallet, one, points);
      remember(other, other.mine, [{ ...one, of: null }]);
    }
}
