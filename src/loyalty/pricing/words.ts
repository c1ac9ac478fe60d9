import { minorDigits } from '../../core/money.ts';
import type { Gain, Miss, MissReason, TraceEntry } from './contract.ts';

/** One sentence about an offer, for the customer or for support. */

export type Language = 'en' | 'ru';

const NBSP = '\u00a0';

/**
 * A sentence such as "add 240 ₽ to get 10 %". Of an offer that is applied, what the next step needs (null when there is none);
 * null too for what only holders of a code may know.
 */
export function tell(entry: TraceEntry, language: Language, currency: string): string | null {
  if (entry.outcome !== 'not_applied') {
    return entry.next === null ? null : WORDS[language].near(entry.next.miss, entry.next.gives, currency);
  }
  if (entry.needsCode && entry.misses[0]?.reason === 'code_missing') return null;
  const [first] = entry.misses;
  if (first === undefined) return null;
  if (entry.near) return WORDS[language].near(first, entry.gives, currency);
  return REASONS[language][first.reason];
}

/** 24000, "RUB" → "240 ₽"; "$12.50" where the sign goes first. Whole amounts without decimals. */
function moneyWords(minor: number, currency: string, language: Language): string {
  const digits = minorDigits(currency);
  const value = minor / 10 ** digits;
  const whole = Number.isInteger(value);
  const format = formatOf(language, currency, whole ? 0 : digits);
  if (language === 'ru' || !behind(currency)) return format.format(value);
  const parts = format.formatToParts(value);
  const number = parts.filter((part) => part.type !== 'currency' && part.type !== 'literal');
  const sign = parts.find((part) => part.type === 'currency')?.value ?? currency;
  return `${number.map((part) => part.value).join('')}${NBSP}${sign}`;
}

/** Making a format costs a hundred times what using it does, and a quote has a sentence for many offers. */
const formats = new Map<string, Intl.NumberFormat>();
const MAX_FORMATS = 500;

