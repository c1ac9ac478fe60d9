import { addMs, HOUR_MS } from '../../core/time.ts';
import { dayOf, startOfDay } from '../calendar.ts';

/** When the kept scores are to be computed again. */

/** Two in the morning of the shop's zone: after the day's last orders, before its first letters. */
const HOUR = 2;

type State = { computedAt: Date | null; updatedAt: Date; contacts: number };

export function isDue(state: State | undefined, now: Date, zone: string): boolean {
  if (state === undefined || state.computedAt === null || state.contacts === 0) return true;
  // Settings were saved after it: the wake-up may have been lost.
  if (state.updatedAt > state.computedAt) return true;
  return state.computedAt < lastNight(now, zone);
}

function lastNight(now: Date, zone: string): Date {
  const today = dayOf(now, zone);
  const tonight = addMs(startOfDay(today, zone), HOUR * HOUR_MS);
  return tonight <= now ? tonight : addMs(startOfDay(today - 1, zone), HOUR * HOUR_MS);
}
