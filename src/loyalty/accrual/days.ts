import { addDays } from '../programs/calendar.ts';

/** Days of the year that come again. Pure. */

/** A night that was missed is made up for within a week. */
const MADE_UP_DAYS = 7;

/** Month and day (MM-DD) to the day of this year it is kept on: 29 February on the 28th in years without it. */
export function daysKept(today: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let back = 0; back < MADE_UP_DAYS; back++) {
    const day = addDays(today, -back);
    found.set(day.slice(5), day);
    if (day.endsWith('-02-28') && addDays(day, 1).endsWith('-03-01')) found.set('02-29', day);
  }
  return found;
}
