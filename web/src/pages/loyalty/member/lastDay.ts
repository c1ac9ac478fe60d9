/**
 * The calendar day of an instant in a program's zone. An end is the first instant that no longer counts, so the last day that does is
 * the one just before it.
 */
export function lastDay(at: string, zone: string, locale: string, isEnd = true): string {
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: zone,
  }).format(new Date(Date.parse(at) - (isEnd ? 1 : 0)));
}
