import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import type { FormView } from '../../../src/tracking/forms/contract.ts';
import { definition, openForms, PERSON } from './world.ts';
import type { FormWorld } from './world.ts';

let world: FormWorld;
beforeAll(async () => {
  world = await openForms(['https://shop.example']);
});
afterAll(() => world.close());

const codeOf = ({ status, body }: { status: number; body: unknown }) => [
  status,
  (body as { code?: string } | undefined)?.code,
];

test('a changed definition is the next version; whoever read an older one is told', async () => {
  const form = await world.form();
  const patch = (body: object) => world.owner('PATCH', `/api/forms/${form.id}`, body);
  const renamed = await patch({ version: 1, name: 'Renamed', definition: form.definition });
  expect(renamed.body).toMatchObject({ version: 1, name: 'Renamed' });
  const changed = await patch({ version: 1, definition: { ...form.definition, title: { en: 'Other' } } });
  expect(changed.body).toMatchObject({ version: 2, definition: { title: { en: 'Other' } } });
  expect(codeOf(await patch({ version: 1, name: 'Late' }))).toEqual([409, 'form_changed']);
  const taken = await world.owner('POST', '/api/forms', {
    name: 'RENAMED',
    sourceId: world.site.sourceId,
    definition: definition(),
  });
  expect(codeOf(taken)).toEqual([409, 'form_name_taken']);
});

test('wrong input is a problem with its place, never a 500', async () => {
  const post = (body: unknown) => world.owner('POST', '/api/forms', body);
  const whole = { name: 'X', sourceId: world.site.sourceId, definition: definition() };
  const cases: Array<[unknown, number, string]> = [
    [{ ...whole, sourceId: newId() }, 422, 'source_not_found'],
    [{ ...whole, name: ' ' }, 422, 'validation_failed'],
    [{ ...whole, definition: {} }, 422, 'validation_failed'],
    [{ ...whole, definition: { ...definition(), fields: 'all' } }, 422, 'validation_failed'],
    ['{"name":', 400, 'malformed_request'],
  ];
  for (const [body, status, code] of cases) expect(codeOf(await post(body))).toEqual([status, code]);
  const form = await world.form();
  for (const path of [`/api/forms/${newId()}`, `/api/forms/${newId()}/submissions`])
    expect(codeOf(await world.owner('GET', path))).toEqual([404, 'form_not_found']);
  expect((await world.owner('GET', '/api/forms/none')).status).toBe(422);
  expect(codeOf(await world.owner('GET', `/api/forms/${form.id}/submissions?cursor=x`))).toEqual([
    400,
    'bad_cursor',
  ]);
  expect(codeOf(await world.owner('POST', `/api/forms/${form.id}/submissions/${newId()}/approve`))).toEqual([
    404,
    'submission_not_found',
  ]);
});

test('whatever is posted to a form gets a page or a problem, never a 500', async () => {
  const form = await world.form();
  const send = (body: string, type: string, accept = 'application/json', id = form.id) =>
    world.site.api.send('POST', `/f/${id}`, body, { 'content-type': type, accept, 'user-agent': PERSON });
  const json = 'application/json';
  expect(codeOf(await send('{', json))).toEqual([400, 'not_json']);
  expect(codeOf(await send('[]', json))).toEqual([400, 'not_json']);
  expect(codeOf(await send('x', 'text/plain'))).toEqual([415, 'unsupported_media_type']);
  expect(codeOf(await send('x', 'multipart/form-data'))).toEqual([400, 'malformed_form']);
  expect(codeOf(await send(`email=${'x'.repeat(70_000)}`, 'application/x-www-form-urlencoded'))).toEqual([
    413,
    'body_too_large',
  ]);
  expect(codeOf(await send('{}', json, json, newId()))).toEqual([404, 'form_not_found']);
  expect(codeOf(await send('{}', json, json, 'no-id'))).toEqual([404, 'form_not_found']);
  const page = await send('x', 'text/plain', 'text/html');
  expect([page.status, page.headers.get('content-type')]).toEqual([415, 'text/html; charset=utf-8']);
  const strange = [
    'email=%00&note=%ED%A0%80&taste[]=green&__proto__=x&_token=%FF',
    'email=a@b.example&email=c@d.example&_version=99999999999999999999&_lang=%00',
    '_aid=form:x&_page=javascript:alert(1)&_website=&_version=-1&_token=' + 'A'.repeat(600),
  ];
  for (const body of strange) {
    const answer = await send(body, 'application/x-www-form-urlencoded', 'text/html');
    expect([303, 422]).toContain(answer.status);
  }
  const missing = await world.site.api.send('GET', '/f/nothing', undefined, { accept: 'text/html' });
  expect([missing.status, missing.text.includes('There is no such form')]).toEqual([404, true]);
});

