import { monotonicMs } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { HOUR_MS, isTimeZone } from '../../core/time.ts';
import type { HandOff } from '../store.recipients.ts';
import { bestHour, histogramOf, nextHour } from './hour.ts';
import type { Histogram } from './hour.ts';
import { commonSignals, signalsOf } from './store.hours.ts';
import type { Signal } from './store.hours.ts';

export const zoneOf = (ctx: Ctx, zone: string | null): string =>
  zone !== null && isTimeZone(zone) ? zone : ctx.config.timeZone;

/** Habits of many change slowly. */
const KEPT_MS = HOUR_MS;
const MAX_KEPT = 50;
const kept = new Map<string, { madeMs: number; hours: Promise<Histogram> }>();

/** By which hours people read, of a segment or of all; kept for an hour in each process. */
async function commonHours(ctx: Ctx, segmentId: string | null): Promise<Histogram> {
  const key = `${ctx.config.databaseUrl ?? ''} ${segmentId ?? ''}`;
  const known = kept.get(key);
  if (known !== undefined && monotonicMs() - known.madeMs < KEPT_MS) return known.hours;
  const hours = commonSignals(ctx, segmentId).then((signals) => together(ctx, signals));
  kept.delete(key);
  kept.set(key, { madeMs: monotonicMs(), hours });
  hours.catch(() => kept.delete(key));
  if (kept.size > MAX_KEPT) kept.delete([...kept.keys()][0] ?? key);
  return hours;
}

function together(ctx: Ctx, signals: readonly Signal[]): number[] {
  const byZone = Map.groupBy(signals, ({ timeZone }) => zoneOf(ctx, timeZone));
  const each = [...byZone].map(([zone, own]) =>
    histogramOf(
      own.map(({ at }) => at),
      zone,
    ),
  );
  return Array.from({ length: 24 }, (_, hour) => each.reduce((sum, hours) => sum + (hours[hour] ?? 0), 0));
}

/**
 * When contacts of a campaign that asks for it are best written to, with the facts; null: not known, so at the campaign's own time. A
 * message is put off for this once, the first time somebody looks at it.
 */
export async function bestMoments(
  ctx: Ctx,
  segmentId: string | null,
  entries: readonly HandOff[],
): Promise<ReadonlyMap<string, { at: Date; facts: object }>> {
  const fresh = entries.filter(({ deferredAt }) => deferredAt === null);
  if (fresh.length === 0) return new Map();
  const now = ctx.clock.now();
  const signals = Map.groupBy(
    await signalsOf(ctx, [...new Set(fresh.map(({ contactId }) => contactId))]),
    ({ contactId }) => contactId,
  );
  if (signals.size === 0) return new Map();
  const base = await commonHours(ctx, null);
  const segment = segmentId === null ? base : await commonHours(ctx, segmentId);
  return new Map(
    fresh.flatMap((entry): Array<[string, { at: Date; facts: object }]> => {
      const zone = zoneOf(ctx, entry.timeZone);
      const own = (signals.get(entry.contactId) ?? []).map(({ at }) => at);
      const best = bestHour(histogramOf(own, zone), segment, base);
      if (best === null) return [];
      return [[entry.id, { at: nextHour(now, zone, best.hour), facts: { ...best, timeZone: zone } }]];
    }),
  );
}
