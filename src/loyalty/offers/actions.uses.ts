import type { Ctx } from '../../core/ctx.ts';
import type { PricedCart } from '../pricing/contract.ts';
import type { LiveOffers } from './actions.live.ts';
import { slotsAt } from './limits.ts';
import type { Slot, Slots } from './limits.ts';
import {
  confirm,
  countContact,
  countShared,
  lockShared,
  makeCounters,
  release,
  undoUses,
  writeUses,
} from './store.uses.ts';
import type { ContactWant, OrderKey, Standing, Take, UseRow } from './store.uses.ts';

/** Uses of offers by orders: reserved, confirmed, released. For verbs of this module, inside their transaction. */

export type UseItem = {
  offerId: string;
  version: number;
  /** What it would have taken off, and what it did. */
  desiredMinor: number;
  actualMinor: number;
  points: number;
  code: string | null;
};

/** The uses a priced cart takes. */
export function usesIn(priced: PricedCart): UseItem[] {
  const entries = new Map(priced.trace.map((entry) => [entry.id, entry]));
  const bonus = new Map(priced.effects.bonusPoints.map((one) => [one.offerId, one.points]));
  return priced.uses.map(({ offerId, version, code, discountMinor }) => ({
    offerId,
    version,
    desiredMinor: Math.max(entries.get(offerId)?.desiredMinor ?? discountMinor, discountMinor),
    actualMinor: discountMinor,
    points: bonus.get(offerId) ?? 0,
    code,
  }));
}

export type Reservation = {
  /** What the order was priced with. */
  live: LiveOffers;
  /** Null: nobody known; an offer limited for each buyer is then refused. */
  contactId: string | null;
  orderId: string;
  /** The order's time: it decides the period of a limit. */
  at: Date;
  currency: string;
  items: readonly UseItem[];
  /** used: the order is placed at once. */
  state?: 'reserved' | 'used';
};
export type Refusal = {
  offerId: string;
  reason: 'uses_exhausted' | 'buyer_uses_exhausted' | 'contact_needed' | 'budget_exhausted';
  left: number;
};
/** `changed`: the offers are other ones than the quote was made from. Price the cart again, and try again. */
export type Reserved = { ok: true } | { ok: false; changed: boolean; refused: Refusal[] };

/** Counters are made once; a second time they can only be missing when their offer was counted anew meanwhile. */
const ATTEMPTS = 3;

/**
 * Takes one use of each offer for these orders, or none at all. The same orders again take nothing more. Counters stay locked until
 * the commit: call it last, and a counter everybody waits for is held for one short statement and the commit.
 */
export async function reserveUses(tx: Ctx, reservations: readonly Reservation[]): Promise<Reserved> {
  if (!tx.inTransaction) throw new Error('uses are reserved in the transaction of their order');
  const asked = reservations.filter(({ items }) => items.length > 0);
  const [first] = asked;
  if (first === undefined) return { ok: true };
  const { mark } = first.live;
  if (asked.some(({ live }) => live.mark !== mark)) return CHANGED;
  const wants = asked.flatMap((one) => wantsOf(tx, one));
  const stranger = wants.find(({ contactId, contactSlots }) => contactId === null && contactSlots.length > 0);
  if (stranger !== undefined)
    return refusal([{ offerId: stranger.offerId, reason: 'contact_needed', left: 0 }]);
  const uses = wants.map((want) => ({ ...want, contactId: want.contactId ?? want.orderId }));
  const { marked, written } = await writeUses(tx, mark, uses);
  if (!marked) return CHANGED;
  const isNew = new Set(written.map(({ orderId, offerId }) => `${orderId} ${offerId}`));
  const fresh = uses.filter(({ orderId, offerId }) => isNew.has(`${orderId} ${offerId}`));
  const ofContact = contactWants(fresh);
  const counted = ofContact.length === 0 ? [] : await countContact(tx, ofContact);
  const refused =
    counted.length < ofContact.length
      ? contactRefusals(ofContact, counted)
      : await takeShared(tx, sharedTakes(fresh));
  if (refused.length === 0) return { ok: true };
  const raised = ofContact.filter((want) => counted.some((one) => same(one, want)));
  await undoUses(tx, written, raised);
  return refusal(refused);
}

const CHANGED: Reserved = { ok: false, changed: true, refused: [] };
const refusal = (refused: Refusal[]): Reserved => ({ ok: false, changed: false, refused });

/** A use that is wanted, with the counters it is counted in. */
type Wanted = Omit<UseRow, 'contactId'> & { contactId: string | null; counters: Slots };

