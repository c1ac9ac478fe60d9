import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { archiveSegment, changeSegment } from '../../src/segments/actions.ts';
import { buildInBackground, buildSegment } from '../../src/segments/actions.build.ts';
import { changeMembers } from '../../src/segments/actions.members.ts';
import { notePhase } from '../../src/segments/store.build.ts';
import { holdForBuild } from '../../src/segments/store.ts';
import { addToSizes, foldSizes, recount } from '../../src/segments/store.sizes.ts';
import { segmentsJobs, segmentsSubscriptions } from '../../src/segments/index.ts';
import { sweepOnce } from '../../src/segments/jobs.ts';
import { editContact } from '../../src/contacts/actions.card.ts';
import { mergeContacts, registerContacts } from '../../src/contacts/index.ts';
import { eraseContacts } from '../../src/contacts/index.ts';
import { sizeOf } from '../../src/segments/store.sizes.ts';
import { until } from '../support/until.ts';
import {
  base,
  buyers,
  buys,
  create,
  createStatic,
  ctx,
  deliver,
  from,
  idsOf,
  someone,
  sweep,
  useBase,
} from './fixture.ts';

useBase();
beforeAll(() => registerContacts());
const MANY = 20_001;
beforeAll(async () => {
  await ctx.db.execute(sql`
    insert into contact (contact_id, kind, created_at, updated_at)
    select gen_random_uuid(), 'person', '2026-01-01', '2026-01-01' from generate_series(1, ${MANY})`);
});

test('a fact that comes during the first build counts once it has ended', async () => {
  const one = await someone({ country: 'Oman' });
  const made = await create(buyers);
  await buildSegment(ctx, made.id, {
    tell: async (phase) => {
      if (phase !== 'writing') return;
      await buys(one);
      await deliver();
    },
  });
  await sweep();
  expect(await idsOf(made.id)).toEqual([one]);
});

test('a fact that only the new rule asks for counts when it comes during the build of the edit', async () => {
  const one = await someone({ country: 'Oman' });
  const made = await create(from('Nowhere'));
  await buildInBackground(ctx, made.id);
  await changeSegment(ctx, made.id, { rule: buyers });
  const before = await idsOf(made.id);
  expect(before).toEqual([]);
  await buildSegment(ctx, made.id, {
    tell: async (phase) => {
      if (phase !== 'writing') return;
      await buys(one);
      await deliver();
    },
  });
  await sweep();
  expect(await idsOf(made.id)).toContain(one);
});

test('who refers to a segment follows its rule, also when that was edited before its first build', async () => {
  const [a, b] = [await someone({ country: 'Fiji' }), await someone({ country: 'Peru' })];
  const inner = await create(from('Fiji'));
  const outer = await create({ type: 'segment', segmentId: inner.id });
  await buildInBackground(ctx, outer.id);
  expect(await idsOf(outer.id)).toEqual([a]);
  await changeSegment(ctx, inner.id, { rule: from('Peru') });
  await ctx.db.execute(sql`update outbox set done_at = now() where topic like 'job.%'`);
  await buildInBackground(ctx, inner.id);
  const asked = await rows<{ id: string }>(
    ctx.db,
    sql`select payload->>'segmentId' as id from outbox where topic = 'job.segments.build' and done_at is null`,
  );
  for (const { id } of asked) await buildInBackground(ctx, id);
  expect(await idsOf(inner.id)).toEqual([b]);
  expect(await idsOf(outer.id)).toEqual([b]);
});

test('what is due is applied while a long build of another segment has more of its own due', async () => {
  const x = await create(from('Nobody'));
  await buildInBackground(ctx, x.id);
  const y = await create(buyers);
  const one = await someone();
  await buys(one);
  await deliver();
  await buildInBackground(ctx, y.id);
  expect(await idsOf(y.id)).toContain(one);
  base.clock.advance(30 * 86_400_000);
  await ctx.db.execute(sql`insert into segment_member (contact_id, segment_id, value, valid_until, since)
    select contact_id, ${x.id}::uuid, true, '2026-03-02', '2026-03-01' from (select contact_id from contact limit 3000) c`);
  await inTx(ctx, async (tx) => {
    await notePhase(ctx, x.id, 'evaluating');
    await holdForBuild(tx, x.id);
    for (let i = 0; i < 5; i++) while ((await sweepOnce(ctx)) > 0);
    expect(await idsOf(y.id)).not.toContain(one);
  });
});

