import type { PeriodUnit } from './contract.ts';
import { DAY_MS } from '../../core/time.ts';

/** Making a formatter costs far more than asking one; there are as many as zones in use. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 1_000;

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  if (formats.size < MAX_FORMATS) formats.set(timeZone, made);
  return made;
}

/** The first day (YYYY-MM-DD) of the day, week or month of `at` in the zone: what a period is called, in the order of time. */
export function periodOf(unit: PeriodUnit, timeZone: string, at: Date): string {
  const day = dayFormat(timeZone).format(at);
  if (unit === 'day') return day;
  if (unit === 'month') return `${day.slice(0, 8)}01`;
  const noon = new Date(`${day}T12:00:00Z`);
  const sinceMonday = (noon.getUTCDay() + 6) % 7;
  return new Date(noon.getTime() - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}
