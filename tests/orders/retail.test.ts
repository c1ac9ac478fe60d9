import { sql } from 'drizzle-orm';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportView } from '../../src/contacts/import/contract.ts';
import { row, rows } from '../../src/core/db.ts';
import { hasRetail, RETAIL, RETAIL_MISSING, startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';

/** What the file is known to hold; the loader must not know any of it. */
const FACTS = {
  rows: 541_909,
  invoices: 25_900,
  customers: 4_372,
  anonymousRows: 135_080,
  cancelledRows: 9_288,
};
const QUERY = 'kind=order-lines&format=csv&preset=online-retail&name=Online%20Retail';
/** Customer known, not cancelled, quantity and price positive. */
const CLEAN = sql`f.kind = 'sale' and not f.anonymous and f.quantity > 0 and f.unit_price > 0`;

if (!hasRetail) console.warn(`skipped: ${RETAIL_MISSING}`);

describe.skipIf(!hasRetail)('real purchases through the public import', () => {
  let api: ImportApi;
  let first: ImportView;

  beforeAll(async () => {
    api = await startImportApi();
    first = await api.run(QUERY, await readFile(RETAIL));
  }, 300_000);
  afterAll(() => api?.close());

  const one = <T extends Record<string, unknown>>(query: ReturnType<typeof sql>) => row<T>(api.ctx.db, query);

  test('every row is taken, none fails', async () => {
    expect(first).toMatchObject({
      state: 'done',
      rowsRead: FACTS.rows,
      rowsCreated: FACTS.rows,
      rowsFailed: 0,
      failure: null,
    });
    expect(first.bytesRead).toBe(first.bytesTotal);
  });

  test('rows, invoices, customers and the exact sum of the file stand in the base', async () => {
    const all = await one(sql`
      select count(*)::int as rows, count(distinct f.order_id)::int as invoices,
        count(distinct f.contact_id) filter (where not f.anonymous)::int as customers,
        count(*) filter (where f.anonymous)::int as anonymous, trim_scale(sum(f.amount))::text as sum
      from sale_fact f`);
    expect(all).toEqual({
      rows: FACTS.rows,
      invoices: FACTS.invoices,
      customers: FACTS.customers,
      anonymous: FACTS.anonymousRows,
      sum: '9747747.934',
    });
    const heads = await one(sql`
      select count(*)::int as orders, sum(line_count)::int as lines,
        count(*) filter (where kind = 'return')::int as returns,
        count(*) filter (where external_id like 'A%' and kind = 'adjustment')::int as "badDebt",
        count(*) filter (where anonymous and contact_id <> order_id)::int as misfiled from orders`);
    expect(heads).toEqual({
      orders: FACTS.invoices,
      lines: FACTS.rows,
      returns: 3_836,
      badDebt: 3,
      misfiled: 0,
    });
    const contacts = await one(sql`select count(*)::int as n from contact`);
    expect(contacts).toEqual({ n: FACTS.customers });
  });

  test('cancelled invoices are returns, other negative rows adjustments', async () => {
    const kinds = await rows(
      api.ctx.db,
      sql`select kind, count(*)::int as n from sale_fact group by kind order by kind`,
    );
    expect(kinds).toEqual([
      { kind: 'adjustment', n: 1_336 + 3 },
      { kind: 'return', n: FACTS.cancelledRows },
      { kind: 'sale', n: FACTS.rows - FACTS.cancelledRows - 1_339 },
    ]);
  });

  test('prices of three decimals survive exactly and each total is rounded once', async () => {
    const [three] = await rows(
      api.ctx.db,
      sql`select count(*)::int as n from sale_fact where unit_price <> round(unit_price, 2)`,
    );
    expect(three).toEqual({ n: 4 });
    // The checks below join whole tables; autovacuum would tell the planner their sizes a minute from now.
    await api.ctx.db.execute(sql`analyze orders, sale_fact`);
    const wrong = await one(sql`
      select count(*)::int as n from orders o
      join (select order_id, round(sum(amount) * 100) as total from sale_fact group by order_id) f using (order_id)
      where o.total_minor <> f.total`);
    expect(wrong).toEqual({ n: 0 });
  });

  test('equal rows stay lines of their own, numbered without gaps in each invoice', async () => {
    const gaps = await one(sql`
      select count(*)::int as n from (select order_id, count(*) as n, max(ordinal) as last, min(ordinal) as first
        from sale_fact group by order_id) d where n <> last or first <> 1`);
    expect(gaps).toEqual({ n: 0 });
    const equal = await one(sql`
      select sum(n - 1)::int as n from (select count(*) as n from sale_fact
        group by order_id, product_id, description, quantity, unit_price having count(*) > 1) d`);
    // Rows that differ in their time alone are equal here: invoices have one time.
    expect(Number(equal['n'])).toBeGreaterThanOrEqual(5_268);
  });

  test('an invoice that is spread over the file is one order, at its earliest time', async () => {
    const spread = await one(sql`
      select count(*)::int as n, min(to_char(occurred_at, 'YYYY-MM-DD HH24:MI')) as at from orders where external_id = '542806'`);
    expect(spread).toMatchObject({ n: 1 });
    const times = await one(sql`
      select count(*)::int as n from sale_fact f join orders o on o.contact_id = f.contact_id and o.order_id = f.order_id
      where o.occurred_at <> f.occurred_at`);
    expect(times).toEqual({ n: 0 });
  });

  test('the cleaned rows have the known figures', async () => {
    const cleaned = await one(sql`
      select count(*)::int as rows, count(distinct f.order_id)::int as invoices, count(distinct f.contact_id)::int as customers,
        trim_scale(sum(f.amount))::text as revenue from sale_fact f where ${CLEAN}`);
    expect(cleaned).toEqual({ rows: 397_884, invoices: 18_532, customers: 4_338, revenue: '8911407.904' });
  });

  test('the sales report gives the known months', async () => {
    const answer = await api.server('GET', '/api/reports/sales?by=month&returns=exclude&anonymous=exclude');
    expect(answer.status).toBe(200);
    const { rows: months } = answer.body as {
      rows: Array<{ period: string; netMinor: number; orders: number; customers: number }>;
    };
    const of = (period: string) => months.find((month) => month.period === period);
    expect(of('2010-12-01')?.netMinor).toBe(57_271_389);
    expect(of('2011-01-01')?.netMinor).toBe(56_944_504);
    expect(of('2011-06-01')?.netMinor).toBe(66_121_369);
    expect(of('2011-11-01')).toMatchObject({ netMinor: 116_181_738, customers: 1_664 });
    expect(months.reduce((sum, month) => sum + month.orders, 0)).toBe(18_532);
  });

  test('first-invoice cohorts have the known size and return', async () => {
    const cohorts = await one(sql`
      with firsts as (select f.contact_id, min(f.occurred_at) as first from sale_fact f where ${CLEAN} group by 1),
      december as (select contact_id from firsts where first < '2011-01-01')
      select (select count(*) from december)::int as december,
        (select count(distinct f.contact_id) from sale_fact f join december d using (contact_id)
          where ${CLEAN} and f.occurred_at >= '2011-01-01' and f.occurred_at < '2011-02-01')::int as january,
        (select count(distinct f.contact_id) from sale_fact f join december d using (contact_id)
          where ${CLEAN} and f.occurred_at >= '2011-12-01' and f.occurred_at < '2012-01-01')::int as "yearLater"`);
    expect(cohorts).toEqual({ december: 885, january: 324, yearLater: 235 });
  });

  test('countries of customers are known', async () => {
    const abroad = await one(sql`
      select count(*)::int as n from contact c where c.country <> 'United Kingdom'
        and exists (select 1 from sale_fact f where f.contact_id = c.contact_id and ${CLEAN})`);
    expect(abroad).toEqual({ n: 418 });
  });

  test('the same file again finds every row unchanged', async () => {
    const again = await api.run(QUERY, await readFile(RETAIL));
    expect(again).toMatchObject({
      state: 'done',
      rowsRead: FACTS.rows,
      rowsUnchanged: FACTS.rows,
      rowsCreated: 0,
      rowsUpdated: 0,
      rowsFailed: 0,
    });
    expect(again.sha256).toBe(first.sha256);
    const all = await one(sql`
      select count(*)::int as rows, trim_scale(sum(amount))::text as sum, (select count(*) from orders)::int as orders,
        (select count(*) from contact)::int as contacts from sale_fact`);
    expect(all).toEqual({
      rows: FACTS.rows,
      sum: '9747747.934',
      orders: FACTS.invoices,
      contacts: FACTS.customers,
    });
  }, 300_000);
});