test('folding counts and counting anew do not wait for each other', async () => {
  const made = await createStatic();
  await addToSizes(ctx, new Map([[made.id, 1]]));
  let counted: Promise<unknown> = Promise.resolve();
  await inTx(ctx, async (tx) => {
    await tx.db.execute(sql`select 1 from segment_size where segment_id = ${made.id}::uuid for update`);
    counted = recount(ctx, made.id).then(() => 'counted');
    await until(
      'waiting',
      async () =>
        (
          await rows(
            ctx.db,
            sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).length >= 1,
    );
    expect(await foldSizes(ctx)).toBe(0);
  });
  expect(await counted).toBe('counted');
});

test('a list that is archived meanwhile gets no members', async () => {
  const made = await createStatic();
  const one = await someone();
  let adding: Promise<unknown> = Promise.resolve();
  await inTx(ctx, async (tx) => {
    await tx.db.execute(sql`select 1 from contact where contact_id = ${one}::uuid for update`);
    adding = changeMembers(ctx, made.id, { add: [one], remove: [] }).catch((e: unknown) => e);
    await until(
      'waits',
      async () =>
        (
          await rows(
            ctx.db,
            sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).length >= 1,
    );
    await archiveSegment(ctx, made.id);
  });
  await adding;
  expect(await rows(ctx.db, sql`select 1 from segment_member where segment_id = ${made.id}::uuid`)).toEqual(
    [],
  );
});

test('the event that is named as the cause is one the segment depends on', async () => {
  const a = await create({ type: 'event', name: 'Alpha', op: 'gte', value: 1 });
  const b = await create({ type: 'event', name: 'Beta', op: 'gte', value: 1 });
  for (const { id } of [a, b]) await buildInBackground(ctx, id);
  const one = await someone();
  const [alpha, beta] = [await records(one, 'Alpha'), await records(one, 'Beta')];
  await inTx(ctx, async (tx) => {
    const event = {
      id: newId(),
      topic: 'event.recorded',
      createdAt: ctx.clock.now(),
      payload: { events: [alpha, beta] },
    };
    for (const known of segmentsSubscriptions)
      if (known.topic === event.topic) await known.handle(tx, [event]);
  });
  const causes = await rows<{ segment: string; cause: string }>(
    ctx.db,
    sql`select segment_id as segment, cause_id as cause from segment_transition where contact_id = ${one}::uuid order by 1`,
  );
  expect(causes).toEqual([
    { segment: a.id, cause: alpha.id },
    { segment: b.id, cause: beta.id },
  ]);
});

test('the event that is named as the cause is the right one also after waiting for builds', async () => {
  const a = await create({ type: 'event', name: 'Gamma', op: 'gte', value: 1 });
  const b = await create({ type: 'event', name: 'Delta', op: 'gte', value: 1 });
  for (const { id } of [a, b]) await buildInBackground(ctx, id);
  const one = await someone();
  const [gamma, delta] = [await records(one, 'Gamma'), await records(one, 'Delta')];
  await inTx(ctx, async (tx) => {
    for (const { id } of [a, b]) await holdForBuild(tx, id);
    await inTx(ctx, async (other) => {
      const payload = { events: [gamma, delta] };
      const event = { id: newId(), topic: 'event.recorded', createdAt: ctx.clock.now(), payload };
      for (const known of segmentsSubscriptions)
        if (known.topic === event.topic) await known.handle(other, [event]);
    });
  });
  await sweep();
  const causes = await rows<{ segment: string; cause: string }>(
    ctx.db,
    sql`select segment_id as segment, cause_id as cause from segment_transition where contact_id = ${one}::uuid order by 1`,
  );
  expect(causes).toEqual([
    { segment: a.id, cause: gamma.id },
    { segment: b.id, cause: delta.id },
  ]);
});

/** Puts an event; gives what the topic event.recorded tells of it. */
async function records(contactId: string, name: string) {
  const id = newId();
  const occurredAt = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, origin_id)
    values (${contactId}::uuid, ${occurredAt}::timestamptz, ${id}::uuid, ${occurredAt}::timestamptz, ${id}::uuid, 'track', ${name}, 'public',
      false, '{}', ${contactId}::uuid)`);
  return { contactId, id, sourceId: id, occurredAt, name, type: 'track', trust: 'public', bot: false };
}

test('a contact merged while a build runs stays in nothing', async () => {
  const [a, b] = [await someone({ country: 'Mali' }), await someone({ country: 'Mali' })];
  const made = await create(from('Mali'));
  await buildSegment(ctx, made.id, {
    tell: async (phase) => {
      if (phase !== 'writing') return;
      await mergeContacts(ctx, { from: a, to: b, reason: 'same person' });
      await deliver();
    },
  });
  await sweep();
  expect(
    await rows(
      ctx.db,
      sql`select contact_id as id from segment_member where segment_id = ${made.id}::uuid and value`,
    ),
  ).toEqual([{ id: b }]);
  expect(await sizeOf(ctx, made.id)).toBe(1);
});

test('a contact erased while a build runs leaves nothing', async () => {
  const [a, b] = [await someone({ country: 'Laos' }), await someone({ country: 'Laos' })];
  const made = await create(from('Laos'));
  await buildSegment(ctx, made.id, {
    tell: async (phase) => {
      if (phase !== 'writing') return;
      await eraseContacts(ctx, [a]);
      await deliver();
    },
  });
  await sweep();
  expect(
    await rows(
      ctx.db,
      sql`select contact_id as id from segment_member where segment_id = ${made.id}::uuid and value`,
    ),
  ).toEqual([{ id: b }]);
  expect(await sizeOf(ctx, made.id)).toBe(1);
});

type Told = {
  topic: string;
  payload: {
    cause: string;
    occurredAt: string;
    moves: { segmentId: string; version: number; moved: number; contactIds: string[] | null }[];
  };
};

const toldOf = (segmentId: string) =>
  rows<Told>(
    ctx.db,
    sql`select topic, payload from outbox where topic in ('segment.entered', 'segment.left')
      and payload->'moves' @> ${JSON.stringify([{ segmentId }])}::text::jsonb order by payload->>'cause', topic, id`,
  );

test('who came and went is told with the change, and of a build that it happened', async () => {
  const [a, b] = [await someone({ country: 'Togo' }), await someone({ country: 'Benin' })];
  const made = await create(from('Togo'));
  const other = await create(from('Benin'));
  await buildInBackground(ctx, made.id);
  await buildInBackground(ctx, other.id);
  const at = ctx.clock.now().toISOString();
  const told = async () =>
    [...(await toldOf(made.id)), ...(await toldOf(other.id))].flatMap(({ topic, payload }) =>
      payload.moves.map(({ segmentId, version, moved, contactIds }) =>
        [
          topic,
          payload.cause,
          payload.occurredAt,
          segmentId,
          version,
          moved,
          contactIds?.join() ?? 'any',
        ].join(' '),
      ),
    );
  const built = [made, other].map(({ id }) => `segment.entered build ${at} ${id} 1 1 any`);
  expect(await told()).toEqual(built);
  await editContact(ctx, a, { country: 'Benin', version: 1 });
  await editContact(ctx, b, { country: 'Togo', version: 1 });
  await deliver();
  // One event told of both segments.
  expect(await toldOf(made.id)).toHaveLength(3);
  expect(new Set(await told())).toEqual(
    new Set([
      ...built,
      `segment.entered fact ${at} ${made.id} 1 1 ${b}`,
      `segment.left fact ${at} ${made.id} 1 1 ${a}`,
      `segment.entered fact ${at} ${other.id} 1 1 ${a}`,
      `segment.left fact ${at} ${other.id} 1 1 ${b}`,
    ]),
  );
});

test('more who came than one event holds are told in several, and a change that is undone tells nothing', async () => {
  const made = await createStatic();
  const own = await create({ type: 'segment', segmentId: made.id });
  await buildInBackground(ctx, own.id);
  const many = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from contact where merged_into is null limit 900`,
  );
  const add = many.map(({ id }) => id);
  const undone = inTx(ctx, async (tx) => {
    await changeMembers(tx, made.id, { add, remove: [] });
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await toldOf(own.id)).toEqual([]);
  await changeMembers(ctx, made.id, { add, remove: [] });
  const parts = (await toldOf(own.id)).flatMap(({ payload }) => payload.moves);
  expect(parts.length).toBe(3);
  for (const { moved, contactIds } of parts) expect(contactIds).toHaveLength(moved);
  expect(parts.flatMap(({ contactIds }) => contactIds ?? []).toSorted()).toEqual(add.toSorted());
});

test('a build the queue has lost is asked for again, once, and not while another is under way', async () => {
  const made = await create(from('Cuba'));
  const other = await create(from('Haiti'));
  await ctx.db.execute(sql`update outbox set done_at = now() where topic = 'job.segments.build'`);
  const job = segmentsJobs.find(({ name }) => name === 'segments.sweep');
  const sweepJob = () => job?.run(ctx, {}, new AbortController().signal);
  const asked = async () =>
    (
      await rows<{ id: string }>(
        ctx.db,
        sql`select payload->>'segmentId' as id from outbox where topic = 'job.segments.build' and done_at is null`,
      )
    ).filter(({ id }) => id === made.id || id === other.id).length;
  await sweepJob();
  expect(await asked()).toBe(0);
  base.clock.advance(6 * 60_000);
  await inTx(ctx, async (tx) => {
    await holdForBuild(tx, other.id);
    await sweepJob();
  });
  expect(await asked()).toBe(0);
  await sweepJob();
  await sweepJob();
  expect(await asked()).toBe(2);
  for (const { id } of [made, other]) await buildInBackground(ctx, id);
  expect(await idsOf(made.id)).toEqual([]);
});
