import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { registerSegments, segmentsRoutes } from '../../src/segments/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';

let api: TestApi;
let marketer: Send;
let manager: Send;

beforeAll(async () => {
  registerSegments();
  api = await startApi({ routes: () => [segmentsRoutes()] });
  ({ send: marketer } = await api.person('marketer', { visibility: 'all' }));
  ({ send: manager } = await api.person('manager', { visibility: 'own' }));
});
afterAll(() => api?.close());

test('ready-made segments are listed, previewed and saved by those who may', async () => {
  const listed = await manager('GET', '/api/segments/templates');
  expect(listed.status, listed.text).toBe(200);
  expect(listed.body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ id: 'lapsed' })]),
  });

  const path = '/api/segments/templates/lapsed';
  const seen = await manager('POST', `${path}/preview`, { parameters: { days: 30 } });
  expect(seen.body, seen.text).toMatchObject({ note: null, rule: { value: 30 }, preview: { count: 0 } });
  expect((await manager('POST', path, { name: 'Mine' })).status).toBe(403);

  const saved = await marketer('POST', path, { name: 'Lapsed', parameters: { days: 90 }, language: 'ru' });
  expect(saved.status, saved.text).toBe(201);
  expect(saved.body).toMatchObject({
    segment: { name: 'Lapsed', rule: { measure: 'daysSinceLast', value: 90 } },
  });
  expect(JSON.stringify(saved.body)).toContain('Раньше покупали');

  const wrong = await marketer('POST', path, { name: 'Other', parameters: { days: 'many' } });
  expect([wrong.status, (wrong.body as { at: string }).at]).toEqual([422, 'parameters.days']);
  expect(
    (await marketer('POST', '/api/segments/templates/big-spenders', { name: 'Big' })).body,
  ).toMatchObject({
    code: 'nobody_bought',
  });
  expect((await marketer('POST', '/api/segments/templates/none', { name: 'None' })).status).toBe(404);
});

test('RFM is there before anybody bought: an empty report, no scores, settings by those who may', async () => {
  const [made] = await upsertContacts(api.ctx, [{ name: 'Somebody' }]);
  const report = await marketer('GET', '/api/reports/rfm');
  expect(report.body, report.text).toMatchObject({ kept: false, contacts: 0, revenue: 0 });
  const scores = await marketer('GET', `/api/contacts/${made?.contactId}/rfm`);
  expect(scores.body, scores.text).toEqual({ computedAt: null, scores: null });
  expect((await manager('GET', `/api/contacts/${made?.contactId}/rfm`)).status).toBe(404);
  expect((await manager('PUT', '/api/segments/rfm/settings', { method: 'quintiles' })).status).toBe(403);
  expect((await marketer('PUT', '/api/segments/rfm/settings', { method: 'quintiles' })).body).toMatchObject({
    state: 'ready',
    contacts: 0,
  });
  expect((await marketer('GET', '/api/segments/rfm/settings')).body).toMatchObject({
    settings: { method: 'quintiles' },
  });
});
