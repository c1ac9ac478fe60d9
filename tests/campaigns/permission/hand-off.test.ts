import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCampaign } from '../../../src/campaigns/actions.campaigns.ts';
import { frameOf } from '../../../src/campaigns/actions.frame.ts';
import { sendDue } from '../../../src/campaigns/actions.loop.ts';
import { planRuns, startDueRuns } from '../../../src/campaigns/actions.run.ts';
import { sendBatch } from '../../../src/campaigns/actions.send.ts';
import type { Channel, OutMessage } from '../../../src/campaigns/channels/contract.ts';
import { permissionEffect, setPermission } from '../../../src/campaigns/permission/actions.settings.ts';
import { permissionSettings } from '../../../src/campaigns/permission/contract.ts';
import { findCampaign, sendableRuns } from '../../../src/campaigns/store.campaigns.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { openDatabase, row, rows } from '../../../src/core/db.ts';
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time.ts';
import { campaignWorld, contactId, draft, launched, putContacts, statesOf } from '../world.ts';
import type { World } from '../world.ts';

/** What quiet hours, caps and priorities make of messages on their way out. */

let world: World;
const never = new AbortController().signal;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

function sink(batch = 50): Channel & { got: OutMessage[] } {
  const got: OutMessage[] = [];
  return {
    got,
    name: 'smtp',
    batch,
    slice: 20,
    leaseMs: 60_000,
    messageMs: 1_000,
    send: async (messages) => {
      got.push(...messages);
      return messages.map(() => ({ kind: 'accepted', delivered: false }));
    },
    close: async () => {},
  };
}

const NO_HOURS = { from: '21:00', to: '09:00', purposes: [], channels: [] };
const set = (ctx: Ctx, change: object) =>
  setPermission(ctx, permissionSettings.parse({ quietHours: NO_HOURS, caps: [], ...change }));

const decisions = (ctx: Ctx, campaignId: string) =>
  rows<{ decision: string; reason: string | null; facts: Record<string, unknown> | null }>(
    ctx.db,
    sql`select decision, reason, facts from send_decision where campaign_id = ${campaignId}::uuid order by occurred_at, id`,
  );

test('in quiet hours of its zone a message waits, nobody looks at it meanwhile, and it goes when they end', async () => {
  const { ctx, clock } = world;
  clock.set('2026-03-02T22:00:00Z');
  await set(ctx, {
    quietHours: { from: '21:00', to: '09:00', purposes: ['informational'], channels: ['email'] },
  });
  await putContacts(ctx, 'quiet', { from: 1, to: 3 });
  await ctx.db.execute(
    sql`update contact set time_zone = 'America/New_York' where contact_id = ${contactId(2)}::uuid`,
  );
  await ctx.db.execute(
    sql`update contact set time_zone = 'Mars/Olympus' where contact_id = ${contactId(3)}::uuid`,
  );
  const { id } = await draft(ctx, 'quiet');
  await launched(ctx, id);
  const out = sink();
  await sendDue(ctx, out, never);
  expect(out.got.map((mail) => mail.contactId)).toEqual([contactId(2)]);
  expect(await statesOf(ctx, id)).toEqual({ sent: 1, 'planned:quiet_hours': 2 });
  expect(await decisions(ctx, id)).toEqual(
    [1, 3].map(() => ({
      decision: 'defer',
      reason: 'quiet_hours',
      facts: { from: '21:00', to: '09:00', timeZone: 'UTC' },
    })),
  );
  // The run sleeps until the first is due: a million of them would cost nothing.
  expect(await sendableRuns(ctx)).toEqual([]);
  clock.set('2026-03-03T08:59:59.999Z');
  await sendDue(ctx, out, never);
  expect(out.got).toHaveLength(1);
  clock.set('2026-03-03T09:00:00Z');
  await sendDue(ctx, out, never);
  expect(await statesOf(ctx, id)).toEqual({ sent: 3 });
  expect((await getCampaign(ctx, id)).state).toBe('finished');
});

