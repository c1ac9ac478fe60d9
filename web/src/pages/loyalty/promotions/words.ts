import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { PromotionDefinition, PromotionInput } from '../../../api/promotions.ts';
import { locale } from '../../../i18n/index.ts';
import { dateTimeText, moneyText, numberText } from '../../../lib/format.ts';
import { useNames } from '../cart/names.ts';

/** What a promotion does, in words: one clause for each part that says something. */

type T = TFunction<'promotions'>;
type Any = PromotionInput | PromotionDefinition;
type Effect = Any['effect'];
type Tools = { t: T; currency: string; names: (id: string) => string };
export const CLAUSES = ['what', 'goods', 'from', 'who', 'when', 'limits', 'order'] as const;
export type Clause = { key: (typeof CLAUSES)[number]; text: string };

const number = (value: number | string): string => numberText(Number(value), locale(), 3);
const FEW = 4;
const SHORT: readonly Clause['key'][] = ['what', 'goods', 'from', 'who'];

export function usePromotionWords(currency: string): {
  clauses: (definition: Any) => Clause[];
  /** What it gives, on what goods, from what on and for whom. */
  short: (definition: Any) => string;
} {
  const { t } = useTranslation('promotions');
  const names = useNames();
  const tools = { t, currency, names };
  const inClauses = (definition: Any): Clause[] =>
    clausesOf(definition, { ...tools, currency: definition.currency ?? currency });
  return {
    clauses: inClauses,
    short: (definition) =>
      inClauses(definition)
        .filter(({ key }) => SHORT.includes(key))
        .map(({ text }) => text)
        .join(' '),
  };
}

function clausesOf(definition: Any, tools: Tools): Clause[] {
  const parts: Record<Clause['key'], string[]> = {
    what: [effectWords(definition.effect, tools)],
    goods: goodsWords(definition.scope ?? {}, definition, tools),
    from: fromWords(definition, tools),
    who: whoWords(definition, tools),
    when: whenWords(definition, tools),
    limits: limitWords(definition, tools),
    order: orderWords(definition, tools),
  };
  return CLAUSES.flatMap((key) =>
    parts[key].length === 0 ? [] : [{ key, text: sentence(parts[key].join('; ')) }],
  );
}

const sentence = (text: string): string => `${text.charAt(0).toLocaleUpperCase(locale())}${text.slice(1)}.`;

const few = (list: readonly string[]): string =>
  list.length <= FEW ? list.join(', ') : `${list.slice(0, FEW).join(', ')} … (${number(list.length)})`;

function effectWords(effect: Effect, tools: Tools): string {
  const { t } = tools;
  const money = (minor: number) => moneyText(minor, tools.currency, locale());
  const unit = (price: string | number) => moneyOf(price, tools.currency);
  switch (effect.type) {
    case 'percent':
      return (
        t('effect.percent', { percent: number(effect.percent) }) +
        (effect.maxDiscountMinor === undefined
          ? ''
          : t('effect.atMost', { money: money(effect.maxDiscountMinor) }))
      );
    case 'fixed_amount':
      return t(`effect.fixed_amount.${effect.per ?? 'order'}`, { money: money(effect.amountMinor) });
    case 'fixed_price':
      return t('effect.fixed_price', { money: unit(effect.unitPrice) });
    case 'buy_x_get_y':
      return (
        t('effect.buy_x_get_y', {
          buy: number(effect.buy),
          get: number(effect.get ?? 1),
          off: offWords(effect.percent, t),
        }) + (effect.sameProduct === true ? t('effect.sameProduct') : '')
      );
    case 'cheapest_free':
      return t('effect.cheapest_free', {
        groupOf: number(effect.groupOf),
        count: effect.free ?? 1,
        off: offWords(effect.percent, t),
      });
    case 'bundle':
      return t(`effect.bundle`, {
        count: effect.items.length,
        gain: gainWords({ ...effect, setPrice: effect.priceMinor }, tools),
      });
    case 'volume_ladder':
      return t('effect.ladder', {
        steps: effect.steps
          .map((one) => t('effect.units', { from: number(one.fromQuantity), gain: gainWords(one, tools) }))
          .join(', '),
      });
    case 'spend_ladder':
      return t('effect.ladder', {
        steps: effect.steps
          .map((one) => t('effect.money', { from: money(one.fromMinor), gain: gainWords(one, tools) }))
          .join(', '),
      });
    case 'gift':
      return t('effect.gift', {
        quantity: number(effect.quantity ?? 1),
        products: few(effect.products),
      }).concat(everyWords(effect, tools));
    case 'bonus_points':
      return t('effect.bonus_points', { count: effect.points, shown: number(effect.points) }).concat(
        everyWords(effect, tools),
      );
    case 'free_shipping':
      return (
        t('effect.free_shipping') +
        (effect.maxMinor === undefined ? '' : t('effect.upTo', { money: money(effect.maxMinor) }))
      );
    case 'accumulative':
      break;
  }
  return t('effect.accumulative');
}

