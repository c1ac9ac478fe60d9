import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RfmReport } from '../../src/segments/rfm/contract.ts';
import { registerSegments, segmentsRoutes } from '../../src/segments/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';
import { testClock } from '../support/ctx.ts';
import { hasRetail, RETAIL_MISSING } from '../support/imports.ts';
import { loadOnlineRetail } from '../support/online-retail.ts';

const NOW = '2011-12-10T00:00:00Z';
if (!hasRetail) console.warn(`skipped: ${RETAIL_MISSING}`);

const scores = (value: number) => ({
  type: 'all',
  children: ['recency', 'frequency', 'money'].map((measure) => ({ type: 'rfm', measure, op: 'is', value })),
});

describe.skipIf(!hasRetail)('RFM on real purchases', () => {
  let api: TestApi;
  let server: Send;
  const clock = testClock(NOW);
  const count = async (rule: object): Promise<number> => {
    const answer = await server('POST', '/api/segments/preview', { rule });
    expect(answer.status, answer.text).toBe(200);
    return (answer.body as { count: number }).count;
  };
  const report = async (query = ''): Promise<RfmReport> => {
    const answer = await server('GET', `/api/reports/rfm${query}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.body as RfmReport;
  };

  beforeAll(async () => {
    registerSegments();
    api = await startApi({ routes: () => [segmentsRoutes()], clock });
    await loadOnlineRetail(api.databaseUrl);
    ({ send: server } = await api.key({
      scopes: ['segments:read', 'segments:write', 'contacts:read', 'orders:read'],
    }));
  }, 180_000);
  afterAll(() => api?.close());

  test('before the scores are kept the report works them out for the moment', async () => {
    expect(await report()).toMatchObject({ kept: false, contacts: 4_338, revenue: 891_140_790 });
  });

  test('348 contacts score 555 and 185 score 111', async () => {
    const computed = await server('POST', '/api/segments/rfm/compute');
    expect(computed.body, computed.text).toMatchObject({ state: 'ready', contacts: 4_338 });
    expect(await count(scores(5))).toBe(348);
    expect(await count(scores(1))).toBe(185);
  });

  test('the report adds up: fields, map and cells all count everybody who bought once', async () => {
    const found = await report();
    expect(found).toMatchObject({ kept: true, contacts: 4_338, revenue: 891_140_790, currency: 'GBP' });
    for (const part of [found.grid, found.map, found.cells]) {
      expect(part.reduce((sum, { contacts }) => sum + contacts, 0)).toBe(4_338);
      const revenue = part.reduce((sum, one) => sum + one.revenue, 0);
      expect(Math.abs(revenue - 891_140_790)).toBeLessThanOrEqual(part.length);
    }
    expect(found.grid).toHaveLength(25);
    expect(found.map).toHaveLength(25);
    expect(found.cells).toHaveLength(11);
    expect(found.boundaries.recency[0]).toMatchObject({ score: 5, from: 0 });
    for (const { cell, contacts } of found.cells) {
      expect(await count({ type: 'rfm', measure: 'cell', op: 'in', value: [cell] })).toBe(contacts);
    }
  });

  test('a past moment is asked of the facts of that moment', async () => {
    const past = await report('?asOf=2011-06-01');
    expect(past).toMatchObject({ kept: false, asOf: '2011-06-01T00:00:00.000Z' });
    expect(past.contacts).toBeLessThan(3_000);
    expect(past.contacts).toBeGreaterThan(2_000);
  });

  test('with bounds of their own the scores follow the bounds', async () => {
    const settings = {
      method: 'thresholds',
      recencyDays: [30, 90, 180, 300],
      orders: [2, 3, 5, 10],
      money: [10_000, 50_000, 100_000, 500_000],
    };
    const saved = await server('PUT', '/api/segments/rfm/settings', settings);
    expect(saved.body, saved.text).toMatchObject({ state: 'ready', settings });
    const orders = (op: string, value: number) => ({
      type: 'purchase',
      measure: 'orders',
      op,
      value,
      returns: 'exclude',
      where: { quantity: { op: 'gt', value: 0 }, price: { op: 'gt', value: 0 } },
    });
    expect(await count({ type: 'rfm', measure: 'frequency', op: 'is', value: 5 })).toBe(391);
    expect(await count({ type: 'rfm', measure: 'frequency', op: 'is', value: 5 })).toBe(
      await count(orders('gte', 10)),
    );
    expect(await count({ type: 'rfm', measure: 'frequency', op: 'lte', value: 1 })).toBe(
      await count(orders('is', 1)),
    );
    const found = await report();
    const bounds = [0, 30, 90, 180, 300, 1_000];
    for (const { score, from, to } of found.boundaries.recency) {
      expect(from).toBeGreaterThanOrEqual(score === 5 ? 0 : (bounds[5 - score] ?? 0) + 1);
      expect(to).toBeLessThanOrEqual(bounds[6 - score] ?? 0);
    }
    const wrong = await server('PUT', '/api/segments/rfm/settings', { ...settings, orders: [2, 2, 5, 10] });
    expect(wrong.status).toBe(422);
  });
});
