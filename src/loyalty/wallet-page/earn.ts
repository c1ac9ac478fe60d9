import type { AccrualDefinition } from '../accrual/contract.ts';
import type { Language } from './texts.ts';
import { isPart, money, points } from './words.ts';

/** A rule in a customer's sentence: "1 point for every £10 you spend on selected goods, from an order of £50". */
export function earnSentence(definition: AccrualDefinition, currency: string, language: Language): string {
  const { earns, scope, conditions, excludePromo } = definition;
  const words = WORDS[language];
  const given = points(earns.points, language);
  const ofOrder = earns.type === 'amount' || earns.type === 'unit' || earns.type === 'order';
  const some = ofOrder && (isPart(scope) || excludePromo) ? ` ${words.some}` : '';
  const least =
    ofOrder && conditions.minAmountMinor !== undefined
      ? `, ${words.from(money(conditions.minAmountMinor, currency, language))}`
      : '';
  const first = ofOrder && conditions.firstOrder ? `, ${words.first}` : '';
  const when = conditions.schedule === undefined ? '' : ` (${words.times})`;
  return `${what()}${some}${least}${first}${when}`;

  function what(): string {
    if (earns.type === 'amount') return words.amount(given, money(earns.perMinor, currency, language));
    // What happens on a site has no name for customers but the rule's own.
    if (earns.type === 'event') return words.event(given, definition.name);
    return words[earns.type](given);
  }
}

type Words = Record<
  'unit' | 'order' | 'enrolment' | 'birthday' | 'anniversary',
  (given: string) => string
> & {
  amount: (given: string, per: string) => string;
  event: (given: string, name: string) => string;
  some: string;
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
    from: (sum) => `при заказе от ${sum}`,
    first: 'с первым заказом',
    times: 'в определённое время',
  },
};
