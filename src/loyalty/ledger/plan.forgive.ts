import { addLot, draftOf, enter, isOver, move, walletOf } from './book.ts';
import type { Account, Book, Draft, Forgiven, Lot, Wallet } from './book.ts';

/**
 * What was to be taken back and is written off is remembered with its moment: points that were out by then, spent or held, pay it when
 * they come back; what is earned later never does. So it ends the same whichever came first, the return of what was spent or of what
 * had earned it. What is owed is paid by anything that comes.
 */

const EVER = new Date(0);
/** Beyond this two of the oldest become one: every further one takes another purchase and another return. */
const MAX_FORGIVEN = 50;

export function remember(book: Book, walletId: string, what: Forgiven): void {
  if (what.points === 0n) return;
  const wallet = walletOf(book, walletId);
  const isLike = (one: Forgiven): boolean =>
    one.of === what.of && one.as === what.as && one.source === what.source;
  const same = wallet.forgiven.find((one) => isLike(one) && one.at.getTime() === what.at.getTime());
  const crowded = wallet.forgiven.length >= MAX_FORGIVEN ? wallet.forgiven.find(isLike) : undefined;
  const joins = same ?? crowded;
  wallet.forgiven = [
    ...wallet.forgiven.filter((one) => one !== joins),
    { ...what, points: what.points + (joins?.points ?? 0n) },
  ].toSorted(byMoment);
  book.touched.wallets.add(walletId);
}

const byMoment = (a: Forgiven, b: Forgiven): number => a.at.getTime() - b.at.getTime();

/** Writes off: the program bears what was given and is not there. */
export function writeOff(book: Book, draft: Draft, to: Account, what: Forgiven): void {
  move(book, draft, book.mine, { account: 'adjustment' }, { account: to }, what.points);
  remember(book, book.mine, what);
}

type Back = { book: Book; draft: Draft; lot: Lot; since: Date };

/**
 * `points` that have come back into a lot, out `since`, pay what was written off meanwhile: here, where they go on to, and where the
 * contact left with an order that is missing there.
 */
export function recover(book: Book, draft: Draft, lot: Lot, points: bigint, since: Date): void {
  if (isOver(book, lot)) return;
  const back: Back = { book, draft, lot, since };
  let left = points - payInto(book, back, points, (one) => isOff(one) && isFor(one, lot));
  // What is there beyond what stands of its order is nobody's: others have paid for it.
  const beyond = lot.remaining - (lot.earned - lot.reduced);
  if (beyond > 0n) left -= payInto(book, back, beyond < left ? beyond : left, isOff);
  const { beside } = book;
  if (beside === null) return;
  const { onward, former, own, nodes } = beside;
  // Who has come into a shared wallet does not pay what others owed before.
  if (onward !== null && left > 0n)
    left -= payInto(onward.book, { ...back, since: onward.from > since ? onward.from : since }, left, isOff);
  const isOfThem = ({ of }: Forgiven): boolean => of !== null && nodes.has(of);
  const isLent = (one: Forgiven): boolean => one.as === 'lent' && isOfThem(one);
  for (const there of former)
    if (left > 0n) left -= payInto(there, back, left, (one) => one.as === 'off' && isOfThem(one), lend);
  if (
    former.length > 0 &&
    !former.some((there) => dueOf(there, EVER, (one) => isOff(one) && isOfThem(one)).length > 0)
  )
    forgetThere(book);
  if (own !== null && walletOf(own, own.mine).state !== 'closed')
    for (const { wallet, one } of dueOf(book, since, (each) => isLent(each) && isFor(each, lot))) {
      const sent = one.points < left ? one.points : left;
      if (sent === 0n) break;
      lower(book, wallet, one, sent);
      sendBack(own, back, sent);
      left -= sent;
    }
}

/** Nothing is left of it anywhere: nobody need look there again. */
function forgetThere(book: Book): void {
  for (const wallet of book.wallets.values())
    for (const one of wallet.forgiven.filter(({ as }) => as === 'there'))
      lower(book, wallet, one, one.points);
}

