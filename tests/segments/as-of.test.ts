import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordConsents, upsertContacts } from '../../src/contacts/index.ts';
import { dateOf, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { orderInput } from '../../src/orders/contract.ts';
import { placeOrders, registerOrders } from '../../src/orders/index.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { changeMembers } from '../../src/segments/actions.members.ts';
import { compileRule } from '../../src/segments/compile.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

/**
 * A base that was told everything, in any order and late, is asked what held at a moment as far as it was known at another. A
 * replica that was told only what had happened by the one and was recorded by the other must say the same of its present.
 */

const RUNS = Number(process.env['AS_OF_RUNS'] ?? 8);
const EPOCH = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
const LIST = '00000000-0000-7000-8000-00000000000a';

type Side = { base: TestBase; list: string };
let whole: Side;
let replica: Side;

async function side(): Promise<Side> {
  const base = await testBase();
  base.clock.set(new Date(EPOCH).toISOString());
  const list = await createSegment(base.ctx, { kind: 'static', name: 'List', description: '' });
  return { base, list: list.id };
}

beforeAll(async () => {
  registerOrders();
  [whole, replica] = await Promise.all([side(), side()]);
});
afterAll(async () => {
  await whole?.base.close();
  await replica?.base.close();
});

/** Every fact happens in an hour of its own, so that no two words are told of the same moment. */
type Fact = { who: number; at: number; recorded: number; what: What };
type What =
  | { kind: 'says'; fields: object }
  | { kind: 'buys'; price: number }
  | { kind: 'does' }
  | { kind: 'agrees'; channel: string; granted: boolean }
  | { kind: 'listed'; on: boolean };

const PEOPLE = 3;
const HOURS = 600;

const what: fc.Arbitrary<What> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        fc.constantFrom(null, 'UK', 'France').map((country) => ({ country })),
        fc.constantFrom(1980, 1990).map((birthYear) => ({ birthYear })),
        fc.constantFrom('active', 'blocked').map((status) => ({ status })),
        fc.constantFrom(null, 1, 2, 3).map((level) => ({ attributes: { level } })),
        fc.constantFrom(null, '', 'a', 'b').map((note) => ({ attributes: { note } })),
        fc.constantFrom(['x'], ['x', 'y'], []).map((likes) => ({ attributes: { likes } })),
        fc
          .integer({ min: 0, max: HOURS })
          .map((at) => ({ attributes: { since: new Date(EPOCH + at * HOUR).toISOString() } })),
      )
      .map((fields) => ({ kind: 'says' as const, fields })),
  },
  { weight: 2, arbitrary: fc.constantFrom(5, 10).map((price) => ({ kind: 'buys' as const, price })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'does' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('agrees' as const),
      channel: fc.constantFrom('email', 'sms'),
      granted: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.boolean().map((on) => ({ kind: 'listed' as const, on })) },
);

const history: fc.Arbitrary<Fact[]> = fc
  .uniqueArray(
    fc.record({
      who: fc.nat(PEOPLE - 1),
      at: fc.integer({ min: 1, max: HOURS }),
      late: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: HOURS })),
      what,
    }),
    { minLength: 8, maxLength: 25, selector: ({ at }) => at },
  )
  .map((facts) =>
    facts
      .map(({ late, ...fact }) => ({ ...fact, recorded: fact.at + (fact.what.kind === 'listed' ? 0 : late) }))
      .toSorted((a, b) => a.recorded - b.recorded || a.at - b.at),
  );

const test_ = (ops: string[], values: unknown[]) =>
  fc.record({ op: fc.constantFrom(...ops), value: fc.constantFrom(...values) });
const attribute = (field: string, ops: fc.Arbitrary<object>) =>
  ops.map((rest) => ({ type: 'attribute', field, ...rest }));
