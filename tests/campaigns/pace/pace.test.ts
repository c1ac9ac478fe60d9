import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sendAsked, sendDue } from '../../../src/campaigns/actions.loop.ts';
import type { Channel, Outcome } from '../../../src/campaigns/channels/contract.ts';
import { getPace, setPace } from '../../../src/campaigns/pace/actions.ts';
import { paceSettings } from '../../../src/campaigns/pace/contract.ts';
import { slowProvider } from '../../../src/campaigns/pace/store.ts';
import type { PaceAnswer } from '../../../src/campaigns/pace/contract.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { as, person } from '../../support/ctx.ts';
import { askReceipts, receiptTemplate } from '../crash.world.ts';
import { campaignWorld, draft, launched, putContacts, statesOf } from '../world.ts';
import type { World } from '../world.ts';

let world: World;
let next = 1;
const never = new AbortController().signal;
const ACCEPTED: Outcome = { kind: 'accepted', delivered: true };
const away: Outcome = { kind: 'retryable', reason: 'provider_unreachable', detail: 'ECONNREFUSED' };

beforeAll(async () => {
  world = await campaignWorld();
});
beforeEach(async () => {
  await world.ctx.db.execute(sql`truncate pace_provider, pace_domain`);
  await world.ctx.db.execute(sql`delete from setting where name = 'campaigns.pace'`);
});
afterAll(() => world.close());

type Handed = { to: string; at: number };

/** A provider that says what it is told to, and keeps when it got what by the clock of the test. */
function provider(say: () => Outcome, handed: Handed[] = []): Channel & { handed: Handed[] } {
  return {
    handed,
    name: 'metered',
    batch: 50,
    slice: 10,
    leaseMs: 60_000,
    messageMs: 1_000,
    send: async (messages, goOn) =>
      messages.map(({ to }) => {
        if (!goOn()) return { kind: 'untried' };
        const outcome = say();
        handed.push({ to, at: world.clock.now().getTime() });
        return outcome;
      }),
    close: async () => {},
  };
}

/** Messages waiting for contacts of their own; `domain` gives the n-th its domain. */
async function waiting(count: number, domain = (_n: number): string => 'example.com'): Promise<string> {
  const { ctx } = world;
  const from = next;
  next += count;
  const group = `pace ${from}`;
  await putContacts(ctx, group, { from, to: from + count - 1 });
  for (const name of new Set(Array.from({ length: count }, (_, i) => domain(i))))
    await ctx.db.execute(sql`update contact set email = replace(email, 'example.com', ${name})
      where country = ${group} and (right(contact_id::text, 12)) = any(${`{${Array.from(
        { length: count },
        (_, i) => i,
      )
        .filter((i) => domain(i) === name)
        .map((i) => (from + i).toString(16).padStart(12, '0'))
        .join(',')}}`}::text[])`);
  const { id } = await draft(ctx, group);
  await launched(ctx, id);
  return id;
}

const set = (settings: object): Promise<unknown> => setPace(world.ctx, paceSettings.parse(settings));
const stateOf = async (ctx: Ctx): Promise<PaceAnswer['providers'][number] | undefined> =>
  (await getPace(ctx)).providers.find((one) => one.provider === 'metered');

test('with nothing limited and nobody away sending leaves no trace of a pace', async () => {
  const id = await waiting(120);
  await sendDue(
    world.ctx,
    provider(() => ACCEPTED),
    never,
  );
  expect(await statesOf(world.ctx, id)).toEqual({ sent: 120 });
  expect(
    await rows(world.ctx.db, sql`select 1 from pace_provider union all select 1 from pace_domain`),
  ).toEqual([]);
});

test('two workers share a provider’s rate: never more than it allows since the start, and everything goes', async () => {
  const { ctx, clock } = world;
  await set({ providers: [{ provider: 'metered', perSecond: 20 }] });
  const id = await waiting(150);
  const handed: Handed[] = [];
  const startMs = clock.now().getTime();
  // The clock of the test runs, ten times as fast as the wall's.
  const running = setInterval(() => clock.advance(100), 10);
  try {
    await Promise.all(
      [1, 2].map(() =>
        sendDue(
          ctx,
          provider(() => ACCEPTED, handed),
          never,
        ),
      ),
    );
  } finally {
    clearInterval(running);
  }
  expect(await statesOf(ctx, id)).toEqual({ sent: 150 });
  for (const [i, { at }] of handed.entries())
    expect(i + 1).toBeLessThanOrEqual(20 + (20 * (at - startMs)) / 1_000);
});

