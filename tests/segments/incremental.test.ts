import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { changeMembers } from '../../src/segments/actions.members.ts';
import { buildSegment } from '../../src/segments/actions.build.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';
import { segmentsSubscriptions } from '../../src/segments/index.ts';
import { sweepOnce } from '../../src/segments/jobs.ts';
import { sizeOf } from '../../src/segments/store.sizes.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { EPOCH } from './arbitraries.base.ts';
import { attributes, DYNAMIC, innerRule, line, person, rule, STATIC } from './arbitraries.ts';
import { holds } from './naive.ts';
import type { Person, World } from './naive.ts';
import { CATALOGUE, putCatalogue, putLines, putPeople } from './world.ts';

const RUNS = Number(process.env['INCREMENTAL_RUNS'] ?? 12);
const STEP_MS = 6 * 3_600_000;

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  await putCatalogue(base.ctx);
});
afterAll(() => base.close());

async function tell(topic: string, payload: object): Promise<void> {
  const event = { id: newId(), topic, payload, createdAt: base.clock.now() };
  await inTx(base.ctx, async (tx) => {
    for (const one of segmentsSubscriptions) if (one.topic === topic) await one.handle(tx, [event]);
  });
}

const step = fc.oneof(
  { weight: 3, arbitrary: line.map((bought) => ({ kind: 'buys' as const, bought })) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 12 }).map((steps) => ({ kind: 'time' as const, steps })),
  },
  { weight: 1, arbitrary: attributes.map((values) => ({ kind: 'says' as const, values })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 'UK', 'France').map((country) => ({ kind: 'moves' as const, country })),
  },
  { weight: 1, arbitrary: fc.boolean().map((listed) => ({ kind: 'listed' as const, listed })) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does one thing to the database, the way the modules do it, and the same to the person in memory. */
async function take(one: Step, who: Person, listId: string): Promise<void> {
  switch (one.kind) {
    case 'time':
      base.clock.advance(one.steps * STEP_MS);
      while ((await sweepOnce(base.ctx)) > 0);
      return;
    case 'buys': {
      const bought = { ...one.bought, order: who.lines.length + 100 };
      who.lines.push(bought);
      await putLines(base.ctx, [{ id: who.id, lines: [bought] }]);
      return tell('order.placed', { contactId: who.id, orderId: newId() });
    }
    case 'says':
      who.attributes = one.values;
      await base.ctx.db.execute(
        sql`update contact set attributes = ${JSON.stringify(one.values)}::text::jsonb where contact_id = ${who.id}::uuid`,
      );
      return tell('contact.changed', {
        contactId: who.id,
        keys: ['level', 'note', 'vip', 'since', 'likes'].map((key) => `attributes.${key}`),
      });
    case 'moves':
      who.country = one.country;
      await base.ctx.db.execute(
        sql`update contact set country = ${one.country} where contact_id = ${who.id}::uuid`,
      );
      return tell('contact.changed', { contactId: who.id, keys: ['country'] });
    case 'listed':
      who.listed = one.listed ? [listId] : [];
      await changeMembers(base.ctx, listId, {
        add: one.listed ? [who.id] : [],
        remove: one.listed ? [] : [who.id],
      });
  }
}

async function stored(segmentId: string): Promise<{ members: string[]; count: number; balance: string[] }> {
  const [members, size, balance] = await Promise.all([
    rows<{ id: string }>(
      base.ctx.db,
      sql`select contact_id as id from segment_member where segment_id = ${segmentId}::uuid and value`,
    ),
    sizeOf(base.ctx, segmentId),
    rows<{ id: string; n: number }>(
      base.ctx.db,
      sql`select contact_id as id, sum(case direction when 'entered' then 1 else -1 end)::int as n
        from segment_transition where segment_id = ${segmentId}::uuid group by contact_id`,
    ),
  ]);
  for (const { n } of balance) expect([0, 1]).toContain(n);
  return {
    members: members.map(({ id }) => id).toSorted(),
    count: size,
    balance: balance
      .filter(({ n }) => n === 1)
      .map(({ id }) => id)
      .toSorted(),
  };
}

test('membership kept up fact by fact and moment by moment is what a rebuild and the plain meaning say', async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 3, maxLength: 5 }),
      innerRule,
      rule,
      fc.array(fc.tuple(step, fc.nat()), { minLength: 10, maxLength: 20 }),
      async (drawn, inner, outer, steps) => {
        base.clock.set(new Date(EPOCH - 10 * 24 * 3_600_000).toISOString());
        const people = drawn.map((one) => ({ ...one, id: newId(), listed: [] as string[] }));
        await putPeople(base.ctx, people);
        await base.ctx.db.execute(
          sql`truncate segment, segment_dependency, segment_size, segment_size_change, segment_transition, segment_pending`,
        );
        const create = (given: object) =>
          createSegment(base.ctx, { name: `S${++n}`, description: '', ...given } as Parameters<
            typeof createSegment
          >[1]);
        const list = await create({ kind: 'static' });
        const first = await create({ kind: 'dynamic', rule: inner });
        const named = JSON.parse(
          JSON.stringify(outer).replaceAll(STATIC, list.id).replaceAll(DYNAMIC, first.id),
        ) as Rule;
        const second = await create({ kind: 'dynamic', rule: named });
        const world: World = { ...CATALOGUE, segments: { [first.id]: inner, [list.id]: undefined } };
        for (const [one, who] of steps) {
          const chosen = people[who % people.length];
          if (chosen !== undefined) await take(one, chosen, list.id);
          for (const [id, meaning] of [
            [first.id, inner],
            [second.id, named],
          ] as const) {
            const expected = people
              .filter((p) => holds(meaning, p, base.clock.now().getTime(), world))
              .map((p) => p.id)
              .toSorted();
            expect(await stored(id), `after ${JSON.stringify(one)}: ${JSON.stringify(meaning)}`).toEqual({
              members: expected,
              count: expected.length,
              balance: expected,
            });
          }
        }
        for (const { id } of [first, second]) {
          const before = await stored(id);
          await buildSegment(base.ctx, id);
          expect(await stored(id)).toEqual(before);
        }
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 300_000);
