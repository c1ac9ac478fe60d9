import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVisitors, mergeContacts } from '../../src/contacts/index.ts';
import { timelineSources } from '../../src/contacts/timeline.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { placeOrders, registerOrders } from '../../src/orders/index.ts';
import type { OrderToPlace } from '../../src/orders/index.ts';
import { as, person, testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());

const AT = '2026-02-01T12:00:00Z';
const order = (externalId: string, over: Partial<OrderToPlace> = {}): OrderToPlace => ({
  source: 'till',
  externalId,
  occurredAt: new Date(AT),
  lines: [{ product: 'MUG', description: 'A mug', quantity: '2', unitPrice: '1.125' }],
  ...over,
});
const known = (id: string) => ({ said: { externalIds: [{ namespace: 'user', id }] } });
const server = { trust: 'server' } as const;

async function place(one: OrderToPlace, options: { trust: 'server' | 'public' } = server) {
  const [result] = await placeOrders(base.ctx, [one], options);
  if (result === undefined) throw new Error('no result');
  return result;
}
const refused = async (one: OrderToPlace) => {
  const result = await place(one);
  if (result.ok) throw new Error('was taken');
  return { code: result.error.code, status: result.error.status, at: result.error.at };
};
const topics = async (contactId: string) => {
  const found = await rows<{ topic: string }>(
    base.ctx.db,
    sql`select topic from outbox where payload->>'contactId' = ${contactId} and topic like 'order.%' order by id`,
  );
  return found.map(({ topic }) => topic);
};
const revenue = async (source: string): Promise<string> => {
  const found = await row<{ sum: string }>(
    base.ctx.db,
    sql`select trim_scale(coalesce(sum(f.base_amount), 0))::text as sum from sale_fact f
        join orders o using (contact_id, order_id) where o.source = ${source} and f.trust <> 'public'`,
  );
  return found.sum;
};

describe('one order for good', () => {
  test('told twice is one order; its total is rounded once from exact lines', async () => {
    const lines = [
      { product: 'A', quantity: '1', unitPrice: '0.125' },
      { product: 'A', quantity: '1', unitPrice: '0.125' },
      { product: 'B', quantity: '0.333', unitPrice: '3.333333' },
    ];
    const first = await place(order('once', { lines, buyer: known('b1') }));
    expect(first).toMatchObject({ ok: true, outcome: 'created' });
    expect(await place(order('once', { lines, buyer: known('b1') }))).toMatchObject({ outcome: 'unchanged' });
    const stored = await row(
      base.ctx.db,
      sql`select o.total_minor::int as total, o.line_count as lines, trim_scale(sum(f.amount))::text as exact
          from orders o join sale_fact f using (contact_id, order_id) where o.external_id = 'once' group by 1, 2`,
    );
    // 0.125 + 0.125 + 1.109999889 (kept with 6 decimals): rounding line by line would give 137 pence.
    expect(stored).toEqual({ total: 136, lines: 3, exact: '1.36' });
    const contactId = first.ok ? (first.contactId ?? '') : '';
    expect(await topics(contactId)).toEqual(['order.placed']);
  });

  test('twice in one call, and at the same moment from two sides, is still one order', async () => {
    const one = order('race', { buyer: known('b2') });
    const both = await placeOrders(base.ctx, [one, { ...one }], server);
    expect(both.map((result) => result.ok && result.outcome)).toEqual(['created', 'unchanged']);
    const other = order('race 2', { buyer: known('b2') });
    const raced = await Promise.all(Array.from({ length: 6 }, () => place({ ...other })));
    expect(raced.filter((result) => result.ok && result.outcome === 'created')).toHaveLength(1);
    expect(new Set(raced.map((result) => result.ok && result.orderId)).size).toBe(1);
  });

  test('another content is a conflict that names what differs; the others of the call stand', async () => {
    await place(order('fixed', { buyer: known('b3') }));
    const changes: Array<[Partial<OrderToPlace>, string]> = [
      [{ lines: [{ product: 'MUG', quantity: '3', unitPrice: '1.125' }] }, 'lines.0'],
      [{ occurredAt: new Date('2026-02-02T12:00:00Z') }, 'occurredAt'],
      [{ buyer: known('b4') }, 'contact'],
      [{ couponCodes: ['X'] }, 'couponCodes'],
    ];
    for (const [change, at] of changes) {
      expect(await refused(order('fixed', { buyer: known('b3'), ...change }))).toEqual({
        code: 'order_changed',
        status: 409,
        at,
      });
    }
    const mixed = await placeOrders(base.ctx, [order('fixed'), order('beside')], server);
    expect(mixed.map(({ ok }) => ok)).toEqual([false, true]);
  });

  test('only the status may change; a cancelled sale leaves the revenue by a return and stays cancelled', async () => {
    const one = order('status', { source: 'status', buyer: known('b5') });
    await place(one);
    expect(await place({ ...one, status: 'shipped' })).toMatchObject({ outcome: 'updated' });
    expect(await revenue('status')).toBe('2.25');
    expect(await place({ ...one, status: 'cancelled' })).toMatchObject({ outcome: 'updated' });
    expect(await revenue('status')).toBe('0');
    expect(await place({ ...one, status: 'cancelled' })).toMatchObject({ outcome: 'unchanged' });
    expect((await refused({ ...one, status: 'paid' })).code).toBe('order_cancelled');
    const made = await rows(
      base.ctx.db,
      sql`select kind, status, total_minor::int as total, original_order_id is not null as named from orders
          where source = 'status' order by total_minor desc`,
    );
    expect(made).toEqual([
      { kind: 'sale', status: 'cancelled', total: 225, named: false },
      { kind: 'return', status: 'placed', total: -225, named: true },
    ]);
    expect((await refused(order('x#cancelled'))).code).toBe('reserved_number');
  });
});

