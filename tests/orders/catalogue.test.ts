import { sql } from 'drizzle-orm';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import type { CategoryView, ProductView } from '../../src/orders/contract.ts';
import { startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';

let api: ImportApi;
beforeAll(async () => {
  api = await startImportApi();
});
afterAll(() => api.close());

const make = async (externalId: string, parentId?: string) =>
  (await api.server('POST', '/api/categories', { externalId, name: `The ${externalId}`, parentId }))
    .body as CategoryView;

const paths = async () => {
  const { items } = (await api.server('GET', '/api/categories')).body as { items: CategoryView[] };
  const names = new Map(items.map(({ id, externalId }) => [id, externalId]));
  return Object.fromEntries(
    items.map(({ externalId, path }) => [externalId, path.map((id) => names.get(id)).join('/')]),
  );
};

describe('categories', () => {
  test('a move takes everything below along; a ring is refused', async () => {
    const home = await make('home');
    const kitchen = await make('kitchen', home.id);
    const mugs = await make('mugs', kitchen.id);
    const garden = await make('garden');
    expect(await paths()).toMatchObject({ mugs: 'home/kitchen/mugs', garden: 'garden' });
    const move = (id: string, parentId: string | null) =>
      api.server('PATCH', `/api/categories/${id}`, { parentId });
    expect((await move(kitchen.id, garden.id)).status).toBe(200);
    expect(await paths()).toEqual({
      home: 'home',
      garden: 'garden',
      kitchen: 'garden/kitchen',
      mugs: 'garden/kitchen/mugs',
    });
    for (const below of [mugs.id, garden.id]) {
      expect(await move(garden.id, below)).toMatchObject({
        status: 422,
        body: { code: 'category_cycle', at: 'parentId' },
      });
    }
    expect((await move(kitchen.id, null)).status).toBe(200);
    expect(await paths()).toMatchObject({ kitchen: 'kitchen', mugs: 'kitchen/mugs' });
    expect(await move(kitchen.id, newId())).toMatchObject({ status: 422, body: { code: 'unknown_parent' } });
    expect(await api.server('POST', '/api/categories', { externalId: 'mugs', name: 'x' })).toMatchObject({
      status: 409,
    });
    expect((await move(newId(), null)).status).toBe(404);
  });

  test('two moves at once never make a ring', async () => {
    const [a, b] = [await make('a'), await make('b')];
    const moves = await Promise.all([
      api.server('PATCH', `/api/categories/${a.id}`, { parentId: b.id }),
      api.server('PATCH', `/api/categories/${b.id}`, { parentId: a.id }),
    ]);
    expect(moves.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 422]);
    const rings = await rows(
      api.ctx.db,
      sql`select 1 from category where cardinality(path) <> (select count(distinct p) from unnest(path) p)`,
    );
    expect(rings).toEqual([]);
  });

  test('a tree has bounds', async () => {
    let parent: string | undefined;
    for (let depth = 1; depth <= 20; depth++) parent = (await make(`deep ${depth}`, parent)).id;
    const answer = await api.server('POST', '/api/categories', {
      externalId: 'deep 21',
      name: 'x',
      parentId: parent,
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'tree_too_deep' } });
  });
});

const write = (products: object[]) => api.server('POST', '/api/products', { products });

const list = async (query: string) =>
  ((await api.server('GET', `/api/products?${query}`)).body as { items: ProductView[] }).items;

