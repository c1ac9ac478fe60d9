import { sql } from 'drizzle-orm';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ImportView } from '../../src/contacts/import/contract.ts';
import { registerImportKind } from '../../src/contacts/import/kinds.ts';
import { row } from '../../src/core/db.ts';
import { file, HEADER, line, mappingQuery, startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';

const KIND = 'kind=order-lines&format=csv';
const from = (source: string) => `${KIND}&${mappingQuery({ options: { source } })}`;

let api: ImportApi;
beforeAll(async () => {
  api = await startImportApi();
});
afterAll(() => api.close());

const stored = async (source: string): Promise<number> => {
  const { n } = await row<{ n: number }>(
    api.ctx.db,
    sql`select count(*)::int as n from sale_fact f join orders o using (contact_id, order_id) where o.source = ${source}`,
  );
  return n;
};
const spooled = () => readdir(join(api.dataDir, 'imports'));

describe('refused at upload, before any row is taken', () => {
  const cases: Array<
    [what: string, query: string, body: string | Uint8Array, status: number, code: string, says: string]
  > = [
    ['an unknown kind', 'kind=invoices', 'a', 422, 'unknown_import_kind', 'order-lines'],
    ['an unknown preset', `${KIND}&preset=shop`, 'a', 422, 'unknown_preset', 'online-retail'],
    ['a format the kind does not take', 'kind=orders&format=csv', 'a', 422, 'format_not_supported', 'ndjson'],
    ['a mapping that is no JSON', `${KIND}&mapping=%7B`, 'a', 422, 'mapping_not_json', 'JSON'],
    [
      'an unknown column',
      `${KIND}&preset=online-retail`,
      'InvoiceNo,Price\n1,2\n',
      422,
      'unknown_column',
      'InvoiceNo, Price',
    ],
    ['an unknown column without a mapping', KIND, `${HEADER},colour\n`, 422, 'unknown_column', 'colour'],
    [
      'an unknown option',
      `${KIND}&${mappingQuery({ options: { colour: 1 } })}`,
      'a',
      422,
      'validation_failed',
      'colour',
    ],
    [
      'an unknown zone',
      `${KIND}&${mappingQuery({ zone: 'Europe/Atlantis' })}`,
      'a',
      422,
      'validation_failed',
      'zone',
    ],
    ['an empty file', KIND, '', 422, 'empty_file', 'empty'],
    ['an empty gzip file', KIND, gzipSync(''), 422, 'empty_file', 'empty'],
    [
      'gzip that is none behind its first bytes',
      KIND,
      Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
      422,
      'broken_gzip',
      'gzip',
    ],
    ['UTF-16', KIND, Buffer.from(`\ufeff${HEADER}\n`, 'utf16le'), 422, 'wrong_encoding', 'UTF-16'],
    [
      'another encoding in the header',
      KIND,
      Buffer.from([...Buffer.from('invoice,'), 0xcf, 0xf0, 0x0a]),
      422,
      'wrong_encoding',
      'line 1, byte 9',
    ],
  ];
  test.each(cases)('%s', async (_what, query, body, status, code, says) => {
    const answer = await api.upload(query, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code });
    expect(answer.text).toContain(says);
    expect(await spooled().catch(() => [])).toEqual([]);
  });

  test('a form, an unknown encoding of the body, a caller without the right', async () => {
    const form = await api.upload(KIND, file(line()), { 'content-type': 'multipart/form-data; boundary=x' });
    expect(form).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    const brotli = await api.upload(KIND, file(line()), { 'content-encoding': 'br' });
    expect(brotli.status).toBe(415);
    const { send } = await api.key({ scopes: ['contacts:import'] });
    expect(await send('POST', `/api/imports?${KIND}`, file(line()))).toMatchObject({ status: 403 });
    expect(await api.send('POST', `/api/imports?${KIND}`, file(line()))).toMatchObject({ status: 401 });
  });
});

