import { decimalToScaled, divideHalfUp, minorDigits } from '../../core/money.ts';
import { wallOf } from '../../core/zone.ts';
import type { PricedCart, Remaining } from '../pricing/contract.ts';
import type { BacktestResult, OfferLimits } from './contract.ts';
import { slotsAt } from './limits.ts';
import type { PastOrder } from './store.orders.ts';

/** The sum of what an offer does to past orders, one after the other. Pure; grows with buyers, categories and days, not with orders. */

type Money = {
  revenueBefore: bigint;
  revenueAfter: bigint;
  discount: bigint;
  marginBefore: bigint;
  marginAfter: bigint;
  unknownCost: bigint;
};
type Counter = { uses: number; spent: number; points: number };

export type Tally = {
  readonly offerId: string;
  readonly limits: OfferLimits;
  readonly zone: string;
  readonly baseCurrency: string;
  orders: number;
  touched: number;
  skipped: number;
  near: number;
  points: number;
  gifts: number;
  freeShipping: number;
  belowCost: number;
  desired: bigint;
  readonly total: Money;
  readonly customers: Set<string>;
  readonly categories: Map<string | null, Money & { orders: number }>;
  readonly days: Map<string, { touched: number; discount: bigint }>;
  readonly buckets: number[];
  readonly misses: Map<string, number>;
  readonly shared: Map<string, Counter>;
  readonly ofContacts: Map<string, number>;
  usesOutAt: Date | null;
  budgetOutAt: Date | null;
};

/** Shares of the goods are told in steps of five percent. */
const STEP = 5;
const STEPS = 100 / STEP;
/** More categories than anybody looks at. */
const MAX_CATEGORIES = 500;

const noMoney = (): Money => ({
  revenueBefore: 0n,
  revenueAfter: 0n,
  discount: 0n,
  marginBefore: 0n,
  marginAfter: 0n,
  unknownCost: 0n,
});

export function newTally(of: Pick<Tally, 'offerId' | 'limits' | 'zone' | 'baseCurrency'>): Tally {
  return {
    ...of,
    orders: 0,
    touched: 0,
    skipped: 0,
    near: 0,
    points: 0,
    gifts: 0,
    freeShipping: 0,
    belowCost: 0,
    desired: 0n,
    total: noMoney(),
    customers: new Set(),
    categories: new Map(),
    days: new Map(),
    buckets: Array.from({ length: STEPS }, () => 0),
    misses: new Map(),
    shared: new Map(),
    ofContacts: new Map(),
    usesOutAt: null,
    budgetOutAt: null,
  };
}

/** What the limits leave before an order, had they counted from the first one. */
export function leftFor(
  tally: Tally,
  order: Pick<PastOrder, 'contactId' | 'anonymous' | 'occurredAt'>,
): Remaining {
  const left: Remaining = {};
  const lower = (
    key: Exclude<keyof Remaining, 'contactNeeded'>,
    limit: number | undefined,
    taken: number,
  ): void => {
    if (limit !== undefined) left[key] = Math.min(left[key] ?? limit, Math.max(limit - taken, 0));
  };
  const { shared, ofContact } = slotsAt(tally.limits, order.occurredAt, tally.zone);
  for (const { slot, uses, budgetMinor, points } of shared) {
    const taken = tally.shared.get(slot);
    lower('uses', uses, taken?.uses ?? 0);
    lower('budgetMinor', budgetMinor, taken?.spent ?? 0);
    lower('points', points, taken?.points ?? 0);
  }
  if (order.anonymous && ofContact.length > 0) left.contactNeeded = true;
  else
    for (const { slot, uses } of ofContact)
      lower('buyerUses', uses, tally.ofContacts.get(`${order.contactId} ${slot}`) ?? 0);
  return left;
}

/** The limits as they stood before it, and the cart without and with the offer; `before` null: at the prices paid. */
export function addOrder(tally: Tally, order: PastOrder, before: PricedCart | null, after: PricedCart): void {
  tally.orders += 1;
  const entry = after.trace.find((one) => one.id === tally.offerId);
  const use = after.uses.find((one) => one.offerId === tally.offerId);
  if (use === undefined) {
    const reason = entry?.misses[0]?.reason ?? 'zero_effect';
    tally.misses.set(reason, (tally.misses.get(reason) ?? 0) + 1);
    if (entry?.near === true) tally.near += 1;
    return;
  }
  const points = after.effects.bonusPoints.find((one) => one.offerId === tally.offerId)?.points ?? 0;
  count(tally, order, use.discountMinor, points);
  tally.touched += 1;
  tally.points += points;
  tally.gifts += after.effects.gifts.find((one) => one.offerId === tally.offerId)?.quantity ?? 0;
  if (entry?.gives.kind === 'free_shipping') tally.freeShipping += 1;
  const toBase = converter(order, tally.baseCurrency);
  tally.desired += toBase(Math.max(entry?.desiredMinor ?? 0, use.discountMinor));
  if (!order.anonymous) tally.customers.add(order.contactId);
  addMoney(tally, order, before, after, toBase);
}

function count(tally: Tally, order: PastOrder, spent: number, points: number): void {
  const { shared, ofContact } = slotsAt(tally.limits, order.occurredAt, tally.zone);
  for (const { slot, uses, budgetMinor, points: most } of shared) {
    const taken = tally.shared.get(slot) ?? { uses: 0, spent: 0, points: 0 };
    tally.shared.set(slot, {
      uses: taken.uses + 1,
      spent: taken.spent + spent,
      points: taken.points + points,
    });
    if (slot !== 'all') continue;
    if (uses !== undefined && taken.uses + 1 >= uses) tally.usesOutAt ??= order.occurredAt;
    const dry = budgetMinor !== undefined && taken.spent + spent >= budgetMinor;
    if (dry || (most !== undefined && taken.points + points >= most)) tally.budgetOutAt ??= order.occurredAt;
  }
  for (const { slot } of ofContact) {
    const key = `${order.contactId} ${slot}`;
    tally.ofContacts.set(key, (tally.ofContacts.get(key) ?? 0) + 1);
  }
}

