import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { DomainError } from './errors.ts';
import { ensurePartitions } from './partitions.ts';

type MigrateLog = { info(o: object, msg: string): void; warn(o: object, msg: string): void };

/** One numbered migration: `tag` is its file name, `hash` the SHA-256 of its text. */
export type Migration = { tag: string; sql: string; hash: string };

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'migrations');
/** Any number; the same for every version of the program. */
const ADVISORY_LOCK = 7_015_501;
/** Waiting for another starter that is migrating. */
const LOCK_TIMEOUT = '10min';
const CONNECT_TIMEOUT_S = 15;

/**
 * Brings the database at `url` to the newest schema: the migrations of `migrations/` not yet applied, in the order of
 * its journal and in one transaction, then the partitions around `now`. Any number of processes may call it at once.
 * Throws `migration_changed` (409) when an applied migration has another text now: such a database belongs to another
 * version of the program.
 */
export async function migrate(
  url: string,
  log: MigrateLog,
  options: { now?: Date; migrations?: readonly Migration[] } = {},
): Promise<{ applied: string[] }> {
  const migrations = options.migrations ?? (await readMigrations());
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_TIMEOUT_S, onnotice: () => {} });
  try {
    const pending = pendingOf(migrations, await appliedMigrations(sql));
    const applied = pending.length === 0 ? [] : await sql.begin((tx) => applyPending(tx, migrations));
    await ensurePartitions(sql, options.now ?? new Date(), log);
    if (applied.length > 0) log.info({ applied }, 'database migrated');
    return { applied };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The migrations of a folder in drizzle-kit's format (`meta/_journal.json` beside `<tag>.sql`). */
export async function readMigrations(dir = MIGRATIONS): Promise<Migration[]> {
  const journal: unknown = JSON.parse(await readFile(join(dir, 'meta', '_journal.json'), 'utf8'));
  return Promise.all(
    tagsOf(journal).map(async (tag) => {
      const sql = await readFile(join(dir, `${tag}.sql`), 'utf8');
      return { tag, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function tagsOf(journal: unknown): string[] {
  if (
    typeof journal === 'object' &&
    journal !== null &&
    'entries' in journal &&
    Array.isArray(journal.entries)
  ) {
    return journal.entries.map((entry: { tag: string }) => entry.tag);
  }
  throw new Error('migrations/meta/_journal.json has no entries');
}

async function applyPending(
  tx: postgres.TransactionSql,
  migrations: readonly Migration[],
): Promise<string[]> {
  await tx.unsafe(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
  await tx`select pg_advisory_xact_lock(${ADVISORY_LOCK})`;
  // Before any index that needs it; a trusted extension, so the owner of the database may create it.
  await tx`create extension if not exists pg_trgm`;
  await tx`
    create table if not exists schema_migration (
      tag text primary key, hash text not null, applied_at timestamptz not null default now()
    )`;
  const pending = pendingOf(migrations, await appliedMigrations(tx));
  for (const { tag, sql, hash } of pending) {
    await tx.unsafe(sql);
    await tx`insert into schema_migration (tag, hash) values (${tag}, ${hash})`;
  }
  return pending.map((migration) => migration.tag);
}

async function appliedMigrations(sql: postgres.Sql | postgres.TransactionSql): Promise<Map<string, string>> {
  const [table] = await sql`select 1 from pg_class where oid = to_regclass('schema_migration')`;
  if (table === undefined) return new Map();
  const rows = await sql<{ tag: string; hash: string }[]>`select tag, hash from schema_migration`;
  return new Map(rows.map((row) => [row.tag, row.hash]));
}

function pendingOf(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): Migration[] {
  const tags = new Set(migrations.map((migration) => migration.tag));
  const strange =
    migrations.find(({ tag, hash }) => applied.has(tag) && applied.get(tag) !== hash)?.tag ??
    [...applied.keys()].find((tag) => !tags.has(tag));
  if (strange !== undefined) {
    throw new DomainError({
      code: 'migration_changed',
      status: 409,
      detail: `This database was made by another version of the program (migration ${strange} differs). Start that version, or begin with an empty database.`,
    });
  }
  return migrations.filter(({ tag }) => !applied.has(tag));
}
