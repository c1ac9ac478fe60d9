import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerSegments, segmentsRoutes } from '../../src/segments/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';
import { testClock } from '../support/ctx.ts';
import { hasRetail, RETAIL_MISSING } from '../support/imports.ts';
import { loadOnlineRetail } from '../support/online-retail.ts';

const NOW = '2011-12-10T00:00:00Z';

const sold = { returns: 'exclude', type: 'purchase' };
const cleaned = { quantity: { op: 'gt', value: 0 }, price: { op: 'gt', value: 0 } };
const bought = (product: string) => ({
  ...sold,
  measure: 'orders',
  op: 'gte',
  value: 1,
  where: { ...cleaned, products: [product] },
});

/** The acceptance table, as a user posts it. */
const TABLE: [string, number, object][] = [
  [
    'revenue of 1000 or more and last order on or after 10 November 2011',
    964,
    {
      type: 'all',
      children: [
        { ...sold, measure: 'revenue', op: 'gte', value: 100_000, where: cleaned },
        { ...sold, measure: 'lastAt', op: 'gte', value: '2011-11-10', where: cleaned },
      ],
    },
  ],
  [
    'exactly one order, before June 2011',
    588,
    {
      type: 'all',
      children: [
        { ...sold, measure: 'orders', op: 'is', value: 1, where: cleaned },
        { ...sold, measure: 'lastAt', op: 'lt', value: '2011-06-01', where: cleaned },
      ],
    },
  ],
  ['ten orders or more', 391, { ...sold, measure: 'orders', op: 'gte', value: 10, where: cleaned }],
  [
    'outside the United Kingdom with a purchase',
    418,
    {
      type: 'all',
      children: [
        { type: 'attribute', field: 'country', op: 'isNot', value: 'United Kingdom' },
        { ...sold, measure: 'orders', op: 'gte', value: 1, where: cleaned },
      ],
    },
  ],
  ['bought 85123A', 856, bought('85123A')],
  ['bought 85123A and 22423', 261, { type: 'all', children: [bought('85123A'), bought('22423')] }],
];

if (!hasRetail) console.warn(`skipped: ${RETAIL_MISSING}`);

describe.skipIf(!hasRetail)('counts on real purchases', () => {
  let api: TestApi;
  let server: Send;

  const clock = testClock(NOW);

  beforeAll(async () => {
    registerSegments();
    api = await startApi({ routes: () => [segmentsRoutes()], clock });
    await loadOnlineRetail(api.databaseUrl);
    ({ send: server } = await api.key({ scopes: ['segments:read', 'segments:write', 'contacts:read'] }));
  }, 180_000);
  afterAll(() => api?.close());

  test.each(TABLE)('%s: %i contacts in the preview', async (_name, count, rule) => {
    const answer = await server('POST', '/api/segments/preview', { rule, now: NOW });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ count, base: 4_372, now: '2011-12-10T00:00:00.000Z', warnings: [] });
  });

  test.each(TABLE)('%s: %i contacts as of that moment, asked years later', async (_name, count, rule) => {
    clock.set('2026-01-01T00:00:00Z');
    const answer = await server('POST', '/api/segments/preview', { rule, now: NOW });
    clock.set(NOW);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ count, base: 4_372, partial: false });
  });

  test.each(TABLE)('%s: %i members once saved and built', async (name, count, rule) => {
    const saved = await server('POST', '/api/segments', { kind: 'dynamic', name, rule });
    expect(saved.status, saved.text).toBe(201);
    expect(saved.body).toMatchObject({ count, state: 'ready', servedVersion: 1, rule });
    const { id } = saved.body as { id: string };
    let members = 0;
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await server(
        'GET',
        `/api/segments/${id}/members?limit=200${cursor && `&cursor=${cursor}`}`,
      );
      const body = page.body as { items: object[]; nextCursor: string | null };
      members += body.items.length;
      cursor = body.nextCursor;
    }
    expect(members).toBe(count);
  });
});
