import { hash } from 'node:crypto';
import { invalid } from '../../core/errors.ts';
import { idFrom } from '../../core/ids.ts';
import { dayOf } from '../programs/calendar.ts';
import { MAX_POINTS } from '../programs/contract.ts';
import { refused } from './book.ts';
import type { Book, ProgramTerms } from './book.ts';
import { walletKindOf } from './movement.ts';
import type { Movement, Owner, Posted, Reverse, WalletKind } from './movement.ts';
import type { StoredEntry } from './plan.ts';

/** All books of one transaction, and who writes into which. */

/** Where a movement is booked: the book's name, the wallet new lots go to, who acts in a shared one, and their other books (see Beside). */
export type Place = {
  name: string;
  walletId: string;
  byContactId: string | null;
  cap: Cap | null;
  beside: {
    onward: { name: string; from: Date } | null;
    former: readonly string[];
    own: string | null;
  } | null;
};

/** What a member of a shared wallet may spend in a month; `spent` grows with the plan. */
export type Cap = {
  contactId: string;
  programId: string;
  originId: string;
  monthlyCap: bigint | null;
  spent: bigint;
  spentMonth: string;
  joinedAt: Date;
  changed: boolean;
};

export type KeptKey = { inputHash: string; result: unknown };
export type NewKey = {
  id: string;
  name: string;
  walletId: string;
  key: string;
  inputHash: string;
  result: string;
};

export type Books = {
  /** Of everything that is booked together; the chains' hashes say it. */
  now: Date;
  terms: Map<string, ProgramTerms>;
  /** The contact an id stands for now. */
  present: Map<string, string>;
  byName: Map<string, Book>;
  /** By a contact's own book: shared ones with something of its that movements look back at, and the wallet there. */
  former: Map<string, Map<string, string>>;
  keys: Map<string, KeptKey>;
  newKeys: NewKey[];
  entries: Map<string, StoredEntry>;
  caps: Map<string, Cap>;
  /** Who made which entry, where it is not the ctx's actor. */
  actors: Map<string, string>;
  anyKey(name: string, key: string): KeptKey | undefined;
  namesOf(movement: Movement): string[];
  /** The wallet of a node itself; keys are kept there, wherever a movement is booked. */
  ownOf(owner: Owner): Place;
  homeOf(owner: Owner): Place | undefined;
  placeOf(movement: Movement): Place | undefined;
  awayOf(movement: Movement, place: Place): Place[];
  nodesOf(owner: Owner): Set<string>;
  checkCap(place: Place, movement: Movement): void;
};

export const bookName = (contactId: string, programId: string, kind: WalletKind): string =>
  `${contactId} ${programId} ${kind}`;

/** The wallet of a node: the same id whoever makes it first. */
export const walletIdOf = (owner: Owner): string =>
  idFrom(`wallet ${owner.programId} ${walletKindOf(owner)} ${owner.contactId}`);

/** The guard that an entry is taken back once, whoever asks under whichever key. */
export const reversalKey = ({ entryId }: Reverse): string => `reversal of ${entryId}`;

export function cloneBook(book: Book): Book {
  const copied = <T extends object>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...map].map(([id, row]) => [id, { ...row }]));
  return {
    ...book,
    wallets: copied(book.wallets),
    lots: copied(book.lots),
    holds: copied(book.holds),
    spends: copied(book.spends),
    entries: [...book.entries],
    touched: {
      wallets: new Set(book.touched.wallets),
      lots: new Set(book.touched.lots),
      holds: new Set(book.touched.holds),
      spends: new Set(book.touched.spends),
    },
  };
}

/** Longer keys are no keys. */
const MAX_KEY = 200;
/** Nobody pays so long: a hold is for the minutes of a checkout, a week at most. */
const MAX_TTL_S = 7 * 24 * 3_600;

