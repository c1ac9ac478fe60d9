import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { changeSegment, requestBuild } from '../../src/segments/actions.ts';
import { askLostBuilds } from '../../src/segments/actions.build.ts';
import { evaluateFacts } from '../../src/segments/actions.evaluate.ts';
import { segmentsJobs } from '../../src/segments/jobs.ts';
import { base, create, ctx, from, useBase } from './fixture.ts';

useBase();

/** More than are evaluated in one transaction. */
const MANY = 5_001;

async function people(country: string): Promise<string[]> {
  const made = await rows<{ id: string }>(
    ctx.db,
    sql`insert into contact (contact_id, kind, country, created_at, updated_at)
      select gen_random_uuid(), 'person', ${country}::text, now(), now() from generate_series(1, ${MANY}::int)
      returning contact_id as id`,
  );
  return made.map(({ id }) => id);
}

/** The builds asked for and not begun, taken as the queue takes them. */
async function asked(segmentId: string): Promise<object[]> {
  const found = await rows<{ payload: object }>(
    ctx.db,
    sql`update outbox set done_at = now() where topic = 'job.segments.build' and done_at is null
      and payload->>'segmentId' = ${segmentId} returning payload`,
  );
  return found.map(({ payload }) => payload);
}

const run = async (payloads: readonly object[]): Promise<void> => {
  const job = segmentsJobs.find(({ name }) => name === 'segments.build');
  for (const payload of payloads) await job?.run(ctx, payload, new AbortController().signal);
};

const moved = (segmentId: string) =>
  rows<{ cause: string; n: number }>(
    ctx.db,
    sql`select cause, count(*)::int as n from segment_transition where segment_id = ${segmentId}::uuid
      group by cause order by cause`,
  );

const COUNTRY = [{ kind: 'attribute', key: 'country' }];

test('whoever enters because of a fact enters for it, however many do at once, also when the queue lost the build', async () => {
  await people('Togo');
  const made = await create(from('Togo'));
  await run(await asked(made.id));
  expect(await moved(made.id)).toEqual([{ cause: 'build', n: MANY }]);

  const more = await people('Togo');
  await evaluateFacts(ctx, COUNTRY, new Map(more.map((id) => [id, id])));
  await run(await asked(made.id));
  expect(await moved(made.id)).toEqual([
    { cause: 'build', n: MANY },
    { cause: 'fact', n: MANY },
  ]);

  const lost = await people('Togo');
  await evaluateFacts(ctx, COUNTRY, new Map(lost.map((id) => [id, id])));
  expect(await asked(made.id)).toHaveLength(1);
  base.clock.advance(6 * 60_000);
  expect(await askLostBuilds(ctx)).toBe(1);
  await run(await asked(made.id));
  expect(await moved(made.id)).toContainEqual({ cause: 'fact', n: 2 * MANY });
  expect(await askLostBuilds(ctx)).toBe(0);
});

test('who comes by an edit comes by the edit, and what nobody was told of by a build', async () => {
  const made = await create(from('Nowhere'));
  await run(await asked(made.id));
  const arrived = await people('Chad');
  await changeSegment(ctx, made.id, { rule: from('Chad') });
  await evaluateFacts(ctx, COUNTRY, new Map(arrived.map((id) => [id, id])));
  await run(await asked(made.id));
  expect(await moved(made.id)).toEqual([{ cause: 'edit', n: MANY }]);
  await people('Chad');
  await requestBuild(ctx, made.id);
  await run(await asked(made.id));
  expect(await moved(made.id)).toEqual([
    { cause: 'build', n: MANY },
    { cause: 'edit', n: MANY },
  ]);
});
