import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { AccrualDefinition } from '../../../api/earning.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText, moneyText, numberText } from '../../../lib/format.ts';
import { useNameOf } from '../coupons/useOfferWords.ts';

/** Earning rules in plain sentences. */

type T = TFunction<'earning'>;
type Tools = { t: T; currency: string; name: (id: string) => string };
type Who = Pick<AccrualDefinition['conditions'], 'tiers' | 'segments' | 'personCategories'>;
type Schedule = AccrualDefinition['conditions']['schedule'];

/** More names than these are a number. */
const MAX_NAMES = 4;
const number = (value: number): string => numberText(value, locale());

function namesOf(ids: readonly string[], name: (id: string) => string): string {
  const shown = ids.slice(0, MAX_NAMES).map(name);
  const more = ids.length - MAX_NAMES;
  return new Intl.ListFormat(locale(), { type: 'disjunction' }).format(
    more > 0 ? [...shown, `+${more}`] : shown,
  );
}

/** 5 January 2026 was a Monday. */
export const weekday = (day: number, length: 'short' | 'long' = 'short'): string =>
  new Intl.DateTimeFormat(locale(), { weekday: length, timeZone: 'UTC' }).format(Date.UTC(2026, 0, 4 + day));

/** "1 point per £10.00 on Tea, for Gold × 2, at most 500 a month". */
export function useRuleWords(): (definition: AccrualDefinition, currency: string) => string {
  const { t } = useTranslation('earning');
  const name = useNameOf();
  return (definition, currency) =>
    sentence(definition, { t, name, currency: definition.currency ?? currency });
}

function sentence(definition: AccrualDefinition, tools: Tools): string {
  return [
    `${gives(definition, tools)}${goods(definition.scope, tools)}`,
    ...conditions(definition, tools),
    ...multipliers(definition, tools),
    ...caps(definition, tools),
    ...rest(definition, tools),
  ].join(', ');
}

function gives({ earns }: AccrualDefinition, { t, currency }: Tools): string {
  const points = t('points', { count: earns.points, shown: number(earns.points) });
  if (earns.type === 'amount') {
    const money = moneyText(earns.perMinor, currency, locale());
    return t(`words.${earns.steps}`, { points, money });
  }
  return t(`words.${earns.type}`, { points, event: earns.type === 'event' ? earns.event : '' });
}

function goods(scope: AccrualDefinition['scope'], { t, name }: Tools): string {
  const wanted = [...scope.categories, ...scope.products, ...scope.tags];
  const unwanted = [...scope.excludedCategories, ...scope.excludedProducts, ...scope.excludedTags];
  return [
    wanted.length === 0 ? '' : ` ${t('words.on', { names: namesOf(wanted, name) })}`,
    unwanted.length === 0 ? '' : ` ${t('words.butNot', { names: namesOf(unwanted, name) })}`,
  ].join('');
}

function who({ tiers, segments, personCategories }: Who, { name }: Tools): string {
  return [tiers, segments, personCategories]
    .filter((ids) => ids.length > 0)
    .map((ids) => namesOf(ids, name))
    .join(' + ');
}

function when(schedule: Schedule, { t }: Tools): string[] {
  if (schedule === undefined) return [];
  const found: string[] = [];
  if (schedule.from) found.push(t('words.from', { date: dateText(schedule.from, locale()) }));
  if (schedule.until) found.push(t('words.until', { date: dateText(schedule.until, locale()) }));
  for (const { days, from, to } of schedule.weekly) {
    const shown = days.map((day) => weekday(day)).join(', ');
    found.push(from === '00:00' && to === '24:00' ? shown : `${shown} ${from}–${to}`);
  }
  if (schedule.recurring !== undefined) found.push(t('words.calendar'));
  return found;
}

function conditions({ conditions: asked }: AccrualDefinition, tools: Tools): string[] {
  const { t, currency, name } = tools;
  const found: string[] = [];
  const people = who(asked, tools);
  if (people !== '') found.push(t('words.for', { names: people }));
  if (asked.notSegments.length > 0)
    found.push(t('words.notFor', { names: namesOf(asked.notSegments, name) }));
  if (asked.minAmountMinor !== undefined)
    found.push(t('words.least', { money: moneyText(asked.minAmountMinor, currency, locale()) }));
  if (asked.channels.length > 0) found.push(t('words.channels', { names: asked.channels.join(', ') }));
  if (asked.firstOrder) found.push(t('words.first'));
  return [...found, ...when(asked.schedule, tools)];
}

function multipliers({ multipliers: list, tierFactor }: AccrualDefinition, tools: Tools): string[] {
  const { t } = tools;
  const own = list.map((one) => {
    const what = [who(one, tools), goods(one.scope, tools).trim(), ...when(one.schedule, tools)].filter(
      Boolean,
    );
    const factor = numberText(Number(one.factor), locale(), 3);
    return what.length === 0 ? `× ${factor}` : t('words.times', { what: what.join(', '), factor });
  });
  return tierFactor ? [t('words.tierFactor'), ...own] : own;
}

function caps({ caps: asked }: AccrualDefinition, { t }: Tools): string[] {
  const found: string[] = [];
  if (asked.perOrder !== undefined) found.push(t('words.perOrder', { points: number(asked.perOrder) }));
  for (const { per, points, times } of asked.periods) {
    if (points !== undefined) found.push(t(`words.most.${per}`, { points: number(points) }));
    if (times !== undefined) found.push(t(`words.timesIn.${per}`, { count: times, shown: number(times) }));
  }
  if (asked.balance !== undefined) found.push(t('words.balance', { points: number(asked.balance) }));
  return found;
}

function rest(definition: AccrualDefinition, { t }: Tools): string[] {
  const { excludePromo, earnOnPointsPart, pending } = definition;
  const found: string[] = [];
  if (excludePromo) found.push(t('words.noPromo'));
  if (earnOnPointsPart !== undefined) found.push(t(`words.pointsPart.${earnOnPointsPart ? 'yes' : 'no'}`));
  if (pending?.kind === 'days')
    found.push(pending.days === 0 ? t('words.atOnce') : t('words.after', { count: pending.days }));
  if (pending?.kind === 'until') found.push(t('words.spendFrom', { date: dateText(pending.date, locale()) }));
  if (pending?.kind === 'event') found.push(t('words.spendAfter', { event: pending.event }));
  return found;
}
