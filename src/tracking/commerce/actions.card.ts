import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { MAX_WIRE_MINOR, toMinor } from '../../core/money.ts';
import { HOUR_MS } from '../../core/time.ts';
import { visibleContact } from '../behaviour/store.card.ts';
import type { CartView, InterestQuery, InterestView } from './contract.ts';
import * as store from './store.read.ts';
import type { CartRow, InterestFound, LaterOrder } from './store.read.ts';

/** An open cart with something in it counts as abandoned after this long without a word about it. */
const ABANDONED_MS = HOUR_MS;

/** What the contact takes an interest in, over all its devices. 404 for one the actor may not know of. */
export async function interestOfCard(ctx: Ctx, id: string, query: InterestQuery): Promise<InterestView[]> {
  const found = await store.interestOfContact(ctx, await mustSee(ctx, id), query);
  return found.map(viewOf);
}

/** The contact's carts. One that no event has closed is ordered all the same when an order came after it, from wherever. */
export async function cartsOfCard(ctx: Ctx, id: string, limit: number): Promise<CartView[]> {
  const contactId = await mustSee(ctx, id);
  const carts = await store.cartsOfContact(ctx, contactId, limit);
  if (carts.length === 0) return [];
  const since = new Date(Math.min(...carts.map(({ lastAt }) => lastAt.getTime())));
  const later = await store.ordersSince(ctx, contactId, since);
  const codes = carts.flatMap(({ lines }) => lines.map((line) => line.product));
  const productIds = await store.productIdsOf(ctx, [...new Set(codes)]);
  return carts.map((cart) => cartView(ctx, cart, later, productIds));
}

async function mustSee(ctx: Ctx, id: string): Promise<string> {
  authorise(ctx, 'contacts:read');
  const contactId = await visibleContact(ctx, id);
  if (contactId === undefined) throw notFound('contact', id);
  return contactId;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

function viewOf(found: InterestFound): InterestView {
  const { details, wishedAt, unwishedAt } = found;
  const told = (name: string): string | null => details[name] ?? null;
  return {
    kind: found.kind,
    key: found.key,
    productId: found.productId,
    name: found.productName ?? told('name') ?? found.key,
    category: found.category ?? told('category'),
    price: told('price'),
    currency: told('currency'),
    url: found.url ?? told('url'),
    imageUrl: found.imageUrl ?? told('imageUrl'),
    viewed: found.viewed,
    clicked: found.clicked,
    added: found.added,
    wished: wishedAt !== null && (unwishedAt === null || wishedAt > unwishedAt),
    lastViewedAt: iso(found.viewedAt),
    lastAddedAt: iso(found.addedAt),
    lastWishedAt: iso(wishedAt),
    lastAt: found.lastAt.toISOString(),
    boughtAt: iso(found.boughtAt),
  };
}

function cartView(
  ctx: Ctx,
  cart: CartRow,
  later: readonly LaterOrder[],
  productIds: ReadonlyMap<string, string>,
): CartView {
  const order = cart.state === 'ordered' ? null : orderAfter(cart, later);
  const untouchedMs = ctx.clock.now().getTime() - cart.lastAt.getTime();
  const left = cart.lines.length > 0 && untouchedMs >= ABANDONED_MS;
  const currency = cart.currency ?? ctx.config.baseCurrency;
  return {
    id: cart.cartId,
    sourceId: cart.sourceId,
    state: cart.state === 'ordered' || order !== null ? 'ordered' : left ? 'abandoned' : 'open',
    number: cart.number,
    openedAt: cart.openedAt.toISOString(),
    lastAt: cart.lastAt.toISOString(),
    orderNumber: order?.number ?? cart.orderNumber,
    orderedAt: iso(order?.occurredAt ?? cart.orderedAt),
    checkoutAt: iso(cart.checkoutAt),
    checkoutStep: cart.checkoutStep,
    coupons: cart.coupons,
    currency,
    totalMinor: totalOf(cart, currency),
    lines: cart.lines.map((line) => ({
      ...line,
      name: line.name ?? line.product,
      productId: productIds.get(line.product) ?? null,
    })),
  };
}

/** The first order after the cart's last change that came from the same source or holds one of its products. */
function orderAfter(cart: CartRow, later: readonly LaterOrder[]): LaterOrder | null {
  const products = new Set(cart.lines.map((line) => line.product));
  const fits = ({ source, occurredAt, products: bought }: LaterOrder): boolean =>
    occurredAt >= cart.lastAt && (source === cart.sourceId || bought.some((code) => products.has(code)));
  return later.find(fits) ?? null;
}

/** Shown, never charged: what is beyond any real cart is cut. */
function totalOf(cart: CartRow, currency: string): number {
  let total = 0n;
  for (const { price, quantity } of cart.lines) {
    if (price !== null) total += (toMinor(price, currency) * BigInt(Math.round(quantity * 1_000))) / 1_000n;
  }
  return Number(total > MAX_WIRE_MINOR ? MAX_WIRE_MINOR : total);
}