test('two workers with two campaigns at once never go beyond the cap; who is put off goes when there is room', async () => {
  const { ctx, clock, database } = world;
  await set(ctx, { caps: [{ channel: 'email', purpose: null, most: 1, days: 2 }] });
  await putContacts(ctx, 'race', { from: 101, to: 400 });
  const ids = [await draft(ctx, 'race'), await draft(ctx, 'race'), await draft(ctx, 'race')].map(
    ({ id }) => id,
  );
  for (const id of ids) await launched(ctx, id);
  const other = openDatabase(database.url);
  try {
    const out = sink(40);
    const counts = async (): Promise<number[]> => {
      await Promise.all([sendDue(ctx, out, never), sendDue({ ...ctx, db: other.db }, out, never)]);
      const each = Map.groupBy(out.got, (mail) => mail.contactId);
      return [...new Set([...each.values()].map((mails) => mails.length))];
    };
    expect(await counts()).toEqual([1]);
    expect(out.got).toHaveLength(300);
    const { waiting } = await row<{ waiting: number }>(
      ctx.db,
      sql`select count(*)::int as waiting from message where state = 'planned' and reason = 'cap_reached'
        and due_at = ${addMs(clock.now(), 2 * DAY_MS).toISOString()}::timestamptz`,
    );
    expect(waiting).toBe(600);
    clock.advance(2 * DAY_MS);
    expect(await counts()).toEqual([2]);
    clock.advance(2 * DAY_MS);
    expect(await counts()).toEqual([3]);
    // One worker may have looked for the end while the other was still recording.
    clock.advance(MINUTE_MS);
    await sendDue(ctx, out, never);
  } finally {
    await other.close();
  }
  for (const id of ids) expect((await getCampaign(ctx, id)).state).toBe('finished');
});

test('a higher priority goes first, though claimed later; a message that failed has used nothing up', async () => {
  const { ctx, clock } = world;
  await set(ctx, { caps: [{ channel: null, purpose: null, most: 1, days: 1 }] });
  await putContacts(ctx, 'priority', { from: 501, to: 502 });
  const low = await draft(ctx, 'priority', { priority: 1 });
  const high = await draft(ctx, 'priority', { priority: 5 });
  await launched(ctx, low.id);
  await launched(ctx, high.id);
  // Taken out of turn, as by a worker that began before the other run was there.
  await ctx.db.execute(sql`update campaign set priority = 9 where campaign_id = ${low.id}::uuid`);
  const [run] = await sendableRuns(ctx);
  expect(run?.campaignId).toBe(low.id);
  await ctx.db.execute(sql`update campaign set priority = 1 where campaign_id = ${low.id}::uuid`);
  const campaign = await findCampaign(ctx, low.id);
  if (run === undefined || campaign === undefined) throw new Error('no run');
  const out = sink();
  await sendBatch(ctx, run, await frameOf(ctx, campaign, run), out, never);
  expect(await statesOf(ctx, low.id)).toEqual({ 'planned:lower_priority': 2 });
  const failing: Channel = {
    ...out,
    send: async (messages) =>
      messages.map(() => ({ kind: 'final', reason: 'address_refused', detail: '550' })),
  };
  await sendDue(ctx, failing, never);
  expect(await statesOf(ctx, high.id)).toEqual({ 'failed:address_refused': 2 });
  clock.advance(HOUR_MS);
  await sendDue(ctx, out, never);
  expect(await statesOf(ctx, low.id)).toEqual({ sent: 2 });
});

test('whoever would be reached after the offer gets nothing, and is told so', async () => {
  const { ctx, clock } = world;
  await putContacts(ctx, 'offer', { from: 601, to: 601 });
  const first = await draft(ctx, 'offer');
  await launched(ctx, first.id);
  await sendDue(ctx, sink(), never);
  const second = await draft(ctx, 'offer', { offerUntil: addMs(clock.now(), 10 * HOUR_MS).toISOString() });
  await launched(ctx, second.id);
  await sendDue(ctx, sink(), never);
  expect(await statesOf(ctx, second.id)).toEqual({ 'skipped:offer_over': 1 });
  expect(await decisions(ctx, second.id)).toMatchObject([
    { decision: 'skip', reason: 'offer_over', facts: { waitingFor: 'cap_reached' } },
  ]);
});

