import { createHash, randomInt } from 'node:crypto';
import { join } from 'node:path';
import postgres from 'postgres';
import { ensureEmbedded, stopEmbedded } from '../../src/core/embedded.ts';
import { migrate, readMigrations } from '../../src/core/migrate.ts';
import type { Migration } from '../../src/core/migrate.ts';
import { PARTITIONED_TABLES } from '../../src/core/partitioned.ts';

/** The server of the tests: one for the checkout, shared by everyone who runs tests in it at the same time. */
export type TestServer = { url: string; runId: number };

const DATA_DIR = join(import.meta.dirname, '..', '..', '.otklik', 'test');
/** Tests prove what is committed, not what survives a power cut. */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '128MB',
};
const quiet = {
  info: () => {},
  warn: (o: object, msg: string) => process.stderr.write(`${msg} ${JSON.stringify(o)}\n`),
};

/** Advisory lock class under which a run of tests holds its id for as long as it lives. */
const RUNS = 7_015_502;
/** Advisory lock class for building a template. */
const TEMPLATES = 7_015_503;
const APPLICATION = 'otklik-test-run';
const START_ATTEMPTS = 5;
/** Templates kept: migrations change often and several people may be on different ones. */
const TEMPLATES_KEPT = 4;

/** Starts or adopts the server and marks this run as alive on it. `release` ends the server when nobody else uses it. */
export async function joinTestServer(): Promise<TestServer & { release: () => Promise<void> }> {
  const runId = randomInt(1, 2 ** 31);
  const external = process.env['TEST_DATABASE_URL'];
  for (let attempt = 1; ; attempt++) {
    const url = external ?? (await ensureEmbedded({ dataDir: DATA_DIR, log: quiet, settings: SETTINGS })).url;
    const presence = connect(url);
    try {
      await presence`select pg_advisory_lock(${RUNS}, ${runId})`;
      await dropLeftovers(presence);
      return { url, runId, release: () => leave(presence, runId, external === undefined) };
    } catch (error) {
      await presence.end({ timeout: 1 });
      // The last run may have stopped the server between our look and our connection.
      if (external !== undefined || attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** The name of the migrated template for the present migrations; built when missing. */
export async function ensureTemplate(server: TestServer): Promise<string> {
  const migrations = await readMigrations();
  const name = templateName(migrations, new Date());
  const sql = connect(server.url);
  try {
    if (await databaseExists(sql, name)) return name;
    await sql`select pg_advisory_lock(${TEMPLATES}, hashtext(${name}))`;
    if (await databaseExists(sql, name)) return name;
    const building = `${name}_building`;
    await sql`drop database if exists ${sql(building)} with (force)`;
    await sql`create database ${sql(building)}`;
    await migrate(withDatabase(server.url, building), quiet, { migrations });
    await sql`alter database ${sql(building)} rename to ${sql(name)}`;
    await dropOldTemplates(sql);
    return name;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export async function createDatabase(server: TestServer, template: string): Promise<string> {
  const name = `run_${server.runId}_${randomInt(2 ** 40).toString(36)}`;
  const sql = connect(server.url);
  try {
    await sql`create database ${sql(name)} template ${sql(template)} strategy file_copy`;
    return withDatabase(server.url, name);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export async function dropDatabase(server: TestServer, url: string): Promise<void> {
  const sql = connect(server.url);
  try {
    await sql`drop database if exists ${sql(new URL(url).pathname.slice(1))} with (force)`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function connect(url: string): postgres.Sql {
  // A connection that is renewed after a while would lose its locks.
  return postgres(url, {
    max: 1,
    max_lifetime: null,
    onnotice: () => {},
    connection: { application_name: APPLICATION },
  });
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** The month belongs to it, because the template holds the partitions around the day it was built. */
function templateName(migrations: readonly Migration[], now: Date): string {
  const content = JSON.stringify([migrations.map((m) => [m.tag, m.hash]), PARTITIONED_TABLES]);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return `tpl_${now.toISOString().slice(0, 7).replace('-', '_')}_${hash}`;
}

async function databaseExists(sql: postgres.Sql, name: string): Promise<boolean> {
  return (await sql`select 1 from pg_database where datname = ${name}`).length > 0;
}

/** Databases of runs that died without tidying up: nobody holds the lock on their id. */
async function dropLeftovers(sql: postgres.Sql): Promise<void> {
  const found = await sql<{ name: string; run: number }[]>`
    select datname as name, split_part(datname, '_', 2)::int as run from pg_database where datname ~ '^run_[0-9]+_'`;
  for (const { name, run } of found) {
    const [lock] = await sql<{ free: boolean }[]>`select pg_try_advisory_lock(${RUNS}, ${run}) as free`;
    if (lock?.free !== true) continue;
    await sql`drop database if exists ${sql(name)} with (force)`;
    await sql`select pg_advisory_unlock(${RUNS}, ${run})`;
  }
}

async function dropOldTemplates(sql: postgres.Sql): Promise<void> {
  const old = await sql<{ name: string }[]>`
    select datname as name from pg_database where datname ~ '^tpl_' and datname !~ '_building$'
    order by oid desc offset ${TEMPLATES_KEPT}`;
  for (const { name } of old) await sql`drop database if exists ${sql(name)} with (force)`;
}

async function leave(presence: postgres.Sql, runId: number, stoppable: boolean): Promise<void> {
  const mine = await presence<{ name: string }[]>`
    select datname as name from pg_database where starts_with(datname, ${`run_${runId}_`})`;
  for (const { name } of mine) await presence`drop database if exists ${presence(name)} with (force)`;
  const others = await presence`
    select 1 from pg_locks where locktype = 'advisory' and classid = ${RUNS} and objid <> ${runId} and granted limit 1`;
  await presence.end({ timeout: 1 });
  if (stoppable && others.length === 0) await stopEmbedded(DATA_DIR);
}
