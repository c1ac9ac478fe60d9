import type { OfferEffect } from '@server/loyalty/pricing/contract.ts';
import type { Blank } from '../../amounts.ts';
import { unitsOf } from '../../amounts.ts';
import type { EffectDraft, Gain } from './effect.ts';
import { freshEffect, nextKey, UNBOUNDED } from './effect.ts';

/** From an effect as it is to its fields. */

type Of<Type extends OfferEffect['type']> = Extract<OfferEffect, { type: Type }>;
/** Minor units in units of the currency, as a field has them. */
type Units = (minor: number | undefined) => Blank;
/** Null: the fields cannot show it whole. */
type Read = Partial<EffectDraft> | null;

/** What the fields cannot show whole is kept as it is. */
export function effectDraftOf(effect: OfferEffect, currency: string): EffectDraft {
  const fresh = freshEffect();
  const units: Units = (minor) => (minor === undefined ? '' : unitsOf(minor, currency));
  const read = readOf(effect, units);
  if (read === null) return { ...fresh, type: 'kept', kept: effect };
  const maxTimes = 'maxTimes' in effect && effect.maxTimes < UNBOUNDED ? effect.maxTimes : '';
  return { ...fresh, maxTimes, ...read };
}

function readOf(effect: OfferEffect, units: Units): Read {
  switch (effect.type) {
    case 'percent':
      return {
        type: 'percent',
        percent: Number(effect.percent),
        maxDiscount: units(effect.maxDiscountMinor),
      };
    case 'fixed_amount':
      return { type: 'fixed_amount', amount: units(effect.amountMinor), per: effect.per };
    case 'fixed_price':
      return { type: 'fixed_price', price: Number(effect.unitPrice) };
    case 'free_shipping':
      return { type: 'free_shipping', shippingMax: units(effect.maxMinor) };
    case 'buy_x_get_y':
    case 'cheapest_free':
      return freeOf(effect);
    case 'gift':
    case 'bonus_points':
      return givenOf(effect, units);
    case 'spend_ladder':
    case 'volume_ladder':
      return stepsOf(effect, units);
    case 'bundle':
      return setOf(effect, units);
    case 'accumulative':
      break;
  }
  return null;
}

function freeOf(effect: Of<'buy_x_get_y' | 'cheapest_free'>): Read {
  const getPercent = Number(effect.percent);
  if (effect.type === 'cheapest_free')
    return effect.grouping === 'overall'
      ? { type: effect.type, groupOf: effect.groupOf, free: effect.free, getPercent }
      : null;
  if (effect.getScope !== undefined) return null;
  const { buy, get, sameProduct } = effect;
  return { type: effect.type, buy, get, getPercent, sameProduct };
}

function givenOf(effect: Of<'gift' | 'bonus_points'>, units: Units): Read {
  if (effect.everyQuantity !== undefined) return null;
  const every = units(effect.everyMinor);
  return effect.type === 'gift'
    ? { type: effect.type, products: effect.products, quantity: effect.quantity, every }
    : { type: effect.type, points: effect.points, every };
}

type Gained = {
  percent?: string | undefined;
  amountMinor?: number | undefined;
  unitPrice?: string | undefined;
};

function gainOf(of: Gained, units: Units): { gain: Gain; value: Blank } {
  if (of.percent !== undefined) return { gain: 'percent', value: Number(of.percent) };
  return of.unitPrice === undefined
    ? { gain: 'amount', value: units(of.amountMinor) }
    : { gain: 'price', value: Number(of.unitPrice) };
}

function stepsOf(effect: Of<'spend_ladder' | 'volume_ladder'>, units: Units): Read {
  if (effect.type === 'spend_ladder')
    return {
      type: effect.type,
      steps: effect.steps.map((step) => ({
        key: nextKey(),
        from: units(step.fromMinor),
        ...gainOf(step, units),
      })),
    };
  if (effect.applies !== 'all') return null;
  return {
    type: effect.type,
    count: effect.count,
    steps: effect.steps.map((step) => ({
      key: nextKey(),
      from: Number(step.fromQuantity),
      ...gainOf(step, units),
    })),
  };
}

function setOf(effect: Of<'bundle'>, units: Units): Read {
  const { gain, value } =
    effect.priceMinor === undefined
      ? gainOf(effect, units)
      : { gain: 'price' as const, value: units(effect.priceMinor) };
  return {
    type: effect.type,
    setGain: gain,
    setValue: value,
    items: effect.items.map(({ scope, quantity }) => ({
      key: nextKey(),
      products: scope.products,
      categories: scope.categories,
      quantity,
    })),
  };
}
