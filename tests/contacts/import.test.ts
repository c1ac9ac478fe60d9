import { sql } from 'drizzle-orm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportView } from '../../src/contacts/import/contract.ts';
import { claimImport } from '../../src/contacts/import/store.ts';
import { runImport } from '../../src/contacts/import/run.ts';
import { importJobs } from '../../src/contacts/import/jobs.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { testClock } from '../support/ctx.ts';
import { mappingQuery, startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';

const clock = testClock('2026-03-01T10:00:00Z');
let api: ImportApi;
beforeAll(async () => {
  api = await startImportApi({ clock });
});
afterAll(() => api.close());

const KIND = 'kind=contacts';
const HEADER = 'externalId,name,email,phone,country,tags,birthDate,emailConsent,attributes.size';
const PEOPLE = [
  HEADER,
  'k1,Ada Lovelace,ada@example.com,+44 20 7946 0001,United Kingdom,"vip, early",1815-12-10,yes,M',
  'k2,"Grace ""Amazing"" Hopper",grace@example.com,,United States,,,no,',
  'k3,"Line one\nLine two",,,,,,,L',
  '',
].join('\n');

const contactOf = (id: string) =>
  row(
    api.ctx.db,
    sql`select c.name, c.email, c.phone, c.country, c.tags, c.birth_year as year, c.attributes
        from contact c join contact_external_id e using (contact_id) where e.namespace = 'user' and e.external_id = ${id}`,
  );
const viewOf = (answer: { body: unknown }) => answer.body as ImportView;

const one = (consent: string, date = '') => `externalId,emailConsent,updatedAt\nkc,${consent},${date}\n`;

describe('contacts', () => {
  test('every kind of field arrives: quotes, line ends in cells, lists, dates, attributes, consent with its proof', async () => {
    const view = await api.run(`${KIND}&name=People`, PEOPLE);
    expect(view).toMatchObject({ state: 'done', name: 'People', rowsRead: 3, rowsCreated: 3, rowsFailed: 0 });
    expect(await contactOf('k1')).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+442079460001',
      tags: ['early', 'vip'],
      year: 1815,
      attributes: { size: 'M' },
    });
    expect(await contactOf('k2')).toMatchObject({ name: 'Grace "Amazing" Hopper' });
    expect(await contactOf('k3')).toMatchObject({ name: 'Line one\nLine two' });
    const words = await rows(
      api.ctx.db,
      sql`select granted, proof->>'importId' as import, proof->>'row' as row from consent order by proof->>'row'`,
    );
    expect(words).toEqual([
      { granted: true, import: view.id, row: '1' },
      { granted: false, import: view.id, row: '2' },
    ]);
    const told = await row<{ n: number }>(
      api.ctx.db,
      sql`select coalesce(sum(jsonb_array_length(payload->'contactIds')), 0)::int as n from outbox
          where topic = 'contacts.imported' and payload->>'importId' = ${view.id}`,
    );
    expect(told.n).toBe(3);
  });

  test('the same file again changes nothing and tells of nothing', async () => {
    const again = await api.run(KIND, PEOPLE);
    expect(again).toMatchObject({ rowsUnchanged: 3, rowsCreated: 0, rowsUpdated: 0, rowsFailed: 0 });
    const told = await rows(
      api.ctx.db,
      sql`select 1 from outbox where topic = 'contacts.imported' and payload->>'importId' = ${again.id}`,
    );
    expect(told).toEqual([]);
  });

  test('a list loaded once more does not subscribe who has left; a later date does', async () => {
    const last = async () =>
      row(
        api.ctx.db,
        sql`select granted from consent join contact_external_id e using (contact_id)
            where e.external_id = 'kc' order by occurred_at desc limit 1`,
      );
    await api.run(KIND, one('yes'));
    clock.advance(60_000);
    expect(await api.run(KIND, one('no'))).toMatchObject({ rowsUpdated: 1 });
    expect(await last()).toEqual({ granted: false });
    clock.advance(60_000);
    expect(await api.run(KIND, one('yes'))).toMatchObject({ rowsUnchanged: 1 });
    expect(await last()).toEqual({ granted: false });
    clock.advance(60_000);
    await api.run(KIND, one('yes', clock.now().toISOString()));
    expect(await last()).toEqual({ granted: true });
  });

  test('rows that name one contact twice are taken in their order: the last word counts', async () => {
    const view = await api.run(KIND, 'externalId,city\nkd,Paris\nkd,Rome\nkd,Rome\n');
    expect(view).toMatchObject({ rowsCreated: 1, rowsDone: 3, rowsFailed: 0 });
    const found = await row(
      api.ctx.db,
      sql`select city from contact join contact_external_id e using (contact_id) where e.external_id = 'kd'`,
    );
    expect(found).toEqual({ city: 'Rome' });
  });

  test('a row with an unknown time zone or language fails alone, with the field', async () => {
    const view = await api.run(
      KIND,
      'externalId,timeZone,locale\nz1,Mars/x,\nz2,,xx-invalid!!\nz3,Europe/Paris,fr\n',
    );
    expect(view).toMatchObject({ rowsCreated: 1, rowsFailed: 2 });
    expect((await api.errors(view.id)).map(({ field }) => field)).toEqual(['timeZone', 'locale']);
  });

  test('windows-1251, semicolons and a byte order mark', async () => {
    const cyrillic = Buffer.from([0xc8, 0xe2, 0xe0, 0xed]);
    const body = Buffer.concat([Buffer.from('id;who\nkw;'), cyrillic, Buffer.from('\n')]);
    const mapping = { columns: { externalId: 'id', name: 'who' }, encoding: 'windows-1251', delimiter: ';' };
    expect(await api.run(`${KIND}&${mappingQuery(mapping)}`, body)).toMatchObject({ rowsCreated: 1 });
    expect(await contactOf('kw')).toMatchObject({ name: 'Иван' });
    expect(await api.run(KIND, '\ufeffexternalId,name\r\nkb,Bom\r\n')).toMatchObject({ rowsCreated: 1 });
    expect(await contactOf('kb')).toMatchObject({ name: 'Bom' });
  });

  test('NDJSON: blank lines are nothing, lines that are no objects fail alone', async () => {
    const body =
      '{"externalId":"j1","name":"Jo","tags":["a","b"]}\n\n[1]\n{"externalId":\n{"externalId":7}\n{"name":{}}';
    const view = await api.run(`${KIND}&format=ndjson`, body);
    expect(view).toMatchObject({ state: 'done', rowsRead: 5, rowsCreated: 2, rowsFailed: 3 });
    expect((await api.errors(view.id)).map(({ row: number, code }) => [number, code])).toEqual([
      [2, 'not_an_object'],
      [3, 'bad_json'],
      [5, 'wrong_type'],
    ]);
    expect(await contactOf('7')).toMatchObject({ name: '' });
  });

  test('JSON nested without end fails alone', async () => {
    const deep = `{"externalId":"jd","tags":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const view = await api.run(`${KIND}&format=ndjson`, `${deep}\n{"externalId":"je"}\n`);
    expect(view).toMatchObject({ state: 'done', rowsCreated: 1, rowsFailed: 1 });
  });
});

describe('uploads', () => {
  test('a header without rows is an import of nothing', async () => {
    expect(await api.run(KIND, `${HEADER}\n`)).toMatchObject({ state: 'done', rowsRead: 0, failure: null });
  });

  test('gzip is known by its content, with or without the header, once or twice packed', async () => {
    const text = 'externalId,name\ngz,Packed\n';
    for (const [i, body] of [gzipSync(text), gzipSync(text), gzipSync(gzipSync(text))].entries()) {
      const headers = i === 0 ? undefined : { 'content-encoding': 'gzip' };
      const answer = await api.upload(KIND, body, headers);
      expect(answer.status).toBe(202);
      await api.work();
      expect(await api.view(viewOf(answer).id)).toMatchObject({ state: 'done', rowsRead: 1 });
    }
  });

  test('the same Idempotency-Key with the same file is the first import; with another it is a 409', async () => {
    const headers = { 'idempotency-key': 'monday' };
    const first = await api.upload(KIND, PEOPLE, headers);
    const again = await api.upload(KIND, PEOPLE, headers);
    expect(again.status).toBe(202);
    expect(viewOf(again).id).toBe(viewOf(first).id);
    const other = await api.upload(KIND, `${HEADER}\n`, headers);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
    const otherName = await api.upload(`${KIND}&name=Other`, PEOPLE, headers);
    expect(otherName.status).toBe(409);
    await api.work();
    expect(await api.view(viewOf(first).id)).toMatchObject({ state: 'done' });
  });

  test('imports, kinds and errors are listed to who may import, and to nobody else', async () => {
    const kinds = await api.server('GET', '/api/imports/kinds');
    const names = (kinds.body as { items: Array<{ kind: string }> }).items.map(({ kind }) => kind);
    expect(names).toEqual(expect.arrayContaining(['contacts', 'orders', 'order-lines']));
    const page = (await api.server('GET', '/api/imports?limit=2')).body as {
      items: ImportView[];
      nextCursor: string;
    };
    expect(page.items).toHaveLength(2);
    const next = await api.server('GET', `/api/imports?limit=2&cursor=${page.nextCursor}`);
    expect((next.body as { items: ImportView[] }).items[0]?.id).not.toBe(page.items[1]?.id);
    const { send } = await api.key({ scopes: ['contacts:read'] });
    const paths = ['', '/kinds', `/${newId()}`, `/${newId()}/errors`, `/${newId()}/errors.csv`];
    for (const path of paths) expect((await send('GET', `/api/imports${path}`)).status).toBe(403);
    expect((await api.server('GET', `/api/imports/${newId()}`)).status).toBe(404);
  });
});

const many = (prefix: string, count: number) =>
  ['externalId,name', ...Array.from({ length: count }, (_, i) => `${prefix}${i},Name ${i}`)].join('\n');

describe('leases', () => {
  const never = new AbortController().signal;

  test('a cancelled import stops behind a whole batch and can be resumed to the end', async () => {
    const { id } = viewOf(await api.upload(KIND, many('c', 10_000)));
    const token = newId();
    const job = await claimImport(api.ctx, token);
    expect(job?.importId).toBe(id);
    if (job === null) return;
    const running = runImport(api.ctx, job, token, never);
    expect((await api.server('POST', `/api/imports/${id}/cancel`)).body).toMatchObject({
      state: 'cancelled',
    });
    await running;
    const cancelled = await api.view(id);
    expect(cancelled.state).toBe('cancelled');
    const taken = await row<{ n: number }>(
      api.ctx.db,
      sql`select count(*)::int as n from contact_external_id where external_id ~ '^c[0-9]'`,
    );
    expect(cancelled.rowsRead).toBe(taken.n);
    await api.work();
    expect(await api.view(id)).toEqual(cancelled);
    await api.server('POST', `/api/imports/${id}/resume`);
    await api.work();
    expect(await api.view(id)).toMatchObject({ state: 'done', rowsRead: 10_000, rowsCreated: 10_000 });
    expect((await api.server('POST', `/api/imports/${id}/resume`)).status).toBe(409);
    expect((await api.server('POST', `/api/imports/${id}/cancel`)).status).toBe(409);
  });

  test('a worker that went silent is followed by another, and can do nothing any more when it wakes', async () => {
    const { id } = viewOf(await api.upload(KIND, many('s', 6_000)));
    const silent = newId();
    const job = await claimImport(api.ctx, silent);
    if (job === null) throw new Error('nothing to claim');
    await api.work();
    expect(await api.view(id)).toMatchObject({ state: 'running', rowsRead: 0 });
    clock.advance(31_000);
    await api.work();
    const done = await api.view(id);
    expect(done).toMatchObject({ state: 'done', rowsRead: 6_000, rowsCreated: 6_000 });
    await runImport(api.ctx, job, silent, never);
    expect(await api.view(id)).toEqual(done);
  });

  test('a worker that is told to stop gives the import back at once', async () => {
    const { id } = viewOf(await api.upload(KIND, many('t', 6_000)));
    const stop = new AbortController();
    const token = newId();
    const job = await claimImport(api.ctx, token);
    if (job === null) throw new Error('nothing to claim');
    stop.abort();
    await runImport(api.ctx, job, token, stop.signal);
    expect(await api.view(id)).toMatchObject({ state: 'queued' });
    await api.work();
    expect(await api.view(id)).toMatchObject({ state: 'done', rowsCreated: 6_000 });
  });

  test('files that take worker after worker down are given up', async () => {
    const { id } = viewOf(await api.upload(KIND, many('g', 10)));
    for (let i = 0; i < 5; i++) {
      await claimImport(api.ctx, newId());
      clock.advance(31_000);
    }
    await api.work();
    expect(await api.view(id)).toMatchObject({ state: 'failed', failure: { code: 'given_up' } });
    await api.server('POST', `/api/imports/${id}/resume`);
    await api.work();
    expect(await api.view(id)).toMatchObject({ state: 'done', rowsCreated: 10 });
  });

  test('files go after their term; a failed import without its file cannot be resumed', async () => {
    const { id } = viewOf(await api.upload(KIND, many('f', 1)));
    await api.server('POST', `/api/imports/${id}/cancel`);
    clock.advance(15 * 86_400_000);
    const sweep = importJobs.find(({ name }) => name === 'contacts.import-files');
    await sweep?.run(api.ctx, {}, never);
    const answer = await api.server('POST', `/api/imports/${id}/resume`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'file_gone' } });
  });
});
