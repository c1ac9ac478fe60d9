import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planBatch } from '../../src/campaigns/actions.batch.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { sendableRuns } from '../../src/campaigns/store.campaigns.ts';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { addMs, DAY_MS } from '../../src/core/time.ts';
import { campaignWorld, contactId, putContacts } from './world.ts';
import type { World } from './world.ts';

/** Messages that something starts one by one, in batches. */

const never = new AbortController().signal;

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

const MAIL = {
  campaignId: '00000000-0000-7000-8000-0000000000aa',
  purpose: 'informational',
  channel: 'email',
  fallback: [],
};

async function running(): Promise<void> {
  await world.ctx.db.execute(sql`
    insert into campaign (campaign_id, name, kind, purpose, template_id, content, schedule, state, created_by, created_at, updated_at)
    select ${MAIL.campaignId}::uuid, 'Steps', 'journey-step', 'informational', template_id, '{}', '{"type":"now"}', 'running',
      'test', now(), now() from template where key = 'newsletter'`);
}

const states = () =>
  rows<{ contact: string; state: string; reason: string | null }>(
    world.ctx.db,
    sql`select contact_id as contact, state, reason from message order by contact_id, id`,
  );

test('a contact and send key get one message; it goes when its moment has come, and nobody looks at it before', async () => {
  const { ctx, clock, dataDir } = world;
  await putContacts(ctx, 'batch', { from: 1, to: 1 });
  await putContacts(ctx, 'batch', { from: 2, to: 2 }, null);
  await running();
  const dueAt = addMs(clock.now(), 3 * DAY_MS);
  const entries = [1, 2, 1].map((n) => ({
    contactId: contactId(n),
    sendKey: 'entry:node',
    dueAt,
    data: null,
  }));
  expect(await inTx(ctx, (tx) => planBatch(tx, MAIL, 1, entries))).toBe(2);
  expect(await inTx(ctx, (tx) => planBatch(tx, MAIL, 1, entries))).toBe(0);
  const waiting = [
    { contact: contactId(1), state: 'planned', reason: null },
    { contact: contactId(2), state: 'skipped', reason: 'no_consent' },
  ];
  expect(await states()).toEqual(waiting);

  expect(await sendDue(ctx, openOutbox(dataDir), never)).toBe(0);
  expect(await sendableRuns(ctx)).toEqual([]);
  clock.advance(3 * DAY_MS - 1);
  expect(await sendDue(ctx, openOutbox(dataDir), never)).toBe(0);
  clock.advance(1);
  expect(await sendDue(ctx, openOutbox(dataDir), never)).toBe(1);
  expect(await states()).toEqual([{ ...waiting[0], state: 'sent' }, waiting[1]]);
  // The campaign goes on for what comes next.
  expect(
    await rows(ctx.db, sql`select state from campaign where campaign_id = ${MAIL.campaignId}::uuid`),
  ).toEqual([{ state: 'running' }]);
});

test('more runs than are looked at together are all sent in one go', async () => {
  const { ctx, clock, dataDir } = world;
  await putContacts(ctx, 'many', { from: 1_001, to: 1_230 });
  for (let n = 1_001; n <= 1_230; n += 1) {
    const entry = { contactId: contactId(n), sendKey: `one:${n}`, dueAt: clock.now(), data: null };
    await inTx(ctx, (tx) => planBatch(tx, MAIL, 1, [entry]));
  }
  expect(await sendDue(ctx, openOutbox(dataDir), never)).toBe(230);
});