const line = (over: object) => ({ lines: [{ product: 'MUG', quantity: '1', unitPrice: '1', ...over }] });

describe('what is told is checked', () => {
  const cases: Array<[string, Partial<OrderToPlace>, string, string | undefined]> = [
    ['a rate that is missing', { currency: 'USD' }, 'rate_missing', 'baseRate'],
    ['a rate of the base currency', { baseRate: '1.1' }, 'bad_rate', 'baseRate'],
    ['a rate of zero', { currency: 'USD', baseRate: '0.0' }, 'bad_rate', 'baseRate'],
    ['a quantity too fine', line({ quantity: '0.0001' }), 'bad_quantity', 'lines.0.quantity'],
    ['a price too large', line({ unitPrice: '12345678901234' }), 'bad_price', 'lines.0.unitPrice'],
    [
      'an amount beyond any line',
      line({ quantity: '9999999999', unitPrice: '999999' }),
      'amount_out_of_range',
      'lines.0',
    ],
    ['the future', { occurredAt: new Date('2026-03-05T00:00:00Z') }, 'future_date', 'occurredAt'],
    ['before 1970', { occurredAt: new Date('1969-12-31T00:00:00Z') }, 'date_out_of_range', 'occurredAt'],
    [
      'an unknown product where those are refused',
      { ...line({ product: 'NEW' }), unknownProducts: 'refuse' },
      'unknown_product',
      'lines.0.product',
    ],
    ['an unknown contact', { buyer: { contactId: newId() } }, 'unknown_contact', 'contact.id'],
    [
      'an unknown original',
      { kind: 'return', originalExternalId: 'nothing' },
      'original_not_found',
      'originalExternalId',
    ],
  ];
  test.each(cases)('%s', async (_what, over, code, at) => {
    expect(await refused(order(`bad ${newId()}`, over))).toEqual({ code, status: 422, at });
  });

  test('another currency counts at the rate of the order', async () => {
    await place(
      order('usd', {
        source: 'usd',
        currency: 'USD',
        baseRate: '0.8',
        lines: [{ product: 'MUG', quantity: '1', unitPrice: '10.01' }],
      }),
    );
    const stored = await row(
      base.ctx.db,
      sql`select total_minor::int as total, base_total_minor::int as base from orders where source = 'usd'`,
    );
    expect(stored).toEqual({ total: 1_001, base: 801 });
  });

  test('who may not write orders may not place them', async () => {
    await expect(
      placeOrders(as(base.ctx, person('m', { role: 'marketer' })), [order('no')], server),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe('returns', () => {
  test('units of a return count negative whichever sign they came with; its original is named', async () => {
    const sale = await place(order('sold', { source: 'back', buyer: known('r1') }));
    for (const [i, quantity] of ['1', '-1'].entries()) {
      const back = order(`back ${i}`, {
        source: 'back',
        kind: 'return',
        buyer: known('r1'),
        originalExternalId: 'sold',
        lines: [{ product: 'MUG', quantity, unitPrice: '1.125' }],
      });
      expect(await place(back)).toMatchObject({ outcome: 'created' });
    }
    expect(await revenue('back')).toBe('0');
    const originals = await rows(
      base.ctx.db,
      sql`select distinct original_order_id as id from orders where source = 'back' and kind = 'return'`,
    );
    expect(originals).toEqual([{ id: sale.ok ? sale.orderId : '' }]);
    expect(await topics(sale.ok ? (sale.contactId ?? '') : '')).toEqual([
      'order.placed',
      'order.returned',
      'order.returned',
    ]);
    expect(
      (await refused(order('sold', { source: 'back', buyer: known('r1'), status: 'cancelled' }))).code,
    ).toBe('order_has_returns');
  });

  test('a return without an original is taken; sale and its return may come in one call', async () => {
    const both = await placeOrders(
      base.ctx,
      [
        order('together', { source: 'one call' }),
        order('together back', { source: 'one call', kind: 'return', originalExternalId: 'together' }),
        order('orphan', { source: 'one call', kind: 'return' }),
      ],
      server,
    );
    expect(both.every(({ ok }) => ok)).toBe(true);
    expect(await revenue('one call')).toBe('-2.25');
  });
});

describe('trust', () => {
  const claim = { trust: 'public' } as const;

  test('a claimed order is stored, is no revenue and is told to nobody, until a server tells of it', async () => {
    const contactId = newId();
    await createVisitors(base.ctx, [contactId], 'tracking');
    const forged = order('claimed', {
      source: 'shop',
      buyer: { contactId },
      lines: [{ product: 'MUG', quantity: '1000', unitPrice: '999' }],
    });
    const claimed = await place(forged, claim);
    expect(claimed).toMatchObject({ ok: true, outcome: 'created', contactId });
    expect(await place(forged, claim)).toMatchObject({ outcome: 'unchanged' });
    expect(await revenue('shop')).toBe('0');
    expect(await topics(contactId)).toEqual([]);

    const real = order('claimed', { source: 'shop', buyer: known('t1') });
    const confirmed = await place(real);
    expect(confirmed).toMatchObject({
      ok: true,
      outcome: 'confirmed',
      orderId: claimed.ok ? claimed.orderId : '',
    });
    expect(await revenue('shop')).toBe('2.25');
    expect(await place(real)).toMatchObject({ outcome: 'unchanged' });
    expect(await topics(confirmed.ok ? (confirmed.contactId ?? '') : '')).toEqual(['order.placed']);
    const left = await row(
      base.ctx.db,
      sql`select count(*)::int as n from orders where contact_id = ${contactId}`,
    );
    expect(left).toEqual({ n: 0 });
  });

  test('a claim never changes what a server told', async () => {
    const real = order('told', { source: 'shop 2', buyer: known('t2') });
    await place(real);
    const forged = {
      ...real,
      lines: [{ product: 'MUG', quantity: '-5', unitPrice: '999' }],
      status: 'cancelled',
    };
    expect(await place(forged, claim)).toMatchObject({ ok: true, outcome: 'unchanged' });
    expect(await revenue('shop 2')).toBe('2.25');
  });
});

describe('other modules', () => {
  test('the card shows orders and returns, newest first, page by page', async () => {
    await place(order('card 1', { source: 'card', buyer: known('c1') }));
    const back = order('card 2', {
      source: 'card',
      kind: 'return',
      buyer: known('c1'),
      occurredAt: new Date('2026-02-03T00:00:00Z'),
    });
    const placed = await place(back);
    const contactId = placed.ok ? (placed.contactId ?? '') : '';
    registerOrders();
    const before = { occurredAt: new Date('9999-01-01T00:00:00Z'), id: newId() };
    const [orders = [], returns = []] = await Promise.all(
      timelineSources(['order', 'return']).map((source) =>
        source.load(base.ctx, contactId, { before, limit: 10 }),
      ),
    );
    expect(orders.map(({ kind, data }) => [kind, data['externalId'], data['totalMinor']])).toEqual([
      ['order', 'card 1', 225],
    ]);
    expect(returns.map(({ kind, data }) => [kind, data['totalMinor']])).toEqual([['return', -225]]);
    const last = returns[0];
    const none = await timelineSources(['return'])[0]?.load(base.ctx, contactId, {
      before: { occurredAt: last?.occurredAt ?? new Date(0), id: last?.id ?? '' },
      limit: 10,
    });
    expect(none).toEqual([]);
  });

  test('a merge moves orders and lines, keeps where they came from, and later tellings find the survivor', async () => {
    registerOrders();
    const first = await place(order('merge 1', { source: 'merge', buyer: known('m1') }));
    const second = await place(order('merge 2', { source: 'merge', buyer: known('m2') }));
    const [from, to] = [first, second].map((result) => (result.ok ? (result.contactId ?? '') : ''));
    await mergeContacts(base.ctx, { from: from ?? '', to: to ?? '', reason: 'test' });
    const moved = await rows(
      base.ctx.db,
      sql`select o.external_id as id, o.origin_id = ${from} as moved, l.contact_id = ${to} as found,
            (select count(*)::int from sale_fact f where f.contact_id = o.contact_id and f.order_id = o.order_id) as lines
          from orders o join order_lookup l using (source, external_id)
          where o.contact_id = ${to} and o.source = 'merge' order by 1`,
    );
    expect(moved).toEqual([
      { id: 'merge 1', moved: true, found: true, lines: 1 },
      { id: 'merge 2', moved: false, found: true, lines: 1 },
    ]);
    expect(await place(order('merge 1', { source: 'merge', buyer: known('m1') }))).toMatchObject({
      outcome: 'unchanged',
      contactId: to,
    });
    expect(
      await place(order('merge 3', { source: 'merge', buyer: { contactId: from ?? '' } })),
    ).toMatchObject({ contactId: to });
  });
});
