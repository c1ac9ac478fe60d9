import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { standingRoutes } from '../../../src/loyalty/standing/index.ts';
import { startApi } from '../../support/api.ts';
import type { Send, TestApi } from '../../support/api.ts';
import { member, person, program } from './world.ts';

let api: TestApi;
let send: Send;
beforeAll(async () => {
  registerLoyalty();
  api = await startApi({ routes: () => [standingRoutes()] });
  send = (await api.person('marketer')).send;
});
afterAll(() => api.close());

const TIERS = [{ name: 'Silver', threshold: 100 }];
const LADDER = { name: 'L', measure: 'spend', window: { kind: 'calendarYear' }, tiers: TIERS };

test('a ladder, a category and a discount are made, read and changed; the same key makes one', async () => {
  const programId = await program(api.ctx);
  const headers = { 'Idempotency-Key': newId() };
  const made = await send('POST', '/api/tier-ladders', { ...LADDER, programId }, headers);
  const again = await send('POST', '/api/tier-ladders', { ...LADDER, programId }, headers);
  expect([made.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(made.body);
  const { id, tiers } = made.body as { id: string; tiers: { id: string }[] };
  expect((await send('GET', `/api/tier-ladders?programId=${programId}`)).body).toMatchObject({
    items: [{ id }],
  });
  const changed = await send('PATCH', `/api/tier-ladders/${id}`, { version: 1, graceDays: 9 });
  expect(changed.body).toMatchObject({ version: 2, graceDays: 9, tiers: [{ id: tiers[0]?.id }] });
  expect((await send('GET', `/api/tier-ladders/${id}/versions`)).body).toMatchObject({
    items: [{ version: 2 }, { version: 1 }],
  });
  expect((await send('GET', `/api/tier-ladders/${id}/board`)).body).toMatchObject({
    tiers: [{ tierId: null }, { name: 'Silver', members: 0 }],
  });
  expect((await send('GET', `/api/tier-ladders/${id}/members`)).body).toEqual({
    items: [],
    nextCursor: null,
  });
  expect((await send('GET', `/api/tier-ladders/${id}/moves`)).body).toEqual({ items: [], nextCursor: null });
  const contactId = await member(api.ctx, programId);
  expect((await send('GET', `/api/contacts/${contactId}/standing`)).body).toMatchObject({
    tiers: [{ programId, tier: null, basis: 0, reach: { missing: 100 } }],
  });
  const category = await send('POST', '/api/person-categories', {
    name: 'Family',
    kind: 'family',
    review: 'none',
  });
  const categoryId = (category.body as { id: string }).id;
  const path = `/api/contacts/${contactId}/person-categories`;
  const given = await send('POST', path, { categoryId, proof: 'papers' });
  expect([given.status, given.body]).toMatchObject([201, { state: 'approved', categoryName: 'Family' }]);
  expect((await send('GET', path)).body).toMatchObject({ items: [{ proof: 'papers' }] });
  const assignmentId = (given.body as { id: string }).id;
  expect((await send('POST', `${path}/${assignmentId}/revoke`, {})).body).toMatchObject({ state: 'revoked' });
  const discount = await send('POST', '/api/accumulative-discounts', {
    name: 'Card',
    thresholds: [{ fromMinor: 1, percent: 2 }],
    window: { kind: 'lifetime' },
  });
  expect(discount.body).toMatchObject({ version: 1, countCurrentOrder: false, returns: 'subtract' });
});

test('what is wrong is told by a code and a place, and nothing is written', async () => {
  const programId = await program(api.ctx);
  const contactId = await person(api.ctx);
  const problem = async (method: string, path: string, body?: object): Promise<string> => {
    const answer = await send(method, path, body);
    const { code, at } = answer.body as { code: string; at?: string };
    return `${answer.status} ${code}${at === undefined || at === '' ? '' : ` ${at}`}`;
  };
  const nobody = newId();
  const ladder = (change: object) =>
    problem('POST', '/api/tier-ladders', { ...LADDER, programId, ...change });
  expect(await ladder({ programId: nobody })).toBe('404 program_not_found');
  expect(await ladder({ tiers: [...TIERS, ...TIERS] })).toBe('422 validation_failed tiers');
  expect(await ladder({ tiers: [{ ...TIERS[0], id: nobody }] })).toBe('422 tier_unknown tiers.0.id');
  expect(await ladder({ tiers: [{ name: 'x\u0000', threshold: 1 }] })).toBe(
    '422 validation_failed tiers.0.name',
  );
  expect(await ladder({ tiers: [{ name: 'x', threshold: 2 ** 53 }] })).toBe(
    '422 validation_failed tiers.0.threshold',
  );
  expect(await ladder({ graceDays: 1e9 })).toBe('422 validation_failed graceDays');
  expect(await ladder({ surprise: 1 })).toBe('422 validation_failed');
  expect(await problem('GET', `/api/tier-ladders/${nobody}`)).toBe('404 tier_ladder_not_found');
  expect(await problem('GET', `/api/tier-ladders/${nobody}/board`)).toBe('404 tier_ladder_not_found');
  expect(await problem('GET', `/api/contacts/${nobody}/standing`)).toBe('404 contact_not_found');
  const made = (await send('POST', '/api/tier-ladders', { ...LADDER, programId })).body as { id: string };
  expect(await problem('GET', `/api/tier-ladders/${made.id}/moves?cursor=x`)).toBe('400 bad_cursor cursor');
  expect(await problem('GET', `/api/tier-ladders/${made.id}/movements?from=2026-13&to=2026-01`)).toContain(
    '422',
  );
  expect(await problem('GET', `/api/tier-ladders/${made.id}/movements?from=2026-03&to=2026-01`)).toContain(
    '422',
  );
  const categories = `/api/contacts/${contactId}/person-categories`;
  expect(await problem('POST', categories, { categoryId: nobody })).toBe('404 person_category_not_found');
  expect(await problem('POST', `${categories}/${nobody}/decide`, { decision: 'approve' })).toBe(
    '404 person_category_assignment_not_found',
  );
  const personal = `/api/contacts/${contactId}/personal-discounts`;
  expect(await problem('POST', personal, { percent: 101, validUntil: '2099-01-01T00:00:00Z' })).toBe(
    '422 validation_failed percent',
  );
  expect(await problem('POST', personal, { percent: 5, validUntil: '2001-01-01T00:00:00Z' })).toBe(
    '422 term_over validUntil',
  );
  const discount = { name: 'D', window: { kind: 'rolling', unit: 'days', count: 0 }, thresholds: [] };
  expect(await problem('POST', '/api/accumulative-discounts', discount)).toContain('422 validation_failed');
  const zone = {
    ...discount,
    window: { kind: 'lifetime' },
    thresholds: [{ fromMinor: 0, percent: 1 }],
    zone: 'Mars',
  };
  expect(await problem('POST', '/api/accumulative-discounts', zone)).toBe('422 validation_failed zone');
});

test('a manager reads and changes nothing; nobody without a session sees anything', async () => {
  const programId = await program(api.ctx);
  const manager = (await api.person('manager')).send;
  expect((await manager('GET', '/api/tier-ladders')).status).toBe(200);
  expect((await manager('POST', '/api/tier-ladders', { ...LADDER, programId })).status).toBe(403);
  expect((await manager('POST', '/api/person-categories', { name: 'X' })).status).toBe(403);
  expect((await api.send('GET', '/api/tier-ladders')).status).toBe(401);
});
