import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerSegments, segmentsRoutes } from '../../src/segments/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';

let api: TestApi;
let server: Send;
beforeAll(async () => {
  registerSegments();
  api = await startApi({ routes: () => [segmentsRoutes()] });
  ({ send: server } = await api.key({ scopes: ['segments:read', 'segments:write', 'contacts:read'] }));
});
afterAll(() => api?.close());

const rule = { type: 'attribute', field: 'country', op: 'is', value: 'UK' };

test('segments are listed by name, page after page', async () => {
  for (const name of ['delta', 'Alpha', 'charlie', 'Bravo', 'Echo'])
    expect((await server('POST', '/api/segments', { kind: 'static', name })).status).toBe(201);
  const names: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await server('GET', `/api/segments?limit=2${cursor && `&cursor=${cursor}`}`);
    const body = page.body as { items: { name: string }[]; nextCursor: string | null };
    names.push(...body.items.map((one) => one.name));
    cursor = body.nextCursor;
  }
  expect(names).toEqual(['Alpha', 'Bravo', 'charlie', 'delta', 'Echo']);
  expect((await server('GET', '/api/segments?cursor=nonsense')).body).toMatchObject({ code: 'bad_cursor' });
});

test('a segment is saved, read, changed, built and archived', async () => {
  const saved = await server('POST', '/api/segments', {
    kind: 'dynamic',
    name: 'British',
    description: 'of the UK',
    rule,
  });
  expect(saved.status, saved.text).toBe(201);
  const { id } = saved.body as { id: string };
  const at = `/api/segments/${id}`;
  expect((await server('GET', at)).body).toMatchObject({
    name: 'British',
    description: 'of the UK',
    rule,
    words: { en: 'Country is “UK”', ru: 'Страна — «UK»' },
    count: 0,
  });
  expect((await server('PATCH', at, { name: 'Of the UK', version: 1 })).body).toMatchObject({
    name: 'Of the UK',
    version: 1,
  });
  expect((await server('PATCH', at, { rule: { ...rule, op: 'isNot' } })).body).toMatchObject({
    version: 2,
    servedVersion: 2,
  });
  expect(await server('POST', `${at}/build`, {})).toMatchObject({
    status: 202,
    body: { state: 'ready', count: 0 },
  });
  expect((await server('GET', `${at}/members`)).body).toMatchObject({ items: [], nextCursor: null });
  expect((await server('DELETE', at)).status).toBe(204);
  for (const [method, path] of [
    ['GET', at],
    ['PATCH', at],
    ['DELETE', at],
    ['POST', `${at}/build`],
    ['GET', `${at}/members`],
  ] as const)
    expect((await server(method, path, method === 'GET' ? undefined : { name: 'Gone' })).body).toMatchObject({
      code: 'segment_not_found',
      status: 404,
    });
});

test('a repeated request with one idempotency key makes one segment', async () => {
  const body = { kind: 'dynamic', name: 'Once', rule };
  const key = { 'idempotency-key': 'the same' };
  const first = await server('POST', '/api/segments', body, key);
  const again = await server('POST', '/api/segments', body, key);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
});

test('reading needs one right and writing another', async () => {
  const { send: reader } = await api.key({ scopes: ['segments:read'] });
  const { send: stranger } = await api.key({ scopes: ['orders:read'] });
  expect((await reader('GET', '/api/segments')).status).toBe(200);
  expect((await reader('POST', '/api/segments', { kind: 'static', name: 'x' })).status).toBe(403);
  expect((await reader('POST', '/api/segments/preview', { rule })).status).toBe(403);
  expect((await stranger('GET', '/api/segments')).status).toBe(403);
  expect((await api.send('GET', '/api/segments')).status).toBe(401);
});

test('the catalogue names every field with its operations in both languages', async () => {
  const { body } = await server('GET', '/api/segments/catalogue');
  const { fields, limits } = body as {
    fields: { leaf: string; field: string; kind: string; ops: string[]; label: { en: string; ru: string } }[];
    limits: object;
  };
  expect(fields.find((one) => one.field === 'birthday')).toMatchObject({
    kind: 'birthday',
    label: { ru: 'День рождения' },
  });
  expect(fields.find((one) => one.field === 'revenue')).toMatchObject({ leaf: 'purchase', kind: 'money' });
  for (const { label } of fields) expect([label.en, label.ru].every((text) => text.length > 1)).toBe(true);
  expect(limits).toMatchObject({ depth: 10, nodes: 200 });
  for (const { leaf, field, ops } of fields.filter((one) => one.leaf === 'attribute')) {
    const { status } = await server('POST', '/api/segments/preview', {
      rule: { type: leaf, field, op: 'exists' },
    });
    expect([field, status]).toEqual([field, 200]);
    expect(ops).toContain('exists');
  }
});

test('the segments of a contact nobody knows, or the asker may not see, are a 404', async () => {
  const contactId = '00000000-0000-7000-8000-000000000404';
  const answer = await server('GET', `/api/contacts/${contactId}/segments`);
  expect([answer.status, answer.body]).toEqual([404, expect.objectContaining({ code: 'contact_not_found' })]);
});
