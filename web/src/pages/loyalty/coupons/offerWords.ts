import type { CouponOffer } from '@server/loyalty/coupons/contract.ts';
import type { OfferEffect } from '@server/loyalty/pricing/contract.ts';
import type { TFunction } from 'i18next';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { minorOf } from '../amounts.ts';

/** What an offer gives and when, in words. Names of what it is about come from `name`. */

type T = TFunction<'offers'>;
export type NameOf = (id: string) => string;
type Told = { t: T; currency: string; name: NameOf };

const PERCENT_DIGITS = 3;
const percentOf = (text: string): string => numberText(Number(text), locale(), PERCENT_DIGITS);
const quantityOf = (text: string): string => numberText(Number(text), locale(), PERCENT_DIGITS);
const listOf = (words: readonly string[], kind: 'conjunction' | 'disjunction' = 'disjunction'): string =>
  new Intl.ListFormat(locale(), { type: kind }).format(words);
const isWhole = (percent: string): boolean => Number(percent) === 100;

/** More names than these are a number. */
const MAX_NAMES = 4;

function namesOf(ids: readonly string[], name: NameOf): string {
  const shown = ids.slice(0, MAX_NAMES).map(name);
  return listOf(ids.length > MAX_NAMES ? [...shown, `+${ids.length - MAX_NAMES}`] : shown);
}

/** "10 % off". */
export function givesWords(effect: OfferEffect, told: Told): string {
  const { t } = told;
  const money = (minor: number): string => moneyText(minor, told.currency, locale());
  const price = (text: string): string => money(minorOf(Number(text), told.currency));
  switch (effect.type) {
    case 'percent': {
      const percent = percentOf(effect.percent);
      return effect.maxDiscountMinor === undefined
        ? t('gives.percent', { percent })
        : t('gives.percentMax', { percent, max: money(effect.maxDiscountMinor) });
    }
    case 'fixed_amount':
      return t(`gives.${effect.per}`, { money: money(effect.amountMinor) });
    case 'fixed_price':
      return t('gives.fixedPrice', { price: price(effect.unitPrice) });
    case 'buy_x_get_y':
      return t(isWhole(effect.percent) ? 'gives.buyFree' : 'gives.buyPercent', {
        buy: effect.buy,
        count: effect.get,
        percent: percentOf(effect.percent),
      });
    case 'cheapest_free':
      return t(isWhole(effect.percent) ? 'gives.cheapest' : 'gives.cheapestPercent', {
        group: effect.groupOf,
        count: effect.free,
        percent: percentOf(effect.percent),
      });
    case 'free_shipping':
      return effect.maxMinor === undefined
        ? t('gives.freeShipping')
        : t('gives.freeShippingMax', { money: money(effect.maxMinor) });
    case 'accumulative':
      return t('gives.accumulative');
    case 'bundle':
      return bundleWords(effect, told, money);
    case 'gift':
    case 'bonus_points':
    case 'volume_ladder':
    case 'spend_ladder':
      break;
  }
  return repeatedOrStepped(effect, told, money, price);
}

type Of<Type extends OfferEffect['type']> = Extract<OfferEffect, { type: Type }>;
type Money = (minor: number) => string;

function bundleWords(effect: Of<'bundle'>, { t, name }: Told, money: Money): string {
  const items = effect.items
    .map(({ quantity, scope }) =>
      t('gives.setItem', { quantity, what: goodsWords(scope, name) ?? t('allGoods') }),
    )
    .join(' + ');
  if (effect.priceMinor !== undefined) return t('gives.setPrice', { items, money: money(effect.priceMinor) });
  if (effect.amountMinor !== undefined) return t('gives.setOff', { items, money: money(effect.amountMinor) });
  return t('gives.setPercent', { items, percent: percentOf(effect.percent ?? '0') });
}

function repeatedOrStepped(
  effect: Of<'gift' | 'bonus_points' | 'volume_ladder' | 'spend_ladder'>,
  { t, name }: Told,
  money: Money,
  price: (text: string) => string,
): string {
  const gain = (step: { percent?: string; amountMinor?: number; unitPrice?: string }): string =>
    step.percent !== undefined
      ? t('gives.stepPercent', { percent: percentOf(step.percent) })
      : step.amountMinor !== undefined
        ? t('gives.stepMoney', { money: money(step.amountMinor) })
        : t('gives.stepPrice', { price: price(step.unitPrice ?? '0') });
  if (effect.type === 'volume_ladder' || effect.type === 'spend_ladder') {
    const steps =
      effect.type === 'volume_ladder'
        ? effect.steps.map((step) => ({ from: quantityOf(step.fromQuantity), gain: gain(step) }))
        : effect.steps.map((step) => ({ from: money(step.fromMinor), gain: gain(step) }));
    const shown = steps.map((step) => t('gives.volumeStep', step)).join(', ');
    return t(effect.type === 'volume_ladder' ? 'gives.volume' : 'gives.spend', { steps: shown });
  }
  const gives =
    effect.type === 'gift'
      ? t('gives.gift', { count: effect.quantity, products: namesOf(effect.products, name) })
      : t('gives.points', { count: effect.points, shown: numberText(effect.points, locale()) });
  if (effect.everyMinor !== undefined)
    return t('gives.everyMoney', { gives, money: money(effect.everyMinor) });
  return effect.everyQuantity === undefined
    ? gives
    : t('gives.everyQuantity', { gives, quantity: quantityOf(effect.everyQuantity) });
}