test('a closed form shows that it is closed and takes nothing', async () => {
  const form = await world.form();
  const _token = await world.token(form.id);
  await world.owner('PATCH', `/api/forms/${form.id}`, { version: 1, live: false });
  const page = await world.site.api.send('GET', `/f/${form.id}`);
  expect([page.status, page.text.includes('This form is closed')]).toEqual([410, true]);
  expect((await world.post(form.id, { _token, email: 'a@example.com' })).status).toBe(410);
});

test('marketers and developers write forms, others do not; who sees only some clients sees only their answers', async () => {
  const { api } = world.site;
  const form = await world.form();
  await world.fill(form.id, { email: 'somebody@example.com' });
  const [marketer, developer, manager, head] = await Promise.all([
    api.person('marketer'),
    api.person('developer'),
    api.person('manager'),
    api.person('head', { visibility: 'own' }),
  ]);
  for (const { send } of [marketer, developer]) {
    expect((await send('GET', '/api/forms')).status).toBe(200);
    expect((await send('PATCH', `/api/forms/${form.id}`, { version: 1, live: true })).status).toBe(200);
  }
  expect((await manager.send('GET', '/api/forms')).status).toBe(403);
  expect((await manager.send('GET', `/api/forms/${form.id}/submissions`)).status).toBe(403);
  expect((await head.send('PATCH', `/api/forms/${form.id}`, { version: 1, live: false })).status).toBe(403);
  expect((await head.send('GET', `/api/forms/${form.id}/submissions`)).body).toEqual({
    items: [],
    nextCursor: null,
  });
  expect((await developer.send('GET', `/api/forms/${form.id}/submissions.csv`)).status).toBe(403);
  expect((await api.send('GET', '/api/forms')).status).toBe(401);
});

test('the table of answers is safe to open in a spreadsheet, and the list goes page by page', async () => {
  const form: FormView = await world.form({ spam: { minFillMs: 0 } });
  for (const name of ['=1+1', 'Ann, "the" first', 'Third'])
    await world.fill(form.id, { email: `${name.length}@example.com`, first_name: name, news: 'yes' });
  const csv = await world.owner('GET', `/api/forms/${form.id}/submissions.csv`);
  const lines = csv.text.trim().split('\r\n');
  expect(lines[0]).toContain('contactId,email,first_name,taste,note,news');
  expect(lines).toHaveLength(4);
  expect(csv.text).toContain(",'=1+1,");
  expect(csv.text).toContain('"Ann, ""the"" first"');
  const first = await world.owner('GET', `/api/forms/${form.id}/submissions?limit=2`);
  const { items, nextCursor } = first.body as { items: { id: string }[]; nextCursor: string };
  const second = await world.owner('GET', `/api/forms/${form.id}/submissions?limit=2&cursor=${nextCursor}`);
  const rest = (second.body as { items: { id: string }[] }).items;
  expect(new Set([...items, ...rest].map(({ id }) => id)).size).toBe(3);
});
