/** Days of a month as a calendar shows them: whole weeks from Monday, as ISO dates of the installation's zone. */

const DAY_MS = 86_400_000;
const WEEK = 7;

export type Month = { year: number; month: number };

const utc = (year: number, month: number, day: number): number => Date.UTC(year, month, day);
const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function monthOf(at: Date, timeZone: string): Month {
  const [year = 0, month = 1] = dayIn(at, timeZone).split('-').map(Number);
  return { year, month: month - 1 };
}

export const shifted = ({ year, month }: Month, by: number): Month => {
  const at = new Date(utc(year, month + by, 1));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() };
};

/** Weeks of seven ISO days that cover the month. */
export function weeksOf({ year, month }: Month): string[][] {
  const first = utc(year, month, 1);
  const last = utc(year, month + 1, 0);
  const before = (new Date(first).getUTCDay() + WEEK - 1) % WEEK;
  const count = Math.ceil((before + (last - first) / DAY_MS + 1) / WEEK);
  return Array.from({ length: count }, (_, week) =>
    Array.from({ length: WEEK }, (__, day) => isoDay(first + (week * WEEK + day - before) * DAY_MS)),
  );
}

/** The day of an instant in a zone, "2026-11-22". */
export const dayIn = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    at,
  );

/** Wide enough for every zone: the days themselves are told by the zone. */
export const spanOf = (weeks: readonly string[][]): { from: string; to: string } => {
  const days = weeks.flat();
  const at = (day: string | undefined, by: number) =>
    new Date(new Date(`${day ?? ''}T00:00:00Z`).getTime() + by * DAY_MS).toISOString();
  return { from: at(days[0], -1), to: at(days.at(-1), 2) };
};
