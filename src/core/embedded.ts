import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { findPackage, installBinaries } from './embedded.binaries.ts';
import { createElsewhere, readPointer } from './embedded.elsewhere.ts';
import {
  dataOf,
  exists,
  explained,
  isRoot,
  makeDir,
  openDataDir,
  ownerOf,
  reachable,
  serverUser,
} from './embedded.home.ts';
import type { EmbeddedLog, Home } from './embedded.home.ts';
import {
  checkVersion,
  DATABASE_USER,
  initialise,
  readPassword,
  removeLeftovers,
  writeSettings,
} from './embedded.init.ts';
import { launch, runningServer, stop, untilReady } from './embedded.server.ts';
import type { Server } from './embedded.server.ts';
import { DomainError, messageOf } from './errors.ts';
import { withFileLock } from './lock.ts';

const DATABASE = 'otklik';
/** Whoever holds the lock may be waiting for a recovery after a crash. */
const LOCK_TIMEOUT_MS = 16 * 60_000;
const CONNECT_TIMEOUT_S = 15;

/** A database that is not there: the first starter was killed before it made it. */
const NO_SUCH_DATABASE = '3D000';
/** Another starter has just made the database. */
const DATABASE_EXISTS: readonly unknown[] = ['42P04', '23505'];
/** The server is starting, stopping or recovering from the death of one of its processes. */
const CANNOT_CONNECT_NOW = '57P03';
const CONNECT_RETRY_MS = 50;

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
  if (!(await exists(path))) return false;
  const dataDir = await openDataDir(path);
  return withFileLock(lockOf(dataDir), LOCK_TIMEOUT_MS, async () => {
    const home = await findHome(dataDir);
    return home !== undefined && (await stopServer(home));
  });
}

/** Ends the server of the data folder and removes its data for good. */
export async function discardEmbedded(path: string): Promise<void> {
  await stopEmbedded(path);
  const home = await findHome(await openDataDir(path));
  if (home !== undefined) await rm(home.dir, { recursive: true, force: true });
}

const lockOf = (dataDir: string): string => join(dataDir, 'postgres.lock');
const localHome = (dataDir: string): string => join(dataDir, 'postgres');

/** The home of an already initialised server of this folder, undefined when there is none. */
export async function findHome(dataDir: string): Promise<Home | undefined> {
  return ownerOf((await readPointer(dataDir)) ?? localHome(dataDir));
}

/** Chooses and makes the home of a server that is not initialised yet. */
async function createHome(dataDir: string, log: EmbeddedLog): Promise<Home> {
  const runAs = isRoot() ? await serverUser() : undefined;
  const pointed = await readPointer(dataDir);
  if (pointed !== undefined) return { dir: pointed, runAs };
  if (runAs !== undefined && !(await reachable(dataDir, runAs))) {
    const dir = await createElsewhere(dataDir, log, async (former) => {
      const home = await ownerOf(former);
      if (home) await stopServer(home);
    });
    return { dir, runAs };
  }
  const dir = localHome(dataDir);
  await makeDir(dir);
  return { dir, runAs };
}

async function stopServer(home: Home): Promise<boolean> {
  const server = await runningServer(home);
  if (server === undefined) return false;
  await stop(home, server);
  return true;
}

async function adopt(dataDir: string, log: EmbeddedLog): Promise<string | undefined> {
  const home = await findHome(dataDir);
  const server = home && (await runningServer(home));
  if (home === undefined || server === undefined || !(await untilReady(home, server, log))) return undefined;
  return (await answers(home, server)) ? urlOf(home, server, DATABASE) : undefined;
}

async function start(dataDir: string, options: EmbeddedOptions): Promise<string> {
  try {
    const home = (await findHome(dataDir)) ?? (await createHome(dataDir, options.log));
    await removeLeftovers(home);
    const running = await runningServer(home);
    const ready = running !== undefined && (await untilReady(home, running, options.log));
    const server = ready ? running : await startServer(home, options);
    await createDatabase(home, server);
    return await urlOf(home, server, DATABASE);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw explained('database_start_failed', dataDir, messageOf(error), error);
  }
}

async function startServer(home: Home, options: EmbeddedOptions): Promise<Server> {
  const startMs = performance.now();
  const pkg = await findPackage();
  const fresh = !(await exists(dataOf(home)));
  if (!fresh) await checkVersion(home, pkg);
  const binaries = await installBinaries(home, pkg);
  if (fresh) await initialise(home, binaries);
  await writeSettings(home, options.settings ?? {});
  const server = await launch(home, binaries, options.log);
  const ms = Math.round(performance.now() - startMs);
  options.log.info(
    { pid: server.pid, port: server.port, home: home.dir, fresh, ms },
    'embedded PostgreSQL started',
  );
  return server;
}

async function urlOf(home: Home, server: Server, database: string): Promise<string> {
  return `postgres://${DATABASE_USER}:${await readPassword(home)}@127.0.0.1:${server.port}/${database}`;
}

/** Takes our database connections? Both sides prove that they know the password, so it is our server. */
async function answers(home: Home, server: Server): Promise<boolean> {
  const url = await urlOf(home, server, DATABASE);
  for (;;) {
    try {
      await withClient(url, (sql) => sql`select 1`);
      return true;
    } catch (error) {
      if (codeOf(error) === NO_SUCH_DATABASE) return false;
      if ((await runningServer(home))?.pid !== server.pid) return false;
      if (codeOf(error) !== CANNOT_CONNECT_NOW)
        throw explained('database_refused', home.dir, messageOf(error), error);
      await sleep(CONNECT_RETRY_MS);
    }
  }
}

async function createDatabase(home: Home, server: Server): Promise<void> {
  if (await answers(home, server)) return;
  const url = await urlOf(home, server, 'postgres');
  // Copying the files of the empty template is quicker than logging its pages.
  const create = `create database ${DATABASE} strategy file_copy`;
  await withClient(url, (sql) => sql.unsafe(create)).catch((error: unknown) => {
    if (!DATABASE_EXISTS.includes(codeOf(error))) throw error;
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
