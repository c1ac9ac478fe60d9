import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import type { Ctx } from '../../src/core/ctx.ts';
import { dateOf, rows } from '../../src/core/db.ts';
import { compileRule } from '../../src/segments/compile.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';
import { DYNAMIC, STATIC } from './arbitraries.ts';
import { holds } from './naive.ts';
import type { Person, World } from './naive.ts';
import { CATALOGUE } from './world.ts';

/** What the compiler says of a rule, held against its plain meaning at every step of time. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type State = { value: boolean; until: number };

export async function statesIn(
  ctx: Ctx,
  compiled: ReturnType<typeof compileRule>,
  ids?: string[],
): Promise<Map<string, State>> {
  const found = await rows<{ id: string; value: boolean; until: string }>(
    ctx.db,
    sql`select contact_id as id, value, valid_until as until from (${compiled.states(ids && { contactIds: ids })}) s`,
  );
  return new Map(
    found.map(({ id, value, until }) => [
      id,
      { value, until: until === 'infinity' ? Number.POSITIVE_INFINITY : dateOf(until).getTime() },
    ]),
  );
}

export async function check(
  ctx: Ctx,
  people: Person[],
  given: { rule: Rule; inner: Rule; now: number },
): Promise<void> {
  const world: World = { ...CATALOGUE, segments: { [DYNAMIC]: given.inner, [STATIC]: undefined } };
  const segments = new Map([
    [DYNAMIC, { name: 'inner', rule: given.inner }],
    [STATIC, { name: 'list', rule: undefined }],
  ]);
  const options = { now: new Date(given.now), baseCurrency: 'GBP', segments };
  const compiled = compileRule(given.rule, options);
  const expected = people.filter((one) => holds(given.rule, one, given.now, world)).map(({ id }) => id);

  const members = await rows<{ contact_id: string }>(ctx.db, compiled.members());
  expect(members.map((row) => row.contact_id).toSorted()).toEqual(expected.toSorted());

  const full = await statesIn(ctx, compiled);
  expect(
    [...full]
      .filter(([, { value }]) => value)
      .map(([id]) => id)
      .toSorted(),
  ).toEqual(expected.toSorted());
  const half = people.filter((_, i) => i % 2 === 0).map(({ id }) => id);
  const batch = await statesIn(ctx, compiled, half);
  expect(batch).toEqual(new Map([...full].filter(([id]) => half.includes(id))));

  // Nobody looks for facts to come when it is known that there are none.
  const dated = people.flatMap((one) => [...one.lines, ...one.events, ...one.consents]);
  if (dated.every(({ at }) => at <= given.now))
    expect(await statesIn(ctx, compileRule(given.rule, { ...options, future: false }))).toEqual(full);

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
