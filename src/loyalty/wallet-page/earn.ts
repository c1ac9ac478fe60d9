import type { AccrualDefinition } from '../accrual/contract.ts';
import type { Language } from './texts.ts';
import { isPart, lastDay, listed, money, points, weekdays } from './words.ts';

/** More goods than this are no longer named. */
const MAX_NAMED = 3;

/**
 * A rule in a customer's sentence: "1 point for every £10 you spend on Sweets, from an order of £50 (on Friday, 14:00–17:00)".
 * `goods` are names of categories by id.
 */
export function earnSentence(
  definition: AccrualDefinition,
  currency: string,
  language: Language,
  goods: ReadonlyMap<string, string> = new Map(),
): string {
  const { earns, scope, conditions, excludePromo } = definition;
  const words = WORDS[language];
  const given = points(earns.points, language);
  const ofOrder = earns.type === 'amount' || earns.type === 'unit' || earns.type === 'order';
  const some = ofOrder && (isPart(scope) || excludePromo) ? ` ${named() ?? words.some}` : '';
  const least =
    ofOrder && conditions.minAmountMinor !== undefined
      ? `, ${words.from(money(conditions.minAmountMinor, currency, language))}`
      : '';
  const first = ofOrder && conditions.firstOrder ? `, ${words.first}` : '';
  const when = conditions.schedule === undefined ? '' : ` (${timesOf(conditions.schedule, language)})`;
  return `${what()}${some}${least}${first}${when}`;

  /** Goods of a few categories by their names; undefined: of others, or with exceptions. */
  function named(): string | undefined {
    const { categories, ...others } = scope;
    if (excludePromo || isPart(others) || categories.length > MAX_NAMED) return undefined;
    const names = categories.flatMap((id) => goods.get(id) ?? []);
    return names.length < categories.length ? undefined : words.on(listed(names, language));
  }

  function what(): string {
    if (earns.type === 'amount') return words.amount(given, money(earns.perMinor, currency, language));
    // What happens on a site has no name for customers but the rule's own.
    if (earns.type === 'event') return words.event(given, definition.name);
    return words[earns.type](given);
  }
}

type Times = NonNullable<AccrualDefinition['conditions']['schedule']>;

/** "on Friday, 14:00–17:00; until 31 May 2026"; of a calendar rule only that there are certain times. */
function timesOf({ weekly, recurring, until, timeZone }: Times, language: Language): string {
  const words = WORDS[language];
  if (recurring !== undefined) return words.times;
  const told = weekly.map(({ days, from, to }) => {
    const whole = from === '00:00' && to === '24:00';
    return `${words.onDays(listed(weekdays(days, language), language))}${whole ? '' : `, ${from}–${to}`}`;
  });
  if (until !== null && until !== undefined) told.push(words.until(lastDay(until, timeZone, language)));
  return told.length === 0 ? words.times : told.join('; ');
}

type Words = Record<
  'unit' | 'order' | 'enrolment' | 'birthday' | 'anniversary',
  (given: string) => string
> & {
  amount: (given: string, per: string) => string;
  event: (given: string, name: string) => string;
  some: string;
  on: (goods: string) => string;
  onDays: (days: string) => string;
  until: (day: string) => string;
  from: (sum: string) => string;
  first: string;
  times: string;
};

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    amount: (given, per) => `${given} for every ${per} you spend`,
    unit: (given) => `${given} for each item`,
    order: (given) => `${given} for each order`,
    event: (given, name) => `${given}: ${name}`,
    enrolment: (given) => `${given} for joining`,
    birthday: (given) => `${given} on your birthday`,
    anniversary: (given) => `${given} every year on the day you joined`,
    some: 'on selected goods',
    on: (goods) => `on ${goods}`,
    onDays: (days) => `on ${days}`,
    until: (last) => `until ${last}`,
    from: (sum) => `from an order of ${sum}`,
    first: 'with your first order',
    times: 'at certain times',
  },
  ru: {
    amount: (given, per) => `${given} за каждые ${per} покупки`,
    unit: (given) => `${given} за каждый товар`,
    order: (given) => `${given} за каждый заказ`,
    event: (given, name) => `${given}: ${name}`,
    enrolment: (given) => `${given} за вступление`,
    birthday: (given) => `${given} в ваш день рождения`,
    anniversary: (given) => `${given} каждый год в день вступления`,
    some: 'на избранные товары',
    on: (goods) => `на товары: ${goods}`,
    onDays: (days) => days,
    until: (last) => `по ${last} включительно`,
    from: (sum) => `при заказе от ${sum}`,
    first: 'с первым заказом',
    times: 'в определённое время',
  },
};