function wantsOf(ctx: Ctx, reservation: Reservation): Wanted[] {
  const { live, contactId, orderId, at, currency, items, state = 'reserved' } = reservation;
  return items.map((item) => {
    const limits = live.limits.get(item.offerId);
    const counters = limits === undefined ? NO_SLOTS : slotsAt(limits, at, ctx.config.timeZone);
    const names = (list: readonly Slot[]): string[] => list.map(({ slot }) => slot);
    return {
      ...item,
      contactId,
      orderId,
      at,
      currency,
      state,
      slots: names(counters.shared),
      contactSlots: names(counters.ofContact),
      counters,
    };
  });
}

const NO_SLOTS: Slots = { shared: [], ofContact: [] };

type CounterKey = { offerId: string; slot: string; contactId?: string };
const nameOf = ({ contactId = '', offerId, slot }: CounterKey): string => `${contactId} ${offerId} ${slot}`;
const same = (a: CounterKey, b: CounterKey): boolean => nameOf(a) === nameOf(b);

/** What the orders take from each counter of everybody, in all. */
function sharedTakes(uses: ReadonlyArray<UseRow & { counters: Slots }>): Take[] {
  const takes = new Map<string, Take>();
  for (const { offerId, counters, actualMinor, points: given } of uses)
    for (const { slot, uses: most, budgetMinor, points } of counters.shared) {
      const name = nameOf({ offerId, slot });
      const none = { offerId, slot, uses: most, budgetMinor, points, times: 0, minor: 0, more: 0 };
      const take = takes.get(name) ?? none;
      take.times += 1;
      take.minor += actualMinor;
      take.more += given;
      takes.set(name, take);
    }
  return [...takes.values()];
}

function contactWants(uses: ReadonlyArray<UseRow & { counters: Slots }>): ContactWant[] {
  const wants = new Map<string, ContactWant>();
  for (const { contactId, offerId, counters } of uses)
    for (const { slot, uses: most = 0 } of counters.ofContact) {
      const name = nameOf({ contactId, offerId, slot });
      const want = wants.get(name) ?? { contactId, offerId, slot, uses: most, times: 0 };
      want.times += 1;
      wants.set(name, want);
    }
  return [...wants.values()];
}

const contactRefusals = (wants: readonly ContactWant[], counted: readonly CounterKey[]): Refusal[] =>
  wants
    .filter((want) => !counted.some((one) => same(one, want)))
    .map(({ offerId }) => ({ offerId, reason: 'buyer_uses_exhausted', left: 0 }));

/** A single counter is taken from at once; several are locked in order first, so that all or none are. */
async function takeShared(tx: Ctx, takes: readonly Take[]): Promise<Refusal[]> {
  if (takes.length === 0) return [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (takes.length === 1 && (await countShared(tx, takes)).length === 1) return [];
    const standing = await lockShared(tx, takes);
    if (standing.length === takes.length) {
      const refused = takes.flatMap((take) => sharedRefusals(take, standing));
      if (refused.length > 0) return refused;
      if ((await countShared(tx, takes)).length === takes.length) return [];
      throw new Error('locked counters changed');
    }
    await makeCounters(tx, takes);
  }
  throw new Error('counters that were made are not there');
}

function sharedRefusals(take: Take, standing: readonly Standing[]): Refusal[] {
  const { offerId, slot, uses, budgetMinor, points, times, minor, more } = take;
  const taken = standing.find((one) => same(one, { offerId, slot }));
  if (taken === undefined) return [];
  const left = (limit: number, used: number): number => Math.max(limit - used, 0);
  if (uses !== undefined && taken.uses + times > uses)
    return [{ offerId, reason: 'uses_exhausted', left: left(uses, taken.uses) }];
  if (budgetMinor !== undefined && taken.spentMinor + minor > budgetMinor)
    return [{ offerId, reason: 'budget_exhausted', left: left(budgetMinor, taken.spentMinor) }];
  if (points !== undefined && taken.points + more > points)
    return [{ offerId, reason: 'budget_exhausted', left: left(points, taken.points) }];
  return [];
}

/** The orders were placed: their reservations become uses. Returns how many. */
export async function confirmUses(tx: Ctx, orders: readonly OrderKey[]): Promise<number> {
  return orders.length === 0 ? 0 : confirm(tx, orders);
}

/** The orders were cancelled, or their reservations have run out: gives back what they took, each once. Returns how many uses. */
export async function releaseUses(tx: Ctx, orders: readonly OrderKey[]): Promise<number> {
  return orders.length === 0 ? 0 : release(tx, orders);
}
