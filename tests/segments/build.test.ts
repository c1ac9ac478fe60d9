import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { changeSegment, getSegment, requestBuild } from '../../src/segments/actions.ts';
import { buildInBackground } from '../../src/segments/actions.build.ts';
import { transitions } from '../../src/segments/actions.insight.ts';
import type { Rule } from '../../src/segments/contract.ts';
import { registerLeaf } from '../../src/segments/index.ts';
import { until } from '../support/until.ts';
import { base, create, ctx, from, idsOf, someone, useBase } from './fixture.ts';

/** A build of this waits as long as somebody holds the lock; `fails` ends it with an error. */
const GATE = 4_711;
const gate = z.strictObject({ type: z.literal('gate'), country: z.string(), fails: z.boolean().optional() });
registerLeaf(
  {
    type: 'gate',
    compile: (leaf: z.output<typeof gate>, env) => ({
      value: sql`((select pg_advisory_xact_lock_shared(${GATE}::bigint)) is not null
        and ${env.contact('country')} is not distinct from ${leaf.country}::text
        and 1 / ${leaf.fails === true ? 0 : 1}::int = 1)`,
      until: () => null,
      needs: [],
    }),
    dependencies: () => [],
    futureFacts: null,
    words: () => 'waits',
    fields: () => [],
  },
  gate,
);

useBase();

/** Too many for a request to build. */
const MANY = 20_001;
beforeAll(async () => {
  await ctx.db.execute(sql`
    insert into contact (contact_id, kind, created_at, updated_at)
    select gen_random_uuid(), 'person', now(), now() from generate_series(1, ${MANY})`);
});

const gated = (country: string, fails?: boolean) =>
  ({ type: 'gate', country, ...(fails === undefined ? {} : { fails }) }) as unknown as Rule;

/** Holds something in a transaction of its own while `body` runs. */
async function holding(what: ReturnType<typeof sql>, body: () => Promise<void>): Promise<void> {
  await inTx(ctx, async (tx) => {
    await tx.db.execute(what);
    await body();
  });
}

const phaseOf = async (id: string): Promise<string | undefined> => (await getSegment(ctx, id)).phase?.name;
const comesTo = (id: string, phase: string): Promise<unknown> =>
  until(`the build is ${phase}`, async () => (await phaseOf(id)) === phase);

test('a build shows what it is doing while its transaction is open, and the former membership serves meanwhile', async () => {
  const [one, other] = [await someone({ country: 'Oman' }), await someone({ country: 'Iran' })];
  const made = await create(gated('Oman'));
  expect(made).toMatchObject({ state: 'building', count: null, phase: { name: 'waiting' } });
  await buildInBackground(ctx, made.id);
  expect(await getSegment(ctx, made.id)).toMatchObject({ state: 'ready', phase: null, count: 1 });

  base.clock.advance(60_000);
  const edited = await changeSegment(ctx, made.id, { rule: gated('Iran') });
  expect(edited).toMatchObject({
    state: 'building',
    version: 2,
    servedVersion: 1,
    phase: { name: 'waiting', since: '2026-03-01T10:01:00.000Z' },
  });
  let build: Promise<void> | undefined;
  await holding(sql`lock table segment_size in share mode`, async () => {
    await holding(sql`lock table segment_member in share mode`, async () => {
      await holding(sql`select pg_advisory_xact_lock(${GATE}::bigint)`, async () => {
        build = buildInBackground(ctx, made.id);
        await comesTo(made.id, 'evaluating');
        expect(await idsOf(made.id)).toEqual([one]);
      });
      await comesTo(made.id, 'writing');
      expect(await idsOf(made.id)).toEqual([one]);
    });
    await comesTo(made.id, 'counting');
    expect(await idsOf(made.id)).toEqual([one]);
  });
  await build;
  expect(await getSegment(ctx, made.id)).toMatchObject({
    state: 'ready',
    phase: null,
    servedVersion: 2,
    count: 1,
  });
  expect(await idsOf(made.id)).toEqual([other]);
  const { items } = await transitions(ctx, made.id, { limit: 50 });
  expect(
    items.map(({ direction, cause, version }) => `${direction} ${cause} v${version}`).toSorted(),
  ).toEqual(['entered build v1', 'entered edit v2', 'left edit v2']);
});

test('a build that fails leaves the membership as it was, says why, and can be asked for again', async () => {
  const one = await someone({ country: 'Cuba' });
  const made = await create(from('Cuba'));
  await buildInBackground(ctx, made.id);
  await changeSegment(ctx, made.id, { rule: gated('Haiti', true) });
  await expect(buildInBackground(ctx, made.id)).rejects.toThrow();
  const failed = await getSegment(ctx, made.id);
  expect(failed).toMatchObject({ state: 'failed', version: 2, servedVersion: 1, count: 1, phase: null });
  expect(failed.error).toContain('division by zero');
  expect(await idsOf(made.id)).toEqual([one]);
  expect((await transitions(ctx, made.id, { limit: 50 })).items).toHaveLength(1);

  await changeSegment(ctx, made.id, { rule: gated('Haiti') });
  expect(await getSegment(ctx, made.id)).toMatchObject({ state: 'building', error: null });
  await buildInBackground(ctx, made.id);
  expect(await getSegment(ctx, made.id)).toMatchObject({ state: 'ready', servedVersion: 3, count: 0 });
});

test('of two edits in a row, one of them during a build, the last one serves in the end', async () => {
  const people = await Promise.all(['Fiji', 'Peru', 'Chad'].map((country) => someone({ country })));
  const made = await create(gated('Fiji'));
  let build: Promise<void> | undefined;
  await holding(sql`select pg_advisory_xact_lock(${GATE}::bigint)`, async () => {
    build = buildInBackground(ctx, made.id);
    await comesTo(made.id, 'evaluating');
    await changeSegment(ctx, made.id, { rule: gated('Peru') });
    await changeSegment(ctx, made.id, { rule: gated('Chad') });
  });
  await build;
  expect(await getSegment(ctx, made.id)).toMatchObject({
    state: 'building',
    version: 3,
    servedVersion: 1,
    phase: { name: 'waiting' },
  });
  const asked = await rows<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from outbox where topic = 'job.segments.build'
      and payload->>'segmentId' = ${made.id}`,
  );
  expect(asked).toEqual([{ n: 3 }]);
  // Every edit asked for a build; the second finds nothing left to do.
  await buildInBackground(ctx, made.id);
  await buildInBackground(ctx, made.id);
  expect(await getSegment(ctx, made.id)).toMatchObject({
    state: 'ready',
    servedVersion: 3,
    count: 1,
    phase: null,
  });
  expect(await idsOf(made.id)).toEqual([people[2]]);
});

test('a build that is asked for waits for its turn', async () => {
  const made = await create(gated('Togo'));
  await buildInBackground(ctx, made.id);
  expect(await requestBuild(ctx, made.id)).toMatchObject({ state: 'building', phase: { name: 'waiting' } });
  await buildInBackground(ctx, made.id);
  expect(await requestBuild(ctx, made.id)).toMatchObject({ count: 0 });
});
