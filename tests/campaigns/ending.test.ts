import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cancelCampaign, launchCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { planRuns, startDueRuns } from '../../src/campaigns/actions.run.ts';
import type { Channel, Outcome } from '../../src/campaigns/channels/contract.ts';
import { recordProviderEvents } from '../../src/campaigns/events/actions.ts';
import { finishRun, lockOpenRun } from '../../src/campaigns/store.campaigns.ts';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { campaignWorld, contactId, draft, launched, putContacts, statesOf } from './world.ts';
import type { World } from './world.ts';

/** Runs that end while somebody gives them messages. */

const never = new AbortController().signal;
let world: World;
let from = 1;
beforeAll(async () => {
  world = await campaignWorld();
});
beforeEach(() => {
  from += 100;
});
afterAll(() => world.close());

const LEASE_MS = 60_000;
const provider = (send: () => Promise<Outcome>): Channel => ({
  name: 'sendgrid',
  batch: 500,
  slice: 500,
  leaseMs: LEASE_MS,
  messageMs: 1_000,
  send: (messages) => Promise.all(messages.map(send)),
  close: () => Promise.resolve(),
});
const accepting = provider(() => Promise.resolve({ kind: 'accepted', delivered: false }));

/** A campaign to `count` people, launched and planned. */
async function campaign(count: number): Promise<string> {
  await putContacts(world.ctx, `ending ${from}`, { from, to: from + count - 1 });
  const { id } = await draft(world.ctx, `ending ${from}`);
  await launched(world.ctx, id);
  return id;
}

type Ends = { runId: string; campaignId: string; run: string; campaign: string; wakeAt: string };
async function endsOf(id: string): Promise<Ends> {
  const [found] = await rows<Ends>(
    world.ctx.db,
    sql`select r.run_id as "runId", c.campaign_id as "campaignId", r.state as run, c.state as campaign,
        to_char(r.wake_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "wakeAt"
      from campaign_run r join campaign c using (campaign_id) where campaign_id = ${id}::uuid`,
  );
  if (found === undefined) throw new Error('no run');
  return found;
}

/** As it is between the last hand-off and the end of its run. */
async function unended(id: string): Promise<void> {
  await world.ctx.db.execute(sql`update campaign_run set state = 'sending' where campaign_id = ${id}::uuid`);
  await world.ctx.db.execute(sql`update campaign set state = 'running' where campaign_id = ${id}::uuid`);
}

async function blocked(id: string) {
  const [message] = await rows<{ id: string; contactId: string }>(
    world.ctx.db,
    sql`select id, contact_id as "contactId" from message where campaign_id = ${id}::uuid and contact_id = ${contactId(from)}::uuid`,
  );
  if (message === undefined) throw new Error('no message');
  return {
    provider: 'sendgrid',
    providerEventId: newId(),
    message: { messageId: message.id, contactId: message.contactId },
    attempt: 1,
    channel: 'email' as const,
    address: null,
    kind: 'blocked' as const,
    occurredAt: world.clock.now(),
    reason: 'try later',
    userAgent: null,
    url: null,
    raw: '{}',
  };
}