describe('bad rows fail alone, with their place and reason', () => {
  test('wrong numbers and dates, missing values, NUL, absurd and future values; the good rows stand', async () => {
    const bad: Array<[row: string, code: string, field: string | null]> = [
      [line({ quantity: 'two' }), 'bad_number', 'quantity'],
      [line({ quantity: '1e5' }), 'bad_number', 'quantity'],
      [line({ quantity: '1.2345' }), 'number_out_of_range', 'quantity'],
      [line({ quantity: '999999999999' }), 'number_out_of_range', 'quantity'],
      [line({ unitPrice: '12345678901234.5' }), 'number_out_of_range', 'unitPrice'],
      [line({ unitPrice: '0.1234567' }), 'number_out_of_range', 'unitPrice'],
      [line({ quantity: '99999999999', unitPrice: '9999999999999' }), 'amount_out_of_range', 'unitPrice'],
      [line({ occurredAt: '2026-02-30' }), 'bad_date', 'occurredAt'],
      [line({ occurredAt: '2999-01-01' }), 'future_date', 'occurredAt'],
      [line({ occurredAt: '1066-10-14' }), 'date_out_of_range', 'occurredAt'],
      [line({ product: '' }), 'missing_value', 'product'],
      [line({ description: 'a\0b' }), 'nul_character', 'description'],
      [line({ product: 'x'.repeat(101) }), 'invalid_value', 'product'],
      [line({ customer: 'C2' }), 'customer_changed', 'customer'],
      ['I1,P1,too,few', 'wrong_column_count', null],
      [`${line()},too many`, 'wrong_column_count', null],
    ];
    const good = line();
    const lines = [good, ...bad.flatMap(([text]) => [text, good])];
    const view = await api.run(from('bad-rows'), file(...lines));
    expect(view).toMatchObject({
      state: 'done',
      rowsRead: lines.length,
      rowsCreated: bad.length + 1,
      rowsFailed: bad.length,
    });
    const errors = await api.errors(view.id);
    expect(errors.map(({ code, field }) => [code, field])).toEqual(
      bad.map(([, code, field]) => [code, field]),
    );
    expect(errors.map((error) => error.row)).toEqual(bad.map((_, i) => 2 * i + 2));
    expect(await stored('bad-rows')).toBe(bad.length + 1);
  });

  test('a document whose total is beyond any real one fails, its neighbours stand', async () => {
    const rows = Array.from({ length: 200 }, () =>
      line({ invoice: 'HUGE', quantity: '100000', unitPrice: '9999999' }),
    );
    const view = await api.run(from('huge'), file(...rows, line({ invoice: 'SMALL' })));
    expect(view).toMatchObject({ state: 'done', rowsRead: 201, rowsFailed: 200, rowsCreated: 1 });
    expect((await api.errors(view.id))[0]).toMatchObject({ code: 'total_out_of_range' });
  });

  test('what only the database refuses fails alone too', async () => {
    registerImportKind<{ n: string }, object>({
      kind: 'small-numbers',
      about: 'Numbers that must fit into two bytes, which nobody checks before',
      rights: [],
      formats: ['csv'],
      fields: { n: { type: 'text', required: true, about: 'a number' } },
      row: z.object({ n: z.string() }),
      options: z.object({}),
      presets: {},
      apply: async (ctx, { rows }) => {
        const list = JSON.stringify(rows.map(({ value }) => value.n));
        await ctx.db.execute(sql`
          insert into setting (name, value, updated_at)
          select 'small ' || n, to_jsonb(n::int2), now() from json_array_elements_text(${list}::text::json) n`);
        return { created: rows.length, updated: 0, unchanged: 0, failed: [] };
      },
    });
    const bad = [1, 17, 2_000, 4_999];
    const lines = Array.from({ length: 5_000 }, (_, i) => (bad.includes(i) ? `9999999${i}` : String(i)));
    const view = await api.run('kind=small-numbers', ['n', ...lines].join('\n'));
    expect(view).toMatchObject({ state: 'done', rowsRead: 5_000, rowsCreated: 4_996, rowsFailed: 4 });
    const errors = await api.errors(view.id);
    expect(errors.map((error) => error.row)).toEqual(bad.map((i) => i + 1));
    expect(errors[0]).toMatchObject({ code: 'refused_by_database' });
    expect(errors[0]?.detail).toContain('out of range');
    const { n } = await row<{ n: number }>(
      api.ctx.db,
      sql`select count(*)::int as n from setting where name like 'small %'`,
    );
    expect(n).toBe(4_996);
  });

  test('a file of failed rows can be mended and uploaded again; each line finds its place', async () => {
    const rows = [line({ unitPrice: '1' }), line({ unitPrice: 'two' }), line({ unitPrice: '3' })];
    const first = await api.run(from('mend'), file(...rows));
    expect(first).toMatchObject({ rowsCreated: 2, rowsFailed: 1 });
    const answer = await api.server('GET', `/api/imports/${first.id}/errors.csv`);
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.text).toBe(
      `${HEADER},_line,_row,_error,_field,_detail\r\n${rows[1]},2,2,bad_number,unitPrice,"""two"" is not a number such as -12.50."\r\n`,
    );
    const second = await api.run(from('mend'), answer.text.replace(',two,', ',2,'));
    expect(second).toMatchObject({ state: 'done', rowsCreated: 1, rowsFailed: 0 });
    const whole = [rows[0], line({ unitPrice: '2' }), rows[2]].map(String);
    const third = await api.run(from('mend'), file(...whole));
    expect(third).toMatchObject({ rowsUnchanged: 3, rowsCreated: 0, rowsFailed: 0 });
    const total = await row(
      api.ctx.db,
      sql`select total_minor::int as total, line_count as lines from orders where source = 'mend'`,
    );
    expect(total).toEqual({ total: 1_200, lines: 3 });
  });

  test('rows that fail know their line, also when nothing else came with them', async () => {
    const bad = line({ unitPrice: 'two' });
    const alone = await api.run(from('alone'), file(bad, bad));
    expect((await api.errors(alone.id)).map((error) => error.line)).toEqual([1, 2]);
    const beyond = line({ quantity: '99999999999', unitPrice: '9999999999999' });
    const mixed = await api.run(from('alone'), file(bad, beyond, line(), line({ customer: 'C2' })));
    expect((await api.errors(mixed.id)).map((error) => error.line)).toEqual([1, 2, 4]);
  });

  test('a stored line that says something else now fails and changes nothing', async () => {
    await api.run(from('changed'), file(line(), line({ product: 'P2' })));
    const view = await api.run(
      from('changed'),
      file(line(), line({ product: 'P3' }), line({ product: 'P4' })),
    );
    expect(view).toMatchObject({ rowsUnchanged: 1, rowsCreated: 1, rowsFailed: 1 });
    expect(await api.errors(view.id)).toMatchObject([{ row: 2, code: 'line_changed', line: 2 }]);
  });
});

