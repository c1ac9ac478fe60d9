import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCategory, upsertProducts } from '../../src/orders/actions.catalogue.ts';
import { loadPriceLists } from '../../src/orders/actions.price-lists.ts';
import type { PriceListView, PricesWritten, PriceView } from '../../src/orders/contract.price-lists.ts';
import { productInput } from '../../src/orders/contract.ts';
import { newId } from '../../src/core/ids.ts';
import { startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';
import type { Send } from '../support/api.ts';

let api: ImportApi;
let send: Send;

beforeAll(async () => {
  api = await startImportApi();
  ({ send } = await api.key({
    scopes: ['orders:read', 'loyalty:write', 'contacts:import', 'contacts:export'],
  }));
  await createCategory(api.ctx, { externalId: 'mugs', name: 'Mugs' });
  await upsertProducts(
    api.ctx,
    ['M1', 'M2'].map((externalId) => productInput.parse({ externalId, category: 'mugs' })),
  );
});
afterAll(() => api.close());

let made = 0;
const create = async (change: object = {}): Promise<PriceListView> => {
  made += 1;
  const answer = await send('POST', '/api/price-lists', {
    externalId: `L${made}`,
    name: `List ${made}`,
    ...change,
  });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as PriceListView;
};
const put = (id: string, prices: object[]) => send('PUT', `/api/price-lists/${id}/prices`, { prices });
const pricesOf = async (id: string, query = '') =>
  (await send('GET', `/api/price-lists/${id}/prices?${query}`)).body as {
    items: PriceView[];
    nextCursor: string | null;
  };

describe('price lists', () => {
  test('are made, changed, archived; a code stands once; of two who change one is told', async () => {
    const list = await create({
      kind: 'wholesale',
      personCategories: ['trade'],
      from: '2026-01-01T00:00:00Z',
    });
    expect(list).toMatchObject({
      kind: 'wholesale',
      currency: 'GBP',
      version: 1,
      prices: 0,
      state: 'active',
    });
    const again = await send('POST', '/api/price-lists', { externalId: list.externalId, name: 'x' });
    expect(again.body).toMatchObject({ status: 409, code: 'price_list_exists' });
    const patch = (version: number, change: object) =>
      send('PATCH', `/api/price-lists/${list.id}`, { version, ...change });
    expect((await patch(1, { tiers: ['gold'], until: '2027-01-01T00:00:00Z' })).body).toMatchObject({
      version: 2,
      tiers: ['gold'],
      personCategories: ['trade'],
    });
    expect((await patch(1, { name: 'late' })).body).toMatchObject({
      status: 409,
      code: 'price_list_changed',
    });
    expect((await patch(2, { until: '2025-01-01T00:00:00Z' })).body).toMatchObject({
      status: 422,
      at: 'until',
    });
    expect((await patch(2, { state: 'archived' })).body).toMatchObject({ state: 'archived', version: 3 });
    expect((await loadPriceLists(api.ctx)).map(({ id }) => id)).not.toContain(list.id);
    expect(
      ((await send('GET', '/api/price-lists?state=archived')).body as { items: unknown[] }).items,
    ).toHaveLength(1);
  });

  test('prices are written by what they are for; the same again changes nothing, not even the version', async () => {
    const { id } = await create();
    const prices = [
      { product: 'M1', unitPrice: '4.5' },
      { product: 'M1', fromQuantity: 10, unitPrice: '4.123456' },
      { category: 'mugs', percentOff: 5 },
      { percentOff: '2.5' },
      { product: 'M1', unitPrice: '3', from: '2026-12-01T00:00:00Z', until: '2026-12-24T00:00:00Z' },
    ];
    expect((await put(id, prices)).body).toEqual({ created: 5, updated: 0, unchanged: 0, version: 2 });
    expect((await put(id, prices)).body).toEqual({ created: 0, updated: 0, unchanged: 5, version: 2 });
    const change = [{ product: 'M1', fromQuantity: '10.000', unitPrice: '4' }];
    expect((await put(id, change)).body).toEqual({ created: 0, updated: 1, unchanged: 0, version: 3 });
    const { items } = await pricesOf(id, 'product=M1');
    expect(items.map(({ fromQuantity, unitPrice, from }) => [fromQuantity, unitPrice, from])).toEqual(
      expect.arrayContaining([
        ['0.001', '4.5', null],
        ['10', '4', null],
        ['0.001', '3', '2026-12-01T00:00:00.000Z'],
      ]),
    );
    const first = await pricesOf(id, 'limit=3');
    const rest = await pricesOf(id, `limit=3&cursor=${first.nextCursor}`);
    expect(new Set([...first.items, ...rest.items].map((one) => one.id)).size).toBe(5);
    const loaded = (await loadPriceLists(api.ctx)).find((one) => one.id === id);
    expect(loaded).toMatchObject({ version: 3, currency: 'GBP', entries: expect.any(Array) });
    expect(loaded?.entries).toHaveLength(5);
    const gone = await send('POST', `/api/price-lists/${id}/prices/delete`, { ids: [items[0]?.id, newId()] });
    expect(gone.body).toEqual({ deleted: 1, version: 4 });
  });

  test('what pricing gets names products and categories by our ids, and times as instants', async () => {
    const { id } = await create({ contacts: [newId()] });
    await put(id, [{ category: 'mugs', percentOff: 5, until: '2026-12-24T00:00:00+03:00' }]);
    const entry = (await loadPriceLists(api.ctx)).find((one) => one.id === id)?.entries[0];
    expect(entry).toMatchObject({
      product: undefined,
      percentOff: '5',
      unitPrice: undefined,
      from: null,
      until: '2026-12-23T21:00:00.000Z',
    });
    expect(entry?.category).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each<[string, object[], string]>([
    ['an unknown product', [{ product: 'M9', unitPrice: 1 }], 'prices.0.product'],
    [
      'an unknown category',
      [
        { product: 'M1', unitPrice: 1 },
        { category: 'x', percentOff: 1 },
      ],
      'prices.1.category',
    ],
    ['a price of both kinds', [{ unitPrice: 1, percentOff: 1 }], 'prices.0'],
    ['a price of neither kind', [{ product: 'M1' }], 'prices.0'],
    ['a product and a category', [{ product: 'M1', category: 'mugs', unitPrice: 1 }], 'prices.0'],
    ['a negative price', [{ unitPrice: '-1' }], 'prices.0.unitPrice'],
    ['more than all off', [{ percentOff: 101 }], 'prices.0.percentOff'],
    ['no quantity', [{ percentOff: 1, fromQuantity: 0 }], 'prices.0.fromQuantity'],
    [
      'an end before the beginning',
      [{ percentOff: 1, from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
      'prices.0.until',
    ],
    ['the same price twice', [{ percentOff: 1 }, { percentOff: 2 }], 'prices.1'],
  ])('%s is refused with its place, and nothing is written', async (_what, prices, at) => {
    const { id } = await create();
    const answer = await put(id, [{ product: 'M2', unitPrice: 7 }, ...prices].slice(1));
    expect(answer.body).toMatchObject({ status: 422, at });
    expect((await pricesOf(id)).items).toEqual([]);
  });

  test('who may not is refused, and what is not there is a 404', async () => {
    const { id } = await create();
    expect(
      (await api.server('PUT', `/api/price-lists/${id}/prices`, { prices: [{ percentOff: 1 }] })).status,
    ).toBe(403);
    expect((await api.send('GET', '/api/price-lists')).status).toBe(401);
    expect((await put(newId(), [{ percentOff: 1 }])).body).toMatchObject({
      status: 404,
      code: 'price_list_not_found',
    });
  });

  test('of many who write at once every price is there, and the version tells of each', async () => {
    const { id } = await create();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => put(id, [{ product: 'M1', fromQuantity: i + 1, unitPrice: i }])),
    );
    expect(new Set(answers.map((one) => (one.body as PricesWritten).version)).size).toBe(12);
    expect((await pricesOf(id)).items).toHaveLength(12);
  });
});

test('a file of prices is written list by list; bad rows fail alone, the same file again changes nothing', async () => {
  const [a, b] = [await create(), await create()];
  const rows = [
    'list,product,category,fromQuantity,unitPrice,percentOff,from,until',
    `${a.externalId},M1,,,4.50,,,`,
    `${a.externalId},M1,,10,4.00,,,`,
    `${b.externalId},,mugs,,,7.5,2026-01-01,2026-02-01`,
    'nowhere,M1,,,1,,,',
    `${a.externalId},M9,,,1,,,`,
    `${a.externalId},M2,,,1,5,,`,
    '',
  ].join('\n');
  const run = async () => {
    const answer = await send('POST', '/api/imports?kind=prices&format=csv&name=prices', rows, {
      'content-type': 'application/octet-stream',
    });
    expect(answer.status, answer.text).toBe(202);
    await api.work();
    return api.view((answer.body as { id: string }).id);
  };
  expect(await run()).toMatchObject({ state: 'done', rowsRead: 6, rowsCreated: 3, rowsFailed: 3 });
  expect((await pricesOf(a.id)).items).toHaveLength(2);
  expect((await pricesOf(b.id)).items).toMatchObject([
    { percentOff: '7.5', from: '2026-01-01T00:00:00.000Z' },
  ]);
  expect(await run()).toMatchObject({ rowsCreated: 0, rowsUnchanged: 3, rowsFailed: 3 });
  expect((await send('GET', `/api/price-lists/${a.id}`)).body).toMatchObject({ version: 2, prices: 2 });
});

test('prices come out as a file that is read back unchanged, and are found by what they are for', async () => {
  const list = await create();
  await put(list.id, [
    { product: 'M1', unitPrice: '4.50' },
    { product: 'M1', unitPrice: '4', fromQuantity: '10' },
    { category: 'mugs', percentOff: '7.5', until: '2030-01-01T00:00:00Z' },
  ]);
  const { text } = await send('GET', `/api/price-lists/${list.id}/prices.csv`);
  expect(text.trim().split('\r\n')).toHaveLength(4);
  const answer = await send('POST', '/api/imports?kind=prices&format=csv&name=back', text, {
    'content-type': 'application/octet-stream',
  });
  await api.work();
  expect(await api.view((answer.body as { id: string }).id)).toMatchObject({
    state: 'done',
    rowsUnchanged: 3,
    rowsFailed: 0,
  });
  expect((await pricesOf(list.id, 'search=Mug')).items).toMatchObject([{ category: { name: 'Mugs' } }]);
  expect((await pricesOf(list.id, 'search=m1')).items).toHaveLength(2);
  expect((await pricesOf(list.id, 'search=100%25')).items).toEqual([]);
});
