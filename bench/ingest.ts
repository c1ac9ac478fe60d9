import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import postgres from 'postgres';
import { ensureEmbedded } from '../src/core/embedded.ts';
import { newId } from '../src/core/ids.ts';
import { createLogger } from '../src/core/logger.ts';
import { cpuMeter } from './lib/cpu.ts';
import type { Cpu } from './lib/cpu.ts';
import { loadResult } from './lib/ingest-plan.ts';
import type { LoadPlan, LoadResult } from './lib/ingest-plan.ts';
import { discard, newDataDir, newSource, startProduct } from './lib/product.ts';
import type { Product } from './lib/product.ts';
import type { Bench } from './main.ts';

/** DESIGN.md */
const BATCH_TARGET = 10_000;
const SINGLE_TARGET = 3_000;
const P95_TARGET_MS = 100;
const RAW_ROWS = 500;

const BATCH = { path: '/v1/batch', eventsPerRequest: 100, connections: 24 };
const SINGLE = { path: '/v1/batch', eventsPerRequest: 1, connections: 200 };
const VISITORS = 20_000;
const WARM_SECONDS = 3;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);

/**
 * The product's API in a process of its own, as started by a user; a second process sends. Facts are counted in their table
 * afterwards: what was acknowledged must be there, once.
 */
export const run: Bench = async (emit, note) => {
  const dataDir = await newDataDir();
  const product = await startProduct(dataDir, {}, process.env['BENCH_ROLE'] ?? 'api');
  const { url } = await ensureEmbedded({ dataDir, log: createLogger('warn') });
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    note(await conditions(sql));
    const writeKey = await newSource(product);
    const load = loader(product, writeKey, await cpuMeter(product, sql));
    await load({ ...BATCH, seconds: WARM_SECONDS });
    const memory = watchMemory(product);
    const batch = await load({ ...BATCH, seconds: SECONDS });
    note(said('batches of 100', batch));
    const single = await load({ ...SINGLE, seconds: SECONDS });
    note(said('single requests', single));
    const half = await atHalf(load, batch, single);
    note(said('batches at half their peak', half.batch));
    note(said('single requests at half their peak', half.single));
    await steady(load, batch, note);
    note(`memory of the API process: ${await memory.stop()}`);
    await mustBeThere(sql, load.acknowledged());
    const raw = await rawInsert(sql);
    note(`raw: ${Math.round(raw)} rows/s in batches of ${RAW_ROWS} into the same table on one connection`);
    const perSecond = batch.events / batch.seconds;
    const singles = single.requests / single.seconds;
    emit({ metric: 'batch_events_per_s', value: perSecond, unit: '1/s', limit: raw, ratio: perSecond / raw });
    emit({
      metric: 'single_requests_per_s',
      value: singles,
      unit: '1/s',
      limit: SINGLE_TARGET,
      ratio: singles / SINGLE_TARGET,
    });
    emit({
      metric: 'ratio_to_raw_insert',
      value: perSecond / raw,
      unit: 'ratio',
      limit: 1,
      ratio: perSecond / raw,
    });
    const p95 = Math.max(half.batch.p95Ms, half.single.p95Ms);
    emit({ metric: 'p95_ms', value: p95, unit: 'ms', limit: P95_TARGET_MS, ratio: p95 / P95_TARGET_MS });
    if (perSecond < BATCH_TARGET) note(`below the target of ${BATCH_TARGET} events/s`);
  } finally {
    await sql.end();
    await product.stop();
    await discard(dataDir);
  }
};

async function conditions(sql: postgres.Sql): Promise<string> {
  const [settings] = await sql<Record<string, string>[]>`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('shared_buffers') as buffers, current_setting('max_wal_size') as wal`;
  return `over HTTP from a second process on the same machine; one process with the API (${process.env['BENCH_ROLE'] ?? 'api'}), embedded PostgreSQL beside it, fsync = ${settings?.['fsync']}, synchronous_commit = ${settings?.['commit']}, shared_buffers = ${settings?.['buffers']}, max_wal_size = ${settings?.['wal']}; 200 connections for single requests, 24 for batches; events of 0.9 KB (five pages, two product views, another click), deduplicated, every tenth from a new visitor, the others from ${VISITORS}`;
}

type Wish = Pick<LoadPlan, 'path' | 'eventsPerRequest' | 'connections' | 'seconds'> & {
  requestsPerSecond?: number;
};
type Loaded = LoadResult & { cpu: Cpu };
type Load = ((wish: Wish) => Promise<Loaded>) & { acknowledged(): number };

