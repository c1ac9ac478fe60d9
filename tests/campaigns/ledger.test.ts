import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getCampaign, patchCampaign } from '../../src/campaigns/actions.campaigns.ts';
import { cancelCampaign, launchCampaign, resumeCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { campaignReport } from '../../src/campaigns/actions.report.ts';
import { planRuns, startDueRuns } from '../../src/campaigns/actions.run.ts';
import type { Channel, OutMessage, Outcome } from '../../src/campaigns/channels/contract.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { paceSettings } from '../../src/campaigns/pace/contract.ts';
import { savePace } from '../../src/campaigns/pace/store.ts';
import { rows } from '../../src/core/db.ts';
import { archiveSegment } from '../../src/segments/actions.ts';
import { campaignWorld, couponCampaign, draft, launched, mailsOf, putContacts, statesOf } from './world.ts';
import type { World } from './world.ts';

let world: World;
const never = new AbortController().signal;
const MINUTE = 60_000;

beforeAll(async () => {
  world = await campaignWorld();
  // What becomes of messages is told here; when a provider is left alone stands in pace/.
  const breaker = { consecutive: 1_000, sharePercent: 100 };
  await savePace(world.ctx, paceSettings.parse({ breaker }));
});
afterAll(() => world.close());

/** A provider that cannot be asked what it has got; `answer` says what becomes of the n-th message. */
function provider(answer: (message: OutMessage, n: number) => Outcome): Channel & { got: OutMessage[] } {
  const got: OutMessage[] = [];
  return {
    got,
    name: 'smtp',
    batch: 100,
    slice: 20,
    leaseMs: 60_000,
    messageMs: 1_000,
    send: async (messages) =>
      messages.map((message) => {
        got.push(message);
        return answer(message, got.length);
      }),
    close: async () => {},
  };
}
const accepted: Outcome = { kind: 'accepted', delivered: false };

describe('outcomes', () => {
  test('an address that does not exist gets nothing any more, from whatever campaign; one refused for today does', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'dead', { from: 9_901, to: 9_902 });
    const first = await draft(ctx, 'dead');
    await launched(ctx, first.id);
    const says = ['address_dead', 'address_refused'];
    const refusing = provider((_message, n) => ({ kind: 'final', reason: says[n - 1] ?? '', detail: '550' }));
    await sendDue(ctx, refusing, never);
    const again = await draft(ctx, 'dead', { name: 'Again' });
    await launched(ctx, again.id);
    expect(await statesOf(ctx, again.id)).toEqual({ 'skipped:suppressed': 1, planned: 1 });
    await sendDue(
      ctx,
      provider(() => accepted),
      never,
    );
  });

  test('each class ends where it should, and coupons follow', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'classes', { from: 1, to: 40 });
    const { id } = await draft(ctx, 'classes', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    const channel = provider((_message, n) => {
      if (n <= 10) return { kind: 'final', reason: 'address_refused', detail: '550 no such user' };
      if (n <= 20) return { kind: 'unknown', reason: 'no_answer', detail: 'timeout' };
      if (n <= 30) return { kind: 'retryable', reason: 'provider_later', detail: '451' };
      return accepted;
    });
    await sendDue(ctx, channel, never);
    expect(await statesOf(ctx, id)).toEqual({
      'failed:address_refused': 10,
      'unknown:no_answer': 10,
      'retry:provider_later': 10,
      sent: 10,
    });
    expect((await campaignReport(ctx, id)).coupons).toEqual({
      issued: 20,
      held: 10,
      used: 0,
      expired: 0,
      void: 10,
    });
    await sendDue(ctx, channel, never);
    expect(channel.got.length).toBe(40);
    world.clock.advance(MINUTE);
    await sendDue(ctx, channel, never);
    expect(channel.got.length).toBe(50);
    const codes = new Map<string, Set<string | undefined>>();
    for (const message of channel.got) {
      const messageId = message.id;
      const text = 'text' in message ? message.text : '';
      const seen = codes.get(messageId) ?? new Set();
      codes.set(messageId, seen.add(/BACK-\w+/.exec(text)?.[0]));
    }
    expect([...codes.values()].every((seen) => seen.size === 1)).toBe(true);
    expect((await getCampaign(ctx, id)).state).toBe('finished');
  });

  test('what only a person can mend pauses the campaign with the provider’s words, and loses nothing', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'credentials', { from: 101, to: 400 });
    const { id } = await draft(ctx, 'credentials');
    await launched(ctx, id);
    const refusing = provider(() => ({
      kind: 'retryable',
      reason: 'provider_credentials',
      detail: '535 wrong',
      pause: true,
    }));
    await sendDue(ctx, refusing, never);
    const paused = await getCampaign(ctx, id);
    expect(paused).toMatchObject({ state: 'paused', stateReason: 'provider_credentials: 535 wrong' });
    const handed = refusing.got.length;
    await sendDue(ctx, refusing, never);
    expect(refusing.got.length).toBe(handed);
    await resumeCampaign(ctx, id);
    await sendDue(
      ctx,
      provider(() => accepted),
      never,
    );
    expect(await statesOf(ctx, id)).toEqual({ sent: 300 });
  });

  test('an outage of the provider costs no message its chances', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'outage', { from: 501, to: 550 });
    const { id } = await draft(ctx, 'outage');
    await launched(ctx, id);
    const away = provider(() => ({
      kind: 'retryable',
      reason: 'provider_unreachable',
      detail: 'ECONNREFUSED',
    }));
    for (let i = 0; i < 12; i++) {
      await sendDue(ctx, away, never);
      world.clock.advance(11 * MINUTE);
    }
    // All of them once, then those that find out whether it is back.
    expect(away.got.length).toBeGreaterThan(100);
    const counted = await rows(
      ctx.db,
      sql`select 1 from message where campaign_id = ${id}::uuid and failures > 0`,
    );
    expect(counted).toEqual([]);
    await sendDue(
      ctx,
      provider(() => accepted),
      never,
    );
    expect(await statesOf(ctx, id)).toEqual({ sent: 50 });
  });

  test('a message refused for now again and again is given up at last', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'later', { from: 601, to: 601 });
    const { id } = await draft(ctx, 'later');
    await launched(ctx, id);
    const later = provider(() => ({ kind: 'retryable', reason: 'provider_later', detail: '450 busy' }));
    for (let i = 0; i < 12; i++) {
      await sendDue(ctx, later, never);
      world.clock.advance(8 * 60 * MINUTE);
    }
    expect(later.got.length).toBe(8);
    expect(await statesOf(ctx, id)).toEqual({ 'failed:gave_up': 1 });
  });

  test('a claim whose worker died before the hand-off waits again; one that may have gone out is unknown for good', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'died', { from: 701, to: 800 });
    const { id } = await draft(ctx, 'died', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    const dying = provider((_message, n) => {
      if (n > 40) throw new Error('the process died here');
      return accepted;
    });
    await expect(sendDue(ctx, dying, never)).rejects.toThrow('died here');
    await sendDue(
      ctx,
      provider(() => accepted),
      never,
    );
    // How the worker's lanes share the messages is theirs: each had one slice of 20 under way at most.
    const { sent = 0, sending = 0 } = await statesOf(ctx, id);
    expect([sent + sending, sent <= 40]).toEqual([100, true]);
    world.clock.advance(2 * MINUTE);
    const after = provider(() => accepted);
    await sendDue(ctx, after, never);
    const unknown = sending - after.got.length;
    expect(unknown).toBeGreaterThan(0);
    expect(unknown).toBeLessThanOrEqual(3 * 20);
    expect(await statesOf(ctx, id)).toEqual({ sent: 100 - unknown, 'unknown:worker_died': unknown });
    expect((await campaignReport(ctx, id)).coupons).toMatchObject({ issued: 100 - unknown, held: unknown });
  });
});

