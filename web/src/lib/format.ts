const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const MONTH_S = 30 * DAY_S;
const YEAR_S = 365 * DAY_S;

/** Decimal digits of a currency's minor unit: 2 for GBP, 0 for JPY. */
export function currencyDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}

/** Numbers are written with a hyphen for a minus; a real one stands as wide as a plus. */
const withMinus = (number: string): string => number.replace('-', '−');

export function moneyText(minor: number, currency: string, locale: string): string {
  const amount = minor / 10 ** currencyDigits(currency);
  return withMinus(new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount));
}

export function numberText(value: number, locale: string, digits = 0): string {
  return withMinus(new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value));
}

/** A number that came as a text, such as "7.5": with up to three decimals. */
export const decimalText = (value: string, locale: string): string => numberText(Number(value), locale, 3);

/** With its sign, unless it is zero: "+5", "−5". */
export const signedText = (value: number, locale: string): string =>
  withMinus(new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' }).format(value));

/** 0.1234 → "12.3%", or "12,3 %" in Russian. */
export function shareText(share: number, locale: string, digits = 1): string {
  const words = { style: 'percent', maximumFractionDigits: digits } as const;
  return withMinus(new Intl.NumberFormat(locale, words).format(share));
}

/** "7.5" → "7.5%", or "7,5 %" in Russian. */
export const percentText = (percent: string | number, locale: string): string =>
  shareText(Number(percent) / 100, locale, 3);

/** What stands behind a percentage in a field: "%" or " %". */
export const percentSuffix = (locale: string): string => percentText(0, locale).slice(1);

/** "order" → "Order": a word that stands by itself. */
export const capitalised = (word: string, locale: string): string =>
  word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);

/** Russian dates end with “г.” (year), whose full stop would stand beside that of a sentence. */
const withoutYearWord = (date: string): string => date.replace(/\s?г\.$/, '');

export function dateText(iso: string, locale: string): string {
  const words = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  return withoutYearWord(new Intl.DateTimeFormat(locale, words).format(new Date(iso)));
}

export function dateTimeText(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(iso));
}

/** "2026-03" → "Mar 2026". */
export function monthText(iso: string, locale: string): string {
  const words = { month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  return withoutYearWord(new Intl.DateTimeFormat(locale, words).format(new Date(iso)));
}

/** How far a moment is from `nowMs`: "5 minutes ago", "in 2 days". */
export function relativeText(iso: string, locale: string, nowMs: number = Date.now()): string {
  const seconds = (new Date(iso).getTime() - nowMs) / 1_000;
  const size = Math.abs(seconds);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (size < MINUTE_S) return words.format(Math.round(seconds), 'second');
  if (size < HOUR_S) return words.format(Math.round(seconds / MINUTE_S), 'minute');
  if (size < DAY_S) return words.format(Math.round(seconds / HOUR_S), 'hour');
  if (size < MONTH_S) return words.format(Math.round(seconds / DAY_S), 'day');
  if (size < YEAR_S) return words.format(Math.round(seconds / MONTH_S), 'month');
  return words.format(Math.round(seconds / YEAR_S), 'year');
}