type ToBase = (minor: number) => bigint;

/** Minor units of the order's currency to those of the base currency, at the order's own rate. */
function converter({ currency, baseRate }: PastOrder, baseCurrency: string): ToBase {
  if (currency === baseCurrency) return BigInt;
  const rate = decimalToScaled(baseRate, 10) * 10n ** BigInt(minorDigits(baseCurrency));
  const scale = 10n ** BigInt(10 + minorDigits(currency));
  return (minor) => divideHalfUp(BigInt(minor) * rate, scale);
}

function addMoney(
  tally: Tally,
  order: PastOrder,
  before: PricedCart | null,
  after: PricedCart,
  toBase: ToBase,
): void {
  const earlier = new Map(before?.lines.map((line) => [line.id, line.priceMinor]));
  const seen = new Set<string | null>();
  const own = noMoney();
  for (const [i, line] of after.lines.entries()) {
    const source = order.lines[i];
    const was = earlier.get(line.id) ?? line.listMinor;
    const categoryId = source?.categoryPath?.at(-1) ?? null;
    const cost = source?.cost ?? null;
    const costMinor = cost === null ? null : costOf(cost, source?.quantity ?? '0', order.currency);
    const of = tally.categories.get(categoryId) ?? { ...noMoney(), orders: 0 };
    tally.categories.set(categoryId, of);
    if (!seen.has(categoryId)) of.orders += 1;
    seen.add(categoryId);
    for (const sum of [own, of])
      addLine(sum, toBase(was), toBase(line.priceMinor), costMinor === null ? null : toBase(costMinor));
  }
  const shipping =
    toBase(before?.shipping.priceMinor ?? after.shipping.listMinor) - toBase(after.shipping.priceMinor);
  own.discount += shipping;
  if (own.marginAfter < 0n) tally.belowCost += 1;
  for (const key of Object.keys(own) as (keyof Money)[]) tally.total[key] += own[key];
  const share =
    own.revenueBefore === 0n
      ? 0
      : Number(((own.revenueBefore - own.revenueAfter) * 100n) / own.revenueBefore);
  const bucket = Math.min(Math.max(Math.floor(share / STEP), 0), STEPS - 1);
  tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + 1;
  const day = wallOf(order.occurredAt, tally.zone).toISOString().slice(0, 10);
  const of = tally.days.get(day) ?? { touched: 0, discount: 0n };
  tally.days.set(day, { touched: of.touched + 1, discount: of.discount + own.discount });
}

function addLine(sum: Money, before: bigint, after: bigint, cost: bigint | null): void {
  sum.revenueBefore += before;
  sum.revenueAfter += after;
  sum.discount += before - after;
  if (cost === null) sum.unknownCost += before;
  else {
    sum.marginBefore += before - cost;
    sum.marginAfter += after - cost;
  }
}

/** Cost of a whole line in minor units. */
export function costOf(cost: string, quantity: string, currency: string): number {
  const exact = decimalToScaled(cost, 6) * decimalToScaled(quantity, 3);
  return Number(divideHalfUp(exact, 10n ** BigInt(9 - minorDigits(currency))));
}

const told = (money: Money) => ({
  revenueBeforeMinor: Number(money.revenueBefore),
  revenueAfterMinor: Number(money.revenueAfter),
  discountMinor: Number(money.discount),
  marginBeforeMinor: Number(money.marginBefore),
  marginAfterMinor: Number(money.marginAfter),
  unknownCostMinor: Number(money.unknownCost),
});

/** What the sum comes to; names of categories are looked up by whoever has them. */
export function resultOf(
  tally: Tally,
  known: { complete: boolean; assumptions: string[]; names: ReadonlyMap<string, string> },
): BacktestResult {
  const categories = [...tally.categories]
    .toSorted(([a, x], [b, y]) =>
      x.discount === y.discount ? ((a ?? '') < (b ?? '') ? -1 : 1) : x.discount > y.discount ? -1 : 1,
    )
    .slice(0, MAX_CATEGORIES)
    .map(([categoryId, money]) => ({
      categoryId,
      name: categoryId === null ? null : (known.names.get(categoryId) ?? null),
      orders: money.orders,
      ...told(money),
    }));
  return {
    currency: tally.baseCurrency,
    complete: known.complete,
    orders: tally.orders,
    touched: tally.touched,
    customers: tally.customers.size,
    skipped: tally.skipped,
    desiredMinor: Number(tally.desired),
    ...told(tally.total),
    points: tally.points,
    gifts: tally.gifts,
    freeShipping: tally.freeShipping,
    categories,
    days: [...tally.days]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, { touched, discount }]) => ({
        day,
        touched,
        discountMinor: Number(discount),
      })),
    ran: {
      usesOutAt: tally.usesOutAt?.toISOString() ?? null,
      budgetOutAt: tally.budgetOutAt?.toISOString() ?? null,
    },
    distribution: tally.buckets.map((orders, i) => ({ from: i * STEP, to: (i + 1) * STEP, orders })),
    misses: Object.fromEntries([...tally.misses].toSorted(([, a], [, b]) => b - a)),
    near: tally.near,
    belowCostOrders: tally.belowCost,
    assumptions: known.assumptions,
  };
}
