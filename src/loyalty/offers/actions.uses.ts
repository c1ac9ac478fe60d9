import type { Ctx } from '../../core/ctx.ts';
import type { PricedCart } from '../pricing/contract.ts';
import type { LiveOffers } from './actions.live.ts';
import { slotsAt } from './limits.ts';
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

/** Counters are made once; a second time they can only be missing when their offer was counted anew meanwhile. */
const ATTEMPTS = 3;

/**
 * Takes one use of each offer for an order, or none at all. The same order again takes nothing more. Counters stay locked until
 * the commit: call it last, and a counter everybody waits for is held for one short statement and the commit.
 */
export async function reserveUses(tx: Ctx, live: LiveOffers, reservation: Reservation): Promise<Reserved> {
  if (!tx.inTransaction) throw new Error('uses are reserved in the transaction of their order');
  const { contactId, orderId, at, currency, items, state = 'reserved' } = reservation;
  if (items.length === 0) return { ok: true };
  const { uses, takes, contactWants } = wantsOf(tx, live, reservation);
  const [own] = contactWants;
  if (contactId === null && own !== undefined)
    return refusal([{ offerId: own.offerId, reason: 'buyer_uses_exhausted', left: 0 }]);
  const buyer = contactId ?? orderId;
  const { marked, written } = await writeUses(tx, {
    contactId: buyer,
    orderId,
    at,
    currency,
    state,
    mark: live.mark,
    uses,
  });
  if (!marked) return { ok: false, changed: true, refused: [] };
  const isNew = ({ offerId }: { offerId: string }): boolean => written.includes(offerId);
  const ofContact = contactWants.filter(isNew);
  const counted = ofContact.length === 0 ? [] : await countContact(tx, buyer, ofContact);
  const refused =
    counted.length < ofContact.length
      ? contactRefusals(ofContact, counted)
      : await takeShared(tx, takes.filter(isNew));
  if (refused.length === 0) return { ok: true };
  await undoUses(tx, { contactId: buyer, orderId }, written, counted);
  return refusal(refused);
}

const refusal = (refused: Refusal[]): Reserved => ({ ok: false, changed: false, refused });

/** What the items take from which counters, in the order of their keys. */
function wantsOf(ctx: Ctx, live: LiveOffers, { items, at }: Reservation) {
  const takes: Take[] = [];
  const contactWants: ContactWant[] = [];
  const uses = items.map((item): UseRow => {
    const limits = live.limits.get(item.offerId);
    const slots = limits === undefined ? NO_SLOTS : slotsAt(limits, at, ctx.config.timeZone);
    const of = { offerId: item.offerId, minor: item.actualMinor, more: item.points };
    for (const { slot, uses: most, budgetMinor, points } of slots.shared)
      takes.push({ ...of, slot, uses: most, budgetMinor, points });
    for (const { slot, uses: most = 0 } of slots.ofContact)
      contactWants.push({ offerId: item.offerId, slot, uses: most });
    const names = (list: readonly { slot: string }[]): string[] => list.map(({ slot }) => slot);
    return { ...item, slots: names(slots.shared), contactSlots: names(slots.ofContact) };
  });
  return { uses, takes, contactWants };
}

const NO_SLOTS: ReturnType<typeof slotsAt> = { shared: [], ofContact: [] };
const same = (a: { offerId: string; slot: string }, b: { offerId: string; slot: string }): boolean =>
  a.offerId === b.offerId && a.slot === b.slot;

const contactRefusals = (
  wants: readonly ContactWant[],
  counted: readonly { offerId: string; slot: string }[],
): Refusal[] =>
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
  const { offerId, uses, budgetMinor, points, minor, more } = take;
  const taken = standing.find((one) => same(one, take));
  if (taken === undefined) return [];
  const left = (limit: number, used: number): number => Math.max(limit - used, 0);
  if (uses !== undefined && taken.uses >= uses) return [{ offerId, reason: 'uses_exhausted', left: 0 }];
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