/** What was written off of an order whose member had left is looked for among its own points. */
const isFor = ({ source }: Forgiven, lot: Lot): boolean => source === null || source === lot.source;
const isOff = ({ as }: Forgiven): boolean => as === 'off' || as === 'brought';

type Due = { wallet: Wallet; one: Forgiven };

/** The oldest first: what was out since longer may pay it, and least else. */
const dueOf = (book: Book, since: Date, which: (one: Forgiven) => boolean): Due[] =>
  [...book.wallets.values()]
    .flatMap((wallet) =>
      wallet.forgiven.filter((one) => one.at >= since && which(one)).map((one) => ({ wallet, one })),
    )
    .toSorted((a, b) => byMoment(a.one, b.one));

/** Gives how many points. */
function payInto(
  to: Book,
  { book, draft, lot, since }: Back,
  points: bigint,
  which: (one: Forgiven) => boolean,
  then: (to: Book, wallet: Wallet, one: Forgiven, paid: bigint) => void = () => undefined,
): bigint {
  const into = to === book ? draft : draftOf(draft.kind, draft);
  const from = { account: 'available', lotId: lot.lotId } as const;
  let left = points;
  for (const { wallet, one } of dueOf(to, since, which)) {
    const paid = one.points < left ? one.points : left;
    if (paid === 0n) break;
    if (wallet.walletId === lot.walletId) {
      move(book, draft, lot.walletId, from, { account: 'adjustment' }, paid);
    } else {
      move(book, draft, lot.walletId, from, { account: 'transfer' }, paid);
      move(to, into, wallet.walletId, { account: 'transfer' }, { account: 'adjustment' }, paid);
    }
    lower(to, wallet, one, paid);
    then(to, wallet, one, paid);
    left -= paid;
  }
  if (to !== book) enter(to, into);
  return points - left;
}

/** What is paid from elsewhere comes back from there when the points do that were missing. */
function lend(to: Book, { walletId }: Wallet, one: Forgiven, points: bigint): void {
  remember(to, walletId, { ...one, as: 'lent', points });
}

/** Points of an order that was taken back from what its contact has now: they go there, and pay what is due. */
function sendBack(own: Book, { book, draft, lot, since }: Back, points: bigint): void {
  const into = draftOf(draft.kind, draft);
  const { earnedAt, expiresAt, fixedExpiry } = lot;
  const source = `${lot.source} returned`;
  const fresh = addLot(own, { source, earned: points, earnedAt, expiresAt, fixedExpiry });
  move(
    book,
    draft,
    lot.walletId,
    { account: 'available', lotId: lot.lotId },
    { account: 'transfer' },
    points,
  );
  const to = { account: 'available', lotId: fresh.lotId } as const;
  move(own, into, fresh.walletId, { account: 'transfer' }, to, points);
  recover(own, into, fresh, points, since);
  repay(own, into, fresh);
  enter(own, into);
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
    for (const one of wallet.forgiven.filter(({ as, of }) => as === 'brought' && nodes.has(of ?? ''))) {
      const { points } = one;
      move(book, drafts.out, wallet.walletId, { account: 'transfer' }, { account: 'adjustment' }, points);
      move(other, drafts.into, other.mine, { account: 'adjustment' }, { account: 'transfer' }, points);
      lower(book, wallet, one, points);
      remember(other, other.mine, { ...one, as: 'off', of: null, source: null });
    }
}

/** What the contact owes is paid from a lot that has become available. */
export function repay(book: Book, draft: Draft, lot: Lot): void {
  if (isOver(book, lot)) return;
  for (const wallet of book.wallets.values()) {
    const points = lot.remaining < -wallet.debt ? lot.remaining : -wallet.debt;
    if (points <= 0n) continue;
    const from = { account: 'available', lotId: lot.lotId } as const;
    if (wallet.walletId === lot.walletId) {
      move(book, draft, wallet.walletId, from, { account: 'debt' }, points);
    } else {
      move(book, draft, lot.walletId, from, { account: 'transfer' }, points);
      move(book, draft, wallet.walletId, { account: 'transfer' }, { account: 'debt' }, points);
    }
  }
}
