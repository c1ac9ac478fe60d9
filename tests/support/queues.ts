import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import type { Database } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { createQueues } from '../../src/core/queue.ts';
import type { Queues } from '../../src/core/queue.ts';
import { testDb } from './db.ts';
import { redisMissing, testRedis } from './redis.ts';

/** Dead workers are found within a second, so that crash tests are quick. */
const TIMING = { lockDurationMs: 400, stalledIntervalMs: 150, restoreMs: 100, closeTimeoutMs: 5_000 };

const noRedis = redisMissing();

/** Where queues can live. Suites run for each; what cannot run here says why in its title. */
export const BACKENDS = [
  { backend: 'postgres', title: 'on PostgreSQL', skip: false },
  {
    backend: 'redis',
    title: noRedis === undefined ? 'on Redis' : `on Redis (skipped: ${noRedis})`,
    skip: noRedis !== undefined,
  },
] as const;

export type Place = {
  database: Database;
  newCtx(): Ctx;
  /** Another set of queues over the same servers, as another process would have. */
  open(timing?: { closeTimeoutMs?: number; answerMs?: number }): Promise<Queues>;
  /** Starts tests/support/doomed-worker.child.ts in a process of its own; resolves once it is in the middle of its work. */
  doomed(what: 'job' | 'relay'): Promise<ChildProcess>;
  /** Cuts the connections of everyone to the servers, as a restart of them would. */
  cutConnections(): Promise<void>;
  /** Keeps the queue from answering while `body` runs. */
  whileStalled(body: () => Promise<void>): Promise<void>;
  /** Closes every set of queues opened so far. */
  closeQueues(): Promise<void>;
  close(): Promise<void>;
};

/** A migrated database, a Redis when asked for, and queues on one of them under names nobody else uses. */
export async function openPlace(backend: 'postgres' | 'redis'): Promise<Place> {
  const { url, drop } = await testDb();
  const redis = backend === 'redis' ? await testRedis() : undefined;
  const database = openDatabase(url);
  const log = createLogger('silent');
  const prefix = `test-${randomUUID()}`;
  const opened: Queues[] = [];
  const config = loadConfig({});
  const closeQueues = async (): Promise<void> => {
    await Promise.all(opened.splice(0).map((queues) => queues.close()));
  };
  return {
    database,
    newCtx: () => systemCtx({ config, db: database.db, log }, 'test'),
    open: async (timing = {}) => {
      const cfg = { databaseUrl: url, redisUrl: redis?.url };
      const queues = await createQueues(cfg, log, { prefix, timing: { ...TIMING, ...timing } });
      opened.push(queues);
      return queues;
    },
    doomed: (what) => startDoomed({ what, databaseUrl: url, redisUrl: redis?.url, prefix }),
    cutConnections: async () => {
      if (redis !== undefined) await redis.cutConnections();
      const cutter = postgres(url, { max: 1 });
      await cutter`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
      await cutter.end();
    },
    whileStalled: async (body) => {
      if (redis !== undefined) return redis.whilePaused(body);
      await database.db.transaction(async (tx) => {
        await tx.execute(sql`lock table bullmq.job in access exclusive mode`);
        await body();
      });
    },
    closeQueues,
    close: async () => {
      await closeQueues();
      await database.close();
      await redis?.stop();
      await drop();
    },
  };
}

async function startDoomed(args: object): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'doomed-worker.child.ts');
  const child = spawn(process.execPath, [script, JSON.stringify({ ...args, timing: TIMING })], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'UTC' },
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the worker ended before it began'))),
  ]);
  return child;
}
