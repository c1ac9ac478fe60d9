import { DAY_MS } from '../core/time.ts';

/**
 * Calendar days of a zone. A day is the number of days since 1970-01-01 of its local date, so that days are counted by
 * plain arithmetic whatever the clocks do.
 */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, made);
  return made;
}

/** The local day of an instant. */
export function dayOf(at: Date, zone: string): number {
  return Math.round(Date.parse(`${formatOf(zone).format(at)}T00:00:00Z`) / DAY_MS);
}

/** The first instant of a local day; of the next one that exists when the zone skipped it. */
export function startOfDay(day: number, zone: string): Date {
  const middle = day * DAY_MS;
  // Zones lie within 14 hours of UTC; the local date never goes back by a day.
  let before = middle - DAY_MS;
  let after = middle + DAY_MS;
  if (zone === 'UTC') return new Date(middle);
  while (after - before > 1) {
    const between = Math.floor((before + after) / 2);
    if (dayOf(new Date(between), zone) >= day) after = between;
    else before = between;
  }
  return new Date(after);
}

const yearOf = (day: number): number => new Date(day * DAY_MS).getUTCFullYear();
const MAX_MONTH_DAYS = 31;

/** Where month and day stand in the tables of `anniversaries`. */
const anniversaryIndex = (month: number, day: number): number => month * MAX_MONTH_DAYS + day;

/**
 * For every month and day: whether the anniversary falls on one of `days` days from `today`, and the day on which that
 * next changes. 29 February is kept on 28 February in years without it. Null stands at dates that do not exist.
 */
export function anniversaries(
  today: number,
  days: number,
): ({ within: boolean; until: number | null } | null)[] {
  const table: ({ within: boolean; until: number | null } | null)[] = [];
  for (let month = 1; month <= 12; month++) {
    for (let day = 1; day <= MAX_MONTH_DAYS; day++) {
      table[anniversaryIndex(month, day)] = existsInLeapYear(month, day)
        ? anniversary(month, day, today, days)
        : null;
    }
  }
  return Array.from(table, (entry) => entry ?? null);
}

/** 2024 has every date there is. */
const existsInLeapYear = (month: number, day: number): boolean =>
  new Date(Date.UTC(2024, month - 1, day)).getUTCDate() === day;

/** Windows are at most a year long, so that what matters lies within two years to either side. */
const YEARS_AROUND = 2;

function anniversary(
  month: number,
  day: number,
  today: number,
  days: number,
): { within: boolean; until: number | null } {
  const year = yearOf(today);
  const dates = Array.from({ length: 2 * YEARS_AROUND + 1 }, (_, i) =>
    occurrence(year - YEARS_AROUND + i, month, day),
  );
  const within = (from: number): boolean => dates.some((date) => date >= from && date < from + days);
  const now = within(today);
  const changes = dates
    .flatMap((date) => [date - days + 1, date + 1])
    .filter((change) => change > today && change < (dates.at(-1) ?? 0) - days)
    .toSorted((a, b) => a - b);
  return { within: now, until: changes.find((change) => within(change) !== now) ?? null };
}

function occurrence(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(year, month - 1, day));
  return Math.floor(date.getTime() / DAY_MS) - (date.getUTCDate() === day ? 0 : 1);
}
