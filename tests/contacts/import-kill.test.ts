import { sql } from 'drizzle-orm';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { ImportView } from '../../src/contacts/import/contract.ts';
import { runImports } from '../../src/contacts/import/jobs.ts';
import { row } from '../../src/core/db.ts';
import { startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';
import { until } from '../support/until.ts';

const ROWS = 40_000;
const KILLS = 3;
const LEASE_MS = 31_000;
const CHILD = join(import.meta.dirname, '..', 'support', 'importing.child.ts');

let api: ImportApi;
beforeAll(async () => {
  api = await startImportApi();
});
afterAll(() => api.close());

type Expected = { rows: number; failed: number; invoices: number; anonymous: number; pence: bigint };

/** A till's year: invoices of 1 to 60 lines, some spread over the file, some without a customer, some rows wrong. */
function till(): { text: string; expected: Expected } {
  const lines = ['invoice,product,quantity,unitPrice,occurredAt,customer'];
  const expected: Expected = { rows: 0, failed: 0, invoices: 0, anonymous: 0, pence: 0n };
  const invoices = new Set<number>();
  for (let i = 0, invoice = 0; expected.rows < ROWS; i++) {
    invoice = i % 41 === 0 || i % 13 === 0 ? invoice + 1 : invoice;
    // Every 500th row belongs to an invoice long gone by.
    const number = i % 500 === 499 ? Math.floor(invoice / 2) : invoice;
    const bad = i % 997 === 996;
    const price = (i % 1_000) + 1;
    const customer = number % 4 === 0 ? '' : `K${number % 300}`;
    const minute = String(number % 60).padStart(2, '0');
    lines.push(`N${number},P${i % 211},${bad ? 'x' : '3'},${price}.01,2026-01-05 10:${minute},${customer}`);
    expected.rows += 1;
    if (bad) {
      expected.failed += 1;
      continue;
    }
    invoices.add(number);
    if (customer === '') expected.anonymous += 1;
    expected.pence += 3n * BigInt(price * 100 + 1);
  }
  expected.invoices = invoices.size;
  return { text: lines.join('\n'), expected };
}

test('an importing process killed three times at random moments leaves nothing lost and nothing doubled', async () => {
  const { text, expected } = till();
  const answer = await api.upload('kind=order-lines&name=killed', gzipSync(text));
  const { id } = answer.body as ImportView;
  const url = await databaseUrl();
  let seen = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const args = { databaseUrl: url, dataDir: api.dataDir, aheadMs: kill * LEASE_MS };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(args)], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const ended = once(child, 'exit');
    // Some batches further than the last one came, and then at any moment of the next one.
    const goal = seen + Math.floor(Math.random() * (ROWS / (KILLS + 2)));
    await until(`${goal} rows are taken`, async () => (await api.view(id)).rowsRead > goal);
    child.kill('SIGKILL');
    await ended;
    // Its last commit may still be on its way through the server.
    await until('its connections are gone', async () => (await connections()) === 0);
    const view = await api.view(id);
    expect(view.state).toBe('running');
    expect(await stored()).toMatchObject({ lines: view.rowsCreated });
    expect(view.rowsRead).toBeGreaterThan(seen);
    expect(view.rowsRead).toBe(view.rowsCreated + view.rowsFailed);
    seen = view.rowsRead;
  }
  const late = {
    ...api.ctx,
    clock: { now: () => new Date(performance.timeOrigin + performance.now() + KILLS * LEASE_MS) },
  };
  await runImports(late, new AbortController().signal);
  expect(await api.view(id)).toMatchObject({
    state: 'done',
    rowsRead: expected.rows,
    rowsCreated: expected.rows - expected.failed,
    rowsUnchanged: 0,
    rowsFailed: expected.failed,
  });
  expect(await stored()).toEqual({
    lines: expected.rows - expected.failed,
    orders: expected.invoices,
    anonymous: expected.anonymous,
    pence: String(expected.pence),
    keys: expected.invoices,
    customers: 225,
    errors: expected.failed,
    headsWrong: 0,
  });
}, 180_000);

async function databaseUrl(): Promise<string> {
  const { name } = await row<{ name: string }>(api.ctx.db, sql`select current_database() as name`);
  const url = new URL(inject('testServer').url);
  url.pathname = `/${name}`;
  return url.toString();
}

async function connections(): Promise<number> {
  const { n } = await row<{ n: number }>(
    api.ctx.db,
    sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'otklik'`,
  );
  return n;
}

const stored = () =>
  row(
    api.ctx.db,
    sql`
    select (select count(*) from sale_fact)::int as lines, (select count(*) from orders)::int as orders,
      (select count(*) from sale_fact where anonymous)::int as anonymous,
      (select coalesce(sum(amount) * 100, 0) from sale_fact)::bigint::text as pence,
      (select count(*) from order_lookup)::int as keys, (select count(*) from contact)::int as customers,
      (select count(*) from import_error)::int as errors,
      (select count(*) from orders o join lateral (select sum(f.amount * 100)::bigint as total, count(*)::int as lines
          from sale_fact f where f.contact_id = o.contact_id and f.order_id = o.order_id) f on true
        where (o.total_minor, o.line_count) is distinct from (f.total, f.lines))::int as "headsWrong"`,
  );
