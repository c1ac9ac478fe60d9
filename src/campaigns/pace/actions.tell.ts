import { monotonicMs } from '../../core/clock.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { addMs } from '../../core/time.ts';
import type { Outcome, OutMessage } from '../channels/contract.ts';
import { LOOK_AGAIN_MS } from './actions.look.ts';
import type { Own } from './actions.look.ts';
import { isCalm, stepOf, tallyOf } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import { domainOf, halved } from './bucket.ts';
import { holdBreaker, saveBreaker, slowDomain, slowProvider } from './store.ts';

/** After "too fast" without a word how long. */
const BUSY_WAIT_MS = 1_000;
/** A domain that nobody has limited is written to so fast after "too fast", and from there on faster again. */
const BUSY_DOMAIN_PER_SECOND = 2;

/** Keeps what a slice has shown of the provider; returns why it is to be left alone. Nothing is written while all is well. */
export async function tell(
  ctx: Ctx,
  own: Own,
  provider: string,
  messages: readonly OutMessage[],
  outcomes: readonly Outcome[],
  { probing, perSecond }: { probing: boolean; perSecond: number | null },
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
