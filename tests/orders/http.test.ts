import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { placeOrders } from '../../src/orders/index.ts';
import { startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';

const body = (over: object = {}) => ({
  externalId: 'web 1',
  occurredAt: '2026-02-01T12:00:00+02:00',
  contact: { email: 'Buyer@Example.com', name: 'A Buyer' },
  couponCodes: ['WELCOME'],
  lines: [{ product: 'MUG', description: 'A mug', quantity: 2, unitPrice: '4.99' }],
  ...over,
});

describe('orders over HTTP', () => {
  let api: ImportApi;
  beforeAll(async () => {
    api = await startImportApi();
  });
  afterAll(() => api.close());

  test('an order is placed once, shown with its lines, and counted in the report', async () => {
    const made = await api.server('POST', '/api/orders', body());
    expect(made).toMatchObject({ status: 201, body: { outcome: 'created' } });
    const { id } = made.body as { id: string };
    expect(await api.server('POST', '/api/orders', body())).toMatchObject({
      status: 200,
      body: { id, outcome: 'unchanged' },
    });
    expect((await api.server('GET', `/api/orders/${id}`)).body).toMatchObject({
      contactName: 'A Buyer',
      totalMinor: 998,
      claimed: false,
      occurredAt: '2026-02-01T10:00:00.000Z',
      lines: [{ product: 'MUG', quantity: '2', unitPrice: '4.99', amount: '9.98' }],
    });
    const report = await api.server(
      'GET',
      '/api/reports/sales?by=day&by2=product&from=2026-02-01&to=2026-02-02',
    );
    expect((report.body as { rows: unknown[] }).rows).toEqual([
      expect.objectContaining({
        period: '2026-02-01',
        group: 'MUG',
        netMinor: 998,
        orders: 1,
        customers: 1,
        claimedMinor: 0,
      }),
    ]);
  });

  test('wrong input is a 422 that names the place, never a 500', async () => {
    const wrong: Array<[object, string]> = [
      [{ lines: [] }, 'lines'],
      [{ lines: [{ product: 'MUG', quantity: 'two', unitPrice: 1 }] }, 'lines.0.quantity'],
      [{ lines: [{ product: 'MUG', quantity: 1, unitPrice: 1e300 }] }, 'lines.0.unitPrice'],
      [{ lines: [{ product: 'a\0', quantity: 1, unitPrice: 1 }] }, 'lines.0.product'],
      [{ contact: {} }, 'contact'],
      [{ contact: { id: newId() } }, 'contact.id'],
      [{ occurredAt: 'yesterday' }, 'occurredAt'],
      [{ currency: 'eur' }, 'currency'],
      [{ currency: 'EUR' }, 'baseRate'],
    ];
    for (const [over, at] of wrong) {
      const answer = await api.server('POST', '/api/orders', body({ externalId: 'wrong', ...over }));
      expect(answer, answer.text).toMatchObject({ status: 422, body: { at } });
    }
    expect((await api.server('GET', '/api/orders?cursor=x')).status).toBe(400);
    expect((await api.server('GET', `/api/orders/${newId()}`)).status).toBe(404);
    expect((await api.server('GET', '/api/reports/sales?by=year')).status).toBe(422);
  });

  test('people see the orders of contacts they may see, and anonymous ones only with everything', async () => {
    await api.server('POST', '/api/orders', body({ externalId: 'nobody', contact: undefined }));
    const head = await api.person('manager', { visibility: 'all' });
    const own = await api.person('manager', { visibility: 'own' });
    const items = async (who: typeof head) =>
      ((await who.send('GET', '/api/orders')).body as { items: Array<{ id: string; externalId: string }> })
        .items;
    const all = await items(head);
    expect(all.map(({ externalId }) => externalId).toSorted()).toEqual(['nobody', 'web 1']);
    expect(await items(own)).toEqual([]);
    for (const { id } of all) expect((await own.send('GET', `/api/orders/${id}`)).status).toBe(404);
    const report = await own.send('GET', '/api/reports/sales');
    expect((report.body as { rows: unknown[] }).rows).toEqual([]);
    expect((await own.send('POST', '/api/orders', body())).status).toBe(403);
  });

  test('claimed orders stand apart in the report', async () => {
    const forged = {
      source: 'web',
      externalId: 'forged',
      occurredAt: new Date('2026-01-10T00:00:00Z'),
      lines: [{ product: 'MUG', description: 'A mug', quantity: '2', unitPrice: '1.125' }],
    };
    await placeOrders(api.ctx, [forged], { trust: 'public' });
    const report = await api.server('GET', '/api/reports/sales?from=2026-01-01&to=2026-02-01');
    expect((report.body as { rows: unknown[] }).rows).toEqual([
      expect.objectContaining({
        netMinor: 0,
        orders: 0,
        customers: 0,
        units: '0',
        claimedMinor: 225,
        claimedOrders: 1,
      }),
    ]);
  });
});
