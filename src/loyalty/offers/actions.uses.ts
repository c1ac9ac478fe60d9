import type { Ctx } from '../../core/ctx.ts';
import { conflict } from '../../core/errors.ts';
import type { PricedCart } from '../pricing/contract.ts';
import type { LiveOffers } from './actions.live.ts';
import { slotsAt } from './limits.ts';
import { confirm, makeCounters, release, takeUses } from './store.uses.ts';
import type { ContactWant, OrderKey, Taken, Want } from './store.uses.ts';

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
  reason: 'uses_exhausted' | 'buyer_uses_exhausted' | 'budget_exhausted';
  left: number;
};
/** `changed`: the offers are other ones than the quote was made from. Price the cart again, and try again. */
export type Reserved = { ok: true } | { ok: false; changed: boolean; refused: Refusal[] };

const REASONS = {
  contact: 'buyer_uses_exhausted',
  uses: 'uses_exhausted',
  money: 'budget_exhausted',
  points: 'budget_exhausted',
} as const;
/** Counters are made once; a second time they can only be missing when their offer was counted anew meanwhile. */
const ATTEMPTS = 3;

/**
 * Takes one use of each offer for an order, or none at all. The same order again takes nothing more. Counters stay locked until
 * the commit: call it last, and a counter everybody waits for is held for one statement and the commit. Throws `offer_contended`
 * (409) when the same buyer was faster at the same moment: the transaction has to be repeated.
 */
export async function reserveUses(tx: Ctx, live: LiveOffers, reservation: Reservation): Promise<Reserved> {
  if (!tx.inTransaction) throw new Error('uses are reserved in the transaction of their order');
  const { contactId, orderId, at, currency, items, state = 'reserved' } = reservation;
  if (items.length === 0) return { ok: true };
  const wants: Want[] = [];
  const contactWants: ContactWant[] = [];
  const uses = items.map((item) => {
    const limits = live.limits.get(item.offerId);
    const slots = limits === undefined ? NO_SLOTS : slotsAt(limits, at, tx.config.timeZone);
    for (const { slot, uses: most, budgetMinor, points } of slots.shared)
      wants.push({ offerId: item.offerId, slot, uses: most, budgetMinor, points });
    for (const { slot, uses: most = 0 } of slots.ofContact)
      contactWants.push({ offerId: item.offerId, slot, uses: most });
    const names = (list: readonly { slot: string }[]): string[] => list.map(({ slot }) => slot);
    return { ...item, slots: names(slots.shared), contactSlots: names(slots.ofContact) };
  });
  const [unknownBuyer] = contactWants;
  if (contactId === null && unknownBuyer !== undefined)
    return {
      ok: false,
      changed: false,
      refused: [{ offerId: unknownBuyer.offerId, reason: REASONS.contact, left: 0 }],
    };
  const taking = {
    contactId: contactId ?? orderId,
    orderId,
    at,
    currency,
    state,
    mark: live.mark,
    uses,
    wants,
    contactWants,
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const taken = await takeUses(tx, taking);
    if (taken.missing === 0 || taken.refused.length > 0 || !taken.marked) return verdictOf(taken);
    await makeCounters(tx, wants);
  }
  throw contended();
}

const NO_SLOTS: ReturnType<typeof slotsAt> = { shared: [], ofContact: [] };

function verdictOf({ marked, refused, fresh, written, contactMissed }: Taken): Reserved {
  if (!marked || refused.length > 0) {
    const told = refused.map(({ offerId, of, left }) => ({
      offerId,
      reason: REASONS[of],
      left,
    }));
    return { ok: false, changed: !marked, refused: told };
  }
  if (written !== fresh || contactMissed > 0) throw contended();
  return { ok: true };
}

const contended = () =>
  conflict('offer_contended', 'The same buyer placed another order at the same moment; try again.');

/** The orders were placed: their reservations become uses. Returns how many. */
export async function confirmUses(tx: Ctx, orders: readonly OrderKey[]): Promise<number> {
  return orders.length === 0 ? 0 : confirm(tx, orders);
}

/** The orders were cancelled, or their reservations have run out: gives back what they took, each once. Returns how many uses. */
export async function releaseUses(tx: Ctx, orders: readonly OrderKey[]): Promise<number> {
  return orders.length === 0 ? 0 : release(tx, orders);
}
