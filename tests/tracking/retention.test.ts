import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaignsJobs } from '../../src/campaigns/index.ts';
import { newId } from '../../src/core/ids.ts';
import type { Job } from '../../src/core/jobs.ts';
import { formJobs, ingestJobs } from '../../src/tracking/index.ts';
import { openForms } from './forms/world.ts';
import type { FormWorld } from './forms/world.ts';

/** What is kept for a time only. */

let world: FormWorld;
beforeAll(async () => {
  world = await openForms();
});
afterAll(() => world.close());

const DAY = 86_400_000;
async function run(jobs: readonly Job[], name: string): Promise<void> {
  const job = jobs.find((one) => one.name === name);
  if (job === undefined) throw new Error(`no job ${name}`);
  await job.run(world.site.api.ctx, null, new AbortController().signal);
}

test('of a submission nobody confirmed only the count is kept, once its link has been dead for a while', async () => {
  const form = await world.form({ doubleOptIn: true });
  await world.fill(form.id, { email: 'never@example.com', first_name: 'Nev', news: 'yes' });
  const forget = () => run(formJobs, 'tracking.forget-unconfirmed');
  world.site.clock.advance(13 * DAY);
  await forget();
  expect(await world.submissions(form.id)).toMatchObject([
    { state: 'pending', email: 'never@example.com', values: { first_name: 'Nev' } },
  ]);
  world.site.clock.advance(2 * DAY);
  await forget();
  expect(await world.submissions(form.id)).toMatchObject([
    { state: 'pending', email: null, values: {}, consents: [], ip: '', userAgent: '', contactId: null },
  ]);
  const { body } = await world.owner('GET', `/api/forms/${form.id}`);
  expect(body).toMatchObject({ counts: { submits: 1, confirmed: 0 } });
  // What was confirmed is a proof and stays.
  await world.query(sql`update form_submission set state = 'confirmed', ip = '192.0.2.1'`);
  await forget();
  expect(await world.submissions(form.id)).toMatchObject([{ ip: '192.0.2.1' }]);
});

test('a provider’s events and dead letters are forgotten after their terms, in steps', async () => {
  const at = (days: number) => new Date(world.site.clock.now().getTime() - days * DAY).toISOString();
  await world.query(sql`
    insert into provider_event (provider, provider_event_id, received_at, occurred_at)
    select 'p', 'old-' || i, ${at(401)}::timestamptz, ${at(401)}::timestamptz from generate_series(1, 5001) i
    union all select 'p', 'young', ${at(399)}::timestamptz, ${at(399)}::timestamptz`);
  await run(campaignsJobs, 'campaigns.forget-events');
  expect(await world.query(sql`select provider_event_id as id from provider_event`)).toEqual([
    { id: 'young' },
  ]);
  await world.query(sql`
    insert into dead_letter (id, source_id, kind, trust, reason, raw, received_at)
    select gen_random_uuid(), ${newId()}::uuid, 'event', 'public', 'old', '', ${at(91)}::timestamptz
      from generate_series(1, 1001)
    union all select gen_random_uuid(), ${newId()}::uuid, 'event', 'public', 'young', '', ${at(89)}::timestamptz`);
  await run(ingestJobs, 'tracking.upkeep');
  expect(await world.query(sql`select reason from dead_letter`)).toEqual([{ reason: 'young' }]);
});