/** 422 for what nobody could mean: points that are none, a key without an end. */
export function mustBeSound(movement: Movement): void {
  if (movement.kind === 'sweep') return;
  if (movement.key === '' || movement.key.length > MAX_KEY)
    throw invalid('ledger_key_wrong', `A key has 1 to ${MAX_KEY} characters.`, 'key');
  const points =
    'points' in movement ? movement.points : movement.kind === 'reduce' ? movement.keep : undefined;
  if (points === undefined) {
    // All of it.
  } else if (movement.kind === 'adjust' ? points === 0n || -points > BigInt(MAX_POINTS) : points < 0n) {
    throw invalid('points_wrong', 'This number of points cannot be moved.', 'points');
  } else if (points > BigInt(MAX_POINTS)) {
    throw invalid('points_wrong', `At most ${MAX_POINTS} points are moved at once.`, 'points');
  }
  const some = ['hold', 'redeem', 'return', 'transfer'].includes(movement.kind);
  if (some && points === 0n && !(movement.kind === 'transfer' && movement.all === true))
    throw invalid('points_wrong', 'No points are not moved.', 'points');
  if (movement.kind === 'hold' && !(movement.ttlS >= 1 && movement.ttlS <= MAX_TTL_S))
    throw invalid('hold_time_wrong', `A hold lasts 1 to ${MAX_TTL_S} seconds.`, 'ttlS');
}

/** A hash of what is asked for, whoever asks under whichever of a contact's ids. */
export function inputHash(movement: Movement): string {
  const said = Object.entries(movement)
    .filter(([name, value]) => name !== 'contactId' && value !== undefined && value !== null)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(said, (_name, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  return hash('sha256', text, 'base64url').slice(0, 32);
}

export function postedText(posted: Omit<Posted, 'repeated'>): string {
  return JSON.stringify(posted, (_name, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

type Stored = {
  points: string;
  pending: string;
  debt: string;
  shortfall: string;
  entries: Array<{ entryId: string; occurredAt: string }>;
  holdUntil: string | null;
};

/** The first answer to a key, as it was kept. */
export function postedFrom(result: unknown): Posted {
  const stored = result as Stored;
  return {
    points: BigInt(stored.points),
    pending: BigInt(stored.pending),
    debt: BigInt(stored.debt),
    shortfall: BigInt(stored.shortfall),
    entries: stored.entries.map((entry) => ({ ...entry, occurredAt: new Date(entry.occurredAt) })),
    holdUntil: stored.holdUntil === null ? null : new Date(stored.holdUntil),
    repeated: true,
  };
}

/**
 * Counts what a member of a shared wallet spends, and refuses what goes beyond the cap together with what other reservations of theirs
 * hold. `book`: after the movement. A return gives back to the cap in the month of its purchase alone.
 */
export function countAgainstCap(cap: Cap, book: Book, movement: Movement): void {
  const monthOf = (at: Date): string => dayOf(at, book.program.zone).slice(0, 7);
  const month = monthOf(book.now);
  const spent = cap.spentMonth === month ? cap.spent : 0n;
  const count = (after: bigint): void => {
    Object.assign(cap, { spent: after > 0n ? after : 0n, spentMonth: month, changed: true });
  };
  if (movement.kind === 'return') {
    const bought = [...book.spends.values()].find(({ key }) => key === movement.spend);
    if (bought !== undefined && monthOf(bought.spentAt) === month) count(spent - movement.points);
    return;
  }
  if (movement.kind !== 'redeem' && movement.kind !== 'hold') return;
  const held = heldBy(book, cap.originId);
  const after = spent + held + (movement.kind === 'redeem' ? movement.points : 0n);
  if (cap.monthlyCap !== null && after > cap.monthlyCap)
    throw refused(
      'family_cap_reached',
      `This member may spend ${cap.monthlyCap} points a month, ${spent} are spent${held > 0n ? `, ${held} held` : ''}.`,
    );
  if (movement.kind === 'redeem') count(spent + movement.points);
}

/** What a member's reservations hold in a shared wallet. */
const heldBy = (book: Book, contactId: string): bigint =>
  [...book.holds.values()]
    .filter((one) => one.byContactId === contactId && one.state === 'active' && one.expiresAt > book.now)
    .reduce((sum, { points }) => sum + points, 0n);
