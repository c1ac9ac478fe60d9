import { addMs, DAY_MS, HOUR_MS } from '../../core/time.ts';
import { instantOf } from '../../core/zone.ts';

/** When a date of a contact starts a message. Pure. Days are texts "YYYY-MM-DD". */

/** Moments after `after`, up to and with `to`. */
export type Span = { after: Date; to: Date };
export type DateStart = { offsetDays: number; at: string; yearly: boolean };
/** A date as it is known of a contact; of a birthday the year may be unknown. */
export type KnownDate = { year: number | null; month: number; day: number };
export type Due = { dueAt: Date; key: string };

/** Clocks of the world are at most so far behind and ahead of UTC. */
const BEHIND_MS = 12 * HOUR_MS;
const AHEAD_MS = 14 * HOUR_MS;

const textOf = (at: Date): string => at.toISOString().slice(0, 10);
export const addDays = (day: string, days: number): string =>
  textOf(addMs(new Date(`${day}T00:00:00Z`), days * DAY_MS));

/** The dates of contacts that may have something due in the span, wherever their clocks stand. */
export function daysToLook({ after, to }: Span, offsetDays: number): string[] {
  const days: string[] = [];
  const last = textOf(addMs(to, AHEAD_MS));
  for (let day = textOf(addMs(after, -BEHIND_MS)); day <= last; day = addDays(day, 1))
    days.push(addDays(day, -offsetDays));
  return days;
}

const isLeap = (year: number): boolean => new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;

/** Months and days (MM-DD) that are kept on one of these days: 29 February on the 28th in years without it. */
export function kept(days: readonly string[]): string[] {
  const found = new Set(days.map((day) => day.slice(5)));
  if (days.some((day) => day.endsWith('-02-28') && !isLeap(Number(day.slice(0, 4))))) found.add('02-29');
  return [...found];
}

const two = (n: number): string => String(n).padStart(2, '0');

/** The day a yearly date is kept on in a year. */
function keptIn(year: number, { month, day }: KnownDate): string {
  const shown = month === 2 && day === 29 && !isLeap(year) ? 28 : day;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(shown)}`;
}

/** The moment at which a wall clock of the zone shows this time on this day; skipped times count as before the change. */
export const momentOf = (day: string, at: string, zone: string): Date =>
  instantOf(new Date(`${day}T${at}:00Z`), zone);

/**
 * What a contact's date starts in the span: at most one message for each year, or one for the date. `key` names it: whatever
 * happens to the contact's zone or the date's day, a year starts one message.
 */
export function dueOf(date: KnownDate, start: DateStart, zone: string, span: Span): Due[] {
  const days = daysToLook(span, start.offsetDays);
  const found: Due[] = [];
  for (const day of days) {
    const year = Number(day.slice(0, 4));
    if (start.yearly ? keptIn(year, date) !== day : date.year === null || keptIn(date.year, date) !== day)
      continue;
    if (date.year !== null && year < date.year) continue;
    const dueAt = momentOf(addDays(day, start.offsetDays), start.at, zone);
    if (dueAt > span.after && dueAt <= span.to) found.push({ dueAt, key: start.yearly ? `y${year}` : day });
  }
  return found;
}

/** "2026-12-24" or the day of "2026-12-24T10:00:00Z"; null for what is no date. */
export function dateIn(value: unknown): KnownDate | null {
  const parts = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ])/.exec(value) : null;
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const real = new Date(Date.UTC(year, month - 1, day));
  return real.getUTCMonth() === month - 1 && real.getUTCDate() === day ? { year, month, day } : null;
}
