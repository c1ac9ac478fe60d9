import { setImmediate as nextTurn } from 'node:timers/promises';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { minorDigits } from '../../core/money.ts';
import { DAY_MS } from '../../core/time.ts';
import type { BuyerFacts, Cart, Offer, PricedCart } from '../pricing/contract.ts';
import { prepare } from '../pricing/prepare.ts';
import { prepareLists } from '../pricing/price-lists.ts';
import { priceCart } from '../pricing/price.ts';
import { PricingError } from '../pricing/state.ts';
import { buyersOf, settingsFor } from './actions.backtest-run.ts';
import { liveOffers } from './actions.live.ts';
import { costOf } from './backtest.ts';
import { buyerOf, cartOf, cartOfProduct, codesFor, timeless, welcomeBuyer } from './carts.ts';
import type { Interference, InterferencePair } from './contract.ts';
import { bitsOf, canMeet, excludesOther, sharedBits } from './overlap.ts';
import { pastOrders, sampleProducts } from './store.orders.ts';
import type { SampleProduct } from './store.orders.ts';

/** Which offers meet, what they do to each other, and how deep they go together: on recent orders, or on products. */

/** Two hundred orders priced with hundreds of offers take about a second. */
const SAMPLE_CARTS = 200;
const SAMPLE_DAYS = 365;
export const SAMPLE_PRODUCTS = 5_000;
/** Every pair is looked at: beyond so many offers the first by priority are. */
const MAX_OFFERS = 300;
const MAX_PAIRS = 200;
/** Carts priced between two turns of the event loop. */
const TURN = 5;

/** Between all live offers of a program (of none: those for everybody). */
export async function interferenceOf(ctx: Ctx, programId?: string): Promise<Interference> {
  authorise(ctx, 'loyalty:read');
  const { offers } = await liveOffers(ctx, ctx.clock.now(), programId);
  return interferenceAmong(ctx, offers, programId);
}

/** The same; `about`: only pairs of this offer, which is among them. For verbs of this module. */
export async function interferenceAmong(
  ctx: Ctx,
  all: readonly Offer[],
  programId?: string,
  about?: Offer,
): Promise<Interference> {
  const offers = firstOf(all, about);
  const digits = minorDigits(ctx.config.baseCurrency);
  const products = await sampleProducts(ctx, SAMPLE_PRODUCTS);
  const sample = await sampleCarts(ctx, offers, products, digits, programId);
  const seen = await priceSample(ctx, offers, sample.carts, programId);
  const pairs = await pairsOf(offers, products, digits, seen, about);
  return {
    sample: sample.carts.length === 0 ? 'none' : sample.of,
    carts: sample.carts.length,
    offers: offers.length,
    pairs: pairs.slice(0, MAX_PAIRS),
    more: pairs.length > MAX_PAIRS || offers.length < all.length,
    deepest: seen.deepest,
    belowCost: seen.belowCost,
  };
}

function firstOf(all: readonly Offer[], about: Offer | undefined): Offer[] {
  const others = all.filter((one) => one.id !== about?.id).toSorted((a, b) => b.priority - a.priority);
  return [...(about === undefined ? [] : [about]), ...others].slice(0, MAX_OFFERS);
}

type SampleCart = { cart: Cart; buyer: BuyerFacts; reference: string; costMinor: number | null };
type Sample = { of: 'orders' | 'products'; carts: SampleCart[] };

async function sampleCarts(
  ctx: Ctx,
  offers: readonly Offer[],
  products: readonly SampleProduct[],
  digits: number,
  programId: string | undefined,
): Promise<Sample> {
  const until = ctx.clock.now();
  const from = new Date(until.getTime() - SAMPLE_DAYS * DAY_MS);
  const orders = await pastOrders(ctx, {
    from,
    until,
    latestFirst: true,
    countEarlier: true,
    limit: SAMPLE_CARTS,
  });
  const codes = codesFor(offers);
  if (orders.length > 0) {
    const buyers = await buyersOf(ctx, offers, orders, programId);
    const carts = orders.flatMap((order): SampleCart[] => {
      const cart = cartOf(order, codes, 0);
      if (cart === null) return [];
      const { segments = [], part = {} } = buyers.get(order.contactId) ?? {};
      const buyer = buyerOf(order, segments, part);
      return [{ cart, buyer, reference: order.externalId, costMinor: costOfCart(cart) }];
    });
    return { of: 'orders', carts };
  }
  const carts = products.slice(0, SAMPLE_CARTS).flatMap((product) =>
    offers.slice(0, 1).flatMap((offer): SampleCart[] => {
      const cart = cartOfProduct(product, offer, product.currency ?? ctx.config.baseCurrency, digits);
      if (cart === null) return [];
      const buyer = everybody(offers);
      return [
        { cart: { ...cart, codes }, buyer, reference: product.externalId, costMinor: costOfCart(cart) },
      ];
    }),
  );
  return { of: 'products', carts };
}

