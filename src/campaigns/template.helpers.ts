import Handlebars from 'handlebars';
import { formatMoney } from '../core/money.ts';
import { couponCard, productCards, tierProgress } from './template.cards.ts';
import type { CouponCard, Place, ProductCard, TierStanding } from './template.cards.ts';
import { counted, formFor, wordsIn } from './template.words.ts';

/** What our helpers do. Their arguments were checked when the template was saved; what comes out is escaped. */

type Data = { locale?: string; timeZone?: string; markup?: boolean };
type Options = { data?: Data };
type Helper = (...args: unknown[]) => unknown;

const DATE_STYLES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  long: { dateStyle: 'long' },
  short: { dateStyle: 'short' },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  time: { timeStyle: 'short' },
};

const formats = new Map<string, Intl.DateTimeFormat>();

function dateText(value: unknown, { locale = 'en', timeZone = 'UTC' }: Data, style = 'long'): string {
  const at = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(at.getTime())) return '';
  const key = `${locale}|${timeZone}|${style}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(locale, { ...(DATE_STYLES[style] ?? DATE_STYLES['long']), timeZone });
  formats.set(key, format);
  return format.format(at);
}

/** The options come last, whatever the number of arguments. */
function split(args: readonly unknown[]): { values: readonly unknown[]; data: Data } {
  return { values: args.slice(0, -1), data: (args.at(-1) as Options | undefined)?.data ?? {} };
}

/** A helper that makes a block: its HTML is already escaped, its text needs none. */
function block(make: (value: unknown, place: Place, rest: readonly unknown[]) => string): Helper {
  return (...args) => {
    const { values, data } = split(args);
    const { locale = 'en', markup = false } = data;
    const made = make(values[0], { locale, markup, date: (at) => dateText(at, data) }, values.slice(1));
    return markup ? new Handlebars.SafeString(made) : made;
  };
}

export const HELPER_WORK: Readonly<Record<string, Helper>> = {
  default: (value, fallback) => (value === null || value === undefined || value === '' ? fallback : value),
  money: (...args) => {
    const { values, data } = split(args);
    const [minor, currency] = values;
    return typeof minor === 'number' && typeof currency === 'string'
      ? formatMoney(BigInt(Math.trunc(minor)), currency, data.locale ?? 'en')
      : '';
  },
  date: (...args) => {
    const { values, data } = split(args);
    return dateText(values[0], data, typeof values[1] === 'string' ? values[1] : 'long');
  },
  plural: (...args) => {
    const { values, data } = split(args);
    return formFor(data.locale ?? 'en', Number(values[0]), values.slice(1));
  },
  points: (...args) => {
    const { values, data } = split(args);
    const { locale = 'en' } = data;
    return counted(locale, Number(values[0]), wordsIn(locale).points);
  },
  products: block((given, place, [most]) => {
    const items = given as readonly ProductCard[];
    return productCards(typeof most === 'number' ? items.slice(0, most) : items, place);
  }),
  couponCard: block((given, place) => couponCard(given as CouponCard, place)),
  tierProgress: block((given, place) => tierProgress(given as TierStanding, place)),
};
