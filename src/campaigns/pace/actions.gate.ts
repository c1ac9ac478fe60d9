import { monotonicMs } from '../../core/clock.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { addMs } from '../../core/time.ts';
import type { Channel, LateEntry, Outcome, OutMessage } from '../channels/contract.ts';
import { isCalm, passOf, stepOf, tallyOf } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import { bucketOf, domainOf, FORGIVEN_AFTER_MS, halved, rateNow, slotsUntil, waitFor } from './bucket.ts';
import type { Bucket, Slowed } from './bucket.ts';
import type { PaceSettings } from './contract.ts';
import {
  findPace,
  giveBackToDomains,
  giveBackToProvider,
  holdBreaker,
  providerRows,
  saveBreaker,
  slowDomain,
  slowedDomains,
  slowProvider,
  takeOfDomains,
  takeOfProvider,
} from './store.ts';
import type { DomainAsk, ProviderRow } from './store.ts';

/** What others have found out about a provider is known here after this long; meanwhile nothing is asked. */
const LOOK_AGAIN_MS = 1_000;
/** Messages that find out whether a provider is back. */
const PROBES = 5;
const PROVIDER_SPAN_S = 1;
/** Runs are looked at every few seconds: a domain's bucket holds what comes in between. */
const DOMAIN_SPAN_S = 10;
/** After "too fast" without a word how long. */
const BUSY_WAIT_MS = 1_000;
/** A domain that nobody has limited is written to so fast after "too fast", and from there on faster again. */
const BUSY_DOMAIN_PER_SECOND = 2;

type Look = {
  settings: PaceSettings;
  providers: ReadonlyMap<string, ProviderRow>;
  slowed: ReadonlyMap<string, Slowed>;
};

/** How a batch may go: not before `waitMs` (then there is no channel), or over this channel, and `leave` when it is done. */
export type Pass =
  | { waitMs: number }
  | {
      waitMs: 0;
      channel: Channel;
      leave: () => Promise<void>;
    };

export type Pace = { enter(channel: Channel, asked: boolean): Promise<Pass> };

type Own = {
  look(): Promise<Look>;
  /** Forgets what it has seen: something has changed. */
  stale(): void;
  /** Nothing is asked of a bucket before it can give something. */
  notBefore: Map<string, number>;
  /** Messages handed over here and since when, for the pace of a provider nobody has limited. */
  seen: Map<string, { count: number; sinceMs: number }>;
};

/** The pace of one process's sending. While nothing is limited and nobody is away, it costs a look a second and nothing for a batch. */
export function openPace(ctx: Ctx): Pace {
  let at = Number.NEGATIVE_INFINITY;
  let last: Promise<Look> | undefined;
  const own: Own = {
    look: () => {
      if (last === undefined || monotonicMs() - at >= LOOK_AGAIN_MS) {
        at = monotonicMs();
        last = lookAt(ctx);
        last.catch(() => own.stale());
      }
      return last;
    },
    stale: () => {
      last = undefined;
    },
    notBefore: new Map(),
    seen: new Map(),
  };
  return { enter: (channel, asked) => enter(ctx, own, channel, asked) };
}

