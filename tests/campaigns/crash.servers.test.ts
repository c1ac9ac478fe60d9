import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterEach, expect, test } from 'vitest';
import { seedTemplates } from '../../src/campaigns/actions.seed.ts';
import { launchCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { guardSettings } from '../../src/campaigns/guard/contract.ts';
import { saveSettings } from '../../src/campaigns/guard/store.ts';
import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import { discardEmbedded, ensureEmbedded, findHome } from '../../src/core/embedded.ts';
import { dataOf } from '../../src/core/embedded.home.ts';
import { createLogger } from '../../src/core/logger.ts';
import { migrate } from '../../src/core/migrate.ts';
import { newFolder } from '../support/program.ts';
import { redisMissing } from '../support/redis.ts';
import { until } from '../support/until.ts';
import {
  compare,
  couponsOf,
  MESSAGES,
  PAST_LEASES_MS,
  sentAtLeast,
  startSender,
  startSink,
  WHOLE,
} from './crash.ts';
import {
  campaignWorld,
  couponCampaign,
  draft,
  launched,
  PUBLIC_URL,
  putContacts,
  SECRET,
  statesOf,
} from './world.ts';

/** The servers under the workers go away while messages are on their way. */

const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const LIMIT_MS = WHOLE ? 1_800_000 : 300_000;
const print = (what: string, figures: object): void =>
  void process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A Redis that can be killed and comes back on its port, empty. */
async function ownRedis(): Promise<{ url: string; killAndRestart(): Promise<void>; flush(): Promise<void> }> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const start = (): ChildProcess =>
    spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
      stdio: 'ignore',
    });
  const answers = async (): Promise<boolean> => {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      if (client.isOpen) await client.close();
    }
  };
  let server = start();
  closing.push(async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
  });
  await until('redis answers', answers);
  return {
    url,
    flush: async () => {
      const client = createClient({ url });
      await client.connect();
      await client.sendCommand(['FLUSHALL']);
      await client.close();
    },
    killAndRestart: async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
      server = start();
      await until('redis answers again', answers);
    },
  };
}

async function startWorker(env: Record<string, string>): Promise<void> {
  const child = fork(join(import.meta.dirname, 'worker.child.ts'), {
    env: { ...process.env, TZ: 'UTC', NODE_ENV: 'test', OTKLIK_SECRET: SECRET, PUBLIC_URL, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  closing.push(async () => {
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  });
}

test.skipIf(redisMissing() !== undefined)(
  'two workers whose Redis is emptied, then killed and started anew empty: every message goes exactly once',
  async () => {
    const world = await campaignWorld();
    closing.push(() => world.close());
    const ctx: Ctx = { ...world.ctx, clock: { now: () => new Date(Date.now()) } };
    const sink = await startSink('smtp', 10);
    closing.push(() => sink.stop());
    const redis = await ownRedis();
    const count = WHOLE ? MESSAGES : 500;
    await putContacts(ctx, 'redis', { from: 1, to: count });
    const { id } = await draft(ctx, 'redis', { couponCampaignId: await couponCampaign(ctx) });
    const env = {
      DATABASE_URL: ctx.config.databaseUrl ?? '',
      DATA_DIR: world.dataDir,
      REDIS_URL: redis.url,
      SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    };
    await Promise.all([startWorker(env), startWorker(env)]);
    await launchCampaign(ctx, id);
    await sentAtLeast(ctx, id, count / 4);
    await redis.flush();
    await sentAtLeast(ctx, id, count / 2);
    await redis.killAndRestart();
    await sentAtLeast(ctx, id, count);
    const ledger = await compare(ctx, id, await sink.counts());
    print('Redis emptied, killed', { ...ledger, lost: ledger.lost.length, doubled: ledger.doubled.length });
    expect(ledger).toEqual({ sent: count, unknown: 0, lost: [], doubled: [], silent: 0 });
    expect(await couponsOf(ctx, id)).toEqual({ 'issued:sent': count });
  },
  LIMIT_MS,
);

/** An embedded database as every installation has it, with everything on disk before it is acknowledged. */
async function ownDatabase(): Promise<{
  ctx: Ctx;
  url: string;
  dataDir: string;
  killDatabase(): Promise<void>;
}> {
  const folder = await newFolder();
  const dataDir = join(folder, 'data');
  const log = createLogger('silent');
  const { url } = await ensureEmbedded({ dataDir, log });
  await migrate(url, log);
  const database = openDatabase(url);
  const config = loadConfig({ DATABASE_URL: url, OTKLIK_SECRET: SECRET, PUBLIC_URL, DATA_DIR: dataDir });
  const ctx = systemCtx({ config, db: database.db, log }, 'test');
  closing.push(async () => {
    await database.close();
    await discardEmbedded(dataDir);
    await rm(folder, { recursive: true, force: true });
  });
  const killDatabase = async (): Promise<void> => {
    const home = await findHome(dataDir);
    if (home === undefined) throw new Error('no database');
    const pid = Number((await readFile(join(dataOf(home), 'postmaster.pid'), 'utf8')).split('\n')[0]);
    // Immediate shutdown: no checkpoint, open transactions are gone, the next start recovers from the log.
    process.kill(pid, 'SIGQUIT');
    await until('it has stopped', () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    const back = await ensureEmbedded({ dataDir, log });
    expect(back.url).toBe(url);
  };
  await seedTemplates(ctx);
  await saveSettings(ctx, guardSettings.parse({ share: null, growth: null, overlap: null, budget: false }));
  return { ctx, url, dataDir, killDatabase };
}

test(
  'PostgreSQL stopped at once and started again under a sending worker: what has gone out is written down when it is back',
  async () => {
    const { ctx, url, dataDir, killDatabase } = await ownDatabase();
    const sink = await startSink('smtp', 10);
    closing.push(() => sink.stop());
    const count = WHOLE ? MESSAGES : 500;
    await putContacts(ctx, 'postgres', { from: 1, to: count });
    const { id } = await draft(ctx, 'postgres', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    const env = { DATABASE_URL: url, DATA_DIR: dataDir, SMTP_URL: `smtp://127.0.0.1:${sink.port}` };
    let aheadMs = 0;
    let restarts = 0;
    for (const share of WHOLE ? [0.1, 0.3, 0.5, 0.7, 0.9, 1, 1] : [0.3, 0.7, 1]) {
      const sender = startSender(env, aheadMs);
      if (share < 1) {
        await sentAtLeast(ctx, id, share * count);
        await killDatabase();
        restarts += 1;
      }
      // A worker may fail with its database; the next one goes on.
      await sender.ended;
      aheadMs += PAST_LEASES_MS;
    }
    const ledger = await compare(ctx, id, await sink.counts());
    print('PostgreSQL restarted', {
      ...ledger,
      lost: ledger.lost.length,
      doubled: ledger.doubled.length,
      restarts,
      states: await statesOf(ctx, id),
    });
    // The workers lived on: what was on its way when the server went was handed over and written down, or neither.
    expect(ledger).toEqual({ sent: count, unknown: 0, lost: [], doubled: [], silent: 0 });
    expect(await couponsOf(ctx, id)).toEqual({ 'issued:sent': count });
  },
  LIMIT_MS,
);
