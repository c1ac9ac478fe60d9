import { Column, SQL, sql, StringChunk, Table } from './sql.ts';
import type { PgDialect } from './pg-core.ts';

/** A statement as PostgreSQL gets it. */
export type Text = { sql: string; params: unknown[] };

/** Tables and columns are made once, and what each is called never changes. */
const names = new WeakMap<object, string>();

/**
 * The text of a statement, as drizzle builds it. Its own builder makes several objects for every piece, which took a fifth of the
 * program's time where statements made of rules run all the time; this one joins the pieces nearly all statements are made of, and
 * leaves what holds any other to drizzle.
 */
export function textOf(query: SQL, dialect: PgDialect): Text {
  const text: Text = { sql: '', params: [] };
  return addTo(text, query, dialect) ? text : dialect.sqlToQuery(query);
}

/** False when it holds a piece that is drizzle's to build. */
function addTo(text: Text, query: SQL, dialect: PgDialect): boolean {
  if (Reflect.get(query, 'shouldInlineParams') === true) return false;
  for (const chunk of query.queryChunks as unknown[]) {
    if (chunk instanceof StringChunk) {
      for (const part of chunk.value) text.sql += part;
    } else if (chunk instanceof SQL) {
      if (!addTo(text, chunk, dialect)) return false;
    } else if (chunk instanceof Table || chunk instanceof Column) {
      text.sql += nameOf(chunk, dialect);
    } else if (isPlain(chunk)) {
      text.params.push(chunk);
      text.sql += `$${text.params.length}`;
    } else return false;
  }
  return true;
}

function nameOf(thing: Table | Column, dialect: PgDialect): string {
  const known = names.get(thing) ?? dialect.sqlToQuery(sql`${thing}`).sql;
  names.set(thing, known);
  return known;
}

const isPlain = (chunk: unknown): boolean =>
  chunk === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof chunk);
