import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { compileRule } from '../../src/segments/compile.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { EPOCH } from './arbitraries.base.ts';
import { busyNow, busyPerson, factsLeaf } from './arbitraries.busy.ts';
import { DYNAMIC, innerRule, now, person, rule, STATIC } from './arbitraries.ts';
import { holds } from './naive.ts';
import type { World } from './naive.ts';
import { check, statesIn } from './oracle.ts';
import { CATALOGUE, putCatalogue, putPeople } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HISTORIES = Number(process.env['ORACLE_HISTORIES'] ?? 30);
const RULES_PER_HISTORY = 8;
/** A failure prints its seed. */
const SEED = process.env['ORACLE_SEED'] === undefined ? {} : { seed: Number(process.env['ORACLE_SEED']) };

let base: TestBase;

beforeAll(async () => {
  base = await testBase();
  await putCatalogue(base.ctx);
});
afterAll(() => base.close());

const statesOf = (compiled: ReturnType<typeof compileRule>) => statesIn(base.ctx, compiled);
const asked = fc.record({ rule, inner: innerRule, now });

test('compiled SQL says of random rules over random histories what their plain meaning says, and until when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 2, maxLength: 8 }),
      fc.array(asked, { minLength: RULES_PER_HISTORY, maxLength: RULES_PER_HISTORY }),
      async (drawn, questions) => {
        const people = drawn.map((one) => ({ ...one, id: newId() }));
        await putPeople(base.ctx, people);
        for (const question of questions) {
          await check(base.ctx, people, question).catch((error: unknown) => {
            throw new Error(
              `${String(error)}\nof ${JSON.stringify(question)}\nover ${JSON.stringify(people)}`,
            );
          });
        }
      },
    ),
    { ...SEED, numRuns: HISTORIES, endOnFailure: true },
  );
}, 3_600_000);

test('a leaf about events, interest or consents is exact where much happens within few days', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(busyPerson, { minLength: 4, maxLength: 8 }),
      fc.array(fc.record({ rule: factsLeaf, inner: innerRule, now: busyNow }), {
        minLength: RULES_PER_HISTORY,
        maxLength: RULES_PER_HISTORY,
      }),
      async (drawn, questions) => {
        const people = drawn.map((one) => ({ ...one, id: newId() }));
        await putPeople(base.ctx, people);
        for (const question of questions) {
          await check(base.ctx, people, question).catch((error: unknown) => {
            throw new Error(
              `${String(error)}\nof ${JSON.stringify(question)}\nover ${JSON.stringify(people)}`,
            );
          });
        }
      },
    ),
    { ...SEED, numRuns: HISTORIES, endOnFailure: true },
  );
}, 3_600_000);

test('walking from one moment of change to the next finds every change there is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 3, maxLength: 6 }),
      rule,
      innerRule,
      async (drawn, walked, inner) => {
        const people = drawn.map((one) => ({ ...one, id: newId() }));
        await putPeople(base.ctx, people);
        const world: World = { ...CATALOGUE, segments: { [DYNAMIC]: inner, [STATIC]: undefined } };
        const segments = new Map([
          [DYNAMIC, { name: 'inner', rule: inner }],
          [STATIC, { name: 'list', rule: undefined }],
        ]);
        const end = EPOCH + 25 * DAY;
        let at = EPOCH - 10 * DAY;
        for (let steps = 0; at < end; steps++) {
          const states = await statesOf(
            compileRule(walked, { now: new Date(at), baseCurrency: 'GBP', segments }),
          );
          for (const one of people) {
            expect(states.get(one.id)?.value ?? false).toBe(holds(walked, one, at, world));
          }
          const next = Math.min(end, ...[...states.values()].map(({ until }) => until));
          for (let between = at; between < next; between += 3 * HOUR) {
            for (const one of people) {
              expect(holds(walked, one, between, world)).toBe(holds(walked, one, at, world));
            }
          }
          expect(steps).toBeLessThan(2_000);
          at = next;
        }
      },
    ),
    { ...SEED, numRuns: Math.ceil(HISTORIES / 2), endOnFailure: true },
  );
}, 3_600_000);
