import type { Window } from './contract.purchase.ts';
import type { Language } from './leaf.ts';

/** Pieces of plain words that several leaves share. */

type Forms = { en: [string, string]; ru: [string, string, string] };

const UNITS = {
  minutes: { en: ['minute', 'minutes'], ru: ['минуту', 'минуты', 'минут'] },
  hours: { en: ['hour', 'hours'], ru: ['час', 'часа', 'часов'] },
  days: { en: ['day', 'days'], ru: ['день', 'дня', 'дней'] },
  calendarDays: {
    en: ['calendar day', 'calendar days'],
    ru: ['календарный день', 'календарных дня', 'календарных дней'],
  },
} satisfies Record<string, Forms>;
export type Unit = keyof typeof UNITS;

const LAST = { en: ['last', 'last'], ru: ['последний', 'последние', 'последние'] } satisfies Forms;
const NEXT = { en: ['next', 'next'], ru: ['ближайший', 'ближайшие', 'ближайшие'] } satisfies Forms;

const rules = { en: new Intl.PluralRules('en'), ru: new Intl.PluralRules('ru') };

function form(forms: Forms, count: number, language: Language): string {
  const category = rules[language].select(count);
  if (language === 'en') return forms.en[category === 'one' ? 0 : 1];
  // A fraction goes with the form of two: "2,5 дня".
  return forms.ru[category === 'one' ? 0 : category === 'many' ? 2 : 1];
}

/** After a comparison Russian wants the genitive: "больше 1 дня", "не меньше 2 дней". */
export function comparedDuration(count: number, unit: 'days' | 'calendarDays', language: Language): string {
  const [, few, many] = UNITS[unit].ru;
  if (language === 'en' || !Number.isInteger(count)) return duration(count, unit, language);
  const one = few.replace('ых дня', 'ого дня');
  return `${count} ${rules.ru.select(count) === 'one' ? one : many}`;
}

/** "30 days", "30 дней". */
export function duration(count: number, unit: Unit, language: Language): string {
  return `${quote(count, language)} ${form(UNITS[unit], count, language)}`;
}

/** "at least 2 times", "не меньше 2 раз"; after a comparison Russian wants the genitive. */
export function times(count: number, language: Language): string {
  if (count === 1) return language === 'ru' ? 'хотя бы раз' : 'at least once';
  if (language === 'en') return `at least ${count} times`;
  return `не меньше ${count} ${rules.ru.select(count) === 'one' ? 'раза' : 'раз'}`;
}

/** "the last 30 days", "последние 30 дней", "the last day"; Russian minutes are feminine. */
export function stretch(direction: 'last' | 'next', count: number, unit: Unit, language: Language): string {
  const adjective = form(direction === 'last' ? LAST : NEXT, count, language);
  const length = count === 1 ? form(UNITS[unit], count, language) : duration(count, unit, language);
  if (language === 'en') return `the ${adjective} ${length}`;
  const feminine = unit === 'minutes' && rules.ru.select(count) === 'one';
  return `${feminine ? adjective.replace(/ий$/, direction === 'last' ? 'юю' : 'ую') : adjective} ${length}`;
}

/** "in the last 30 days"; empty for ever. */
export function inWindow(window: Window | undefined, language: Language): string {
  const ru = language === 'ru';
  if (window === undefined) return '';
  switch (window.type) {
    case 'ever':
      return '';
    case 'last':
      return ` ${ru ? 'за' : 'in'} ${stretch('last', window.amount, window.unit, language)}`;
    case 'calendar':
      return ` ${ru ? 'за' : 'in'} ${stretch('last', window.days, 'calendarDays', language)} (${window.zone})`;
    case 'between':
    default:
      return ru
        ? ` с ${date(window.from, language)} до ${date(window.to, language)}`
        : ` from ${date(window.from, language)} until ${date(window.to, language)}`;
  }
}

/** A day, with the time where there is one. UTC. */
function date(text: string, language: Language): string {
  const at = new Date(text);
  const locale = language === 'ru' ? 'ru-RU' : 'en-GB';
  const midnight = at.getTime() % 86_400_000 === 0;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(at);
  if (midnight) return day;
  return `${day}, ${new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone: 'UTC' }).format(at)} UTC`;
}

export function quote(value: string | number | boolean, language: Language): string {
  if (typeof value === 'number')
    return new Intl.NumberFormat(language, { maximumFractionDigits: 6 }).format(value);
  if (typeof value === 'boolean') return language === 'ru' ? (value ? 'да' : 'нет') : value ? 'yes' : 'no';
  return language === 'ru' ? `«${value}»` : `“${value}”`;
}

/** Values named one by one; a long list stops being words. */
const MAX_NAMED = 5;

export function list(values: readonly (string | number)[], language: Language): string {
  const named = values.slice(0, MAX_NAMED).map((value) => quote(value, language));
  const rest = values.length - named.length;
  const more = rest > 0 ? (language === 'ru' ? ` и ещё ${rest}` : ` and ${rest} more`) : '';
  return `${named.join(', ')}${more}`;
}

const COMPARED = {
  en: {
    is: 'is',
    isNot: 'is not',
    gt: 'is more than',
    gte: 'is at least',
    lt: 'is less than',
    lte: 'is at most',
  },
  ru: { is: '—', isNot: '— не', gt: 'больше', gte: 'не меньше', lt: 'меньше', lte: 'не больше' },
} as const;

type Compared =
  | { op: keyof (typeof COMPARED)['en']; value: number | string }
  | { op: 'between'; from: number | string; to: number | string };

/** "is at least 3", "не меньше 3". */
export function compared(leaf: Compared, language: Language, value: (of: number | string) => string): string {
  if (leaf.op === 'between') {
    return language === 'ru'
      ? `от ${value(leaf.from)} до ${value(leaf.to)}`
      : `is between ${value(leaf.from)} and ${value(leaf.to)}`;
  }
  return `${COMPARED[language][leaf.op]} ${value(leaf.value)}`;
}

const DATED = {
  en: {
    is: 'is',
    isNot: 'is not',
    gt: 'is after',
    gte: 'is on or after',
    lt: 'is before',
    lte: 'is not after',
  },
  ru: { is: '—', isNot: '— не', gt: 'позже', gte: 'не раньше', lt: 'раньше', lte: 'не позже' },
} as const;

/** The same for moments: "is before 1 June 2011". */
export function dated(leaf: Compared, language: Language): string {
  if (leaf.op === 'between') {
    return language === 'ru'
      ? `с ${date(String(leaf.from), language)} до ${date(String(leaf.to), language)}`
      : `is from ${date(String(leaf.from), language)} until ${date(String(leaf.to), language)}`;
  }
  return `${DATED[language][leaf.op]} ${date(String(leaf.value), language)}`;
}