function formatOf(language: Language, currency: string, digits: number): Intl.NumberFormat {
  const key = `${language} ${currency} ${digits}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  if (formats.size < MAX_FORMATS) formats.set(key, made);
  return made;
}

const signsBehind = new Map<string, boolean>();

/** English puts the signs it knows in front; a rouble's goes behind, as on the price tag. */
function behind(currency: string): boolean {
  const known = signsBehind.get(currency);
  if (known !== undefined) return known;
  const parts = new Intl.NumberFormat('en', { style: 'currency', currency }).formatToParts(0);
  const isBehind = parts.find((part) => part.type === 'currency')?.value === currency;
  if (signsBehind.size < MAX_FORMATS) signsBehind.set(currency, isBehind);
  return isBehind;
}

type Words = { near: (miss: Miss, gives: Gain, currency: string) => string };

const WORDS: Readonly<Record<Language, Words>> = {
  en: { near: (miss, gives, currency) => `${needEn(miss, currency)} to get ${giftEn(gives, currency)}` },
  ru: {
    near: (miss, gives, currency) => `${needRu(miss, currency)}, чтобы получить ${giftRu(gives, currency)}`,
  },
};

const amount = (miss: Miss): number => (typeof miss.missing === 'number' ? miss.missing : 0);
const count = (miss: Miss): string => (miss.missing === null ? '1' : String(miss.missing));

function needEn(miss: Miss, currency: string): string {
  if (miss.reason === 'min_quantity') return `add ${count(miss)} more`;
  if (miss.reason === 'min_orders')
    return `place ${count(miss)} more ${count(miss) === '1' ? 'order' : 'orders'}`;
  const money = moneyWords(amount(miss), currency, 'en');
  return miss.reason === 'min_accumulated' ? `buy for ${money} more in all` : `add ${money}`;
}

function giftEn(gives: Gain, currency: string): string {
  switch (gives.kind) {
    case 'percent':
      return `${gives.percent}${NBSP}%`;
    case 'amount':
      return `${moneyWords(gives.amountMinor, currency, 'en')} off`;
    case 'unit_price':
      return `${unitPrice(gives.unitPrice, currency, 'en')} each`;
    case 'set_price':
      return `the set for ${moneyWords(gives.priceMinor, currency, 'en')}`;
    case 'free_units':
      return gives.percent === '100' ? `${gives.units} free` : `${gives.percent}${NBSP}% off ${gives.units}`;
    case 'gift':
      return 'a gift';
    case 'free_shipping':
      return 'free delivery';
    case 'points':
      break;
  }
  return `${gives.points} points`;
}

function needRu(miss: Miss, currency: string): string {
  const missing = count(miss);
  if (miss.reason === 'min_quantity') return `добавьте ещё ${missing.replace('.', ',')} шт.`;
  if (miss.reason === 'min_orders')
    return `сделайте ещё ${missing} ${plural(Number(missing), 'заказ', 'заказа', 'заказов')}`;
  const money = moneyWords(amount(miss), currency, 'ru');
  return miss.reason === 'min_accumulated' ? `купите всего ещё на ${money}` : `добавьте товаров на ${money}`;
}

function giftRu(gives: Gain, currency: string): string {
  switch (gives.kind) {
    case 'percent':
      return `скидку ${gives.percent.replace('.', ',')}${NBSP}%`;
    case 'amount':
      return `скидку ${moneyWords(gives.amountMinor, currency, 'ru')}`;
    case 'unit_price':
      return `цену ${unitPrice(gives.unitPrice, currency, 'ru')} за штуку`;
    case 'set_price':
      return `набор за ${moneyWords(gives.priceMinor, currency, 'ru')}`;
    case 'free_units':
      return gives.percent === '100'
        ? `${gives.units} шт. бесплатно`
        : `скидку ${gives.percent.replace('.', ',')}${NBSP}% на ${gives.units} шт.`;
    case 'gift':
      return 'подарок';
    case 'free_shipping':
      return 'бесплатную доставку';
    case 'points':
      break;
  }
  return `${gives.points} ${plural(gives.points, 'балл', 'балла', 'баллов')}`;
}

function unitPrice(text: string, currency: string, language: Language): string {
  return moneyWords(Number(text) * 10 ** minorDigits(currency), currency, language);
}

const RULES = new Intl.PluralRules('ru');
function plural(n: number, one: string, few: string, many: string): string {
  const rule = RULES.select(n);
  return rule === 'one' ? one : rule === 'few' ? few : many;
}

const REASONS: Readonly<Record<Language, Readonly<Record<MissReason, string>>>> = {
  en: {
    no_line_in_scope: 'nothing in the cart that it is for',
    other_currency: 'it is in another currency',
    code_missing: 'it needs a code',
    not_started: 'it has not started yet',
    ended: 'it has ended',
    outside_hours: 'it does not run at this hour',
    channel: 'it does not hold in this channel',
    segment: 'it is for other customers',
    not_segment: 'it is not for these customers',
    tier: 'it is for other tiers',
    person_category: 'it is for other categories of people',
    members_only: 'it is for members of the program',
    first_order: 'it is for a first order',
    min_orders: 'more orders are needed first',
    min_amount: 'the order is too small',
    max_amount: 'the order is too large',
    min_quantity: 'more units are needed',
    min_accumulated: 'purchases so far are too small',
    uses_exhausted: 'all uses are taken',
    buyer_uses_exhausted: 'it has been used as often as it may',
    contact_needed: 'it is for known customers: say who buys',
    budget_exhausted: 'its budget is used up',
    excluded: 'it does not go together with another offer',
    beaten: 'another offer gives more',
    lines_taken: 'another offer comes first',
    floor: 'the price cannot go lower',
    cap: 'the greatest discount is reached',
    zero_effect: 'it would change nothing',
  },
  ru: {
    no_line_in_scope: 'в корзине нет товаров для этой акции',
    other_currency: 'акция действует в другой валюте',
    code_missing: 'нужен код',
    not_started: 'акция ещё не началась',
    ended: 'акция закончилась',
    outside_hours: 'акция не действует в это время',
    channel: 'акция не действует в этом канале',
    segment: 'акция для других покупателей',
    not_segment: 'акция не для этих покупателей',
    tier: 'акция для других уровней',
    person_category: 'акция для других категорий покупателей',
    members_only: 'акция для участников программы',
    first_order: 'акция для первого заказа',
    min_orders: 'нужно больше заказов',
    min_amount: 'сумма заказа слишком мала',
    max_amount: 'сумма заказа слишком велика',
    min_quantity: 'нужно больше товаров',
    min_accumulated: 'сумма покупок пока слишком мала',
    uses_exhausted: 'все использования израсходованы',
    buyer_uses_exhausted: 'покупатель уже использовал её столько раз, сколько можно',
    contact_needed: 'нужно знать, кто покупает',
    budget_exhausted: 'бюджет акции израсходован',
    excluded: 'не сочетается с другой акцией',
    beaten: 'другая акция выгоднее',
    lines_taken: 'сначала действует другая акция',
    floor: 'цена не может быть ниже',
    cap: 'достигнута наибольшая скидка',
    zero_effect: 'она ничего не изменит',
  },
};
