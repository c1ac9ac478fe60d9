import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  infiniteStream,
  integer,
  nat,
  option,
  property,
  record,
} from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { foldCarts } from '../../src/tracking/commerce/cart.ts';
import type { CartStep } from '../../src/tracking/commerce/cart.ts';
import type { CartView, InterestView } from '../../src/tracking/commerce/contract.ts';
import type { CartEvent } from '../../src/tracking/commerce/names.ts';
import { contactOfUser, contactOfVisitor, openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

/** A step as a test draws it; minutes after ten, so that many fall on the same instant. */
type Drawn = {
  minute: number;
  name: CartEvent;
  code: string;
  quantity: number | null;
  list: number[];
  order: string;
};

const CODES = ['tea', 'cup', 'pot'];
const drawn: Arbitrary<Drawn> = record({
  minute: integer({ min: 0, max: 9 }),
  name: constantFrom<CartEvent>(
    'Product Added',
    'Product Added',
    'Product Removed',
    'Cart Viewed',
    'Checkout Started',
    'Coupon Applied',
    'Coupon Removed',
    'Order Completed',
  ),
  code: constantFrom(...CODES),
  quantity: option(integer({ min: 1, max: 3 }), { nil: null }),
  list: array(integer({ min: 0, max: 2 }), { maxLength: 3 }),
  order: constantFrom('o-1', 'o-2', 'o-3'),
});

const LISTS = new Set<string>(['Cart Viewed', 'Checkout Started']);

function propertiesOf({ name, code, quantity, list, order }: Drawn): Record<string, unknown> {
  if (name === 'Order Completed') return { order_id: order };
  if (name.startsWith('Coupon')) return { coupon_id: code };
  if (LISTS.has(name)) return { products: list.map((n) => ({ product_id: CODES[n], quantity: n + 1 })) };
  return { product_id: code, ...(quantity === null ? {} : { quantity }) };
}

/** Of one instant: fillings first, then whatever needs a cart, takings out, and the order last. */
const RANKS: Readonly<Record<string, number>> = {
  'Product Added': 0,
  'Product Removed': 2,
  'Order Completed': 3,
};
const rank = (name: string): number => RANKS[name] ?? 1;

type Naive = { units: Record<string, number>; coupons: string[]; order: string | null };

/** The same rules, told the long way: one pass over a sorted list. */
function naive(steps: ReadonlyArray<Drawn & { key: string }>): Naive[] {
  const sorted = steps.toSorted(
    (a, b) => a.minute - b.minute || rank(a.name) - rank(b.name) || (a.key < b.key ? -1 : 1),
  );
  const done: Naive[] = [];
  const orders: string[] = [];
  let cart: Naive | undefined;
  for (const { name, code, quantity, list, order } of sorted) {
    const starts = name === 'Product Added' || (LISTS.has(name) && list.length > 0);
    if (cart === undefined && starts) cart = { units: {}, coupons: [], order: null };
    if (cart === undefined && name === 'Order Completed') orders.push(order);
    if (cart === undefined) continue;
    const { units } = cart;
    if (name === 'Product Added') units[code] = (units[code] ?? 0) + (quantity ?? 1);
    if (name === 'Product Removed' && units[code] !== undefined)
      units[code] = quantity === null ? 0 : Math.max(0, units[code] - quantity);
    if (name === 'Cart Viewed' || (name === 'Checkout Started' && list.length > 0)) {
      for (const known of Object.keys(units)) delete units[known];
      for (const n of list) units[CODES[n] ?? ''] = (units[CODES[n] ?? ''] ?? 0) + n + 1;
    }
    if (units[code] === 0) delete units[code];
    if (name === 'Coupon Applied' && !cart.coupons.includes(code)) cart.coupons.push(code);
    if (name === 'Coupon Removed') cart.coupons = cart.coupons.filter((one) => one !== code);
    if (name === 'Order Completed' && !orders.includes(order)) {
      orders.push(order);
      done.push({ ...cart, order });
      cart = undefined;
    }
  }
  return cart === undefined ? done : [...done, cart];
}

const BASE = Date.parse('2026-03-01T09:00:00Z');
const at = (minute: number): Date => new Date(BASE + minute * 60_000);
const keyed = (list: readonly Drawn[]) =>
  list.map((one, i) => ({ ...one, key: `k${String(i).padStart(3, '0')}` }));

const brief = (cart: {
  lines: Array<{ product: string; quantity: number }>;
  coupons: string[];
  orderNumber: string | null;
}): Naive => ({
  units: Object.fromEntries(cart.lines.map(({ product, quantity }) => [product, quantity])),
  coupons: cart.coupons,
  order: cart.orderNumber,
});

describe('a cart', () => {
  test('is the same whatever the order in which its events are read, and what a naive fold makes of them', () => {
    assert(
      property(array(drawn, { maxLength: 25 }), infiniteStream(nat()), (list, random) => {
        const events = keyed(list);
        const steps = events.map((one): CartStep => ({
          key: one.key,
          at: at(one.minute),
          name: one.name,
          properties: propertiesOf(one),
        }));
        const shuffled = steps
          .map((step) => ({ step, rank: random.next().value }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ step }) => step);
        expect(foldCarts(shuffled)).toEqual(foldCarts(steps));
        expect(foldCarts(shuffled).map(brief)).toEqual(naive(events));
      }),
      { numRuns: 500 },
    );
  });

  test('stored is the same whatever the batches, their order and repetitions in which its events come', async () => {
    await assert(
      asyncProperty(
        array(drawn, { minLength: 1, maxLength: 15 }),
        array(nat({ max: 14 }), { maxLength: 6 }),
        infiniteStream(nat({ max: 1_000 })),
        async (list, again, random) => {
          const anonymousId = newId();
          const run = newId();
          const events = keyed(list).map((one) => ({
            ...one,
            sent: track(one.name, {
              anonymousId,
              messageId: `${run} ${one.key}`,
              timestamp: at(one.minute).toISOString(),
              properties: propertiesOf(one),
            }),
          }));
          const repeated = again.flatMap((n) => events[n] ?? []);
          const arriving = [...events, ...repeated]
            .map((one) => ({ one, rank: random.next().value, batch: random.next().value % 3 }))
            .toSorted((a, b) => a.rank - b.rank);
          for (const batch of [0, 1, 2]) {
            const sent = arriving.filter((item) => item.batch === batch).map(({ one }) => one.sent);
            if (sent.length > 0) await site.batch(sent);
          }
          const stored = await rows<Parameters<typeof brief>[0]>(
            site.api.ctx.db,
            sql`select lines, coupons, order_number as "orderNumber" from cart
              where contact_id = (select contact_id from visitor_lookup where anonymous_id = ${anonymousId})
              order by opened_at, ordered_at nulls last`,
          );
          const expected = naive(events);
          expect(stored.map(brief).toSorted(byText)).toEqual(expected.toSorted(byText));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('filled from two lanes at once loses nothing', async () => {
    const anonymousId = newId();
    await site.batch([track('Product Added', { anonymousId, properties: { product_id: 'tea' } })]);
    await Promise.all(
      Array.from({ length: 8 }, () =>
        site.batch([track('Product Added', { anonymousId, properties: { product_id: 'tea' } })]),
      ),
    );
    const [cart] = await cartsOf(await contactOfVisitor(site, anonymousId));
    expect(cart?.lines).toMatchObject([{ product: 'tea', quantity: 9 }]);
  });
});

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

async function get<T>(path: string): Promise<T[]> {
  const answer = await (await site.api.owner())('GET', path);
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.body as { items: T[] }).items;
}
const cartsOf = (contactId: string) => get<CartView>(`/api/contacts/${contactId}/carts`);
const interestOf = (contactId: string, query = '') =>
  get<InterestView>(`/api/contacts/${contactId}/interest${query}`);

describe('on the card', () => {
  test('a cart says what it holds and is worth, is abandoned after an hour, and ordered once an order tells so', async () => {
    const anonymousId = newId();
    const userId = newId();
    const early = { anonymousId, timestamp: '2026-03-01T08:30:00Z' };
    await site.batch([
      track('Product Added', {
        ...early,
        properties: {
          product_id: 'oolong',
          name: 'Oolong',
          price: 12.5,
          quantity: 2,
          currency: 'EUR',
          cart_id: 'c-7',
        },
      }),
      track('Coupon Applied', { ...early, properties: { coupon_id: 'SPRING', cart_id: 'c-7' } }),
      track('Checkout Started', { ...early, timestamp: '2026-03-01T08:40:00Z', properties: { step: 1 } }),
    ]);
    const visitor = await contactOfVisitor(site, anonymousId);
    expect(await cartsOf(visitor)).toMatchObject([
      {
        state: 'abandoned',
        number: 'c-7',
        sourceId: site.sourceId,
        lastAt: '2026-03-01T08:40:00.000Z',
        checkoutStep: 1,
        coupons: ['SPRING'],
        currency: 'EUR',
        totalMinor: 2_500,
        lines: [{ product: 'oolong', productId: null, name: 'Oolong', quantity: 2, price: '12.5' }],
      },
    ]);
    // The server tells of the order under the user; joined with the visitor it closes the visitor's cart.
    await site.server([
      track('Order Completed', {
        anonymousId,
        userId,
        timestamp: '2026-03-01T09:00:00Z',
        properties: { order_id: 'cart-order', products: [{ product_id: 'oolong', price: 10, quantity: 2 }] },
      }),
    ]);
    const [cart] = await cartsOf(await contactOfUser(site, userId));
    expect(cart).toMatchObject({
      state: 'ordered',
      orderNumber: 'cart-order',
      orderedAt: '2026-03-01T09:00:00.000Z',
    });
  });

  test('interest counts what was done, keeps products the catalogue does not know, and says what was bought', async () => {
    const anonymousId = newId();
    const userId = newId();
    const sign = (event: string, minute: number, properties: object) =>
      track(event, { anonymousId, timestamp: at(minute).toISOString(), properties });
    await site.batch([
      sign('Product Viewed', 2, { product_id: 'new-cup', name: 'New cup', category: 'Cups', price: 9 }),
      sign('Product Viewed', 5, { product_id: 'new-cup', name: 'Newest cup', category: 'Cups', price: 8 }),
      sign('Product Viewed', 1, { product_id: 'new-cup', name: 'Old cup' }),
      sign('Product Clicked', 4, { product_id: 'new-cup' }),
      sign('Product Added to Wishlist', 3, { product_id: 'pot-1', name: 'Pot' }),
      sign('Product Removed from Wishlist', 6, { product_id: 'pot-1' }),
      sign('Product Added to Wishlist', 7, { product_id: 'pot-2' }),
      sign('Products Searched', 8, { query: ' Green TEA ' }),
      sign('Product List Viewed', 9, { category: 'Teas' }),
      sign('Product Viewed', 9, { name: 'without a code' }),
    ]);
    const visitor = await contactOfVisitor(site, anonymousId);
    const items = await interestOf(visitor);
    expect(items.map(({ kind, key, viewed, wished }) => [kind, key, viewed, wished])).toEqual([
      ['category', 'Teas', 1, false],
      ['search', 'green tea', 1, false],
      ['product', 'pot-2', 0, true],
      ['product', 'pot-1', 0, false],
      ['category', 'Cups', 2, false],
      ['product', 'new-cup', 3, false],
    ]);
    expect(items[5]).toMatchObject({
      name: 'Newest cup',
      price: '8',
      productId: null,
      clicked: 1,
      lastViewedAt: at(5).toISOString(),
      boughtAt: null,
    });
    await site.server([
      track('Order Completed', {
        anonymousId,
        userId,
        properties: {
          order_id: 'interest-order',
          products: [{ product_id: 'new-cup', name: 'Cup', price: 8 }],
        },
      }),
    ]);
    const [bought] = (await interestOf(await contactOfUser(site, userId), '?kind=product')).filter(
      ({ key }) => key === 'new-cup',
    );
    expect(bought).toMatchObject({ boughtAt: '2026-03-01T10:00:00.000Z', name: 'Cup' });
    expect(bought?.productId).not.toBeNull();
  });

  test('a merge brings carts and interest along; a bot’s are not counted; strangers see nothing', async () => {
    const [one, two, bot] = [newId(), newId(), newId()];
    const add = (anonymousId: string, context = {}) =>
      track('Product Added', { anonymousId, context, properties: { product_id: 'tea' } });
    await site.batch([
      add(one),
      add(two),
      add(bot, { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' }),
    ]);
    const [from, to] = [await contactOfVisitor(site, one), await contactOfVisitor(site, two)];
    await mergeContacts(site.api.ctx, { from, to, reason: 'test' });
    const carts = await cartsOf(from);
    expect(carts).toHaveLength(2);
    expect((await interestOf(to))[0]).toMatchObject({ key: 'tea', added: 2 });
    expect(await cartsOf(await contactOfVisitor(site, bot))).toEqual([]);
    const limited = await site.api.person('manager', { visibility: 'own' });
    expect((await limited.send('GET', `/api/contacts/${to}/carts`)).status).toBe(404);
    expect((await limited.send('GET', `/api/contacts/${to}/interest`)).status).toBe(404);
  });
});