type Scope = CouponOffer['scope'];

/** The goods named, undefined when all are meant. */
function goodsWords({ products, categories, tags }: Scope, name: NameOf): string | undefined {
  const named = [...categories, ...products, ...tags.map((tag) => `#${tag}`)];
  return named.length === 0 ? undefined : namesOf(named, name);
}

/** Everything that must hold, each as a few words: "from £50.00", "for Regulars". */
export function whenWords(offer: CouponOffer, told: Told): string[] {
  const found = [...goodsParts(offer.scope, told), ...amountParts(offer, told), ...buyerParts(offer, told)];
  return [...found, ...hourParts(offer, told)];
}

function goodsParts(scope: Scope, { t, currency, name }: Told): string[] {
  const money = (minor: number): string => moneyText(minor, currency, locale());
  const goods = goodsWords(scope, name);
  const excluded = goodsWords(
    {
      ...scope,
      products: scope.excludedProducts,
      categories: scope.excludedCategories,
      tags: scope.excludedTags,
    },
    name,
  );
  const { minUnitPriceMinor: from, maxUnitPriceMinor: to } = scope;
  return [
    goods === undefined ? undefined : t('when.goods', { goods }),
    excluded === undefined ? undefined : t('when.except', { goods: excluded }),
    from !== undefined && to !== undefined
      ? t('when.priceBoth', { from: money(from), to: money(to) })
      : from !== undefined
        ? t('when.priceFrom', { from: money(from) })
        : to === undefined
          ? undefined
          : t('when.priceTo', { to: money(to) }),
    scope.fullPriceOnly ? t('when.fullPrice') : undefined,
  ].filter((words) => words !== undefined);
}

function amountParts({ conditions }: CouponOffer, { t, currency }: Told): string[] {
  const money = (minor: number): string => moneyText(minor, currency, locale());
  const { minAmount, maxAmountMinor, minQuantity } = conditions;
  const least =
    minAmount === undefined
      ? undefined
      : minAmount.of === 'scope'
        ? t('when.minScope', { money: money(minAmount.amountMinor) })
        : t(minAmount.exclusive ? 'when.minOrderMore' : 'when.minOrder', {
            money: money(minAmount.amountMinor),
          });
  return [
    least,
    maxAmountMinor === undefined ? undefined : t('when.maxAmount', { money: money(maxAmountMinor) }),
    minQuantity === undefined
      ? undefined
      : t('when.minQuantity', { quantity: quantityOf(minQuantity.quantity) }),
  ].filter((words) => words !== undefined);
}

function buyerParts({ conditions }: CouponOffer, { t, name }: Told): string[] {
  const named = (
    key: 'segments' | 'notSegments' | 'tiers' | 'people' | 'channels',
    ids: readonly string[],
  ): string | undefined => (ids.length === 0 ? undefined : t(`when.${key}`, { names: namesOf(ids, name) }));
  return [
    named('segments', conditions.segments),
    named('notSegments', conditions.notSegments),
    named('tiers', conditions.tiers),
    named('people', conditions.personCategories),
    named('channels', conditions.channels),
    conditions.membersOnly ? t('when.members') : undefined,
    conditions.firstOrder ? t('when.first') : undefined,
    conditions.minOrders === undefined ? undefined : t('when.minOrders', { count: conditions.minOrders }),
  ].filter((words) => words !== undefined);
}

/** 5 January 2026 was a Monday. */
const MONDAY = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;

export const weekdayName = (day: number, length: 'short' | 'long' = 'short'): string =>
  new Intl.DateTimeFormat(locale(), { weekday: length, timeZone: 'UTC' }).format(MONDAY + (day - 1) * DAY_MS);

function hourParts({ conditions }: CouponOffer, { t }: Told): string[] {
  return (conditions.schedule?.weekly ?? []).map(({ days, from, to }) => {
    const shown = listOf(
      days.toSorted((a, b) => a - b).map((day) => weekdayName(day)),
      'conjunction',
    );
    return from === '00:00' && to === '24:00'
      ? t('when.daysOnly', { days: shown })
      : t('when.hours', { days: shown, from, to });
  });
}
