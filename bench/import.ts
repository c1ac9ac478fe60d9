import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { ImportView } from '../src/contacts/import/contract.ts';
import { ensureEmbedded } from '../src/core/embedded.ts';
import { createLogger } from '../src/core/logger.ts';
import { discard, newDataDir, startProduct } from './lib/product.ts';
import type { Product } from './lib/product.ts';
import type { Bench } from './main.ts';

/** DESIGN.md: resident memory of the whole product during the import. */
const MEMORY_TARGET_MB = 400;
const FILE = process.env['BENCH_ORDERS'] ?? join('..', 'shared', 'data', 'online_retail.csv.gz');
const LOOK_MS = 100;

/**
 * The real purchases through the public import of the product in a process of its own; beside it the rows it made, by a bare COPY
 * into an equal table with equal indexes on the same server.
 */
export const run: Bench = async (emit, note) => {
  if (!existsSync(FILE)) throw new Error(`needs ${FILE} (or another file in BENCH_ORDERS)`);
  note(
    'over HTTP, one upload; API, worker and relay in one process (whose peak memory is told), embedded PostgreSQL beside it, synchronous_commit = on, fsync = on; from the first byte sent to the last row committed',
  );
  const dataDir = await newDataDir();
  const product = await startProduct(dataDir);
  try {
    const { view, seconds } = await importFile(product);
    const memory = await product.peakRssMb();
    const { url } = await ensureEmbedded({ dataDir, log: createLogger('warn') });
    const copied = await bareCopy(url);
    note(
      `${view.rowsCreated} rows, ${Math.round(view.rowsRead / seconds)} a second; bare COPY ${Math.round(copied.rows / copied.seconds)} a second`,
    );
    emit({
      metric: 'seconds',
      value: seconds,
      unit: 's',
      limit: copied.seconds,
      ratio: seconds / copied.seconds,
    });
    emit({
      metric: 'peak_rss_mb',
      value: memory,
      unit: 'MiB',
      limit: MEMORY_TARGET_MB,
      ratio: memory / MEMORY_TARGET_MB,
    });
  } finally {
    await product.stop();
    await discard(dataDir);
  }
};

async function importFile(product: Product): Promise<{ view: ImportView; seconds: number }> {
  const headers = { authorization: `Bearer ${product.apiKey}` };
  const started = performance.now();
  const answer = await fetch(`${product.url}/api/imports?kind=order-lines&preset=online-retail`, {
    method: 'POST',
    headers,
    body: Readable.toWeb(createReadStream(FILE)),
    duplex: 'half',
  });
  if (answer.status !== 202) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  let view = (await answer.json()) as ImportView;
  while (view.state === 'queued' || view.state === 'running') {
    await sleep(LOOK_MS);
    view = (await (await fetch(`${product.url}/api/imports/${view.id}`, { headers })).json()) as ImportView;
  }
  const seconds = (performance.now() - started) / 1_000;
  if (view.state !== 'done' || view.rowsFailed > 0) throw new Error(`import: ${JSON.stringify(view)}`);
  return { view, seconds };
}

/** Server-side, so that nothing but the database works: the floor under any import of these rows. */
async function bareCopy(url: string): Promise<{ rows: number; seconds: number }> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [setting] = await sql<{ data_directory: string }[]>`show data_directory`;
    const file = `'${join(setting?.data_directory ?? '', 'bench.copy').replaceAll("'", "''")}'`;
    await sql.unsafe(`copy sale_fact to ${file}`);
    await sql`create table bench_copy (like sale_fact including all)`;
    const started = performance.now();
    await sql.unsafe(`copy bench_copy from ${file}`);
    const seconds = (performance.now() - started) / 1_000;
    const [counted] = await sql<{ n: number }[]>`select count(*)::int as n from bench_copy`;
    return { rows: counted?.n ?? 0, seconds };
  } finally {
    await sql.end();
  }
}