describe('products', () => {
  test('what is told changes, what is not told stays; null takes away', async () => {
    await api.server('POST', '/api/categories', { externalId: 'toys', name: 'Toys' });
    expect(
      (await write([{ externalId: 'BEAR', name: 'A bear', category: 'toys', price: '9.990', cost: 4 }]))
        .status,
    ).toBe(200);
    await write([{ externalId: 'BEAR', price: 12.5 }]);
    expect(await list('search=bear')).toMatchObject([
      { name: 'A bear', category: 'Toys', price: '12.5', cost: '4' },
    ]);
    await write([{ externalId: 'BEAR', category: null, cost: null }]);
    expect(await list('search=BEA')).toMatchObject([
      { name: 'A bear', category: null, price: '12.5', cost: null },
    ]);
  });

  test('a category counts the products that are its own', async () => {
    for (const externalId of ['cups', 'jugs'])
      await api.server('POST', '/api/categories', { externalId, name: externalId });
    await write([
      { externalId: 'CUP-1', category: 'cups' },
      { externalId: 'CUP-2', category: 'cups' },
      { externalId: 'JUG-1', category: 'jugs' },
    ]);
    const { items } = (await api.server('GET', '/api/categories')).body as { items: CategoryView[] };
    const products = (externalId: string) => items.find((one) => one.externalId === externalId)?.products;
    expect([products('cups'), products('jugs')]).toEqual([2, 1]);
  });

  test('wrong input names the place', async () => {
    const wrong: Array<[object[], string]> = [
      [[{ externalId: 'X', category: 'nothing' }], 'products.0.category'],
      [[{ externalId: 'X', price: '-1' }], 'products.0.price'],
      [[{ externalId: 'X' }, { externalId: 'X' }], 'products'],
      [[], 'products'],
      [[{ externalId: 'X', url: 'javascript:alert(1)' }], 'products.0.url'],
    ];
    for (const [products, at] of wrong) {
      const answer = await write(products);
      expect(answer, answer.text).toMatchObject({ status: 422, body: { at } });
    }
    expect(await list('search=%25')).toEqual([]);
  });

  test('a category shows the products of everything below it, page by page', async () => {
    const top = (await api.server('POST', '/api/categories', { externalId: 'top', name: 'Top' }))
      .body as CategoryView;
    await api.server('POST', '/api/categories', { externalId: 'sub', name: 'Sub', parentId: top.id });
    await write(
      Array.from({ length: 5 }, (_, i) => ({ externalId: `S${i}`, name: `Sub ${i}`, category: 'sub' })),
    );
    const first = (await api.server('GET', `/api/products?categoryId=${top.id}&limit=3`)).body as {
      items: ProductView[];
      nextCursor: string;
    };
    const second = await list(`categoryId=${top.id}&limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second].map(({ externalId }) => externalId)).toEqual([
      'S0',
      'S1',
      'S2',
      'S3',
      'S4',
    ]);
  });
});

const told = (externalId: string, over: object = {}) =>
  JSON.stringify({
    source: 'file',
    externalId,
    occurredAt: '2026-01-01T10:00:00Z',
    contact: { externalIds: [{ namespace: 'user', id: 'f1' }] },
    lines: [{ product: 'S1', quantity: '1', unitPrice: '2.50' }],
    ...over,
  });

describe('orders as a file', () => {
  test('NDJSON of orders: each fails or stands alone; the same again is unchanged; contacts are told of in one event', async () => {
    const body = [
      told('1'),
      told('2', { lines: [] }),
      told('3', { currency: 'JPY' }),
      told('1', { lines: [{ product: 'S1', quantity: '9', unitPrice: '2.50' }] }),
      told('4', { kind: 'return', originalExternalId: '1' }),
    ].join('\n');
    const view = await api.run('kind=orders&format=ndjson', body);
    expect(view).toMatchObject({ state: 'done', rowsRead: 5, rowsCreated: 2, rowsFailed: 3 });
    expect((await api.errors(view.id)).map(({ row: number, code, field }) => [number, code, field])).toEqual([
      [2, 'invalid_value', 'lines'],
      [3, 'rate_missing', 'baseRate'],
      [4, 'order_changed', 'lines.0'],
    ]);
    expect(await api.run('kind=orders&format=ndjson', body)).toMatchObject({
      rowsUnchanged: 2,
      rowsFailed: 3,
    });
    const events = await rows(
      api.ctx.db,
      sql`select topic, jsonb_array_length(payload->'contactIds') as n from outbox where topic like 'order%' order by id`,
    );
    expect(events).toEqual([{ topic: 'orders.imported', n: 1 }]);
    const total = await row(
      api.ctx.db,
      sql`select sum(total_minor)::int as total from orders where source = 'file'`,
    );
    expect(total).toEqual({ total: 0 });
  });
});

test('the routes of orders and imports describe themselves as valid OpenAPI', async () => {
  const answer = await api.server('GET', '/api/openapi.json');
  const { valid, errors } = await new Validator().validate(answer.body as Record<string, unknown>);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  const paths = Object.keys((answer.body as { paths: object }).paths);
  expect(paths).toEqual(
    expect.arrayContaining(['/api/imports', '/api/orders', '/api/products', '/api/reports/sales']),
  );
});
