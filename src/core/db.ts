import { drizzle } from 'drizzle-orm/postgres-js';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { SQL } from './sql.ts';
import type { PgDialect, PgSession } from './pg-core.ts';
import postgres from 'postgres';
import { monotonicMs } from './clock.ts';
import { textOf } from './sql-text.ts';
import { HOUR_MS } from './time.ts';

/** Drizzle's SQL-like builder over postgres.js: the whole database or one open transaction, with the same shape. */
export type Db = PostgresJsDatabase;

export type Database = {
  url: string;
  db: Db;
  sql: postgres.Sql;
  close(): Promise<void>;
};

/** Enough for an API with a worker on 2 cores; PostgreSQL gains nothing from more running statements than that. */
const POOL_SIZE = 12;
/** A statement of a request that runs longer than this holds a connection others wait for. */
const STATEMENT_TIMEOUT_MS = 120_000;
/** Long enough for a restart of PostgreSQL, short enough that a wrong address is noticed. */
const CONNECT_TIMEOUT_S = 15;
/**
 * The driver's own wait grows with every connection of the pool that is refused, to 20 s after one restart; a refused
 * connection costs PostgreSQL nothing.
 */
const RECONNECT_S = 0.25;
/** Closing waits this long for running statements. */
const CLOSE_TIMEOUT_S = 5;

export function openDatabase(url: string, options: { poolSize?: number; name?: string } = {}): Database {
  const sql = postgres(url, {
    max: options.poolSize ?? POOL_SIZE,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: () => RECONNECT_S,
    onnotice: () => {},
    connection: {
      application_name: options.name ?? 'otklik',
      timezone: 'UTC',
      statement_timeout: STATEMENT_TIMEOUT_MS,
    },
  });
  return { url, db: drizzle(sql), sql, close: () => sql.end({ timeout: CLOSE_TIMEOUT_S }) };
}

/**
 * Runs raw SQL and gives its rows. drizzle's client returns timestamptz, bigint and numeric columns as strings here:
 * cast in SQL or convert with `dateOf`/`BigInt` at the border.
 */
export function rows<T extends Record<string, unknown>>(db: Db, query: SQL): Promise<T[]> {
  return keptRows(db, query, () => false);
}

/** drizzle's own types keep these two to themselves. */
type Inside = { dialect: PgDialect; session: PgSession };

/**
 * The same for statements whose text never changes and that run all the time: PostgreSQL parses and plans them once for each
 * connection, and they take one round trip instead of two. A text that varies would fill the server's memory.
 */
export function hotRows<T extends Record<string, unknown>>(db: Db, query: SQL): Promise<T[]> {
  return keptRows(db, query, () => true);
}

/** Texts a process has kept at once: the plan of one over partitioned facts takes hundreds of kilobytes of each connection. */
const MAX_WARM_TEXTS = 200;
/** The driver closes a connection after an hour at most, and the server forgets what it kept for it. */
const WARM_MS = HOUR_MS;
const warm = { texts: new Set<string>(), sinceMs: 0 };

/** The same for texts that vary, as people's rules make them: the first of each hour are kept, what goes beyond is planned anew. */
export function warmRows<T extends Record<string, unknown>>(db: Db, query: SQL): Promise<T[]> {
  return keptRows(db, query, (text) => {
    const nowMs = monotonicMs();
    if (nowMs - warm.sinceMs > WARM_MS) {
      warm.texts.clear();
      warm.sinceMs = nowMs;
    }
    if (warm.texts.size < MAX_WARM_TEXTS) warm.texts.add(text);
    return warm.texts.has(text);
  });
}

async function keptRows<T extends Record<string, unknown>>(
  db: Db,
  query: SQL,
  isKept: (text: string) => boolean,
): Promise<T[]> {
  const { dialect, session } = db as unknown as Inside;
  const built = textOf(query, dialect);
  const prepared = session.prepareQuery(built, undefined, isKept(built.sql) ? 'kept' : undefined, false);
  return (await prepared.execute()) as T[];
}

/** The only row of a query that always has one. */
export async function row<T extends Record<string, unknown>>(db: Db, query: SQL): Promise<T> {
  const [first] = await rows<T>(db, query);
  if (first === undefined) throw new Error('query returned no row');
  return first;
}

/** A timestamptz as raw SQL returns it ("2026-01-02 03:04:05.678+00") to a Date. */
export function dateOf(text: string): Date {
  return new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
}
