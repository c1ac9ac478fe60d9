import { afterAll, beforeAll, expect, test } from 'vitest';
import { row } from '../../../src/core/db.ts';
import { sql } from '../../../src/core/sql.ts';
import { loyaltyRoutes, registerLoyalty } from '../../../src/loyalty/index.ts';
import { ordersRoutes, registerOrders } from '../../../src/orders/index.ts';
import { startApi } from '../../support/api.ts';
import type { Send, TestApi } from '../../support/api.ts';

/** A shop says its own codes of categories; rules keep our ids, so that they hold when codes change. */

let api: TestApi;
let send: Send;
let sweets: string;

const body = async <T>(method: 'POST' | 'GET' | 'PATCH', path: string, input?: object): Promise<T> => {
  const answer = await send(method, path, input);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body as T;
};

beforeAll(async () => {
  registerOrders();
  registerLoyalty();
  api = await startApi({ routes: () => [ordersRoutes(), loyaltyRoutes()] });
  const scopes = ['loyalty:read', 'loyalty:write', 'loyalty:sell', 'orders:read', 'orders:write'] as const;
  ({ send } = await api.key({ scopes: [...scopes] }));
  ({ id: sweets } = await body<{ id: string }>('POST', '/api/categories', {
    externalId: 'SW',
    name: 'Sweets',
  }));
  const product = { externalId: 'NOUGAT', name: 'Nougat', category: 'SW', price: '10.00', currency: 'GBP' };
  await body('POST', '/api/products', { products: [product] });
});
afterAll(() => api.close());

const scope = { categories: ['SW'], excludedCategories: ['SW', 'nobody knows it'] };
const kept = () => ({ categories: [sweets], excludedCategories: [sweets, 'nobody knows it'] });

test('promotions, coupons and earning rules that name a category by its code hold our id of it', async () => {
  const ten = { name: 'Ten', stage: 'product', effect: { type: 'percent', percent: '10' }, scope };
  const promotion = await body<{ definition: { scope: object } }>('POST', '/api/promotions', ten);
  expect(promotion.definition.scope).toMatchObject(kept());
  const coupon = { name: 'C', kind: 'percent', percent: 10, pattern: 'SWEET-########', scope };
  const campaign = await body<{ id: string; version: number; scope: object }>(
    'POST',
    '/api/coupon-campaigns',
    coupon,
  );
  expect(JSON.stringify(campaign)).toContain(sweets);
  const program = await body<{ id: string }>('POST', '/api/loyalty/programs', { name: 'P' });
  const definition = {
    name: 'R',
    earns: { type: 'amount', points: 1, perMinor: 100 },
    scope,
    multipliers: [{ factor: '2', scope: { categories: ['SW'] } }],
  };
  const rule = await body<{
    id: string;
    version: number;
    definition: { scope: object; multipliers: Array<{ scope: object }> };
  }>('POST', '/api/loyalty/accrual-rules', { programId: program.id, definition });
  expect(rule.definition.scope).toMatchObject(kept());
  expect(rule.definition.multipliers[0]?.scope).toMatchObject({ categories: [sweets] });
});

test('a promotion launched for a category by its code lowers the price of its goods', async () => {
  const half = {
    name: 'Half',
    stage: 'product',
    effect: { type: 'percent', percent: '50' },
    scope: { categories: ['SW'] },
  };
  const tried = await body<{ priced: { totals: { totalMinor: number } } }>('POST', '/api/loyalty/try', {
    cart: { lines: [{ product: 'NOUGAT', quantity: '1' }] },
    promotion: { definition: half },
  });
  expect(tried.priced.totals.totalMinor).toBe(500);
  const { id, version } = await body<{ id: string; version: number }>('POST', '/api/promotions', half);
  await body('POST', `/api/promotions/${id}/launch`, { version });
  const quote = await body<{ priced: { totals: { totalMinor: number } } }>('POST', '/api/loyalty/quote', {
    lines: [{ product: 'NOUGAT', quantity: '1' }],
  });
  expect(quote.priced.totals.totalMinor).toBe(500);
});

test('what is tried on past orders before it is saved means the same categories', async () => {
  const definition = { name: 'Ten', stage: 'product', effect: { type: 'percent', percent: '10' }, scope };
  const promotion = await body<{ id: string }>('POST', '/api/promotions', { ...definition, scope: {} });
  await body('POST', `/api/promotions/${promotion.id}/backtests`, { definition });
  const { kept: promotional } = await row<{ kept: { scope: object } }>(
    api.ctx.db,
    sql`select definition as kept from promotion_backtest where promotion_id = ${promotion.id}::uuid`,
  );
  expect(promotional.scope).toMatchObject(kept());
  const program = await body<{ id: string }>('POST', '/api/loyalty/programs', { name: 'Tried' });
  const rule = { name: 'R', earns: { type: 'amount', points: 1, perMinor: 100 }, scope };
  const earning = await body<{ tried: { changes: Array<{ definition: { scope: object } }> } }>(
    'POST',
    `/api/loyalty/programs/${program.id}/earning-backtests`,
    { changes: [{ definition: rule }] },
  );
  expect(earning.tried.changes[0]?.definition.scope).toMatchObject(kept());
});
