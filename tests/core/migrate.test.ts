import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate, readMigrations } from '../../src/core/migrate.ts';
import type { Migration } from '../../src/core/migrate.ts';
import { testDb } from '../support/db.ts';

let db: Awaited<ReturnType<typeof testDb>>;
/** A database without any table, reached by `empty`. */
let empty: string;
let sql: postgres.Sql;
const log = { info: () => {}, warn: () => {} };

beforeAll(async () => {
  db = await testDb();
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});
beforeEach(async () => {
  await sql?.end();
  sql = postgres(db.url, { max: 1, onnotice: () => {} });
  await sql.unsafe('drop schema public cascade; create schema public; drop extension if exists pg_trgm');
  empty = db.url;
});

function migration(tag: string, text: string): Migration {
  return { tag, sql: text, hash: createHash('sha256').update(text).digest('hex') };
}

const ONE = migration(
  '0000_one',
  'create table one (n int);\n--> statement-breakpoint\ncreate table two (n int);',
);
const TWO = migration('0001_two', 'alter table one add column m int');

async function tables(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`;
  return rows.map((row) => row.name);
}

test('the real migrations bring an empty database to a schema with trigram indexes, once', async () => {
  const all = await readMigrations();
  expect(await migrate(empty, log)).toEqual({ applied: all.map((one) => one.tag) });
  expect(await migrate(empty, log)).toEqual({ applied: [] });
  expect(await sql`select 1 from pg_extension where extname = 'pg_trgm'`).toHaveLength(1);
});

test('four starters at once apply each migration once', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, () => migrate(empty, log, { migrations: [ONE, TWO] })),
  );
  expect(outcomes.flatMap((outcome) => outcome.applied).toSorted()).toEqual(['0000_one', '0001_two']);
});

test('only what is new is applied', async () => {
  await migrate(empty, log, { migrations: [ONE] });
  expect(await migrate(empty, log, { migrations: [ONE, TWO] })).toEqual({ applied: ['0001_two'] });
});

test('a migration that fails leaves nothing of itself or of those before it', async () => {
  const broken = migration('0001_broken', 'create table three (n int); select no_such_function()');
  await expect(migrate(empty, log, { migrations: [ONE, broken] })).rejects.toMatchObject({ code: '42883' });
  expect(await tables()).toEqual([]);
});

test('a database made by another text of the same migration is refused', async () => {
  await migrate(empty, log, { migrations: [ONE] });
  const other = migration('0000_one', 'create table one (n bigint)');
  await expect(migrate(empty, log, { migrations: [other] })).rejects.toMatchObject({
    code: 'migration_changed',
    detail: expect.stringContaining('0000_one'),
  });
});

test('a database of a newer program is refused', async () => {
  await migrate(empty, log, { migrations: [ONE, TWO] });
  await expect(migrate(empty, log, { migrations: [ONE] })).rejects.toMatchObject({
    code: 'migration_changed',
  });
});