test('a domain over its pace waits its turn and nothing else does: never skipped, never given up', async () => {
  const { ctx, clock } = world;
  await set({ domains: [{ domain: 'slow.example', perMinute: 60 }] });
  const id = await waiting(120, (i) => (i % 2 === 0 ? 'slow.example' : 'example.com'));
  const channel = provider(() => ACCEPTED);
  const slow = (): number => channel.handed.filter(({ to }) => to.endsWith('@slow.example')).length;
  await sendDue(ctx, channel, never);
  // Ten seconds' worth, less what is kept for those who wait.
  expect(slow()).toBe(8);
  expect(await statesOf(ctx, id)).toEqual({ sent: 68, 'planned:domain_pace': 52 });
  const [spread] = await rows<{ moments: number; deferred: number; seconds: number }>(
    ctx.db,
    sql`select count(distinct due_at)::int as moments, count(deferred_at)::int as deferred,
      extract(epoch from max(due_at) - min(due_at))::int as seconds from message where campaign_id = ${id}::uuid and state = 'planned'`,
  );
  expect(spread).toEqual({ moments: 52, deferred: 0, seconds: 51 });
  let passed = 0;
  for (; slow() < 60 && passed < 40; passed++) {
    clock.advance(5_000);
    await sendDue(ctx, channel, never);
    expect(slow()).toBeLessThanOrEqual(8 + 5 * (passed + 1));
  }
  expect(await statesOf(ctx, id)).toEqual({ sent: 120 });
  // Nobody waits much longer than the pace itself takes.
  expect(passed * 5).toBeLessThanOrEqual(52 + 15);
});

test('what somebody waits for uses what is kept of a domain’s bucket; beyond that it gets the next tokens, before the queue', async () => {
  const { ctx, clock } = world;
  await set({ domains: [{ domain: 'slow.example', perMinute: 60 }] });
  await receiptTemplate(ctx);
  await waiting(40, () => 'slow.example');
  const channel = provider(() => ACCEPTED);
  await sendDue(ctx, channel, never);
  expect(channel.handed.length).toBe(8);
  const asked = await askReceipts(ctx, next - 40, next - 36);
  await sendAsked(ctx, channel, never);
  expect(channel.handed.length).toBe(10);
  const rest = await rows<{ seconds: number }>(
    ctx.db,
    sql`select extract(epoch from due_at - ${clock.now().toISOString()}::timestamptz)::int as seconds from message
      where asked and state = 'planned' and reason = 'domain_pace' order by due_at`,
  );
  // Asked for in two batches at once, two may be given the same moment; one of them takes the token after it.
  const seconds = rest.map((one) => one.seconds);
  expect(seconds).toHaveLength(3);
  expect(seconds[0]).toBe(1);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(3);
  expect(asked.length).toBe(5);
});

test('a provider that is away is left alone by every worker, tried with a few, and goes on; no attempt is counted', async () => {
  const { ctx, clock } = world;
  const id = await waiting(200);
  let up = false;
  const channel = provider(() => (up ? ACCEPTED : away));
  await sendDue(ctx, channel, never);
  // A slice in each lane at most is begun before the first has shown it.
  expect(channel.handed.length).toBeLessThanOrEqual(30);
  expect(await stateOf(ctx)).toMatchObject({ state: 'open', reason: 'provider_unreachable' });
  const states = await statesOf(ctx, id);
  expect(
    (states['retry:provider_unreachable'] ?? 0) + (states['planned:provider_away'] ?? 0),
  ).toBeGreaterThan(49);
  const other = provider(() => ACCEPTED);
  clock.advance(20_000);
  await sendDue(ctx, other, never);
  expect(other.handed).toEqual([]);

  clock.advance(11_000);
  channel.handed.length = 0;
  await sendDue(ctx, channel, never);
  expect(channel.handed.length).toBeLessThanOrEqual(5);
  expect(await stateOf(ctx)).toMatchObject({ state: 'open' });
  clock.advance(50_000);
  await sendDue(ctx, other, never);
  expect(other.handed).toEqual([]);

  up = true;
  clock.advance(11_000);
  await sendDue(ctx, channel, never);
  expect(await stateOf(ctx)).toMatchObject({ state: 'closed', until: null });
  clock.advance(6_000);
  await sendDue(ctx, channel, never);
  expect(await statesOf(ctx, id)).toEqual({ sent: 200 });
  expect(
    await rows(ctx.db, sql`select 1 from message where campaign_id = ${id}::uuid and failures > 0`),
  ).toEqual([]);
});

