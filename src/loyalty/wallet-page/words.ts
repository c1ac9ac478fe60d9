import { formatMoney } from '../../core/money.ts';
import { dayOf } from '../programs/calendar.ts';
import type { CouponOffer, CouponView } from '../coupons/contract.ts';
import { isRewardKey } from '../rewards/keys.ts';
import type { Language } from './texts.ts';
import { TEXTS } from './texts.ts';

/** Figures and sentences in the member's language. */

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ru: 'ru-RU' };

export const number = (n: number, language: Language): string =>
  new Intl.NumberFormat(LOCALES[language]).format(n);

const FORMS: Readonly<Record<Language, (n: number) => string>> = {
  en: (n) => (n === 1 ? 'point' : 'points'),
  ru: (n) => {
    const rule = new Intl.PluralRules('ru').select(n);
    return rule === 'one' ? 'балл' : rule === 'few' ? 'балла' : 'баллов';
  },
};

/** 1200 → "1,200 points"; the space does not break. */
export const points = (n: number, language: Language): string =>
  `${number(n, language)}\u00a0${FORMS[language](n)}`;

export const pointsWord = (n: number, language: Language): string => FORMS[language](n);

/** +120 or −80, with a real minus. */
export const signed = (n: number, language: Language): string =>
  `${n < 0 ? '−' : '+'}${number(Math.abs(n), language)}`;

/** 5000, "GBP" → "£50.00". */
export const money = (minor: number, currency: string, language: Language): string =>
  formatMoney(BigInt(minor), currency, LOCALES[language]);

/** "10.000" → "10%" or, in Russian, "10 %". */
export const percent = (value: string | number, language: Language): string =>
  `${number(Number(value), language)}${language === 'ru' ? '\u00a0' : ''}%`;

/** The day of an instant in the program's zone. */
export function day(at: Date | string, zone: string, language: Language): string {
  const midnight = new Date(`${dayOf(new Date(at), zone)}T00:00:00Z`);
  const written = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeZone: 'UTC' });
  // Russian ends with "г.", whose full stop would meet that of a sentence.
  return written.format(midnight).replace(/\sг\.$/, '');
}

/** The last day on which something that ends at an instant is still good. */
export const lastDay = (end: string, zone: string, language: Language): string =>
  day(new Date(new Date(end).getTime() - 1), zone, language);

/** "tea, coffee and cups". */
export const listed = (names: readonly string[], language: Language): string =>
  new Intl.ListFormat(LOCALES[language], { type: 'conjunction' }).format(names);

/** A Monday; what matters is the days that follow it. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** 1 = Monday … 7 = Sunday, by name. */
export function weekdays(days: readonly number[], language: Language): string[] {
  const written = new Intl.DateTimeFormat(LOCALES[language], { weekday: 'long', timeZone: 'UTC' });
  return days.map((one) => written.format(new Date(MONDAY + (one - 1) * DAY_MS)));
}

/** Whether a scope leaves some goods out. */
export const isPart = (scope: object): boolean =>
  Object.values(scope).some((value: unknown) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false && value !== null,
  );

/** What a coupon gives, in a sentence: "10% off selected goods, from an order of £50, until 31 May 2026". */
export function couponTerms(
  coupon: CouponView & { offer: CouponOffer | undefined },
  zone: string,
  language: Language,
): string {
  const { currency, minOrderMinor, validFrom, validUntil, maxUses, uses } = coupon;
  const words = COUPON[language];
  const parts = [worth(coupon, language)];
  if (coupon.offer !== undefined && isPart(coupon.offer.scope)) parts[0] = `${parts[0]} ${words.some}`;
  if (minOrderMinor > 0) parts.push(words.from(money(minOrderMinor, currency, language)));
  if (maxUses !== null && maxUses - uses > 1) parts.push(words.uses(maxUses - uses));
  if (new Date(validFrom) > new Date(coupon.issuedAt))
    parts.push(words.since(day(validFrom, zone, language)));
  if (validUntil !== null) parts.push(words.until(lastDay(validUntil, zone, language)));
  return parts.join(', ');
}

const COUPON = {
  en: {
    off: (what: string) => `${what} off`,
    shipping: 'Free delivery',
    some: 'on selected goods',
    from: (sum: string) => `from an order of ${sum}`,
    uses: (n: number) => `${n} times`,
    since: (date: string) => `from ${date}`,
    until: (date: string) => `until ${date}`,
  },
  ru: {
    off: (what: string) => `Скидка ${what}`,
    shipping: 'Бесплатная доставка',
    some: 'на избранные товары',
    from: (sum: string) => `при заказе от ${sum}`,
    uses: (n: number) => `раз: ${n}`,
    since: (date: string) => `с ${date}`,
    until: (date: string) => `до ${date}`,
  },
} as const;

function worth(
  { kind, percent: share, amountMinor, currency, name, offer }: Worth,
  language: Language,
): string {
  const words = COUPON[language];
  const effect = offer?.effect;
  if (kind === 'percent' && share !== null) return words.off(percent(share, language));
  if (kind === 'fixed' && amountMinor !== null) return words.off(money(amountMinor, currency, language));
  if (effect?.type === 'percent') return words.off(percent(effect.percent, language));
  if (effect?.type === 'fixed_amount') return words.off(money(effect.amountMinor, currency, language));
  if (effect?.type === 'free_shipping') return words.shipping;
  // What is more involved is told by its name.
  return name;
}
type Worth = CouponView & { offer: CouponOffer | undefined };

/** What a movement is called, by what it was for. */
export function movementWord(entry: { kind: string; key: string | null }, language: Language): string {
  const { kind: words } = TEXTS[language];
  const why =
    entry.kind === 'accrue'
      ? sourceOf(entry.key)
      : isRewardKey(entry.key) && entry.kind === 'redeem'
        ? 'reward'
        : entry.kind;
  return words[why] ?? words[entry.kind] ?? entry.kind;
}

const SOURCES: ReadonlyArray<readonly [string, string]> = [
  ['order:', 'purchase'],
  ['sale ', 'purchase'],
  ['birthday', 'birthday'],
  ['enrolment', 'enrolment'],
  ['anniversary', 'anniversary'],
  ['challenge:', 'challenge'],
  ['referral:', 'referral'],
];
const sourceOf = (key: string | null): string =>
  SOURCES.find(([prefix]) => key?.startsWith(prefix) === true)?.[1] ?? 'accrue';
