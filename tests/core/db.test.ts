import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/core/db.ts';
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
});
