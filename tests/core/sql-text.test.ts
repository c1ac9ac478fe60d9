import { and, eq, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { alias, PgDialect } from 'drizzle-orm/pg-core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { contact } from '../../src/contacts/index.ts';
import { textOf } from '../../src/core/sql-text.ts';
import { orders } from '../../src/orders/index.ts';

const dialect = new PgDialect();
const other = alias(contact, 'other');

const piece: fc.Arbitrary<SQL> = fc.letrec<{ sql: SQL }>((tie) => ({
  sql: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.constantFrom(
      sql`true`,
      sql``,
      sql.raw('a."b" = 1'),
      sql.identifier('odd "name"').getSQL?.() ?? sql`x`,
    ),
    fc
      .oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt())
      .map((value) => sql`${value}`),
    fc.constantFrom(
      sql`${contact}`,
      sql`${orders.contactId} = ${contact.contactId}`,
      sql`${other}`,
      sql`${other.city}`,
    ),
    // What only drizzle builds: encoded and absent values, lists, names.
    fc.constantFrom(
      sql`${eq(contact.createdAt, new Date(0))}`,
      sql`${and(eq(contact.city, 'x'), eq(other.version, 3))}`,
      sql`${undefined} ${['a', 'b']}`,
      sql`${sql.identifier('odd "name"')}`,
      sql`${sql`${7}`.as('seven')}`,
      sql`${sql`${'in'}`.inlineParams()}`,
    ),
    fc.array(tie('sql'), { maxLength: 4 }).map((parts) => sql`(${sql.join(parts, sql`, `)}) ${1}`),
    fc.tuple(tie('sql'), tie('sql')).map(([a, b]) => sql`${a} or ${b}`),
  ),
})).sql;

test('the text of a statement is the one drizzle builds, whatever it is made of', () => {
  fc.assert(
    fc.property(piece, (query) => {
      const { sql: text, params } = dialect.sqlToQuery(query);
      expect(textOf(query, dialect)).toMatchObject({ sql: text, params });
    }),
    { numRuns: 2_000 },
  );
});
