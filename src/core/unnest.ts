import { sql } from './sql.ts';
import type { SQL } from './sql.ts';

/** The types a column of `unnested` may have in PostgreSQL. */
type ColumnType = 'uuid' | 'text' | 'integer' | 'bigint' | 'float8' | 'boolean' | 'timestamptz' | 'jsonb';
type Value = string | number | bigint | boolean | Date | null | undefined;

/**
 * Rows as a table of SQL called `alias`, one array parameter a column: PostgreSQL reads it in a quarter of the time it takes for
 * the same as JSON. The text depends on `columns` alone, so that it can be prepared. Columns are named by their keys.
 */
export function unnested<K extends string>(
  alias: string,
  list: readonly Readonly<Record<K, Value>>[],
  columns: Readonly<Record<K, ColumnType>>,
): SQL {
  const keys = Object.keys(columns) as K[];
  const arrays = keys.map((key) => sql`${literal(list, key)}::${sql.raw(columns[key])}[]`);
  const names = sql.raw(keys.map((key) => `"${key}"`).join(', '));
  return sql`unnest(${sql.join(arrays, sql`, `)}) as ${sql.raw(alias)}(${names})`;
}

function literal<K extends string>(list: readonly Readonly<Record<K, Value>>[], key: K): string {
  return `{${list.map((row) => element(row[key])).join(',')}}`;
}

function element(value: Value): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  const text = typeof value === 'string' ? value : value.toISOString();
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
