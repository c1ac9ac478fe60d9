import type postgres from 'postgres';
import { PARTITIONED_TABLES } from './partitioned.ts';

type Sql = postgres.Sql | postgres.TransactionSql;
type PartitionLog = { warn(o: object, msg: string): void };
type Month = { name: string; from: string; to: string };

/** Late facts of the past month still arrive in bulk; older ones go to the default partition. */
const MONTHS_BACK = 1;
/** A scheduler that is dead for three months is noticed before facts of the present land in the default partition. */
const MONTHS_AHEAD = 3;
/** Making a partition waits behind running statements and everything else waits behind it: rather try again later. */
const LOCK_TIMEOUT = '3s';
/** SQLSTATE of a lock not got in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Makes the monthly partitions (previous month to three months ahead) and the default one of every partitioned table.
 * Idempotent; costs one query when nothing is missing. Rows of a new month that already lie in the default partition
 * are moved. A partition whose table is busy is left to the next run, with a warning. Gives the names it made.
 */
export async function ensurePartitions(sql: Sql, now: Date, log: PartitionLog): Promise<string[]> {
  const missing = await missingPartitions(sql, now);
  const made: string[] = [];
  const busy = new Set<string>();
  for (const { table, month } of missing) {
    if (busy.has(table)) continue;
    try {
      if (await inTransaction(sql, (tx) => makePartition(tx, table, month))) made.push(nameOf(table, month));
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      busy.add(table);
      log.warn({ table, month }, `${table} is busy: its next partitions will be made later`);
    }
  }
  return made;
}

/** Months in UTC, named `2026_11`, with half-open bounds. */
export function monthsAround(now: Date, back = MONTHS_BACK, ahead = MONTHS_AHEAD): Month[] {
  return Array.from({ length: back + 1 + ahead }, (_, i) => {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + i - back, 1));
    const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + i - back + 1, 1));
    return {
      name: from.toISOString().slice(0, 7).replace('-', '_'),
      from: from.toISOString(),
      to: to.toISOString(),
    };
  });
}

async function missingPartitions(
  sql: Sql,
  now: Date,
): Promise<{ table: string; month: Month | 'default' }[]> {
  const found = await sql<{ parent: string; child: string | null }[]>`
    select parent.relname as parent, child.relname as child
    from pg_class parent
    left join pg_inherits i on i.inhparent = parent.oid
    left join pg_class child on child.oid = i.inhrelid
    where parent.relkind = 'p' and parent.relnamespace = current_schema()::regnamespace
      and parent.relname = any(${[...PARTITIONED_TABLES]}::text[])`;
  const existing = new Set(found.map((row) => row.child));
  const months = ['default' as const, ...monthsAround(now)];
  return [...new Set(found.map((row) => row.parent))].flatMap((table) =>
    months.filter((month) => !existing.has(nameOf(table, month))).map((month) => ({ table, month })),
  );
}

const nameOf = (table: string, month: Month | 'default'): string =>
  `${table}_${month === 'default' ? 'default' : month.name}`;

/**
 * False when another process has just made it. A month is made apart and attached, which blocks the default partition
 * for a moment but not the whole table.
 */
async function makePartition(tx: Sql, table: string, month: Month | 'default'): Promise<boolean> {
  const partition = nameOf(table, month);
  // Conflicts with itself only: one process at a time, readers and writers go on.
  await tx`lock table ${tx(table)} in share update exclusive mode`;
  const [exists] = await tx`select 1 from pg_inherits where inhrelid = to_regclass(${partition})`;
  if (exists) return false;
  if (month === 'default') {
    await tx`create table ${tx(partition)} partition of ${tx(table)} default`;
    return true;
  }
  const { from, to } = month;
  const rest = nameOf(table, 'default');
  await tx`lock table ${tx(rest)} in access exclusive mode`;
  await tx`create table ${tx(partition)} (like ${tx(table)} including defaults including constraints)`;
  await moveRows(tx, rest, partition, { from, to });
  await tx.unsafe(
    `alter table "${table}" attach partition "${partition}" for values from ('${from}') to ('${to}')`,
  );
  return true;
}

async function moveRows(
  tx: Sql,
  rest: string,
  partition: string,
  range: { from: string; to: string },
): Promise<void> {
  const columns = await tx<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = to_regclass(${partition}) and attnum > 0 and not attisdropped and attgenerated = ''`;
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  await tx.unsafe(
    `with moved as (delete from "${rest}" where occurred_at >= $1 and occurred_at < $2 returning ${names})
     insert into "${partition}" (${names}) select ${names} from moved`,
    [range.from, range.to],
  );
}

async function inTransaction(sql: Sql, fn: (tx: Sql) => Promise<boolean>): Promise<boolean> {
  const body = async (tx: Sql): Promise<boolean> => {
    await tx.unsafe(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    return fn(tx);
  };
  return 'begin' in sql ? sql.begin(body) : sql.savepoint(body);
}

function isLockTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}