async function lookAt(ctx: Ctx): Promise<Look> {
  const since = addMs(ctx.clock.now(), -FORGIVEN_AFTER_MS);
  const [settings, providers, slowed] = await Promise.all([
    findPace(ctx),
    providerRows(ctx),
    slowedDomains(ctx, since),
  ]);
  return {
    settings,
    providers: new Map(providers.map((row) => [row.provider, row])),
    slowed: new Map(slowed.map((row) => [row.domain, row])),
  };
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

const NEVER_SLOWED: Slowed = { rateCap: null, slowedAt: null };

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

/** Keeps what a slice has shown of the provider; returns why it is to be left alone. Nothing is written while all is well. */
async function tell(
  ctx: Ctx,
  own: Own,
  provider: string,
  messages: readonly OutMessage[],
  outcomes: readonly Outcome[],
  { probing, perSecond }: Allowed,
): Promise<string | undefined> {
  const tally = tallyOf(provider, outcomes);
  const observed = observe(own, provider, tally.answered);
  const slowed = await slowDown(ctx, provider, { messages, outcomes, perSecond: perSecond ?? observed });
  const known = (await own.look()).providers.get(provider);
  const busy = slowed === 'provider' ? 'provider_busy' : undefined;
  if (slowed !== undefined) own.stale();
  if (!probing && tally.outages === 0 && (known === undefined || isCalm(known))) return busy;
  const { settings } = await own.look();
  const after = await inTx(ctx, async (tx): Promise<Breaker> => {
    const now = tx.clock.now();
    const row = await holdBreaker(tx, provider, now);
    const next = stepOf(row, tally, { now, rules: settings.breaker, probing });
    if (next.state !== row.state)
      tx.log.warn({ provider, state: next.state, reason: next.reason }, 'circuit breaker');
    await saveBreaker(tx, provider, next, next.state === row.state ? row.changedAt : now);
    return next;
  });
  own.stale();
  return after.state === 'closed' ? busy : 'provider_away';
}

/** Messages a second that the provider has answered here lately. */
function observe(own: Own, provider: string, answered: number): number {
  const nowMs = monotonicMs();
  const before = own.seen.get(provider) ?? { count: 0, sinceMs: nowMs };
  const long = nowMs - before.sinceMs > 10 * LOOK_AGAIN_MS;
  const seen = long
    ? { count: answered, sinceMs: nowMs - LOOK_AGAIN_MS }
    : { ...before, count: before.count + answered };
  own.seen.set(provider, seen);
  return (seen.count / Math.max(LOOK_AGAIN_MS, nowMs - seen.sinceMs)) * 1_000;
}

/** "Too fast" of the provider, or of a recipient's: half the pace from now on, and nothing for as long as it has asked for. */
async function slowDown(
  ctx: Ctx,
  provider: string,
  of: { messages: readonly OutMessage[]; outcomes: readonly Outcome[]; perSecond: number },
): Promise<'provider' | 'domain' | undefined> {
  const now = ctx.clock.now();
  const busy = of.outcomes.filter((one) => one.kind === 'retryable' && one.reason === 'provider_busy');
  const waits = busy.map((one) => (one.kind === 'retryable' ? (one.afterMs ?? BUSY_WAIT_MS) : 0));
  if (busy.length > 0) {
    const blockedUntil = addMs(now, Math.max(...waits));
    await slowProvider(ctx, provider, { rateCap: halved(of.perSecond), now, blockedUntil });
  }
  const domains = new Set(
    of.messages.flatMap(({ to }, i) => {
      const one = of.outcomes[i];
      const domain = one?.kind === 'retryable' && one.reason === 'domain_busy' ? domainOf(to) : undefined;
      return domain === undefined ? [] : [domain];
    }),
  );
  for (const domain of [...domains].toSorted())
    await slowDomain(ctx, domain, { rateCap: BUSY_DOMAIN_PER_SECOND, now });
  return busy.length > 0 ? 'provider' : domains.size > 0 ? 'domain' : undefined;
}

/** Messages of a claimed batch whose domain has had enough for now, and until when they wait. What somebody waits for goes first. */
async function lateOf(
  ctx: Ctx,
  own: Own,
  entries: readonly LateEntry[],
  granted: Map<string, number>,
): Promise<ReadonlyMap<string, Date>> {
  const { settings, slowed } = await own.look();
  if (settings.domains.length === 0 && settings.otherDomainsPerMinute === null && slowed.size === 0)
    return new Map();
  const now = ctx.clock.now();
  const set = new Map(settings.domains.map(({ domain, perMinute }) => [domain, perMinute]));
  const byDomain = Map.groupBy(entries, ({ address }) => domainOf(address) ?? '');
  const asks = [...byDomain].flatMap(([domain, of]): DomainAsk[] => {
    const perMinute = set.get(domain) ?? settings.otherDomainsPerMinute;
    const perSecond = rateNow(
      perMinute === null ? null : perMinute / 60,
      slowed.get(domain) ?? NEVER_SLOWED,
      now,
    );
    if (domain === '' || perSecond === null) return [];
    const asked = of.filter((entry) => entry.asked).length;
    return [{ domain, bucket: bucketOf(perSecond, DOMAIN_SPAN_S), asked, want: of.length - asked }];
  });
  const late = new Map<string, Date>();
  for (const { domain, granted: got, nextSlot } of await takeOfDomains(ctx, asks, now)) {
    const perSecond = asks.find((ask) => ask.domain === domain)?.bucket.perSecond ?? 1;
    const mine = (byDomain.get(domain) ?? []).toSorted((a, b) => Number(b.asked) - Number(a.asked));
    granted.set(domain, got);
    const waiting = mine.slice(got);
    for (const [i, at] of slotsUntil(nextSlot, waiting.length, perSecond, now).entries())
      late.set(waiting[i]?.id ?? '', at);
  }
  return late;
}