/** Until it has ended, or waits for what another transaction holds. */
async function endedOrWaiting(work: Promise<unknown>): Promise<void> {
  let ended = false;
  const note = (): void => {
    ended = true;
  };
  work.then(note, note);
  for (;;) {
    const waiting = await rows(
      world.ctx.db,
      sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (ended || waiting.length > 0) return;
  }
}

test('a message to send again, told while its run is being ended, is sent', async () => {
  const id = await campaign(2);
  await sendDue(world.ctx, accepting, never);
  await unended(id);
  const event = await blocked(id);
  let ending: Promise<unknown> = Promise.resolve();
  await inTx(world.ctx, async (tx) => {
    await recordProviderEvents(tx, [event]);
    ending = sendDue(world.ctx, accepting, never);
    await endedOrWaiting(ending);
  });
  await ending;
  expect(await statesOf(world.ctx, id)).toEqual({ sent: 1, 'retry:blocked': 1 });
  expect(await endsOf(id)).toMatchObject({ run: 'sending', campaign: 'running' });
  world.clock.advance(60_000);
  await sendDue(world.ctx, accepting, never);
  expect(await statesOf(world.ctx, id)).toMatchObject({ sent: 2 });
  expect(await endsOf(id)).toMatchObject({ run: 'done', campaign: 'finished' });
});

test('a message to send again, told after its run was ended and before that is seen, opens the campaign too', async () => {
  const id = await campaign(1);
  await sendDue(world.ctx, accepting, never);
  await unended(id);
  const event = await blocked(id);
  const run = await endsOf(id);
  let telling: Promise<unknown> = Promise.resolve();
  await inTx(world.ctx, async (tx) => {
    await lockOpenRun(tx, run.runId);
    await finishRun(tx, run, 'done', tx.clock.now());
    telling = recordProviderEvents(world.ctx, [event]);
    await endedOrWaiting(telling);
  });
  await telling;
  expect(await endsOf(id)).toMatchObject({ run: 'sending', campaign: 'running' });
});

test('a run is not put to rest over a message to send again soon', async () => {
  const id = await campaign(2);
  const later = new Date(world.clock.now().getTime() + 3 * 86_400_000).toISOString();
  await world.ctx.db.execute(
    sql`update message set due_at = ${later}::timestamptz where campaign_id = ${id}::uuid and contact_id = ${contactId(from + 1)}::uuid`,
  );
  // The provider's word comes while the run is awake.
  await sendDue(world.ctx, accepting, never);
  await world.ctx.db.execute(
    sql`update campaign_run set wake_at = planned_at where campaign_id = ${id}::uuid`,
  );
  const event = await blocked(id);
  let ending: Promise<unknown> = Promise.resolve();
  await inTx(world.ctx, async (tx) => {
    await recordProviderEvents(tx, [event]);
    ending = sendDue(world.ctx, accepting, never);
    await endedOrWaiting(ending);
  });
  await ending;
  world.clock.advance(60_000);
  await sendDue(world.ctx, accepting, never);
  expect(await statesOf(world.ctx, id)).toMatchObject({ sent: 1, planned: 1 });
});

test('a record that comes after its lease opens the run again that was ended meanwhile', async () => {
  const id = await campaign(1);
  const slow = provider(async () => {
    world.clock.advance(2 * LEASE_MS);
    await sendDue(world.ctx, accepting, never);
    expect(await statesOf(world.ctx, id)).toEqual({ 'unknown:worker_died': 1 });
    expect(await endsOf(id)).toMatchObject({ run: 'done', campaign: 'finished' });
    return { kind: 'retryable', reason: 'blocked', detail: '' };
  });
  await sendDue(world.ctx, slow, never);
  expect(await statesOf(world.ctx, id)).toEqual({ 'retry:blocked': 1 });
  world.clock.advance(60_000);
  await sendDue(world.ctx, accepting, never);
  expect(await statesOf(world.ctx, id)).toMatchObject({ sent: 1 });
  expect(await endsOf(id)).toMatchObject({ run: 'done', campaign: 'finished' });
});

test('a campaign cancelled while its audience is written leaves nobody planned', async () => {
  await putContacts(world.ctx, `ending ${from}`, { from, to: from + 4 });
  const { id } = await draft(world.ctx, `ending ${from}`);
  await launchCampaign(world.ctx, id);
  await startDueRuns(world.ctx);
  let ending: Promise<unknown> = Promise.resolve();
  await inTx(world.ctx, async (tx) => {
    expect(await planRuns(tx, never)).toBe(1);
    await cancelCampaign(world.ctx, id);
    ending = sendDue(world.ctx, accepting, never);
    await endedOrWaiting(ending);
  });
  await ending;
  await sendDue(world.ctx, accepting, never);
  expect(await statesOf(world.ctx, id)).toEqual({ cancelled: 5 });
  expect(await endsOf(id)).toMatchObject({ run: 'cancelled', campaign: 'cancelled' });
});
