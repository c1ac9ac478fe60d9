import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { mergeContacts, moveRows, registerMergeMover } from '../../src/contacts/index.ts';
import { inTx } from '../../src/core/ctx.ts';
import { emit } from '../../src/core/outbox.ts';
import type { Subscription } from '../../src/core/jobs.ts';
import { buildSegment } from '../../src/segments/actions.build.ts';
import { preview } from '../../src/segments/actions.preview.ts';
import { catalogue } from '../../src/segments/actions.query.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import {
  compared,
  evaluateHappenings,
  numberTest,
  registerLeaf,
  segmentsSubscriptions,
} from '../../src/segments/index.ts';
import { deliver } from '../support/deliver.ts';
import { create, ctx, base, history, idsOf, someone, sweep, useBase } from './fixture.ts';

/**
 * A module as one that may come later: a ledger of points with an end, a topic of its own, and a leaf "points at least N". Nothing
 * in src/segments knows of it.
 */
const pointsLeaf = z.strictObject({
  type: z.literal('points'),
  op: z.enum(['gte', 'lt']),
  value: z.number().int().min(1),
});
type PointsLeaf = z.output<typeof pointsLeaf>;

registerLeaf<PointsLeaf>(
  {
    type: 'points',
    compile: (leaf, env) => {
      const now = sql`${env.now.toISOString()}::timestamptz`;
      const source = env.source({
        key: 'points',
        from: sql`test_points f`,
        where: [],
        recorded: sql`f.recorded_at`,
      });
      const valid = { key: 'valid', sql: sql`f.occurred_at <= ${now} and f.expires_at > ${now}` };
      const balance = sql`coalesce(${source.agg('sum(f.points)', [valid])}, 0)`;
      const ahead = { key: 'ahead', sql: sql`f.occurred_at > ${now}` };
      return {
        value: sql`(${numberTest(leaf, balance)})`,
        until: () =>
          sql`least(${source.agg('min(f.expires_at)', [valid])}, ${source.agg('min(f.occurred_at)', [ahead])})`,
        needs: leaf.op === 'gte' ? [source.key] : [],
        actual: () => ({ kind: 'number', sql: balance }),
      };
    },
    dependencies: () => [{ kind: 'points', key: '*' }],
    futureFacts: null,
    words: (leaf, language) =>
      `${language === 'ru' ? 'баллов' : 'points'} ${compared(leaf, language, (value) => String(value))}`,
    fields: () => [
      {
        leaf: 'points',
        field: 'balance',
        kind: 'number',
        ops: ['gte', 'lt'],
        label: { en: 'Points', ru: 'Баллы' },
      },
    ],
  },
  pointsLeaf,
);
registerMergeMover({ name: 'points', move: (tx, moves) => moveRows(tx, moves, { table: 'test_points' }) });

const told = z.object({ contactId: z.uuid() });
const pointsSubscription: Subscription = {
  name: 'segments on points.changed',
  topic: 'points.changed',
  handle: (tx, events) =>
    evaluateHappenings(
      tx,
      events.map(({ id, payload }) => ({
        contactId: told.parse(payload).contactId,
        facts: [{ kind: 'points', key: '*' }],
        causeId: id,
      })),
    ),
};
const settle = () => deliver(ctx, [...segmentsSubscriptions, pointsSubscription]);

useBase();
beforeAll(async () => {
  await ctx.db
    .execute(sql`create table test_points (contact_id uuid not null, occurred_at timestamptz not null, id uuid not null,
    points int not null, expires_at timestamptz not null, recorded_at timestamptz not null, origin_id uuid not null,
    primary key (contact_id, occurred_at, id))`);
});

const DAY = 86_400_000;

async function earns(contactId: string, points: number, days: number): Promise<void> {
  const now = base.clock.now();
  await inTx(ctx, async (tx) => {
    await tx.db
      .execute(sql`insert into test_points values (${contactId}::uuid, ${now.toISOString()}, gen_random_uuid(), ${points},
      ${new Date(now.getTime() + days * DAY).toISOString()}, ${now.toISOString()}, ${contactId}::uuid)`);
    await emit(tx, 'points.changed', [{ contactId }]);
  });
  await settle();
}

test('a module that comes later brings a leaf with its table, topic, words and fields, and membership follows them', async () => {
  const rule = { type: 'points', op: 'gte', value: 100 };
  const [ann, bob] = [await someone(), await someone()];
  const { id, words } = await create({
    type: 'all',
    children: [rule, { type: 'purchase', measure: 'orders', op: 'is', value: 0 }],
  });
  const few = await create({ type: 'not', child: rule });
  expect(words?.ru).toBe('Баллов не меньше 100 и число заказов — 0');
  await settle();

  await earns(ann, 70, 10);
  await earns(bob, 60, 20);
  expect(await idsOf(id)).toEqual([]);
  await earns(ann, 40, 3);
  expect(await idsOf(id)).toEqual([ann]);
  expect(await history(id)).toEqual(['entered fact v1 true']);

  base.clock.advance(3 * DAY - 1);
  await sweep();
  expect(await idsOf(id)).toEqual([ann]);
  base.clock.advance(1);
  await sweep();
  expect(await idsOf(id)).toEqual([]);

  await mergeContacts(ctx, { from: bob, to: ann, reason: 'one person' });
  await settle();
  expect(await idsOf(id)).toEqual([ann]);
  const kept = await idsOf(few.id);
  for (const one of [id, few.id]) await buildSegment(ctx, one);
  expect([await idsOf(id), await idsOf(few.id)]).toEqual([[ann], kept]);

  const asked = await preview(ctx, { rule: ruleSchema.parse(rule) });
  expect(asked).toMatchObject({ count: 1, warnings: [] });
  expect((await catalogue(ctx)).fields).toContainEqual(
    expect.objectContaining({ leaf: 'points', field: 'balance' }),
  );
  expect(() => ruleSchema.parse({ ...rule, value: 0 })).toThrow('value');
});
