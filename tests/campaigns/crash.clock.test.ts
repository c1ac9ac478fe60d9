import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelCampaign, launchCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { planRuns, startDueRuns } from '../../src/campaigns/actions.run.ts';
import type { Channel } from '../../src/campaigns/channels/contract.ts';
import { permissionSettings } from '../../src/campaigns/permission/contract.ts';
import { savePermission } from '../../src/campaigns/permission/store.settings.ts';
import { rows } from '../../src/core/db.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { campaignWorld, draft, launched, putContacts, statesOf } from './world.ts';
import type { World } from './world.ts';

/** Clocks on walls are put forward and back, and so, by mistake, are those of machines. */

let world: World;
const never = new AbortController().signal;
const ZONE = 'Europe/Berlin';

beforeAll(async () => {
  world = await campaignWorld();
  await savePermission(
    world.ctx,
    permissionSettings.parse({
      quietHours: { from: '21:00', to: '09:00', purposes: ['informational'], channels: ['email'] },
      caps: [],
    }),
  );
});
afterAll(() => world.close());

type Got = { id: string; to: string; at: Date };

/** Cannot be asked what it has got; takes its time by the test's own doing. */
function counting(got: Got[], meanwhile: () => void = () => {}): Channel {
  return {
    name: 'smtp',
    batch: 100,
    slice: 20,
    leaseMs: 120_000,
    messageMs: 45_000,
    send: async (messages) => {
      for (const { id, to } of messages) got.push({ id, to, at: world.clock.now() });
      meanwhile();
      return messages.map(() => ({ kind: 'accepted', delivered: false }));
    },
    close: async () => {},
  };
}

async function work(channel: Channel): Promise<void> {
  const { ctx } = world;
  await startDueRuns(ctx);
  await planRuns(ctx, never);
  await sendDue(ctx, channel, never);
}

const wallHour = (at: Date): number =>
  Number(new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', hourCycle: 'h23' }).format(at));

const PEOPLE = 40;

test.each([
  [
    'forward',
    '2026-03-27T12:00:00Z',
    ['2026-03-28T01:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z'],
    ['2026-03-28T08', '2026-03-29T07', '2026-03-30T07'],
  ],
  [
    'back',
    '2026-10-23T12:00:00Z',
    ['2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ['2026-10-24T07', '2026-10-25T08', '2026-10-26T08'],
  ],
])(
  'a daily campaign at half past two while clocks go %s, and the machine’s jumps an hour both ways that night: each occurrence once, each contact once, nobody in quiet hours',
  async (how, start, occurrences, sentAt) => {
    const { ctx, clock } = world;
    clock.set(start);
    const from = how === 'forward' ? 1 : 1_001;
    await putContacts(ctx, how, { from, to: from + PEOPLE - 1 });
    await ctx.db.execute(sql`update contact set time_zone = ${ZONE} where country = ${how}`);
    const dtstart = `${start.slice(0, 10)}T02:30:00`;
    const schedule = { type: 'rrule' as const, rule: 'FREQ=DAILY', timeZone: ZONE, start: dtstart };
    const { id } = await draft(ctx, how, { schedule });
    await launchCampaign(ctx, id);
    const got: Got[] = [];
    const channel = counting(got);
    const jumps = new Map([
      [14, HOUR_MS],
      [15, -HOUR_MS],
      [37, HOUR_MS],
      [38, -HOUR_MS],
      [39, -HOUR_MS],
      [40, HOUR_MS],
    ]);
    for (let hour = 0; hour < 72; hour++) {
      await work(channel);
      clock.advance(HOUR_MS + (jumps.get(hour) ?? 0));
    }
    const runs = await rows<{ occurrence: string }>(
      ctx.db,
      sql`select occurrence from campaign_run where campaign_id = ${id}::uuid order by occurrence`,
    );
    expect(runs.map(({ occurrence }) => occurrence)).toEqual(occurrences);
    expect(await statesOf(ctx, id)).toEqual({ sent: 3 * PEOPLE });
    expect(new Set(got.map((one) => one.id)).size).toBe(got.length);
    expect(got.length).toBe(3 * PEOPLE);
    for (const { at } of got) expect([wallHour(at) >= 9, wallHour(at) < 21]).toEqual([true, true]);
    const days = Map.groupBy(got, ({ at }) => at.toISOString().slice(0, 13));
    expect([...days.keys()].map((hour) => hour.slice(0, 10))).toEqual(
      sentAt.map((hour) => hour.slice(0, 10)),
    );
    await cancelCampaign(ctx, id);
  },
);

test('the clock leaps over every lease and back while two workers send: nothing is handed over twice, nothing is lost', async () => {
  const { ctx, clock } = world;
  clock.set('2026-06-01T12:00:00Z');
  await putContacts(ctx, 'leap', { from: 2_001, to: 2_600 });
  const { id } = await draft(ctx, 'leap');
  await launched(ctx, id);
  const got: Got[] = [];
  let sends = 0;
  const channel = counting(got, () => {
    sends += 1;
    if (sends % 4 === 0) clock.advance(sends % 8 === 0 ? -HOUR_MS : HOUR_MS);
  });
  for (let round = 0; round < 4; round++) {
    await Promise.all([sendDue(ctx, channel, never), sendDue(ctx, channel, never)]);
    clock.advance(10 * MINUTE_MS);
  }
  clock.set('2026-06-02T12:00:00Z');
  await sendDue(ctx, channel, never);
  expect(new Set(got.map((one) => one.id)).size).toBe(got.length);
  const states = await statesOf(ctx, id);
  expect(states['sent']).toBe(got.length);
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(600);
  expect(Object.keys(states).filter((state) => state !== 'sent' && !state.startsWith('unknown'))).toEqual([]);
});