describe('the outbox after a crash', () => {
  test('what it has counts as sent and what it has not goes again, each with the coupon it had; a cancelled one gives it back', async () => {
    const { ctx, dataDir } = world;
    await putContacts(ctx, 'found', { from: 901, to: 960 });
    const { id } = await draft(ctx, 'found', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    const outbox = { ...openOutbox(dataDir), batch: 60, slice: 20 };
    let written = 0;
    const dying: Channel = {
      ...outbox,
      send: async (messages, goOn) => {
        // Two lanes may share the messages; whichever writes the fortieth is the last to write.
        const last = messages.slice(0, 40 - written);
        written += last.length;
        const results = await outbox.send(last, goOn);
        if (last.length < messages.length) throw new Error('the process died here');
        return results;
      },
    };
    await expect(sendDue(ctx, dying, never)).rejects.toThrow('died here');
    const { sending = 0, sent = 0 } = await statesOf(ctx, id);
    expect(sending + sent).toBe(60);
    expect(sending).toBeGreaterThanOrEqual(20);
    world.clock.advance(MINUTE);
    await sendDue(
      ctx,
      { ...outbox, send: async (messages) => messages.map(() => ({ kind: 'untried' })) },
      never,
    );
    expect(await statesOf(ctx, id)).toEqual({ sent: 40, planned: 20 });
    expect((await campaignReport(ctx, id)).coupons).toMatchObject({ issued: 60, held: 0 });
    await cancelCampaign(ctx, id);
    await sendDue(ctx, outbox, never);
    const report = await campaignReport(ctx, id);
    expect(report.counts).toMatchObject({ sent: 40, cancelled: 20 });
    expect(report.coupons).toMatchObject({ issued: 40, void: 20 });
    const mails = (await mailsOf(dataDir)).filter((mail) => mail.campaignId === id);
    expect(mails.length).toBe(40);
  });
});

describe('fairness', () => {
  test('a small campaign started in the middle of a large one waits for a few batches, not for its end', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'large', { from: 10_001, to: 13_000 });
    await putContacts(ctx, 'small', { from: 13_001, to: 13_050 });
    const large = await draft(ctx, 'large');
    await launched(ctx, large.id);
    const small = await draft(ctx, 'small');
    const counting = provider(() => accepted);
    let batches = 0;
    const channel: Channel = {
      ...counting,
      send: async (messages, goOn) => {
        batches += 1;
        if (batches === 10) await launched(ctx, small.id);
        return counting.send(messages, goOn);
      },
    };
    await sendDue(ctx, channel, never);
    const order = counting.got.map((message) => message.campaignId);
    expect(order.length).toBe(3_050);
    expect(order.lastIndexOf(small.id)).toBeLessThan(2_000);
  });

  test('a campaign of higher priority goes first: nothing of another is begun while any of it waits', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'usual', { from: 14_001, to: 14_300 });
    await putContacts(ctx, 'urgent', { from: 14_301, to: 15_300 });
    const usual = await draft(ctx, 'usual');
    const urgent = await draft(ctx, 'urgent', { priority: 10 });
    for (const { id } of [usual, urgent]) await launched(ctx, id);
    const counting = provider(() => accepted);
    await sendDue(ctx, counting, never);
    const order = counting.got.map((message) => message.campaignId);
    expect(order.length).toBe(1_300);
    // Three batches of a hundred are under way at once: what two of them still held may have gone out beside the first of the other.
    expect(order.indexOf(usual.id)).toBeGreaterThanOrEqual(1_000 - 2 * counting.batch);
  });
});