function moneyOf(price: string | number, currency: string): string {
  return new Intl.NumberFormat(locale(), { style: 'currency', currency }).format(Number(price));
}

const offWords = (percent: string | number | undefined, t: T): string =>
  percent === undefined || Number(percent) === 100
    ? t('effect.free')
    : t('effect.off', { percent: number(percent) });

function gainWords(
  gain: {
    percent?: string | number | undefined;
    amountMinor?: number | undefined;
    unitPrice?: string | number | undefined;
    setPrice?: number | undefined;
  },
  { t, currency }: Tools,
): string {
  if (gain.percent !== undefined) return t('effect.off', { percent: number(gain.percent) });
  if (gain.amountMinor !== undefined)
    return t('effect.moneyOff', { money: moneyText(gain.amountMinor, currency, locale()) });
  if (gain.setPrice !== undefined)
    return t('effect.forMoney', { money: moneyText(gain.setPrice, currency, locale()) });
  return t('effect.each', { money: moneyOf(gain.unitPrice ?? 0, currency) });
}

function everyWords(
  {
    everyMinor,
    everyQuantity,
  }: { everyMinor?: number | undefined; everyQuantity?: string | number | undefined },
  { t, currency }: Tools,
): string {
  if (everyMinor !== undefined) return t('effect.every', { what: moneyText(everyMinor, currency, locale()) });
  return everyQuantity === undefined ? '' : t('effect.everyUnits', { what: number(everyQuantity) });
}

type Scope = NonNullable<PromotionInput['scope']>;

function goodsWords(scope: Scope, { stage }: Any, { t, currency, names }: Tools): string[] {
  if (stage === 'shipping') return [];
  const { products = [], categories = [], tags = [] } = scope;
  const left = [
    ...(scope.excludedProducts ?? []),
    ...(scope.excludedCategories ?? []).map(names),
    ...(scope.excludedTags ?? []),
  ];
  const named = [...products, ...categories.map(names), ...tags];
  const money = (minor: number) => moneyText(minor, currency, locale());
  const found: string[] = [named.length === 0 ? t('goods.all') : t('goods.named', { names: few(named) })];
  if (left.length > 0) found.push(t('goods.without', { names: few(left) }));
  if (scope.minUnitPriceMinor !== undefined)
    found.push(t('goods.dearer', { money: money(scope.minUnitPriceMinor) }));
  if (scope.maxUnitPriceMinor !== undefined)
    found.push(t('goods.cheaper', { money: money(scope.maxUnitPriceMinor) }));
  if (scope.fullPriceOnly === true) found.push(t('goods.fullPrice'));
  return found;
}

function fromWords({ conditions = {} }: Any, { t, currency }: Tools): string[] {
  const { minAmount, maxAmountMinor, minQuantity } = conditions;
  const money = (minor: number) => moneyText(minor, currency, locale());
  const found: string[] = [];
  if (minAmount !== undefined)
    found.push(
      t(minAmount.of === 'scope' ? 'from.scopeAmount' : 'from.amount', {
        money: money(minAmount.amountMinor),
      }),
    );
  if (maxAmountMinor !== undefined) found.push(t('from.atMost', { money: money(maxAmountMinor) }));
  if (minQuantity !== undefined) found.push(t('from.quantity', { quantity: number(minQuantity.quantity) }));
  return found;
}

function whoWords({ conditions = {}, needsCode }: Any, { t, names }: Tools): string[] {
  const list = (ids: readonly string[] | undefined): string => few((ids ?? []).map(names));
  const has = (ids: readonly string[] | undefined): boolean => (ids ?? []).length > 0;
  const found: string[] = [];
  if (has(conditions.segments)) found.push(t('who.segments', { names: list(conditions.segments) }));
  if (has(conditions.notSegments)) found.push(t('who.notSegments', { names: list(conditions.notSegments) }));
  if (has(conditions.tiers)) found.push(t('who.tiers', { names: list(conditions.tiers) }));
  if (has(conditions.personCategories))
    found.push(t('who.categories', { names: list(conditions.personCategories) }));
  if (has(conditions.channels)) found.push(t('who.channels', { names: list(conditions.channels) }));
  if (conditions.membersOnly === true) found.push(t('who.members'));
  if (conditions.firstOrder === true) found.push(t('who.first'));
  if (conditions.minOrders !== undefined)
    found.push(t('who.orders', { count: conditions.minOrders, shown: number(conditions.minOrders) }));
  if (needsCode === true) found.push(t('who.code'));
  return found;
}

