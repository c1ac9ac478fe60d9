import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDb } from '../support/db.ts';

let db: Awaited<ReturnType<typeof testDb>>;
let sql: postgres.Sql;
beforeAll(async () => {
  db = await testDb();
  sql = postgres(db.url, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});

test('a migrated database has partitions', async () => {
  const rows = await sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'event'::regclass order by 1`;
  expect(rows.map((r) => r['name'])).toContain('event_default');
  expect(rows).toHaveLength(6);
});
