import { monotonicMs } from '../../core/clock.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { addMs } from '../../core/time.ts';
import type { Channel } from '../channels/contract.ts';
import { lateOf } from './actions.late.ts';
import { LOOK_AGAIN_MS, NEVER_SLOWED, openLook } from './actions.look.ts';
import type { Own } from './actions.look.ts';
import { tell } from './actions.tell.ts';
import { passOf } from './breaker.ts';
import { bucketOf, domainOf, rateNow, waitFor } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import { giveBackToDomains, giveBackToProvider, holdBreaker, saveBreaker, takeOfProvider } from './store.ts';

/** Messages that find out whether a provider is back. */
const PROBES = 5;
const PROVIDER_SPAN_S = 1;

/** How a batch may go: not before `waitMs` (then there is no channel), or over this channel, and `leave` when it is done. */
export type Pass =
  | { waitMs: number }
  | {
      waitMs: 0;
      channel: Channel;
      leave: () => Promise<void>;
    };

export type Pace = { enter(channel: Channel, asked: boolean): Promise<Pass> };

/** The pace of one process's sending. While nothing is limited and nobody is away, it costs a look a second and nothing for a batch. */
export function openPace(ctx: Ctx): Pace {
  const own = openLook(ctx);
  return { enter: (channel, asked) => enter(ctx, own, channel, asked) };
}

async function enter(ctx: Ctx, own: Own, channel: Channel, asked: boolean): Promise<Pass> {
  const look = await own.look();
  const now = ctx.clock.now();
  const provider = channel.name;
  const row = look.providers.get(provider);
  const blockedMs = (row?.blockedUntil?.getTime() ?? 0) - now.getTime();
  if (blockedMs > 0) return { waitMs: blockedMs };
  const pass = row === undefined ? { pass: 'all' as const } : passOf(row, now);
  if (pass.pass === 'none') return { waitMs: pass.waitMs };
  const probing = pass.pass === 'probe';
  if (probing && !(await beginProbe(ctx, own, channel))) return { waitMs: LOOK_AGAIN_MS };
  const want = Math.min(channel.batch, probing ? PROBES : channel.batch);
  const set = look.settings.providers.find((one) => one.provider === provider)?.perSecond ?? null;
  const perSecond = rateNow(set, row ?? NEVER_SLOWED, now);
  const bucket = perSecond === null ? null : bucketOf(perSecond, PROVIDER_SPAN_S);
  const got = bucket === null ? want : await take(ctx, own, { provider, bucket, asked, want });
  if (typeof got !== 'number') return got;
  return passFor(ctx, own, channel, { got, limited: bucket !== null, probing, perSecond });
}

async function take(
  ctx: Ctx,
  own: Own,
  from: { provider: string; bucket: Bucket; asked: boolean; want: number },
): Promise<number | { waitMs: number }> {
  const { provider, bucket, asked, want } = from;
  const key = `${provider} ${asked}`;
  const early = (own.notBefore.get(key) ?? 0) - monotonicMs();
  if (early > 0) return { waitMs: early };
  const floor = asked ? 0 : bucket.reserve;
  const { granted, tokens } = await takeOfProvider(ctx, {
    provider,
    bucket,
    floor,
    want,
    now: ctx.clock.now(),
  });
  if (granted > 0) return granted;
  const waitMs = waitFor(bucket, { tokens, floor, want });
  own.notBefore.set(key, monotonicMs() + waitMs);
  return { waitMs };
}

/** One process at a time finds out whether the provider is back; should it die, the next does so after the lease. */
async function beginProbe(ctx: Ctx, own: Own, channel: Channel): Promise<boolean> {
  const won = await inTx(ctx, async (tx) => {
    const now = tx.clock.now();
    const row = await holdBreaker(tx, channel.name, now);
    if (passOf(row, now).pass !== 'probe') return false;
    await saveBreaker(
      tx,
      channel.name,
      { ...row, state: 'half_open', until: addMs(now, channel.leaseMs) },
      now,
    );
    return true;
  });
  own.stale();
  return won;
}

type Allowed = { got: number; limited: boolean; probing: boolean; perSecond: number | null };

/** The channel for one batch: it takes as many messages as there are tokens, tells what it sees, and stops when the breaker opens. */
function passFor(ctx: Ctx, own: Own, channel: Channel, allowed: Allowed): Pass {
  const provider = channel.name;
  const granted = new Map<string, number>();
  let stopped: string | undefined;
  let handed = 0;
  let told = false;
  const send: Channel['send'] = async (messages, goOn) => {
    const outcomes = await channel.send(messages, goOn);
    const tried = messages.filter((_, i) => outcomes[i]?.kind !== 'untried');
    handed += tried.length;
    told ||= tried.length > 0;
    for (const { to } of tried) use(granted, to);
    stopped = await tell(ctx, own, provider, messages, outcomes, allowed);
    return outcomes;
  };
  return {
    waitMs: 0,
    channel: {
      ...channel,
      batch: allowed.got,
      send,
      stopped: () => stopped,
      late: (entries) => lateOf(ctx, own, entries, granted),
    },
    leave: async () => {
      if (allowed.limited && handed < allowed.got)
        await giveBackToProvider(ctx, provider, allowed.got - handed);
      const back = [...granted].filter(([, tokens]) => tokens > 0);
      if (back.length > 0)
        await giveBackToDomains(
          ctx,
          back.map(([domain, tokens]) => ({ domain, tokens })),
        );
      if (allowed.probing && !told) await endProbe(ctx, own, provider);
    },
  };
}

function use(granted: Map<string, number>, address: string): void {
  const domain = domainOf(address);
  const left = domain === undefined ? undefined : granted.get(domain);
  if (domain !== undefined && left !== undefined) granted.set(domain, left - 1);
}

/** There was nothing to find it out with. */
async function endProbe(ctx: Ctx, own: Own, provider: string): Promise<void> {
  await inTx(ctx, async (tx) => {
    const now = tx.clock.now();
    const row = await holdBreaker(tx, provider, now);
    if (row.state === 'half_open')
      await saveBreaker(tx, provider, { ...row, state: 'open', until: now }, now);
  });
  own.stale();
}