function whenWords({ conditions = {} }: Any, { t }: Tools): string[] {
  const { schedule } = conditions;
  if (schedule === undefined) return [];
  const found: string[] = [];
  if (schedule.from) found.push(t('when.from', { at: dateTimeText(schedule.from, locale()) }));
  if (schedule.until) found.push(t('when.until', { at: dateTimeText(schedule.until, locale()) }));
  for (const { days, from = '00:00', to = '24:00' } of schedule.weekly ?? [])
    found.push(
      days.length === 0
        ? t('when.noDay')
        : from === '00:00' && to === '24:00'
          ? dayList(days)
          : t('when.hours', { days: dayList(days), from, to }),
    );
  if (schedule.recurring !== undefined) found.push(recurringWords(schedule.recurring, t));
  return found;
}

/** 2024-01-01 was a Monday. */
export const weekdayName = (day: number, style: 'short' | 'long' = 'short'): string =>
  new Intl.DateTimeFormat(locale(), { weekday: style, timeZone: 'UTC' }).format(
    new Date(Date.UTC(2024, 0, day)),
  );

function dayList(days: readonly number[]): string {
  const sorted = days.toSorted((a, b) => a - b);
  const [first = 1] = sorted;
  const last = sorted.at(-1) ?? first;
  return sorted.length > 2 && last - first === sorted.length - 1
    ? `${weekdayName(first)}–${weekdayName(last)}`
    : sorted.map((day) => weekdayName(day)).join(', ');
}

/** "-1" is the last one of a month. */
export const nthWord = (nth: string): 'first' | 'second' | 'third' | 'fourth' | 'last' =>
  nth === '1' ? 'first' : nth === '2' ? 'second' : nth === '3' ? 'third' : nth === '4' ? 'fourth' : 'last';

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const MINUTES_PER_HOUR = 60;

function recurringWords(
  { rule, start, durationMinutes }: { rule: string; start: string; durationMinutes: number },
  t: T,
): string {
  const hours = number(durationMinutes / MINUTES_PER_HOUR);
  const at = start.slice(11, 16);
  const day = /^FREQ=MONTHLY;BYMONTHDAY=(\d{1,2})$/.exec(rule)?.[1];
  if (day !== undefined) return t('when.monthDay', { day, at, hours });
  const [, nth, weekday] = /^FREQ=MONTHLY;BYDAY=(-?\d)([A-Z]{2})$/.exec(rule) ?? [];
  if (nth !== undefined && weekday !== undefined)
    return t('when.weekday', {
      nth: t(`nth.${nthWord(nth)}`),
      day: weekdayName(CODES.indexOf(weekday) + 1, 'long'),
      at,
      hours,
    });
  if (rule === 'FREQ=YEARLY') {
    const date = new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'long', timeZone: 'UTC' });
    return t('when.yearly', { day: date.format(new Date(`${start.slice(0, 10)}T00:00:00Z`)), at, hours });
  }
  return t('when.rule', { rule, at, hours });
}

function limitWords({ limits }: Any, { t, currency }: Tools): string[] {
  if (limits === undefined) return [];
  const caps = (one: Omit<NonNullable<PromotionInput['limits']>, 'periods'>): string[] => [
    ...(one.uses === undefined ? [] : [t('limit.uses', { count: one.uses, shown: number(one.uses) })]),
    ...(one.perContact === undefined
      ? []
      : [t('limit.perContact', { count: one.perContact, shown: number(one.perContact) })]),
    ...(one.budgetMinor === undefined
      ? []
      : [t('limit.budget', { money: moneyText(one.budgetMinor, currency, locale()) })]),
    ...(one.points === undefined ? [] : [t('limit.points', { shown: number(one.points) })]),
  ];
  const periods = (limits.periods ?? []).map((one) =>
    t('limit.each', { period: t(`limit.every.${one.every}`), caps: caps(one).join(', ') }),
  );
  return [...caps(limits), ...periods];
}

function orderWords(
  { stage, priority = 0, tags = [], excludes = [], percentBase }: Any,
  { t }: Tools,
): string[] {
  const found: string[] = [t('order.stage', { stage: t(`stage.${stage}`) })];
  if (priority !== 0) found.push(t('order.priority', { priority: number(priority) }));
  if (percentBase !== undefined) found.push(t(`base.${percentBase}`));
  if (tags.length > 0) found.push(t('order.tags', { tags: tags.join(', ') }));
  if (excludes.includes('*')) found.push(t('order.alone'));
  else if (excludes.length > 0) found.push(t('order.excludes', { tags: excludes.join(', ') }));
  return found;
}