function loader(product: Product, writeKey: string, cpu: () => Promise<Cpu>): Load {
  let acknowledged = 0;
  const load = async (wish: Wish): Promise<Loaded> => {
    const before = await cpu();
    const plan: LoadPlan = {
      url: product.url,
      writeKey,
      run: newId().slice(-12),
      visitors: VISITORS,
      ...wish,
      requestsPerSecond: wish.requestsPerSecond ?? null,
    };
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'lib', 'ingest-load.child.ts'), JSON.stringify(plan)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TZ: 'UTC' },
      },
    );
    const ended = once(child, 'exit');
    const out = await text(child.stdout);
    await ended;
    const result = loadResult.parse(JSON.parse(out));
    acknowledged += result.events;
    const after = await cpu();
    return {
      ...result,
      cpu: { program: after.program - before.program, database: after.database - before.database },
    };
  };
  return Object.assign(load, { acknowledged: () => acknowledged });
}

async function atHalf(
  load: Load,
  batch: LoadResult,
  single: LoadResult,
): Promise<{ batch: Loaded; single: Loaded }> {
  const rateOf = ({ requests, seconds }: LoadResult) => requests / seconds / 2;
  return {
    batch: await load({ ...BATCH, seconds: SECONDS, requestsPerSecond: rateOf(batch) }),
    single: await load({ ...SINGLE, seconds: SECONDS, requestsPerSecond: rateOf(single) }),
  };
}

/** `--minutes 10`: is memory flat over a long run? */
async function steady(load: Load, batch: LoadResult, note: (text: string) => void): Promise<void> {
  const minutes = Number(process.argv[process.argv.indexOf('--minutes') + 1 || process.argv.length] ?? 0);
  if (!(minutes > 0)) return;
  const requestsPerSecond = batch.requests / batch.seconds / 2;
  note(
    said(
      `${minutes} minutes at half the peak`,
      await load({ ...BATCH, seconds: minutes * 60, requestsPerSecond }),
    ),
  );
}

function said(what: string, { requests, events, seconds, cpu, ...rest }: Loaded): string {
  const rate = (n: number) => Math.round(n / seconds);
  const ms = [rest.p50Ms, rest.p95Ms, rest.p99Ms].map((n) => n.toFixed(1)).join('/');
  const micros = (n: number) => Math.round((n * 1e6) / events);
  const others = Object.entries(rest.statuses).filter(([status]) => status !== '200');
  return `${what}: ${rate(requests)} requests/s, ${rate(events)} events/s, p50/95/99 ${ms} ms, CPU an event: API ${micros(cpu.program)} µs, database ${micros(cpu.database)} µs, load ${micros(rest.cpuShare * seconds)} µs${others.length === 0 ? '' : `, other answers ${JSON.stringify(others)}`}`;
}

const SAMPLE_MS = 1_000;

function watchMemory(product: Product): { stop(): Promise<string> } {
  const samples: number[] = [];
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${product.process.pid}/status`, 'utf8');
    samples.push(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  };
  const timer = setInterval(() => void look().catch(() => {}), SAMPLE_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      const tenth = Math.max(1, Math.floor(samples.length / 10));
      const tenths = Array.from({ length: 10 }, (_, i) => samples.slice(i * tenth, (i + 1) * tenth));
      const means = tenths
        .filter((t) => t.length > 0)
        .map((t) => Math.round(t.reduce((a, b) => a + b, 0) / t.length));
      return `${means.join(', ')} MiB (means of tenths of ${samples.length} s), peak ${Math.round(await product.peakRssMb())} MiB`;
    },
  };
}

async function mustBeThere(sql: postgres.Sql, acknowledged: number): Promise<void> {
  const [counted] = await sql<{ n: number; ids: number }[]>`
    select count(*)::int as n, count(distinct message_id)::int as ids from event`;
  if (counted?.n !== acknowledged || counted.ids !== acknowledged)
    throw new Error(`acknowledged ${acknowledged}, stored ${counted?.n}, different ${counted?.ids}`);
}

/** The same facts once more under new ids, in the order they were sent, by the plainest way in. */
async function rawInsert(sql: postgres.Sql): Promise<number> {
  const sample = await sql<{ row: object }[]>`
    select to_jsonb(e) as row from event e order by recorded_at desc, id limit ${RAW_ROWS * 100}`;
  const batches: string[] = [];
  for (let from = 0; from < sample.length; from += RAW_ROWS) {
    const rows = sample
      .slice(from, from + RAW_ROWS)
      .map(({ row }) => ({ ...row, id: newId(), message_id: newId() }));
    batches.push(JSON.stringify(rows));
  }
  const started = performance.now();
  for (const batch of batches) {
    await sql`insert into event select * from jsonb_populate_recordset(null::event, ${batch}::text::jsonb)`;
  }
  return sample.length / ((performance.now() - started) / 1_000);
}