/** Somebody whom as many offers as possible are for. */
function everybody(offers: readonly Offer[]): BuyerFacts {
  const all = offers.map(welcomeBuyer);
  return {
    ...(all[0] ?? { orders: 1, accumulated: {}, pointsAvailable: 0, tier: null }),
    member: true,
    tier: all.find((one) => one.tier != null)?.tier ?? null,
    segments: all.flatMap((one) => one.segments),
    personCategories: all.flatMap((one) => one.personCategories),
  };
}

/** What the goods cost the shop; null when nobody told of any of them. */
function costOfCart({ lines, currency }: Cart): number | null {
  const known = lines.filter((line) => line.cost !== undefined);
  if (known.length < lines.length) return null;
  return known.reduce((sum, line) => sum + costOf(line.cost ?? '0', line.quantity, currency), 0);
}

type Seen = {
  together: Map<string, number>;
  keptOut: Map<string, number>;
  deepest: Interference['deepest'];
  belowCost: number;
};
const pairKey = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

async function priceSample(
  ctx: Ctx,
  offers: readonly Offer[],
  carts: readonly SampleCart[],
  programId: string | undefined,
): Promise<Seen> {
  const prepared = prepare(offers.map((offer) => timeless(offer, false)));
  const settings = await settingsFor(ctx, programId);
  const names = new Map(offers.map(({ id, name }) => [id, name]));
  const seen: Seen = { together: new Map(), keptOut: new Map(), deepest: null, belowCost: 0 };
  const lists = prepareLists([]);
  const now = ctx.clock.now();
  for (const [i, one] of carts.entries()) {
    if (i % TURN === TURN - 1) await nextTurn();
    const priced = quietly(() =>
      priceCart({ cart: one.cart, buyer: one.buyer, offers: prepared, lists, remaining: {}, settings, now }),
    );
    if (priced !== null) look(seen, one, priced, names);
  }
  return seen;
}

/** Null for a cart that cannot be priced. */
export function quietly(price: () => PricedCart): PricedCart | null {
  try {
    return price();
  } catch (error) {
    if (error instanceof PricingError) return null;
    throw error;
  }
}

function look(seen: Seen, one: SampleCart, priced: PricedCart, names: ReadonlyMap<string, string>): void {
  const add = (to: Map<string, number>, key: string): void => void to.set(key, (to.get(key) ?? 0) + 1);
  const applied = [...new Set(priced.uses.map(({ offerId }) => offerId))];
  for (const [i, a] of applied.entries())
    for (const b of applied.slice(i + 1)) add(seen.together, pairKey(a, b));
  for (const entry of priced.trace)
    if (entry.kind === 'offer') for (const by of new Set(entry.by)) add(seen.keptOut, pairKey(entry.id, by));
  const { listMinor, discountMinor, goodsMinor } = priced.totals;
  if (one.costMinor !== null && applied.length > 0 && goodsMinor < one.costMinor) seen.belowCost += 1;
  const deeper =
    seen.deepest === null || discountMinor * seen.deepest.listMinor > seen.deepest.discountMinor * listMinor;
  if (applied.length === 0 || listMinor === 0 || !deeper) return;
  seen.deepest = {
    percent: ((discountMinor / listMinor) * 100).toFixed(3),
    listMinor,
    discountMinor,
    currency: priced.currency,
    offers: applied.map((id) => ({ id, name: names.get(id) ?? '' })),
    reference: one.reference,
  };
}

/** Pairs that can meet, those that met most first. */
async function pairsOf(
  offers: readonly Offer[],
  products: readonly SampleProduct[],
  digits: number,
  seen: Seen,
  about: Offer | undefined,
): Promise<InterferencePair[]> {
  const bits: Uint32Array[] = [];
  for (const [i, offer] of offers.entries()) {
    if (i % TURN === TURN - 1) await nextTurn();
    bits.push(bitsOf(offer, products, digits));
  }
  const found: InterferencePair[] = [];
  for (const [i, a] of offers.entries()) {
    if (about !== undefined && a.id !== about.id) continue;
    for (const [j, b] of offers.entries()) {
      if (j <= i || !canMeet(a, b)) continue;
      const pair = pairOf(a, b, sharedBits(bits[i] ?? NO_BITS, bits[j] ?? NO_BITS), seen);
      if (pair.sharedProducts + pair.together + pair.keptOut > 0) found.push(pair);
    }
  }
  return found.toSorted(
    (x, y) =>
      y.together + y.keptOut - (x.together + x.keptOut) ||
      y.sharedProducts - x.sharedProducts ||
      (pairKey(x.a.id, x.b.id) < pairKey(y.a.id, y.b.id) ? -1 : 1),
  );
}
const NO_BITS = new Uint32Array(0);

function pairOf(a: Offer, b: Offer, sharedProducts: number, seen: Seen): InterferencePair {
  const key = pairKey(a.id, b.id);
  return {
    a: { id: a.id, name: a.name },
    b: { id: b.id, name: b.name },
    sameStage: a.stage === b.stage,
    excluded: excludesOther(a, b),
    sharedProducts,
    together: seen.together.get(key) ?? 0,
    keptOut: seen.keptOut.get(key) ?? 0,
  };
}
