import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { accrualRoutes } from '../../../src/loyalty/accrual/index.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { startApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';
import { PER_TEN, member, program } from './world.ts';

let api: TestApi;
beforeAll(async () => {
  registerLoyalty();
  api = await startApi({ routes: () => [accrualRoutes()] });
});
afterAll(() => api.close());

const PATH = '/api/loyalty/accrual-rules';

test('a rule is made once, launched, changed by a new version and ended; mistakes are named by their paths', async () => {
  const { send } = await api.person('marketer');
  const programId = await program(api.ctx);
  const definition = { name: 'One for ten', earns: PER_TEN };
  const headers = { 'Idempotency-Key': newId() };
  const made = await send('POST', PATH, { programId, definition }, headers);
  const again = await send('POST', PATH, { programId, definition }, headers);
  expect([made.status, again.body]).toEqual([201, made.body]);
  const { id } = made.body as { id: string };
  const bad = { ...definition, conditions: { segments: [newId()] }, caps: { periods: [{ per: 'day' }] } };
  const refused = await send('PATCH', `${PATH}/${id}`, { version: 1, definition: bad });
  expect([refused.status, refused.body]).toMatchObject([
    422,
    { errors: [{ path: 'definition.caps.periods.0' }, { path: 'definition.conditions.segments.0' }] },
  ]);
  const both = { ...definition, name: '', caps: { periods: [{ per: 'day' }] } };
  const twice = await send('PATCH', `${PATH}/${id}`, { version: 1, definition: both });
  expect((twice.body as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual([
    'definition.name',
    'definition.caps.periods.0',
  ]);
  const live = await send('POST', `${PATH}/${id}/move`, { version: 1, to: 'live' });
  expect(live.body).toMatchObject({ state: 'live', version: 1 });
  const changed = await send('PATCH', `${PATH}/${id}`, {
    version: 1,
    definition: { ...definition, name: 'Two' },
  });
  expect(changed.body).toMatchObject({ version: 2, state: 'live' });
  const late = await send('PATCH', `${PATH}/${id}`, { version: 1, definition });
  expect([late.status, late.body]).toMatchObject([409, { code: 'rule_changed' }]);
  expect((await send('GET', `${PATH}/${id}/versions`)).body).toMatchObject({
    items: [{ version: 2 }, { version: 1 }],
  });
  expect((await send('GET', `${PATH}?programId=${programId}`)).body).toMatchObject({ items: [{ id }] });
  expect((await send('POST', `${PATH}/${id}/move`, { version: 2, to: 'ended' })).body).toMatchObject({
    state: 'ended',
  });
  const over = await send('POST', `${PATH}/${id}/move`, { version: 2, to: 'live' });
  expect([over.status, over.body]).toMatchObject([409, { code: 'rule_state' }]);
  const contactId = await member(api.ctx, programId);
  expect((await send('GET', `/api/contacts/${contactId}/accruals`)).body).toEqual({
    items: [],
    nextCursor: null,
  });
});

test('who may only read changes nothing, and who may not read sees nothing', async () => {
  const programId = await program(api.ctx);
  const definition = { name: 'One for ten', earns: PER_TEN };
  const manager = await api.person('manager');
  expect((await manager.send('POST', PATH, { programId, definition })).status).toBe(403);
  expect((await manager.send('GET', PATH)).status).toBe(200);
  const key = await api.key({ scopes: ['tracking:write'] });
  expect((await key.send('GET', PATH)).status).toBe(403);
  expect((await key.send('POST', '/api/loyalty/challenges', {})).status).not.toBe(201);
  expect((await api.send('GET', PATH)).status).toBe(401);
});
