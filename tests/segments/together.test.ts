import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { compileRule, compileTogether } from '../../src/segments/compile.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { DYNAMIC, innerRule, person, rule, STATIC } from './arbitraries.ts';
import { putCatalogue, putPeople } from './world.ts';

const RUNS = Number(process.env['TOGETHER_RUNS'] ?? 40);

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  await putCatalogue(base.ctx);
});
afterAll(() => base.close());

test('several rules in one pass say what each says alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 3, maxLength: 6 }),
      fc.array(rule, { minLength: 2, maxLength: 6 }),
      innerRule,
      async (drawn, rules, inner) => {
        const people = drawn.map((one) => ({ ...one, id: newId() }));
        const segments = new Map([
          [DYNAMIC, { name: 'inner', rule: inner }],
          [STATIC, { name: 'list', rule: undefined }],
        ]);
        await putPeople(base.ctx, people);
        const named = new Map(rules.map((one) => [newId(), one]));
        const ids = people.map(({ id }) => id);
        const options = { now: new Date('2026-03-20T12:00:00Z'), baseCurrency: 'GBP', segments };
        const key = sql`contact_id::text || ' ' || value || ' ' || valid_until as k`;
        const together = await rows<{ id: string; k: string }>(
          base.ctx.db,
          sql`select segment_id as id, ${key} from (${compileTogether(named, options, { contactIds: ids })}) s`,
        );
        for (const [id, one] of named) {
          const alone = await rows<{ k: string }>(
            base.ctx.db,
            sql`select ${key} from (${compileRule(one, options).states()}) s`,
          );
          expect(
            together
              .filter((r) => r.id === id)
              .map(({ k }) => k)
              .toSorted(),
          ).toEqual(alone.map(({ k }) => k).toSorted());
        }
      },
    ),
    { numRuns: RUNS },
  );
});