const LONG = 8_000;
/** Several batches, incompressible enough to be far longer than any buffer. */
const long = (): string =>
  file(
    ...Array.from({ length: LONG }, (_, i) =>
      line({
        invoice: `I${i}`,
        product: `P${i % 50}`,
        description: `${Math.sin(i)} ${Math.cos(i)} ${Math.tan(i)}`,
      }),
    ),
  );

const failed = async (source: string, body: Uint8Array): Promise<ImportView> => {
  const view = await api.run(from(source), body);
  expect(view.state).toBe('failed');
  expect(view.rowsCreated).toBe(await stored(source));
  expect(view.failure?.detail).toContain(
    view.rowsRead === 0 ? 'No row' : `Rows 1 to ${view.rowsRead} were taken`,
  );
  return view;
};

describe('files that are broken as a whole', () => {
  test('cut-off gzip: what was committed stays and is named, a resume changes nothing', async () => {
    const whole = gzipSync(long());
    const view = await failed('cut', whole.subarray(0, Math.floor(whole.length * 0.8)));
    expect(view.failure).toMatchObject({ code: 'broken_gzip' });
    expect(view.failure?.at).toMatch(/^byte \d+$/);
    expect(view.rowsRead).toBeGreaterThan(2_000);
    const resumed = await api.server('POST', `/api/imports/${view.id}/resume`);
    expect(resumed.body).toMatchObject({ state: 'queued' });
    await api.work();
    expect((await api.view(view.id)).failure).toMatchObject({ code: 'broken_gzip' });
    expect(await stored('cut')).toBe((await api.view(view.id)).rowsRead);
    const mended = await api.run(from('cut'), whole);
    expect(mended).toMatchObject({ state: 'done', rowsRead: LONG, rowsFailed: 0 });
    expect(await stored('cut')).toBe(LONG);
  });

  test('damaged gzip', async () => {
    const whole = gzipSync(long());
    whole.fill(0xff, Math.floor(whole.length * 0.6), Math.floor(whole.length * 0.6) + 400);
    const view = await failed('damaged', whole);
    expect(view.failure).toMatchObject({ code: 'broken_gzip' });
    expect(view.failure?.detail).toContain('damaged');
  });

  test('a byte of another encoding far into the file is named by line and byte', async () => {
    const head = Buffer.from(long());
    const text = `${line({ invoice: 'L' })}\n`.repeat(3);
    const body = Buffer.concat([
      head,
      Buffer.from(text),
      Buffer.from('caf'),
      Buffer.from([0xe9]),
      Buffer.from(',1\n'),
    ]);
    const view = await failed('latin', body);
    expect(view.failure).toMatchObject({
      code: 'wrong_encoding',
      at: `line ${LONG + 5}, byte ${head.length + text.length + 4}`,
    });
  });

  test('a quote that never closes', async () => {
    const view = await failed('quote', Buffer.from(`${long()}I9,"P1,x\n`));
    expect(view.failure).toMatchObject({ code: 'quote_not_closed' });
  });
});
