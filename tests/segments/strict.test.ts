import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { newId } from '../../src/core/ids.ts';
import { registerSegments, segmentsRoutes } from '../../src/segments/index.ts';
import { startApi } from '../support/api.ts';
import type { Answer, Send, TestApi } from '../support/api.ts';

let api: TestApi;
let server: Send;
let list: string;
let contactId: string;

beforeAll(async () => {
  registerSegments();
  api = await startApi({ routes: () => [segmentsRoutes()] });
  ({ send: server } = await api.key({ scopes: ['segments:read', 'segments:write', 'contacts:read'] }));
  const made = await server('POST', '/api/segments', { kind: 'static', name: 'A list' });
  list = `/api/segments/${(made.body as { id: string }).id}`;
  const [one] = await upsertContacts(api.ctx, [{ name: 'Somebody' }]);
  contactId = one?.contactId ?? '';
});
afterAll(() => api?.close());

const rule = { type: 'attribute', field: 'country', op: 'is', value: 'UK' };

function expectRefusal(answer: Answer, path: string, says: string): void {
  expect(answer.status, answer.text).toBe(422);
  expect(answer.body, answer.text).toMatchObject({ at: path, errors: [{ path }] });
  expect(answer.text).toContain(says);
}

test('a list takes no rule, and nothing takes a key nobody knows', async () => {
  const name = 'Strict';
  expectRefusal(
    await server('POST', '/api/segments', { kind: 'static', name, rule }),
    'rule',
    'a static segment has a list, not a rule',
  );
  for (const kind of [{ kind: 'static' }, { kind: 'dynamic', rule }])
    expectRefusal(await server('POST', '/api/segments', { ...kind, name, colour: 'red' }), '', 'colour');
  expectRefusal(await server('PATCH', list, { name, kind: 'dynamic' }), '', 'kind');
  expectRefusal(await server('POST', '/api/segments', { kind: 'smart', name }), 'kind', 'dynamic, static');
});

test.each([{}, { version: 1 }])('a change of nothing, %j, is refused', async (patch) => {
  expectRefusal(await server('PATCH', list, patch), '', 'changes nothing');
});

test('nobody is asked about what will be known', async () => {
  const knownAt = '2999-01-01';
  for (const [route, body] of [
    ['preview', { rule, knownAt }],
    ['explain', { rule, contactId, knownAt }],
  ] as const)
    expectRefusal(await server('POST', `/api/segments/${route}`, body), 'knownAt', 'bad_moment');
  expectRefusal(
    await server('GET', `${list}/explain?contactId=${contactId}&knownAt=${knownAt}`),
    'knownAt',
    '',
  );
});

test('a refusal names the place: the day, the unknown contact, the forms there are', async () => {
  expectRefusal(await server('GET', `${list}/growth?from=2026-03-02&to=2026-03-01`), 'from', 'bad_range');
  expectRefusal(await server('GET', `${list}/growth?to=1990-01-01`), 'to', 'bad_range');
  expectRefusal(
    await server('POST', `${list}/members`, { add: [contactId, newId()] }),
    'add.1',
    'contact_not_found',
  );
  const unknown = await server('POST', '/api/segments/preview', { rule: { ...rule, op: 'resembles' } });
  expectRefusal(unknown, 'rule.op', 'startsWith');
  const window = { type: 'whenever' };
  const orders = { type: 'purchase', measure: 'orders', op: 'gte', value: 1, window };
  expectRefusal(
    await server('POST', '/api/segments/preview', { rule: orders }),
    'rule.window.type',
    'ever, last, calendar, between',
  );
});