const presence = fc.constantFrom({ op: 'exists' }, { op: 'lacks' });
const window = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: 15 }).map((amount) => ({ window: { type: 'last', unit: 'days', amount } })),
);
const leaf = fc.oneof(
  attribute('country', fc.oneof(test_(['is', 'isNot', 'startsWith'], ['UK', 'France']), presence)),
  attribute('birthYear', fc.oneof(test_(['is', 'gte', 'lt'], [1985, 1990]), presence)),
  attribute('status', test_(['is', 'isNot'], ['active'])),
  attribute('attributes.level', fc.oneof(test_(['is', 'isNot', 'gt', 'lte'], [1, 2]), presence)),
  attribute('attributes.note', fc.oneof(test_(['is', 'isNot', 'contains'], ['a', 'b']), presence)),
  attribute(
    'attributes.likes',
    fc
      .oneof(
        fc.constantFrom(
          { op: 'contains', value: 'x' },
          { op: 'in', value: ['y'] },
          { op: 'notIn', value: ['y'] },
        ),
        presence,
      )
      .map((rest) => ({ valueType: 'list', ...rest })),
  ),
  attribute(
    'attributes.since',
    fc
      .integer({ min: 1, max: 20 })
      .map((amount) => ({ op: 'within', direction: 'last', unit: 'days', amount })),
  ),
  fc
    .tuple(fc.constantFrom('orders', 'units', 'daysSinceLast'), test_(['gte', 'lt', 'is'], [0, 1, 2]), window)
    .map(([measure, rest, within]) => ({ type: 'purchase', measure, ...rest, ...within })),
  fc
    .tuple(test_(['gte', 'lt'], [1, 2]), window)
    .map(([rest, within]) => ({ type: 'event', name: 'Done', ...rest, ...within })),
  fc.constant({ type: 'segment', segmentId: LIST }),
  fc
    .record({ op: fc.constantFrom('has', 'lacks'), channel: fc.constantFrom('email', undefined) })
    .map(({ op, channel }) => ({ type: 'consent', op, ...(channel === undefined ? {} : { channel }) })),
);
const rule = fc
  .letrec<{ node: object }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      leaf,
      fc.record({
        type: fc.constantFrom('all', 'any'),
        children: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ type: fc.constant('not'), child: tie('node') }),
    ),
  }))
  .node.map((node) => ruleSchema.parse(node));

const dateAt = (hour: number): Date => new Date(EPOCH + hour * HOUR);

async function tell({ base, list }: Side, people: readonly string[], fact: Fact): Promise<void> {
  const { ctx, clock } = base;
  clock.set(dateAt(fact.recorded).toISOString());
  const [occurredAt, contactId] = [dateAt(fact.at), people[fact.who] ?? ''];
  const { what: told } = fact;
  if (told.kind === 'says') await upsertContacts(ctx, [{ contactId, occurredAt, ...told.fields }]);
  else if (told.kind === 'agrees')
    await recordConsents(ctx, [
      {
        contactId,
        purpose: 'activation',
        channel: told.channel,
        granted: told.granted,
        source: 'test',
        occurredAt,
      },
    ]);
  else if (told.kind === 'listed')
    await changeMembers(ctx, list, { add: told.on ? [contactId] : [], remove: told.on ? [] : [contactId] });
  else if (told.kind === 'does')
    await ctx.db.execute(sql`
      insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, origin_id)
      values (${contactId}::uuid, ${occurredAt.toISOString()}, ${newId()}, ${clock.now().toISOString()}, ${newId()}, 'track',
        'Done', 'server', ${contactId}::uuid)`);
  else {
    const order = orderInput.parse({
      externalId: newId(),
      occurredAt: occurredAt.toISOString(),
      lines: [{ product: 'P1', quantity: '1', unitPrice: String(told.price) }],
    });
    await placeOrders(ctx, [{ ...order, occurredAt, buyer: { contactId } }], { trust: 'server' });
  }
}

/** People of their own for every run; both sides know them from the beginning. */
async function peopleOf({ base }: Side): Promise<string[]> {
  base.clock.set(new Date(EPOCH).toISOString());
  const made = await upsertContacts(
    base.ctx,
    Array.from({ length: PEOPLE }, () => ({ externalIds: [{ namespace: 'test', id: newId() }] })),
  );
  return made.map((one) => one?.contactId ?? '');
}

const named = (asked: Rule, list: string): Rule =>
  JSON.parse(JSON.stringify(asked).replaceAll(LIST, list)) as Rule;

