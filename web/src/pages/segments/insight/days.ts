import { locale } from '../../../i18n/index.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** The day so many days before today, as the reader's calendar has it: 2026-03-09. */
export function daysAgo(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() - days);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** "9 Mar": a day of a chart; the year is told by the others. */
export function dayText(day: string): string {
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(day),
  );
}