describe('schedules', () => {
  test('a weekly campaign writes to each contact again every week, at the clock time of its zone', async () => {
    const { ctx, clock } = world;
    clock.set('2026-03-20T08:00:00Z');
    await putContacts(ctx, 'weekly', { from: 1_001, to: 1_005 });
    const { id } = await draft(ctx, 'weekly', {
      schedule: {
        type: 'rrule',
        rule: 'FREQ=WEEKLY;COUNT=3',
        timeZone: 'Europe/Berlin',
        start: '2026-03-23T10:00:00',
      },
    });
    expect((await launchCampaign(ctx, id)).upcoming).toEqual([
      '2026-03-23T09:00:00.000Z',
      '2026-03-30T08:00:00.000Z',
      '2026-04-06T08:00:00.000Z',
    ]);
    const outbox = openOutbox(world.dataDir);
    const runAt = async (at: string): Promise<number> => {
      clock.set(at);
      for (let i = 0; i < 2; i++) {
        await startDueRuns(ctx);
        await planRuns(ctx, never);
        await sendDue(ctx, outbox, never);
      }
      return (await mailsOf(world.dataDir)).filter((mail) => mail.campaignId === id).length;
    };
    expect(await runAt('2026-03-23T08:59:59Z')).toBe(0);
    expect((await getCampaign(ctx, id)).state).toBe('scheduled');
    expect(await runAt('2026-03-23T09:00:00Z')).toBe(5);
    expect(await runAt('2026-03-30T07:59:59Z')).toBe(5);
    expect(await runAt('2026-03-30T08:00:00Z')).toBe(10);
    expect(await runAt('2026-05-01T00:00:00Z')).toBe(15);
    expect((await getCampaign(ctx, id)).state).toBe('finished');
    expect((await campaignReport(ctx, id)).runs.map(({ occurrence }) => occurrence)).toEqual([
      '2026-04-06T08:00:00.000Z',
      '2026-03-30T08:00:00.000Z',
      '2026-03-23T09:00:00.000Z',
    ]);
  });

  test('a segment deleted before the run pauses the campaign and says so', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'gone', { from: 1_101, to: 1_105 });
    const { id, segmentId } = await draft(ctx, 'gone');
    await launchCampaign(ctx, id);
    await startDueRuns(ctx);
    await archiveSegment(ctx, segmentId ?? '');
    await planRuns(ctx, never);
    expect(await getCampaign(ctx, id)).toMatchObject({
      state: 'paused',
      stateReason: expect.stringContaining('segment'),
    });
  });
});

