import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  infiniteStream,
  integer,
  nat,
  record,
} from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { audience } from '../../src/segments/index.ts';
import { startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';
import { openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
let files: ImportApi;
beforeAll(async () => {
  site = await openSite();
  files = await startImportApi({ clock: site.clock });
});
afterAll(async () => {
  await files.close();
  await site.close();
});

/** A purchase as the shop knows it, and what came back of it. */
type Purchase = {
  user: number;
  minute: number;
  lines: Array<{ product: number; quantity: number; pence: number }>;
  discount: boolean;
  fate: 'kept' | 'part' | 'part, then the rest' | 'whole' | 'cancelled';
};

const purchase = record({
  user: nat({ max: 4 }),
  minute: nat({ max: 500 }),
  lines: array(
    record({
      product: nat({ max: 5 }),
      quantity: integer({ min: 1, max: 4 }),
      pence: integer({ min: 1, max: 9_999 }),
    }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  discount: boolean(),
  fate: constantFrom<Purchase['fate']>('kept', 'part', 'part, then the rest', 'whole', 'cancelled'),
});

const BASE = Date.parse('2026-02-01T00:00:00Z');
const at = (minute: number): string => new Date(BASE + minute * 60_000).toISOString();
const price = (pence: number): number => pence / 100;
const code = (run: string, product: number): string => `${run}-p${product}`;
/** Each product stands on one line: what the shop says came back of it then means that line. */
const distinct = (lines: Purchase['lines']): Purchase['lines'] =>
  lines.filter((line, i) => lines.findIndex(({ product }) => product === line.product) === i);

function asEvents(run: string, list: readonly Purchase[]) {
  return list.flatMap(({ user, minute, lines, discount, fate }, n) => {
    const number = `${run}-${n}`;
    const own = distinct(lines);
    const told = (event: string, later: number, properties: object) =>
      track(event, {
        userId: `${run}-u${user}`,
        timestamp: at(minute + later),
        properties: { order_id: number, ...properties },
      });
    const product = ({ product: p, quantity, pence }: Purchase['lines'][number]) => ({
      product_id: code(run, p),
      name: `Product ${p}`,
      quantity,
      price: price(pence),
    });
    const first = own.slice(0, 1).map((line) => ({ product_id: code(run, line.product), quantity: 1 }));
    return [
      told('Order Completed', 0, {
        products: own.map(product),
        ...(discount ? { discount: 0.37 } : {}),
        total: 1,
      }),
      ...(fate.startsWith('part')
        ? [told('Order Refunded', 10, { refund_id: `${number}-part`, products: first })]
        : []),
      ...(fate === 'part, then the rest'
        ? [told('Order Refunded', 20, { refund_id: `${number}-rest` })]
        : []),
      ...(fate === 'whole' ? [told('Order Refunded', 20, { refund_id: `${number}-rest` })] : []),
      ...(fate === 'cancelled' ? [told('Order Cancelled', 20, {})] : []),
    ];
  });
}

function asOrders(run: string, source: string, list: readonly Purchase[]) {
  return list.flatMap(({ user, minute, lines, discount, fate }, n) => {
    const externalId = `${run}-${n}`;
    const contact = { externalIds: [{ namespace: 'user', id: `${run}-u${user}` }] };
    const line = (of: Purchase['lines'][number], quantity = of.quantity) => ({
      product: code(run, of.product),
      description: `Product ${of.product}`,
      quantity: String(quantity),
      unitPrice: String(price(of.pence)),
    });
    const own = distinct(lines);
    const cut = discount ? [{ product: 'discount', quantity: '1', unitPrice: '-0.37' }] : [];
    const back = (number: string, later: number, of: object[]) => ({
      source,
      contact,
      externalId: `${externalId}-${number}`,
      kind: 'return',
      originalExternalId: externalId,
      occurredAt: at(minute + later),
      lines: of,
    });
    const part = own.slice(0, 1).map((one) => line(one, 1));
    const rest = own.flatMap((one, i) => {
      const left = one.quantity - (i === 0 && fate.startsWith('part') ? 1 : 0);
      return left === 0 ? [] : [line(one, left)];
    });
    const all = [...rest, ...cut];
    return [
      {
        source,
        contact,
        externalId,
        occurredAt: at(minute),
        lines: [...own.map((one) => line(one)), ...cut],
        status: fate === 'cancelled' ? 'cancelled' : 'placed',
      },
      ...(fate.startsWith('part') ? [back('part', 10, part)] : []),
      ...((fate === 'part, then the rest' || fate === 'whole') && all.length > 0
        ? [back('rest', 20, all)]
        : []),
    ];
  });
}

/** Everything that is known of the run's purchases, without ids and moments of recording. */
async function booksOf(ctx: Ctx, run: string) {
  const orders = await rows(
    ctx.db,
    sql`
    select o.external_id as number, o.kind, o.status, o.trust, o.source, o.occurred_at as at, o.currency,
      o.total_minor::text as total, o.base_total_minor::text as base, o.line_count as lines, x.external_id as buyer,
      (select external_id from orders s where s.order_id = o.original_order_id) as original
    from orders o join contact_external_id x on x.contact_id = o.contact_id and x.namespace = 'user'
    where o.external_id like ${`${run}-%`} order by 1`,
  );
  const facts = await rows(
    ctx.db,
    sql`
    select o.external_id as number, f.ordinal, f.kind, p.external_id as product, f.description, f.quantity::text as quantity,
      f.unit_price::text as price, f.amount::text as amount, f.base_amount::text as base, f.trust, f.occurred_at as at
    from sale_fact f join orders o using (contact_id, order_id) join product p using (product_id)
    where o.external_id like ${`${run}-%`} order by 1, 2`,
  );
  return { orders, facts };
}

const RULES = [
  { type: 'purchase', measure: 'orders', op: 'gte', value: 2 },
  { type: 'purchase', measure: 'revenue', op: 'gte', value: 50 },
  { type: 'purchase', measure: 'revenue', op: 'lte', value: 0 },
  { type: 'purchase', measure: 'units', op: 'gte', value: 5 },
  { type: 'purchase', measure: 'distinctProducts', op: 'gte', value: 3 },
];

/** The run's users in each segment. */
async function segmentsOf(ctx: Ctx, run: string): Promise<string[][]> {
  const all: string[][] = [];
  for (const rule of RULES) {
    const { id } = await createSegment(
      ctx,
      segmentCreate.parse({ kind: 'dynamic', name: newId(), description: '', rule }),
    );
    const members = await audience(ctx, id);
    const found = await rows<{ user: string }>(
      ctx.db,
      sql`select x.external_id as user from (${members}) m join contact_external_id x using (contact_id)
        where x.external_id like ${`${run}-%`} order by 1`,
    );
    all.push(found.map(({ user }) => user));
  }
  return all;
}

/** What "all that is left" means depends on what came before: it changes places with a part that comes behind it. */
function partsFirst(arriving: Array<{ event: Record<string, unknown> }>): void {
  const refund = (item: { event: Record<string, unknown> }): string =>
    (item.event['properties'] as { refund_id?: string }).refund_id ?? '';
  for (const item of arriving.filter((one) => refund(one).endsWith('-rest'))) {
    const part = arriving.findIndex((one) => refund(one) === refund(item).replace('-rest', '-part'));
    const rest = arriving.indexOf(item);
    const [first, second] = [arriving[part]?.event, item.event];
    if (first === undefined || part < rest) continue;
    for (const one of arriving) {
      if (one.event === first) one.event = second;
      else if (one.event === second) one.event = first;
    }
  }
}

describe('purchases, returns and cancellations', () => {
  test('told by events, in whatever order and repeatedly, and by a file end in equal orders, lines, totals and segments', async () => {
    await assert(
      asyncProperty(
        array(purchase, { minLength: 1, maxLength: 8 }),
        infiniteStream(nat({ max: 10_000 })),
        async (list, random) => {
          const run = newId();
          const events = asEvents(run, list);
          const arriving = [...events, ...events.slice(0, 3)]
            .map((event) => ({ event, rank: random.next().value, batch: random.next().value % 3 }))
            .toSorted((x, y) => x.batch - y.batch || x.rank - y.rank);
          partsFirst(arriving);
          for (const batch of [0, 1, 2])
            await site.server(arriving.filter((item) => item.batch === batch).map(({ event }) => event));
          const lines = asOrders(run, site.sourceId, list).map((order) => JSON.stringify(order));
          const done = await files.run('kind=orders&format=ndjson', lines.join('\n'));
          expect(done).toMatchObject({ state: 'done', rowsFailed: 0 });
          const books = await booksOf(site.api.ctx, run);
          expect(books).toEqual(await booksOf(files.ctx, run));
          expect(books.orders.length).toBeGreaterThanOrEqual(list.length);
          expect(await segmentsOf(site.api.ctx, run)).toEqual(await segmentsOf(files.ctx, run));
        },
      ),
      { numRuns: 8 },
    );
  });
});

const stored = (number: string) =>
  rows<{ number: string; kind: string; status: string; trust: string; total: string; source: string }>(
    site.api.ctx.db,
    sql`select external_id as number, kind, status, trust, total_minor::text as total, source from orders
      where external_id = ${number} or original_order_id = (select order_id from orders where external_id = ${number})
      order by kind desc, external_id`,
  );
const brief = async (number: string): Promise<string[]> =>
  (await stored(number)).map(({ kind, status, total }) => `${kind} ${status} ${total}`);

const PRODUCTS = [
  { product_id: 'tea', price: 5, quantity: 2 },
  { product_id: 'cup', price: 3 },
];
const told = (event: string, number: string, properties: object = {}, over: object = {}) =>
  track(event, { userId: 'follower', properties: { order_id: number, ...properties }, ...over });
const complete = (number: string, over: object = {}) =>
  told('Order Completed', number, { products: PRODUCTS }, over);

describe('what is said of an order later', () => {
  test('a status goes forward and never back, and the first telling repeated takes none away', async () => {
    await site.server([complete('f-1')]);
    await site.server([told('Order Updated', 'f-1', { status: 'Delivered' })]);
    await site.server([told('Order Updated', 'f-1', { status: 'shipped' }), complete('f-1')]);
    expect(await brief('f-1')).toEqual(['sale delivered 1300']);
    const other = told('Order Updated', 'f-1', { products: [{ product_id: 'tea', price: 1 }] });
    expect((await site.server([other])).notes?.[0]?.reason).toMatch(/stored with another lines/);
    expect(await brief('f-1')).toEqual(['sale delivered 1300']);
  });

  test('an update that tells everything is as good as the first telling', async () => {
    await site.server([
      told('Order Updated', 'f-2', { products: PRODUCTS, status: 'paid' }),
      complete('f-2'),
    ]);
    expect(await brief('f-2')).toEqual(['sale paid 1300']);
  });

  test('money comes back in parts until nothing is left, and never more', async () => {
    await site.server([complete('f-3')]);
    await site.server([told('Order Refunded', 'f-3', { total: 4 })]);
    expect(await brief('f-3')).toEqual(['sale placed 1300', 'return placed -400']);
    const much = told('Order Refunded', 'f-3', { products: [{ product_id: 'tea', quantity: 3 }] });
    expect((await site.server([much])).notes?.[0]?.reason).toMatch(/Only 2 of "tea"/);
    await site.server([told('Order Refunded', 'f-3', { total: 99 })]);
    await site.server([told('Order Refunded', 'f-3'), told('Order Cancelled', 'f-3')]);
    const totals = (await stored('f-3')).map(({ total }) => Number(total));
    expect(totals.reduce((a, b) => a + b, 0)).toBe(0);
    expect(totals).toHaveLength(3);
  });

  test('a refund told at the same moment as its order finds it', async () => {
    const numbers = Array.from({ length: 12 }, (_, i) => `same-${i}`);
    await Promise.all(
      numbers.flatMap((number) => [
        site.server([complete(number)]),
        site.server([told('Order Refunded', number)]),
      ]),
    );
    for (const number of numbers)
      expect(await brief(number)).toEqual(['sale placed 1300', 'return placed -1300']);
  });

  test('a cancellation after a partial return takes back the rest', async () => {
    await site.server([complete('f-4'), told('Order Refunded', 'f-4', { products: [{ sku: 'cup' }] })]);
    await site.server([told('Order Cancelled', 'f-4')]);
    expect(await brief('f-4')).toEqual(['sale placed 1300', 'return placed -300', 'return placed -1000']);
  });

  test('what a page says of refunds and cancellations changes nothing and is noted', async () => {
    await site.server([complete('f-5')]);
    for (const event of ['Order Refunded', 'Order Cancelled', 'Order Updated']) {
      const answer = await site.batch([told(event, 'f-5', { status: 'cancelled' })]);
      expect(answer).toMatchObject({ accepted: 1, rejected: [] });
      expect(answer.notes?.[0]?.reason).toMatch(/public/);
    }
    expect(await brief('f-5')).toEqual(['sale placed 1300']);
  });

  test('a claimed order is neither refunded nor confirmed by a word about its end; it is once the server tells of it', async () => {
    await site.server([complete('makes the products known')]);
    await site.batch([complete('f-6', { anonymousId: newId() })]);
    const answer = await site.server([told('Order Refunded', 'f-6')]);
    expect(answer.notes?.[0]?.reason).toMatch(/counts as soon as a server tells/);
    expect(await stored('f-6')).toMatchObject([{ trust: 'public', kind: 'sale' }]);
    await site.server([complete('f-6')]);
    expect(await brief('f-6')).toEqual(['sale placed 1300', 'return placed -1300']);
  });

  test('a server may name the source its orders are numbered by; an unknown one is noted', async () => {
    await site.batch([complete('f-7', { anonymousId: newId() })]);
    const key = await site.api.key({ scopes: ['tracking:write'] });
    const send = (events: object[]) => key.send('POST', '/v1/batch', { batch: events });
    await send([complete('f-7', { context: { source: 'nobody' } })]);
    expect(await stored('f-7')).toMatchObject([{ trust: 'public' }]);
    for (const source of [site.writeKey, site.sourceId])
      await send([complete('f-7', { context: { source } })]);
    expect(await stored('f-7')).toMatchObject([{ trust: 'server', source: site.sourceId }]);
    await send([complete('f-8', { context: { source: 'site' } })]);
    expect(await stored('f-8')).toMatchObject([{ source: site.sourceId }]);
    // A page cannot: what it names is its own affair.
    await site.batch([complete('f-9', { context: { source: newId() } })]);
    expect(await stored('f-9')).toMatchObject([{ trust: 'public', source: site.sourceId }]);
  });
});