test('"too fast" with a time: nothing goes before it, then at half the pace, and no attempt is counted', async () => {
  const { ctx, clock } = world;
  await set({ providers: [{ provider: 'metered', perSecond: 40 }] });
  const id = await waiting(100);
  let busy = true;
  const channel = provider(() =>
    busy ? { kind: 'retryable', reason: 'provider_busy', detail: '429', afterMs: 60_000 } : ACCEPTED,
  );
  await sendDue(ctx, channel, never);
  expect(await stateOf(ctx)).toMatchObject({ state: 'closed', perSecond: 20 });
  const tried = channel.handed.length;
  busy = false;
  clock.advance(50_000);
  await sendDue(ctx, channel, never);
  expect(channel.handed.length).toBe(tried);
  clock.advance(11_000);
  const running = setInterval(() => clock.advance(100), 10);
  await sendDue(ctx, channel, never).finally(() => clearInterval(running));
  clock.advance(10_000);
  const again = setInterval(() => clock.advance(100), 10);
  await sendDue(ctx, channel, never).finally(() => clearInterval(again));
  expect(await statesOf(ctx, id)).toEqual({ sent: 100 });
});

test('a domain’s own "too fast" slows that domain alone', async () => {
  const { ctx } = world;
  await waiting(60, (i) => (i % 2 === 0 ? 'busy.example' : 'example.com'));
  const channel = provider(() => ACCEPTED);
  const picky: Channel = {
    ...channel,
    send: async (messages, goOn) => {
      const outcomes = await channel.send(messages, goOn);
      return outcomes.map((one, i) =>
        messages[i]?.to.endsWith('@busy.example') === true
          ? { kind: 'retryable', reason: 'domain_busy', detail: '450 4.7.1' }
          : one,
      );
    },
  };
  await sendDue(ctx, picky, never);
  const { providers, domains } = await getPace(ctx);
  expect(domains).toMatchObject([{ domain: 'busy.example', perSecond: 2 }]);
  expect(providers).toEqual([]);
});

test('limits are set by those who may write campaigns, seen by those who may read them, and kept within bounds', async () => {
  const { ctx } = world;
  const settings = paceSettings.parse({ domains: [{ domain: 'gmail.com', perMinute: 600 }] });
  const marketer = as(ctx, person('m', { role: 'marketer' }));
  const manager = as(ctx, person('s', { role: 'manager' }));
  expect(await setPace(marketer, settings)).toEqual(settings);
  expect((await getPace(marketer)).settings).toEqual(settings);
  await expect(setPace(manager, settings)).rejects.toMatchObject({ status: 403 });
  for (const wrong of [
    { providers: [{ provider: 'smtp', perSecond: 0 }] },
    { domains: [{ domain: 'Gmail.com', perMinute: 5 }] },
    { domains: [1, 2].map(() => ({ domain: 'a.example', perMinute: 5 })) },
    { breaker: { consecutive: 1 } },
  ])
    expect(paceSettings.safeParse(wrong).success).toBe(false);
});

test('a pause that a provider has asked for is not cut short by a later word, and its pace not raised', async () => {
  const { ctx } = world;
  const now = ctx.clock.now();
  const until = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);
  await slowProvider(ctx, 'metered', { rateCap: 5, now, blockedUntil: until(60) });
  await slowProvider(ctx, 'metered', { rateCap: 9, now, blockedUntil: until(1) });
  const kept = await rows(
    ctx.db,
    sql`select rate_cap as cap, extract(epoch from blocked_until - slowed_at)::int as seconds from pace_provider`,
  );
  expect(kept).toEqual([{ cap: 5, seconds: 60 }]);
});