test('a cap set anew counts what went out before it; without caps nothing is written', async () => {
  const { ctx } = world;
  await set(ctx, {});
  await putContacts(ctx, 'anew', { from: 701, to: 701 });
  const before = await draft(ctx, 'anew');
  await launched(ctx, before.id);
  await sendDue(ctx, sink(), never);
  expect(await decisions(ctx, before.id)).toEqual([]);
  await set(ctx, { caps: [{ channel: null, purpose: null, most: 1, days: 3 }] });
  const after = await draft(ctx, 'anew');
  await launched(ctx, after.id);
  await sendDue(ctx, sink(), never);
  expect(await statesOf(ctx, after.id)).toEqual({ 'planned:cap_reached': 1 });
  const { waiting, caps } = await permissionEffect(ctx);
  expect(waiting).toContainEqual({ reason: 'cap_reached', people: 1 });
  expect(caps).toEqual([{ channel: null, purpose: null, most: 1, days: 3, people: expect.any(Number) }]);
  expect(caps[0]?.people).toBeGreaterThanOrEqual(1);
});

test('a campaign at the best time waits for the hour at which somebody is known to read, and goes to others at once', async () => {
  const { ctx, clock } = world;
  await set(ctx, {});
  clock.set('2026-04-10T10:30:00Z');
  await putContacts(ctx, 'best', { from: 801, to: 802 });
  await ctx.db.execute(sql`
    insert into response (contact_id, occurred_at, id, recorded_at, message_id, campaign_id, run_id, kind, human, origin_id)
    select ${contactId(801)}::uuid, '2026-04-01T18:15:00Z'::timestamptz + n * interval '1 day', gen_random_uuid(), now(),
      gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'opened', true, ${contactId(801)}::uuid
    from generate_series(1, 6) n`);
  const { id } = await draft(ctx, 'best', { sendTime: 'best' });
  await launched(ctx, id);
  const out = sink();
  await sendDue(ctx, out, never);
  expect(await statesOf(ctx, id)).toEqual({ sent: 1, 'planned:best_time': 1 });
  expect(await decisions(ctx, id)).toEqual([
    { decision: 'defer', reason: 'best_time', facts: { hour: 18, signals: 6, timeZone: 'UTC' } },
  ]);
  clock.set('2026-04-10T18:00:00Z');
  await sendDue(ctx, out, never);
  expect(await statesOf(ctx, id)).toEqual({ sent: 2 });
});

test('after a rest of a month a weekly letter comes once, its newest, though no cap says so', async () => {
  const { ctx, clock } = world;
  await set(ctx, {});
  clock.set('2026-06-01T08:00:00Z');
  await putContacts(ctx, 'rest', { from: 901, to: 902 });
  const rest = addMs(clock.now(), 30 * DAY_MS);
  await ctx.db.execute(sql`
    insert into send_pause (contact_id, id, until, created_at, origin_id)
    values (${contactId(901)}::uuid, gen_random_uuid(), ${rest.toISOString()}::timestamptz, now(), ${contactId(901)}::uuid)`);
  const { id } = await draft(ctx, 'rest', {
    schedule: { type: 'rrule', rule: 'FREQ=WEEKLY', timeZone: 'UTC', start: '2026-06-01T09:00:00' },
  });
  await launched(ctx, id);
  const out = sink();
  for (let week = 0; week < 6; week += 1) {
    clock.set(addMs(new Date('2026-06-01T09:00:00Z'), week * 7 * DAY_MS).toISOString());
    await startDueRuns(ctx);
    await planRuns(ctx, never);
    // Twice: what waited for the rest, and what has just been planned.
    await sendDue(ctx, out, never);
    await sendDue(ctx, out, never);
  }
  const gotBy = (n: number): number => out.got.filter((mail) => mail.contactId === contactId(n)).length;
  expect([gotBy(901), gotBy(902)]).toEqual([1, 6]);
  expect(await statesOf(ctx, id)).toEqual({ sent: 7, 'skipped:replaced': 5 });
});
