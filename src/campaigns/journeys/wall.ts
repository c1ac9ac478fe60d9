import { DAY_MS } from '../../core/time.ts';
import { instantOf, wallOf } from '../../core/zone.ts';

/** A skipped time may fall on the day before; a week and a day always hold one. */
const DAYS_AHEAD = 9;

/**
 * The first moment after `after` at which the zone's clock shows `at` ("09:30") on one of the weekdays (1 Monday … 7 Sunday; any when
 * there are none). Times that clocks skip count as before the change, repeated ones once.
 */
export function nextWall(
  after: Date,
  { at, weekdays }: { at: string; weekdays: readonly number[] },
  zone: string,
): Date {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  const wall = wallOf(after, zone);
  const midnight = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate());
  for (let day = 0; day < DAYS_AHEAD; day++) {
    const date = new Date(midnight + day * DAY_MS);
    const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
    if (weekdays.length > 0 && !weekdays.includes(weekday)) continue;
    date.setUTCHours(hours, minutes);
    const found = instantOf(date, zone);
    if (found > after) return found;
  }
  throw new Error(`the clock of ${zone} never shows ${at}`);
}
