import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, warmRows } from '../../src/core/db.ts';
import type { Database } from '../../src/core/db.ts';
import { testDb } from '../support/db.ts';
import { until } from '../support/until.ts';

describe('the connections to the database', () => {
  let created: Awaited<ReturnType<typeof testDb>>;
  let database: Database;
  beforeAll(async () => {
    created = await testDb();
    database = openDatabase(created.url);
  });
  afterAll(async () => {
    await database.close();
    await created.drop();
  });

  // Fails with an uncaught TypeError when patches/ were not applied to the driver.
  test('a transaction whose connection is cut fails to its caller alone: the process and the pool go on', async () => {
    for (let round = 0; round < 20; round++) {
      const cut = database.sql.begin(async (tx) => {
        const [me] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
        await database.sql`select pg_terminate_backend(${me?.pid ?? 0})`;
        for (;;) await tx`select 1`;
      });
      await expect(cut).rejects.toThrow();
      await until('the pool answers', async () => {
        const [answer] = await database.sql`select 1 as one`.catch(() => []);
        return answer !== undefined;
      });
    }
  });

  test('of statements whose text varies the server keeps so many and no more, and all are answered', async () => {
    // Of a pool of its own: connections that were cut may still be on their way out of the other.
    const own = openDatabase(created.url);
    await own.db.transaction(async (tx) => {
      for (let n = 0; n < 230; n += 1) {
        const [found] = await warmRows<{ n: number }>(
          tx,
          sql`select ${n}::int as n, ${sql.raw(String(n))} as text`,
        );
        expect(found?.n).toBe(n);
      }
      const [kept] = await warmRows<{ n: number }>(
        tx,
        sql`select count(*)::int as n from pg_prepared_statements where statement like '%as text'`,
      );
      expect(kept?.n).toBe(200);
    });
    await own.close();
  });
});