describe('a campaign that cannot work is refused at launch', () => {
  test.each<[string, () => Promise<object>, string]>([
    [
      'an activation without an incentive',
      async () => ({ purpose: 'activation' }),
      'campaign_needs_incentive',
    ],
    [
      'a coupon the template does not show',
      async () => ({ couponCampaignId: await couponCampaign(world.ctx) }),
      'template_shows_no_coupon',
    ],
    [
      'no such segment',
      async () => ({ segmentId: '00000000-0000-7000-8000-00000000dead' }),
      'campaign_segment_missing',
    ],
    [
      'no such template',
      async () => ({ templateId: '00000000-0000-7000-8000-00000000dead' }),
      'campaign_template_missing',
    ],
    [
      'a moment in the past',
      async () => ({ schedule: { type: 'at', at: '2020-01-01T00:00:00Z' } }),
      'schedule_past',
    ],
    [
      'a subject that names what does not exist',
      async () => ({ content: { links: {}, productIds: [], subject: 'Hi {{contact.nick}}' } }),
      'template_invalid',
    ],
  ])('%s', async (_what, change, code) => {
    const { ctx } = world;
    const { id } = await draft(ctx, 'refused');
    await patchCampaign(ctx, id, await change());
    await expect(launchCampaign(ctx, id)).rejects.toMatchObject({ code, status: 422 });
    expect((await getCampaign(ctx, id)).state).toBe('draft');
  });

  test('launching twice, or changing what runs, is a conflict', async () => {
    const { ctx } = world;
    const { id } = await draft(ctx, 'twice');
    await launchCampaign(ctx, id);
    await expect(launchCampaign(ctx, id)).rejects.toMatchObject({ status: 409 });
    await expect(patchCampaign(ctx, id, { name: 'x' })).rejects.toMatchObject({ status: 409 });
    await ctx.db.execute(sql`update campaign set state = 'cancelled' where campaign_id = ${id}::uuid`);
  });
});
