import { monotonicMs } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { addMs } from '../../core/time.ts';
import { FORGIVEN_AFTER_MS } from './bucket.ts';
import type { Slowed } from './bucket.ts';
import type { PaceSettings } from './contract.ts';
import { findPace, providerRows, slowedDomains } from './store.ts';
import type { ProviderRow } from './store.ts';

/** What others have found out about a provider is known here after this long; meanwhile nothing is asked. */
export const LOOK_AGAIN_MS = 1_000;

type Look = {
  settings: PaceSettings;
  providers: ReadonlyMap<string, ProviderRow>;
  slowed: ReadonlyMap<string, Slowed>;
};

/** What one process knows of the pace. */
export type Own = {
  look(): Promise<Look>;
  /** Forgets what it has seen: something has changed. */
  stale(): void;
  /** Nothing is asked of a bucket before it can give something. */
  notBefore: Map<string, number>;
  /** Messages handed over here and since when, for the pace of a provider nobody has limited. */
  seen: Map<string, { count: number; sinceMs: number }>;
};

export function openLook(ctx: Ctx): Own {
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
  return own;
}

export const NEVER_SLOWED: Slowed = { rateCap: null, slowedAt: null };

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
