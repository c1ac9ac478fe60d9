import { addMs, DAY_MS, HOUR_MS } from '../../core/time.ts';
import { instantOf, wallOf } from '../../core/zone.ts';

/** The hour of day at which somebody reads, from their human opens and clicks, by their own wall clock. */

/** Fewer say nothing of anybody's habits: then the campaign's own time stands. */
const ENOUGH_SIGNALS = 5;
/** As many signals of somebody's own weigh as much as what is known of all. */
const SHRINK = 10;
const HOURS = 24;

/** Of each local hour, how many signals. */
export type Histogram = readonly number[];

export function histogramOf(signals: readonly Date[], zone: string): number[] {
  const hours = Array.from({ length: HOURS }, () => 0);
  for (const at of signals) {
    const hour = wallOf(at, zone).getUTCHours();
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  return hours;
}

const sumOf = (hours: Histogram): number => hours.reduce((sum, n) => sum + n, 0);

/** Shares of the hours, drawn towards `towards` the fewer signals there are. */
function shrunk(hours: Histogram, towards: Histogram): number[] {
  const total = sumOf(hours);
  return hours.map((n, hour) => (n + SHRINK * (towards[hour] ?? 0)) / (total + SHRINK));
}

export type BestHour = { hour: number; signals: number };

/** The best hour of who has enough signals, else null. The segment's habits are drawn towards everybody's, the contact's towards those. */
export function bestHour(own: Histogram, segment: Histogram, base: Histogram): BestHour | null {
  const signals = sumOf(own);
  if (signals < ENOUGH_SIGNALS) return null;
  const even = own.map(() => 1 / HOURS);
  const shares = shrunk(own, shrunk(segment, shrunk(base, even)));
  return { hour: shares.indexOf(Math.max(...shares)), signals };
}

/** The next moment at which the wall shows this hour: now while it lasts, else its beginning, today or tomorrow. */
export function nextHour(now: Date, zone: string, hour: number): Date {
  const wall = wallOf(now, zone);
  if (wall.getUTCHours() === hour) return now;
  const midnight = Math.floor(wall.getTime() / DAY_MS) * DAY_MS;
  const today = midnight + hour * HOUR_MS;
  const next = today > wall.getTime() ? today : today + DAY_MS;
  const at = instantOf(new Date(next), zone);
  return at > now ? at : addMs(now, next - wall.getTime());
}
