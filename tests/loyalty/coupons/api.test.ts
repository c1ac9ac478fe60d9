import { afterAll, beforeAll, expect, test } from 'vitest';
import { runBatches } from '../../../src/loyalty/coupons/actions.batch.ts';
import { loyaltyRoutes } from '../../../src/loyalty/index.ts';
import { startApi } from '../../support/api.ts';
import type { Send, TestApi } from '../../support/api.ts';

let api: TestApi;
let owner: Send;
beforeAll(async () => {
  api = await startApi({ routes: () => [loyaltyRoutes()] });
  owner = await api.owner();
});
afterAll(() => api.close());

type Body = Record<string, unknown> & { id: string; items: Array<Record<string, unknown>> };
const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const answer = await owner(method, path, body, headers);
  return { status: answer.status, body: answer.body as Body, text: answer.text, headers: answer.headers };
};
const terms = { name: 'Fair', pattern: 'FAIR-########', kind: 'percent', percent: 15, personal: false };

test('a coupon campaign from its making over codes in bulk to their file and their end', async () => {
  const made = await call('POST', '/api/coupon-campaigns', {
    ...terms,
    limits: { total: 50 },
    budgetMinor: 90_000,
  });
  expect(made).toMatchObject({
    status: 201,
    body: { version: 1, codeKind: 'unique', counts: { issued: 0 } },
  });
  const path = `/api/coupon-campaigns/${made.body.id}`;
  expect(await call('PATCH', path, { version: 1, name: 'Spring fair', budgetMinor: null })).toMatchObject({
    status: 200,
    body: { name: 'Spring fair', version: 2, budgetMinor: null, limits: { total: 50 } },
  });
  expect((await call('GET', `${path}/versions`)).body.items).toHaveLength(2);
  const batch = await call('POST', `${path}/batches`, { count: 25 });
  expect(batch).toMatchObject({ status: 202, body: { state: 'queued', wanted: 25, done: 0 } });
  await runBatches(api.ctx, new AbortController().signal);
  expect((await call('GET', `/api/coupon-batches/${batch.body.id}`)).body).toMatchObject({
    state: 'done',
    done: 25,
  });
  const found = await call('GET', `/api/coupons?couponCampaignId=${made.body.id}&state=issued&limit=10`);
  expect(found.body.items).toHaveLength(10);
  const code = String(found.body.items[0]?.['code']);
  const file = await call('GET', `${path}/codes.csv?batchId=${batch.body.id}`);
  expect(file.headers.get('content-type')).toContain('text/csv');
  expect(file.text.trim().split('\r\n')).toHaveLength(26);
  expect(await call('POST', `/api/coupons/${code}/void`, { reason: 'leaked' })).toMatchObject({
    body: { state: 'void' },
  });
  expect((await call('POST', '/api/coupons/void', { codes: [code], reason: 'leaked' })).body).toMatchObject({
    voided: 0,
    left: [{ code, reason: 'void' }],
  });
  expect((await call('POST', `${path}/void`, { reason: 'over' })).status).toBe(202);
  await runBatches(api.ctx, new AbortController().signal);
  for (const step of ['pause', 'resume', 'archive'])
    expect((await call('POST', `${path}/${step}`)).status).toBe(200);
  expect((await call('GET', path)).body).toMatchObject({
    state: 'archived',
    counts: { issued: 0, void: 25 },
  });
});

test('the same request twice makes one campaign', async () => {
  const key = { 'Idempotency-Key': 'coupon-1' };
  const [a, b] = [
    await call('POST', '/api/coupon-campaigns', terms, key),
    await call('POST', '/api/coupon-campaigns', terms, key),
  ];
  expect(b.body.id).toBe(a.body.id);
  expect((await call('POST', '/api/coupon-campaigns', { ...terms, percent: 5 }, key)).status).toBe(409);
});

const id = '01a201d4-bea7-7edb-9de7-5c47729baf76';
test.each<[string, string, unknown, number, string]>([
  ['POST', '/api/coupon-campaigns', { ...terms, limits: { total: -5 } }, 422, 'validation_failed'],
  ['POST', '/api/coupon-campaigns', { ...terms, validDays: 1_000_000 }, 422, 'validation_failed'],
  ['POST', '/api/coupon-campaigns', { ...terms, name: 'a\0b' }, 422, 'validation_failed'],
  ['POST', '/api/coupon-campaigns', { ...terms, pattern: 'X-##' }, 422, 'coupon_pattern_wrong'],
  [
    'POST',
    '/api/coupon-campaigns',
    { ...terms, kind: 'offer', effect: { type: 'magic' } },
    422,
    'validation_failed',
  ],
  ['PATCH', `/api/coupon-campaigns/${id}`, { version: 1 }, 404, 'coupon_campaign_not_found'],
  ['PATCH', '/api/coupon-campaigns/x', { version: 1 }, 422, 'validation_failed'],
  ['POST', `/api/coupon-campaigns/${id}/batches`, { count: 10_000_000 }, 422, 'validation_failed'],
  ['POST', `/api/coupon-campaigns/${id}/batches`, { count: 10 }, 404, 'coupon_campaign_not_found'],
  ['POST', `/api/coupon-batches/${id}/cancel`, undefined, 404, 'coupon_batch_not_found'],
  ['GET', '/api/coupons?state=used', undefined, 422, 'coupon_search_wide'],
  ['GET', `/api/coupons?couponCampaignId=${id}&cursor=zzz`, undefined, 400, 'bad_cursor'],
  ['GET', '/api/coupons/%27%3B--', undefined, 404, 'coupon_not_found'],
  ['POST', '/api/coupons/void', { codes: [], reason: 'x' }, 422, 'validation_failed'],
])('%s %s with %j is a problem, and nothing is half-written', async (method, path, body, status, code) => {
  const answer = await call(method, path, body);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ code });
});
