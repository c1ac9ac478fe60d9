import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { FORGIVEN_AFTER_MS, rateNow } from './bucket.ts';
import type { Slowed } from './bucket.ts';
import type { PaceAnswer, PaceSettings } from './contract.ts';
import { findPace, forgetDomains, providerRows, savePace, slowedDomains } from './store.ts';

export async function getPace(ctx: Ctx): Promise<PaceAnswer> {
  authorise(ctx, 'campaigns:read');
  const now = ctx.clock.now();
  const settings = await findPace(ctx);
  const providers = await providerRows(ctx);
  const domains = await slowedDomains(ctx, addMs(now, -FORGIVEN_AFTER_MS));
  const named = new Map(settings.providers.map((one) => [one.provider, one.perSecond]));
  const perMinute = new Map(settings.domains.map((one) => [one.domain, one.perMinute]));
  return {
    settings,
    providers: providers.map(({ provider, state, until, reason, changedAt, blockedUntil, ...row }) => ({
      provider,
      ...slowdownOf(named.get(provider) ?? null, row, blockedUntil, now),
      state,
      until: until?.toISOString() ?? null,
      reason,
      changedAt: changedAt.toISOString(),
    })),
    domains: domains.map((row) => {
      const set = perMinute.get(row.domain) ?? settings.otherDomainsPerMinute;
      return { domain: row.domain, ...slowdownOf(set === null ? null : set / 60, row, null, now) };
    }),
  };
}

function slowdownOf(set: number | null, row: Slowed, blockedUntil: Date | null, now: Date) {
  const isBlocked = blockedUntil !== null && blockedUntil > now;
  return {
    perSecond: rateNow(set, row, now),
    blockedUntil: isBlocked ? blockedUntil.toISOString() : null,
    slowedAt: row.slowedAt?.toISOString() ?? null,
  };
}

/** Limits from the next second on, in every process. */
export async function setPace(ctx: Ctx, settings: PaceSettings): Promise<PaceSettings> {
  authorise(ctx, 'campaigns:write');
  return inTx(ctx, async (tx) => {
    const before = await findPace(tx);
    await savePace(tx, settings);
    await audit(tx, {
      action: 'pace.changed',
      entity: 'pace',
      entityId: 'pace',
      details: { before, after: settings },
    });
    return settings;
  });
}

/** Buckets of domains nobody has written to for a day are full again anyway. */
export async function forgetPace(ctx: Ctx): Promise<void> {
  await forgetDomains(ctx, addMs(ctx.clock.now(), -DAY_MS));
}