async function holders(
  { base, list }: Side,
  people: readonly string[],
  asked: Rule,
  moment: { now: Date; knownAt?: Date; history?: boolean },
): Promise<number[]> {
  const compiled = compileRule(named(asked, list), {
    ...moment,
    baseCurrency: base.ctx.config.baseCurrency,
    segments: new Map([[list, { name: 'List', rule: undefined }]]),
  });
  const found = await rows<{ contact_id: string }>(
    base.ctx.db,
    compiled.members({ restriction: { contactIds: people } }),
  );
  return found.map((row) => people.indexOf(row.contact_id)).toSorted((a, b) => a - b);
}

/** Asked of the past, facts that are known by now to lie ahead end what is told too. */
async function staysUntil(
  people: readonly string[],
  asked: Rule,
  at: Date,
  knownAt: Date | undefined,
  then: number[],
): Promise<void> {
  const options = { ...(knownAt === undefined ? {} : { knownAt }), history: true };
  const compiled = compileRule(named(asked, whole.list), {
    ...options,
    now: at,
    baseCurrency: whole.base.ctx.config.baseCurrency,
    segments: new Map([[whole.list, { name: 'List', rule: undefined }]]),
  });
  const states = await rows<{ value: boolean; until: string }>(
    whole.base.ctx.db,
    sql`select value, valid_until as until from (${compiled.states({ contactIds: people })}) s`,
  );
  expect(states.filter(({ value }) => value)).toHaveLength(then.length);
  const untils = states.map(({ until }) => (until === 'infinity' ? Infinity : dateOf(until).getTime()));
  const last = Math.min(...untils, at.getTime() + 40 * 24 * HOUR) - 1;
  for (const between of [at.getTime() + 1, (at.getTime() + last) / 2, last].filter(
    (one) => one > at.getTime(),
  ))
    expect(
      await holders(whole, people, asked, { ...options, now: new Date(between) }),
      JSON.stringify({ asked, at, between: new Date(between) }),
    ).toEqual(then);
}

test('what held at a moment, as far as known at another, is what a replica cut there says of its present', async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.integer({ min: 1, max: HOURS }),
      fc.option(fc.integer({ min: 0, max: HOURS }), { nil: undefined }),
      fc.array(rule, { minLength: 12, maxLength: 12 }),
      async (facts, at, known, rules) => {
        const here = await peopleOf(whole);
        const there = await peopleOf(replica);
        const knownAt = known === undefined ? undefined : at + known;
        for (const fact of facts) await tell(whole, here, fact);
        whole.base.clock.set(dateAt(3 * HOURS).toISOString());
        for (const fact of facts)
          if (fact.at <= at && (knownAt === undefined || fact.recorded <= knownAt))
            await tell(replica, there, fact);
        for (const asked of rules) {
          const then = await holders(whole, here, asked, {
            now: dateAt(at),
            history: true,
            ...(knownAt === undefined ? {} : { knownAt: dateAt(knownAt) }),
          });
          const present = await holders(replica, there, asked, { now: dateAt(at) });
          expect(then, JSON.stringify({ asked, at, knownAt, facts })).toEqual(present);
          await staysUntil(
            here,
            asked,
            dateAt(at),
            knownAt === undefined ? undefined : dateAt(knownAt),
            then,
          );
        }
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 300_000);

test('a question about the present is the same text whether or not the past can be asked about', () => {
  const sample = fc.sample(rule, { numRuns: 50, seed: 1 });
  const text = (asked: Rule, history: boolean): string => {
    const compiled = compileRule(asked, {
      now: dateAt(1),
      baseCurrency: 'GBP',
      segments: new Map([[LIST, { name: 'List', rule: undefined }]]),
      history,
    });
    const dialect = new PgDialect();
    return dialect.sqlToQuery(compiled.states()).sql + dialect.sqlToQuery(compiled.members()).sql;
  };
  for (const asked of sample) {
    expect(text(asked, false)).not.toMatch(/contact_history|segment_transition|created_at/);
    expect(text(asked, true)).not.toBe(text(asked, false));
  }
});
