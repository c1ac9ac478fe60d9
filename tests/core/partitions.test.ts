import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PARTITIONED_TABLES } from '../../src/core/partitioned.ts';
import { ensurePartitions, monthsAround } from '../../src/core/partitions.ts';
import { testDb } from '../support/db.ts';

const MID_JANUARY = new Date('2026-01-15T12:00:00Z');
const FIVE_MONTHS = ['2025_12', '2026_01', '2026_02', '2026_03', '2026_04'];

let db: Awaited<ReturnType<typeof testDb>>;
/** Sees a schema of its own with one partitioned table, `event`. */
let sql: postgres.Sql;
let warnings: string[] = [];
const log = { warn: (_: object, msg: string) => void warnings.push(msg) };

beforeAll(async () => {
  db = await testDb();
  sql = postgres(db.url, { max: 4, onnotice: () => {}, connection: { search_path: 'facts' } });
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});
beforeEach(async () => {
  warnings = [];
  await sql.unsafe(`
    drop schema if exists facts cascade;
    create schema facts;
    create table facts.event (
      contact_id uuid not null, occurred_at timestamptz not null, id uuid not null, name text not null default 'x',
      primary key (contact_id, occurred_at, id)
    ) partition by range (occurred_at);
    create index on facts.event (name);`);
});

async function partitions(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'facts.event'::regclass order by 1`;
  return rows.map((row) => row.name);
}

async function addFact(at: string): Promise<void> {
  await sql`insert into event (contact_id, occurred_at, id) values (gen_random_uuid(), ${at}, gen_random_uuid())`;
}

async function factsByPartition(): Promise<Record<string, number>> {
  const rows = await sql<{ name: string; n: number }[]>`
    select c.relname as name, count(*)::int as n from event e join pg_class c on c.oid = e.tableoid group by 1`;
  return Object.fromEntries(rows.map((row) => [row.name, row.n]));
}

test('every table of the list is partitioned in a migrated database and has partitions for today', async () => {
  const rows = await sql<{ name: string; n: number }[]>`
    select parent.relname as name, count(*)::int as n from pg_class parent join pg_inherits on inhparent = parent.oid
    where parent.relkind = 'p' and parent.relnamespace = 'public'::regnamespace group by 1`;
  expect(new Map(rows.map((row) => [row.name, row.n]))).toEqual(
    new Map(PARTITIONED_TABLES.map((table) => [table, FIVE_MONTHS.length + 1])),
  );
});

test('every partition of a listed table is found by its contact first', async () => {
  const rows = await sql<{ table: string; key: string[] }[]>`
    select c.relname as table,
      array(select attname::text from unnest(i.indkey) with ordinality k(n, o)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by o) as key
    from pg_index i join pg_class c on c.oid = i.indrelid
    where i.indisprimary and c.relkind = 'p' and c.relnamespace = 'public'::regnamespace`;
  expect(rows).toHaveLength(PARTITIONED_TABLES.length);
  for (const { key } of rows) expect(key.slice(0, 2)).toEqual(['contact_id', 'occurred_at']);
});

test('months run in UTC from the previous one to three ahead, over the turn of the year', () => {
  const months = monthsAround(MID_JANUARY);
  expect(months.map((month) => month.name)).toEqual(FIVE_MONTHS);
  expect(months[0]).toEqual({
    name: '2025_12',
    from: '2025-12-01T00:00:00.000Z',
    to: '2026-01-01T00:00:00.000Z',
  });
});

test('facts land in the partition of their UTC month, others in the default one', async () => {
  await ensurePartitions(sql, MID_JANUARY, log);
  for (const at of ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2011-05-05T00:00:00Z'])
    await addFact(at);
  expect(await factsByPartition()).toEqual({ event_2025_12: 1, event_2026_01: 1, event_default: 1 });
});

test('a second call makes nothing, a call in the next month makes one more', async () => {
  expect(await ensurePartitions(sql, MID_JANUARY, log)).toEqual([
    'event_default',
    ...FIVE_MONTHS.map((name) => `event_${name}`),
  ]);
  expect(await ensurePartitions(sql, MID_JANUARY, log)).toEqual([]);
  expect(await ensurePartitions(sql, new Date('2026-02-28T23:00:00Z'), log)).toEqual(['event_2026_05']);
});

test('four callers at once make each partition once', async () => {
  const made = await Promise.all(Array.from({ length: 4 }, () => ensurePartitions(sql, MID_JANUARY, log)));
  expect(await partitions()).toEqual([...FIVE_MONTHS.map((name) => `event_${name}`), 'event_default']);
  expect(made.flat().toSorted()).toEqual(await partitions());
});

test('facts of a month that lie in the default partition move to the partition of the month', async () => {
  await sql`create table event_default partition of event default`;
  for (const at of [
    '2026-02-01T00:00:00Z',
    '2026-02-28T23:59:59Z',
    '2026-03-01T00:00:00Z',
    '2020-01-01T00:00:00Z',
  ]) {
    await addFact(at);
  }
  await ensurePartitions(sql, MID_JANUARY, log);
  expect(await factsByPartition()).toEqual({ event_2026_02: 2, event_2026_03: 1, event_default: 1 });
  expect(await sql`select 1 from pg_indexes where tablename = 'event_2026_02'`).toHaveLength(2);
});

test('a busy table is left to the next run with a warning, and nothing half-made stays', async () => {
  await sql`create table event_default partition of event default`;
  await addFact('2026-02-01T00:00:00Z');
  await sql.begin(async (reader) => {
    await reader`select count(*) from event_default`;
    expect(await ensurePartitions(sql, MID_JANUARY, log)).toEqual([]);
  });
  expect(warnings).toEqual(['event is busy: its next partitions will be made later']);
  expect(await partitions()).toEqual(['event_default']);
  expect(await ensurePartitions(sql, MID_JANUARY, log)).toHaveLength(FIVE_MONTHS.length);
});
