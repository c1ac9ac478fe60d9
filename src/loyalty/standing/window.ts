import { addDays, addMonths, dayOf, endOfDay, startOfDay } from '../programs/calendar.ts';
import type { Window } from './contract.values.ts';

/** Windows over facts. A fact stands in a window from its day on, to the moment `leavesAt` gives. */

const yearOf = (day: string): number => Number(day.slice(0, 4));
const newYear = (year: number): string => `${String(year).padStart(4, '0')}-01-01`;

function lastDay(day: string, window: Extract<Window, { kind: 'rolling' }>): string {
  return window.unit === 'days' ? addDays(day, window.count) : addMonths(day, window.count);
}

/** The first instant at which what happened on `day` counts no more; null: it counts for good. */
export function leavesAt(day: string, window: Window, zone: string): Date | null {
  if (window.kind === 'lifetime') return null;
  if (window.kind === 'calendarYear') return startOfDay(newYear(yearOf(day) + 1), zone);
  return endOfDay(lastDay(day, window), zone);
}

/** The first instant whose facts still count at `now`; null: all do. The contrary of `leavesAt`. */
export function windowStart(window: Window, now: Date, zone: string): Date | null {
  if (window.kind === 'lifetime') return null;
  const today = dayOf(now, zone);
  if (window.kind === 'calendarYear') return startOfDay(newYear(yearOf(today)), zone);
  // Months of different lengths: the day found by going back may be a few days off.
  let day = window.unit === 'days' ? addDays(today, -window.count) : addMonths(today, -window.count);
  while (lastDay(day, window) < today) day = addDays(day, 1);
  while (lastDay(addDays(day, -1), window) >= today) day = addDays(day, -1);
  return startOfDay(day, zone);
}
