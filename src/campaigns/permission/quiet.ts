import { addMs, DAY_MS, MINUTE_MS } from '../../core/time.ts';
import { instantOf, wallOf } from '../../core/zone.ts';
import type { QuietHours } from './contract.ts';

/** Quiet hours on the wall clock of a zone: as people live by it, also on the days it is put forward or back. */

type Hours = Pick<QuietHours, 'from' | 'to'>;

/** An end is looked for on the wall at most so often: where clocks are put back it comes twice, where forward it may not come at all. */
const MAX_ENDS = 4;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether the clock on the wall shows a quiet time at this instant. */
export function isQuiet(at: Date, zone: string, { from, to }: Hours): boolean {
  const wall = wallOf(at, zone);
  const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes();
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
}

/**
 * The first moment from `at` on at which something may begin that takes `holdMs` at most without being heard in quiet hours; `at`
 * itself when that is one.
 */
export function quietUntil(at: Date, zone: string, hours: Hours, holdMs: number): Date {
  let from = at;
  for (let ends = 0; ends < MAX_ENDS; ends += 1) {
    const disturbed = stretch(from, holdMs).find((moment) => isQuiet(moment, zone, hours));
    if (disturbed === undefined) return from;
    from = endAfter(disturbed, zone, hours);
  }
  return from;
}

/** Moments close enough that no quiet minute lies between them. */
function stretch(from: Date, holdMs: number): Date[] {
  const minutes = Math.ceil(holdMs / MINUTE_MS);
  return Array.from({ length: minutes + 1 }, (_, i) => addMs(from, Math.min(i * MINUTE_MS, holdMs)));
}

/** When the wall clock next shows the end, or jumps over it. */
function endAfter(at: Date, zone: string, hours: Hours): Date {
  const wall = wallOf(at, zone).getTime();
  const end = minutesOf(hours.to) * MINUTE_MS;
  const today = Math.floor(wall / DAY_MS) * DAY_MS + end;
  const wanted = today > wall ? today : today + DAY_MS;
  const found = instantOf(new Date(wanted), zone);
  // Of two moments that show it, the first has passed.
  if (found <= at) return addMs(at, wanted - wall);
  return wallOf(found, zone).getTime() === wanted ? found : jumpBetween(at, found, zone, hours);
}

/** Where clocks are put forward over the end, quiet is over at that very moment. */
function jumpBetween(quiet: Date, loud: Date, zone: string, hours: Hours): Date {
  let [before, after] = [quiet, loud];
  while (after.getTime() - before.getTime() > 1) {
    const middle = addMs(before, Math.floor((after.getTime() - before.getTime()) / 2));
    if (isQuiet(middle, zone, hours)) before = middle;
    else after = middle;
  }
  return after;
}
