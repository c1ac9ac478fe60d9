import type { Ctx } from '../../core/ctx.ts';
import { addMs } from '../../core/time.ts';
import type { LateEntry } from '../channels/contract.ts';
import { NEVER_SLOWED } from './actions.look.ts';
import type { Own } from './actions.look.ts';
import { bucketOf, domainOf, rateNow, slotsUntil } from './bucket.ts';
import { takeOfDomains } from './store.ts';
import type { DomainAsk } from './store.ts';

/** Runs are looked at every few seconds: a domain's bucket holds what comes in between. */
const DOMAIN_SPAN_S = 10;

/** Messages of a claimed batch whose domain has had enough for now, and until when they wait. What somebody waits for goes first. */
export async function lateOf(
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
    // Whoever is waited for gets the next tokens, and stands in no queue.
    const waiting = mine.slice(got);
    const others = waiting.filter((entry) => !entry.asked);
    for (const [i, { id }] of waiting.filter((entry) => entry.asked).entries())
      late.set(id, addMs(now, ((i + 1) / perSecond) * 1_000));
    const slots = slotsUntil(nextSlot, others.length, perSecond, now);
    for (const [i, { id }] of others.entries()) late.set(id, slots[i] ?? now);
  }
  return late;
}
