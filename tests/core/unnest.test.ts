import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dateOf, hotRows } from '../../src/core/db.ts';
import { unnested } from '../../src/core/unnest.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());

const COLUMNS = {
  id: 'uuid',
  text: 'text',
  whole: 'integer',
  real: 'float8',
  flag: 'boolean',
  at: 'timestamptz',
} as const;

/** PostgreSQL has no NUL, and halves of characters are none. */
const words = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '',
      'NULL',
      'null',
      '"',
      '\\',
      '\\"',
      '{}',
      'a,b',
      ' spaced ',
      '\n\t\r',
      "o'clock",
      '{"a":[1]}',
    ),
  )
  .map((text) => text.replaceAll('\u0000', '').toWellFormed());
const given = fc.record({
  id: fc.option(fc.uuid()),
  text: fc.option(words),
  whole: fc.option(fc.integer()),
  // One sign of zero: nobody looks at the other.
  real: fc.option(fc.double({ noNaN: true }).map((n) => n + 0)),
  flag: fc.option(fc.boolean()),
  at: fc.option(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })),
});

test('rows given as a table arrive as they were, in their order, whatever their texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(given, { maxLength: 20 }), async (list) => {
      const found = await hotRows<Record<keyof typeof COLUMNS, unknown> & { at: string | null }>(
        base.ctx.db,
        sql`select * from ${unnested('given', list, COLUMNS)}`,
      );
      const read = found.map((one) => ({ ...one, at: one.at === null ? null : dateOf(one.at) }));
      expect(read).toEqual(list);
    }),
    { numRuns: 60 },
  );
});
