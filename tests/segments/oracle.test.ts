import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dateOf, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { compileRule } from '../../src/segments/compile.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { EPOCH } from './arbitraries.base.ts';
import { DYNAMIC, innerRule, now, person, rule, STATIC } from './arbitraries.ts';
import { holds } from './naive.ts';
import type { Person, World } from './naive.ts';
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

type State = { value: boolean; until: number };

async function statesOf(
  compiled: ReturnType<typeof compileRule>,
  ids?: string[],
): Promise<Map<string, State>> {
  const found = await rows<{ id: string; value: boolean; until: string }>(
    base.ctx.db,
    sql`select contact_id as id, value, valid_until as until from (${compiled.states(ids && { contactIds: ids })}) s`,
  );
  return new Map(
    found.map(({ id, value, until }) => [
      id,
      { value, until: until === 'infinity' ? Number.POSITIVE_INFINITY : dateOf(until).getTime() },
    ]),
  );
}

const asked = fc.record({ rule, inner: innerRule, now });

async function check(people: Person[], given: { rule: Rule; inner: Rule; now: number }): Promise<void> {
  const world: World = { ...CATALOGUE, segments: { [DYNAMIC]: given.inner, [STATIC]: undefined } };
  const segments = new Map([
    [DYNAMIC, { name: 'inner', rule: given.inner }],
    [STATIC, { name: 'list', rule: undefined }],
  ]);
  const options = { now: new Date(given.now), baseCurrency: 'GBP', segments };
  const compiled = compileRule(given.rule, options);
  const expected = people.filter((one) => holds(given.rule, one, given.now, world)).map(({ id }) => id);

  const members = await rows<{ contact_id: string }>(base.ctx.db, compiled.members());
  expect(members.map((row) => row.contact_id).toSorted()).toEqual(expected.toSorted());

  const full = await statesOf(compiled);
  expect(
    [...full]
      .filter(([, { value }]) => value)
      .map(([id]) => id)
      .toSorted(),
  ).toEqual(expected.toSorted());
  const half = people.filter((_, i) => i % 2 === 0).map(({ id }) => id);
  const batch = await statesOf(compiled, half);
  expect(batch).toEqual(new Map([...full].filter(([id]) => half.includes(id))));

  // Nobody looks for facts to come when it is known that there are none.
  const dated = people.flatMap((one) => [...one.lines, ...one.events, ...one.consents]);
  if (dated.every(({ at }) => at <= given.now))
    expect(await statesOf(compileRule(given.rule, { ...options, future: false }))).toEqual(full);

  for (const one of people) {
    const { value, until } = full.get(one.id) ?? { value: false, until: Number.POSITIVE_INFINITY };
    expect(until).toBeGreaterThan(given.now);
    const last = Math.min(until, given.now + 45 * DAY);
    for (let at = given.now; at < last; at += 3 * HOUR) {
      if (holds(given.rule, one, at, world) !== value)
        throw new Error(`changes at ${new Date(at).toISOString()} already`);
    }
    if (Number.isFinite(until)) expect(holds(given.rule, one, until - 1, world)).toBe(value);
  }
}

test('compiled SQL says of random rules over random histories what their plain meaning says, and until when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 2, maxLength: 8 }),
      fc.array(asked, { minLength: RULES_PER_HISTORY, maxLength: RULES_PER_HISTORY }),
      async (drawn, questions) => {
        const people = drawn.map((one) => ({ ...one, id: newId() }));
        await putPeople(base.ctx, people);
        for (const question of questions) {
          await check(people, question).catch((error: unknown) => {
            throw new Error(
              `${String(error)}\nof ${JSON.stringify(question)}\nover ${JSON.stringify(people)}`,
            );
          });
        }
      },
    ),
    { ...SEED, numRuns: HISTORIES, endOnFailure: true },
  );
}, 600_000);

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
}, 600_000);
