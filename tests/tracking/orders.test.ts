import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { contactOfUser, contactOfVisitor, facts, openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const PRODUCTS = [
  { product_id: 'tea', name: 'Tea', price: 4.25, quantity: 2 },
  { product_id: 'cup', name: 'Cup', price: 59.970000000000006 },
];
const completed = (orderId: string, over: object = {}, properties: object = {}) =>
  track('Order Completed', {
    properties: { order_id: orderId, currency: 'GBP', products: PRODUCTS, ...properties },
    ...over,
  });
const stored = (orderId: string) =>
  rows<{
    contactId: string;
    trust: string;
    total: string;
    source: string;
    coupons: string[];
    lines: string[];
  }>(
    site.api.ctx.db,
    sql`
    select contact_id as "contactId", trust, total_minor::text as total, source, coupon_codes as coupons,
      (select array_agg(p.external_id || ' ' || trim_scale(f.quantity) || ' × ' || trim_scale(f.unit_price) order by f.ordinal)
       from sale_fact f join product p using (product_id) where f.order_id = o.order_id) as lines
    from orders o where external_id = ${orderId}`,
  );
const revenueEvents = (orderId: string) =>
  rows(
    site.api.ctx.db,
    sql`select 1 from outbox where topic = 'order.placed' and payload->>'externalId' = ${orderId}`,
  );

describe('an Order Completed of a server', () => {
  test('is an order of its user under the source, exact to the penny', async () => {
    const event = completed('s-1', { userId: 'buyer' }, { coupon: 'SPRING', discount: 3.5, total: 70.47 });
    expect(await site.server([event])).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
    expect(await stored('s-1')).toEqual([
      {
        contactId: await contactOfUser(site, 'buyer'),
        trust: 'server',
        total: '6497',
        source: site.sourceId,
        coupons: ['SPRING'],
        lines: ['tea 2 × 4.25', 'cup 1 × 59.97', 'discount 1 × -3.5'],
      },
    ]);
    expect(await revenueEvents('s-1')).toHaveLength(1);
  });

  test('told twice, at once and later, is one order', async () => {
    const event = completed('s-2', { userId: 'buyer' });
    await Promise.all([site.server([event]), site.server([{ ...event, messageId: newId() }])]);
    const later = completed('s-2', { userId: 'buyer', timestamp: '2026-03-01T09:59:00Z' });
    const answer = await site.server([later, { ...later, messageId: newId() }]);
    expect(answer).toEqual({ accepted: 2, duplicate: 0, rejected: [] });
    expect(await stored('s-2')).toHaveLength(1);
    expect(await revenueEvents('s-2')).toHaveLength(1);
  });

  test('told otherwise the second time changes nothing and is noted', async () => {
    const event = completed('s-3', { userId: 'buyer' });
    await site.server([event]);
    const other = completed('s-3', { userId: 'buyer' }, { products: [{ sku: 'tea', price: 1000 }] });
    const answer = await site.server([other]);
    expect(answer).toMatchObject({ accepted: 1, notes: [{ messageId: other.messageId }] });
    expect((await stored('s-3'))[0]?.total).toBe('6847');
  });

  test.each([
    ['no number', { order_id: '' }, /order_id/],
    ['no products', { products: [] }, /products/],
    ['a product without a code', { products: [{ price: 1 }] }, /products\.0\.product_id/],
    ['a price that is none', { products: [{ sku: 'a', price: 'much' }] }, /products\.0\.price/],
    ['a currency without a rate', { currency: 'USD' }, /USD/],
    [
      'an amount beyond any order',
      { products: [{ sku: 'a', price: 1e12, quantity: 1e11 }] },
      /beyond|digits/,
    ],
  ])('with %s is a fact all the same, and the reason is kept', async (_what, properties, reason) => {
    const event = completed(newId(), { userId: 'buyer' }, properties);
    const answer = await site.server([event, completed(newId(), { userId: 'buyer' })]);
    expect(answer).toMatchObject({ accepted: 2, rejected: [], notes: [{ messageId: event.messageId }] });
    expect(answer.notes?.[0]?.reason).toMatch(reason);
    expect(await facts(site, [event.messageId])).toHaveLength(1);
    const letters = await rows<{ reason: string }>(
      site.api.ctx.db,
      sql`select reason from dead_letter where message_id = ${event.messageId}`,
    );
    expect(letters[0]?.reason).toMatch(/^order not taken: /);
  });
});

describe('an Order Completed of a page', () => {
  test('is a claim: no revenue, no news, until a server confirms the number with its own content', async () => {
    const browser = newId();
    await site.server([completed('known-products', { userId: 'buyer' })]);
    const claim = completed(
      'p-1',
      { anonymousId: browser },
      { products: [{ product_id: 'tea', price: 9_999 }] },
    );
    expect(await site.batch([claim])).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
    expect(await stored('p-1')).toMatchObject([
      { trust: 'public', contactId: await contactOfVisitor(site, browser) },
    ]);
    expect(await revenueEvents('p-1')).toEqual([]);
    await site.server([completed('p-1', { userId: 'confirmed' })]);
    expect(await stored('p-1')).toMatchObject([
      { trust: 'server', total: '6847', contactId: await contactOfUser(site, 'confirmed') },
    ]);
    expect(await revenueEvents('p-1')).toHaveLength(1);
    await site.batch([
      completed('p-1', { anonymousId: browser }, { products: [{ product_id: 'tea', price: 1 }] }),
    ]);
    expect(await stored('p-1')).toMatchObject([{ trust: 'server', total: '6847' }]);
  });

  test('makes no products', async () => {
    const claim = completed('p-2', {}, { products: [{ product_id: 'made-up', price: 1 }] });
    expect((await site.batch([claim])).notes?.[0]?.reason).toMatch(/made-up/);
    expect(await stored('p-2')).toEqual([]);
    expect(await rows(site.api.ctx.db, sql`select 1 from product where external_id = 'made-up'`)).toEqual([]);
  });
});
