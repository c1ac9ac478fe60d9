import type { Ctx } from '../../core/ctx.ts';
import type { Remaining } from '../pricing/contract.ts';
import { segmentsOf } from './actions.live.ts';
import type { LiveOffers } from './actions.live.ts';
import type { UseItem } from './actions.uses.ts';
import { slotsAt } from './limits.ts';
import type { Slots } from './limits.ts';
import { readCounters } from './store.counters.ts';
import type { Counter, CounterRow } from './store.counters.ts';

/** What offers ask of buyers that this part knows: segments named by any of them, and what limits leave. */

/** An order to be priced. `contactId` null: nobody known. `orderId`: what this order has reserved itself does not count against it. */
export type OrderAsked = { live: LiveOffers; contactId: string | null; orderId?: string | null };

export type OfferFacts = {
  segments: string[];
  /** What limits leave to this order, without what earlier ones of the same call were given by `take`. */
  remaining(): Record<string, Remaining>;
  /** The order is given these: there is that much less for those behind it. */
  take(items: readonly UseItem[]): void;
};

/** Facts for several orders in a fixed number of statements, in the order given. `at` decides the period of a limit. */
export async function factsFor(ctx: Ctx, orders: readonly OrderAsked[], at: Date): Promise<OfferFacts[]> {
  const named = [...new Set(orders.flatMap(({ live }) => live.segments))];
  const people = [...new Set(orders.flatMap(({ contactId }) => contactId ?? []))];
  const segments = new Map(people.length === 0 ? [] : await segmentsOf(ctx, named, people));
  const limits = new Map(orders.map(({ live }) => [live, limitedIn(ctx, live, at)]));
  const counters = await readAll(ctx, orders, [...limits.values()]);
  return orders.map((order) => {
    const { live, contactId } = order;
    const mine = contactId === null ? [] : (segments.get(contactId) ?? []);
    const limited = limits.get(live) ?? new Map<string, Slots>();
    return {
      segments: mine.filter((id) => live.segments.includes(id)),
      remaining: () =>
        Object.fromEntries([...limited].map(([id, slots]) => [id, leftOf(counters, order, id, slots)])),
      take: (items) => {
        for (const item of items) count(counters, order, item, limited.get(item.offerId));
      },
    };
  });
}

type Limited = ReadonlyMap<string, Slots>;

const limitedIn = (ctx: Ctx, { limits }: LiveOffers, at: Date): Limited =>
  new Map([...limits].map(([id, one]) => [id, slotsAt(one, at, ctx.config.timeZone)]));

type Counters = Map<string, Counter>;
const NONE: Counter = { uses: 0, spentMinor: 0, points: 0 };
/** Of nobody known there are no counters. */
const NOBODY = '';

const keyIn = (kind: CounterRow['kind'], who: string, offerId: string, slot: string): string =>
  `${kind} ${who} ${offerId} ${slot}`;

function count(counters: Counters, { contactId }: OrderAsked, item: UseItem, slots: Slots | undefined): void {
  const { offerId, actualMinor, points: given } = item;
  const add = (key: string): void => {
    const { uses, spentMinor, points } = counters.get(key) ?? NONE;
    counters.set(key, { uses: uses + 1, spentMinor: spentMinor + actualMinor, points: points + given });
  };
  for (const { slot } of slots?.shared ?? []) add(keyIn('all', NOBODY, offerId, slot));
  for (const { slot } of slots?.ofContact ?? []) add(keyIn('own', contactId ?? NOBODY, offerId, slot));
}

async function readAll(
  ctx: Ctx,
  orders: readonly OrderAsked[],
  limits: readonly Limited[],
): Promise<Counters> {
  const wants = (which: keyof Slots) =>
    limits.flatMap((one) =>
      [...one].flatMap(([offerId, of]) => of[which].map(({ slot }) => ({ offerId, slot }))),
    );
  const [shared, own] = [wants('shared'), wants('ofContact')];
  if (shared.length + own.length === 0) return new Map();
  const found = await readCounters(ctx, { shared, own }, orders);
  return new Map(
    found.map(({ kind, who, offerId, slot, ...counter }) => [keyIn(kind, who, offerId, slot), counter]),
  );
}

/** Of a buyer nobody knows nothing is left of what each buyer may have. */
function leftOf(counters: Counters, order: OrderAsked, offerId: string, of: Slots): Remaining {
  const { contactId, orderId } = order;
  const left: Remaining = {};
  const counter = (kind: 'all' | 'own', slot: string): Counter => {
    const there = counters.get(keyIn(kind, kind === 'all' ? NOBODY : (contactId ?? NOBODY), offerId, slot));
    const held = kind === 'all' ? 'heldOfAll' : 'heldOfOwn';
    const mine = counters.get(keyIn(held, orderId ?? NOBODY, offerId, slot));
    if (there === undefined || mine === undefined) return there ?? NONE;
    return {
      uses: there.uses - mine.uses,
      spentMinor: there.spentMinor - mine.spentMinor,
      points: there.points - mine.points,
    };
  };
  for (const { slot, uses, budgetMinor, points } of of.shared) {
    const taken = counter('all', slot);
    lower(left, 'uses', uses, taken.uses);
    lower(left, 'budgetMinor', budgetMinor, taken.spentMinor);
    lower(left, 'points', points, taken.points);
  }
  if (contactId === null && of.ofContact.length > 0) left.contactNeeded = true;
  else for (const { slot, uses } of of.ofContact) lower(left, 'buyerUses', uses, counter('own', slot).uses);
  return left;
}

function lower(
  left: Remaining,
  key: Exclude<keyof Remaining, 'contactNeeded'>,
  limit: number | undefined,
  taken: number,
): void {
  if (limit === undefined) return;
  const rest = Math.max(limit - taken, 0);
  left[key] = Math.min(left[key] ?? rest, rest);
}
