import { join } from 'node:path';
import postgres from 'postgres';
import { findPackage, installBinaries } from './embedded.binaries.ts';
import { createHome, exists, findHome, dataOf, openDataDir } from './embedded.home.ts';
import type { EmbeddedLog, Home } from './embedded.home.ts';
import { checkVersion, DATABASE_USER, initialise, readPassword, writeSettings } from './embedded.init.ts';
import { launch, runningServer, stop, untilReady } from './embedded.server.ts';
import type { Server } from './embedded.server.ts';
import { withFileLock } from './lock.ts';

const DATABASE = 'otklik';
/** Whoever holds the lock may be waiting for a recovery after a crash. */
const LOCK_TIMEOUT_MS = 16 * 60_000;
const CONNECT_TIMEOUT_S = 15;

/** SQLSTATE of a database that does not exist. */
const NO_SUCH_DATABASE = '3D000';
/** SQLSTATE of a database that exists already. */
const DATABASE_EXISTS = '42P04';

export type EmbeddedOptions = {
  /** The folder the program keeps everything in, for example `./.otklik`. */
  dataDir: string;
  log: EmbeddedLog;
  /** PostgreSQL settings beside the built-in ones; read when the server is started, not when it is adopted. */
  settings?: Record<string, string>;
};

/**
 * The embedded PostgreSQL of a data folder: adopts the running one, else starts (and at first creates) it. The server
 * is detached: it outlives this process, serves every process of the folder and is ended by `stopEmbedded`.
 * It listens on 127.0.0.1 only, with a random password in a file of mode 0600.
 * Throws DomainError 503 `database_*` with a sentence for whoever starts the program.
 */
export async function ensureEmbedded(options: EmbeddedOptions): Promise<{ url: string; started: boolean }> {
  const dataDir = await openDataDir(options.dataDir);
  const running = await adopt(dataDir, options.log);
  if (running !== undefined) return { url: running, started: false };
  return withFileLock(lockOf(dataDir), LOCK_TIMEOUT_MS, async () => {
    // Whoever held the lock before has probably started it.
    const url = await adopt(dataDir, options.log);
    return url === undefined
      ? { url: await start(dataDir, options), started: true }
      : { url, started: false };
  });
}

/** Ends the server of the data folder in an orderly way; false when none was running. The data stays. */
export async function stopEmbedded(path: string): Promise<boolean> {
  const dataDir = await openDataDir(path);
  return withFileLock(lockOf(dataDir), LOCK_TIMEOUT_MS, async () => {
    const home = await findHome(dataDir);
    const server = home && (await runningServer(home));
    if (home === undefined || server === undefined) return false;
    await stop(home, server);
    return true;
  });
}

const lockOf = (dataDir: string): string => join(dataDir, 'postgres.lock');

async function adopt(dataDir: string, log: EmbeddedLog): Promise<string | undefined> {
  const home = await findHome(dataDir);
  const server = home && (await runningServer(home));
  if (home === undefined || server === undefined || !(await untilReady(home, server, log))) return undefined;
  return (await answers(home, server)) ? urlOf(home, server, DATABASE) : undefined;
}

async function start(dataDir: string, options: EmbeddedOptions): Promise<string> {
  const startMs = performance.now();
  const home = (await findHome(dataDir)) ?? (await createHome(dataDir, options.log));
  let server = await runningServer(home);
  if (server === undefined) {
    const pkg = await findPackage();
    const fresh = !(await exists(dataOf(home)));
    if (!fresh) await checkVersion(home, pkg);
    const binaries = await installBinaries(home, pkg);
    if (fresh) await initialise(home, binaries);
    await writeSettings(home, options.settings ?? {});
    server = await launch(home, binaries, options.log);
    const ms = Math.round(performance.now() - startMs);
    options.log.info(
      { pid: server.pid, port: server.port, home: home.dir, fresh, ms },
      'embedded PostgreSQL started',
    );
  }
  await createDatabase(home, server);
  return urlOf(home, server, DATABASE);
}

async function urlOf(home: Home, server: Server, database: string): Promise<string> {
  return `postgres://${DATABASE_USER}:${await readPassword(home)}@127.0.0.1:${server.port}/${database}`;
}

/** Takes our database connections? Both sides prove that they know the password, so it is our server. */
async function answers(home: Home, server: Server): Promise<boolean> {
  return withClient(await urlOf(home, server, DATABASE), async (sql) => {
    await sql`select 1`;
    return true;
  }).catch((error: unknown) => {
    if (codeOf(error) === NO_SUCH_DATABASE || codeOf(error) === 'ECONNREFUSED') return false;
    throw error;
  });
}

async function createDatabase(home: Home, server: Server): Promise<void> {
  await withClient(await urlOf(home, server, 'postgres'), (sql) =>
    sql.unsafe(`create database ${DATABASE}`),
  ).catch((error: unknown) => {
    if (codeOf(error) !== DATABASE_EXISTS) throw error;
  });
}

async function withClient<T>(url: string, fn: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_TIMEOUT_S, onnotice: () => {} });
  try {
    return await fn(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
