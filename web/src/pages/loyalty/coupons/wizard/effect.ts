import type { OfferEffect } from '@server/loyalty/pricing/contract.ts';
import type { Blank } from '../../amounts.ts';
import { blankOf, minorOf, unitsOf } from '../../amounts.ts';

/** What a coupon gives, as fields: every type keeps its own, amounts are in units of the currency. */

export const EFFECT_TYPES = [
  'percent',
  'fixed_amount',
  'free_shipping',
  'gift',
  'bonus_points',
  'buy_x_get_y',
  'cheapest_free',
  'spend_ladder',
  'volume_ladder',
  'bundle',
  'fixed_price',
] as const;
export type EffectType = (typeof EFFECT_TYPES)[number];

export const GAINS = ['percent', 'amount', 'price'] as const;
type Gain = (typeof GAINS)[number];
export type Step = { key: number; from: Blank; gain: Gain; value: Blank };
export type SetItem = { key: number; products: string[]; categories: string[]; quantity: Blank };

export type EffectDraft = {
  /** kept: something the fields cannot show, which stays as it is. */
  type: EffectType | 'kept';
  kept: OfferEffect | null;
  percent: Blank;
  maxDiscount: Blank;
  amount: Blank;
  per: 'order' | 'line' | 'unit';
  price: Blank;
  buy: Blank;
  get: Blank;
  getPercent: Blank;
  sameProduct: boolean;
  groupOf: Blank;
  free: Blank;
  products: string[];
  quantity: Blank;
  points: Blank;
  every: Blank;
  shippingMax: Blank;
  setGain: Gain;
  setValue: Blank;
  items: SetItem[];
  steps: Step[];
  count: 'line' | 'product' | 'scope';
  maxTimes: Blank;
};

let keys = 0;
const nextKey = (): number => (keys += 1);
export const newStep = (): Step => ({ key: nextKey(), from: '', gain: 'percent', value: '' });
export const newItem = (): SetItem => ({ key: nextKey(), products: [], categories: [], quantity: 1 });

export const freshEffect = (): EffectDraft => ({
  type: 'percent',
  kept: null,
  percent: 10,
  maxDiscount: '',
  amount: '',
  per: 'order',
  price: '',
  buy: 2,
  get: 1,
  getPercent: 100,
  sameProduct: false,
  groupOf: 3,
  free: 1,
  products: [],
  quantity: 1,
  points: '',
  every: '',
  shippingMax: '',
  setGain: 'price',
  setValue: '',
  items: [newItem(), newItem()],
  steps: [newStep()],
  count: 'line',
  maxTimes: '',
});

/** More times than any order has. */
const UNBOUNDED = 1_000_000;
const EVERYTHING = {
  products: [],
  categories: [],
  tags: [],
  excludedProducts: [],
  excludedCategories: [],
  excludedTags: [],
  fullPriceOnly: false,
};

/** What the API takes; fields left empty are refused there, at their place. */
export function effectOf(draft: EffectDraft, currency: string): OfferEffect {
  const minor = (units: Blank): number => minorOf(Number(units), currency);
  const optional = <Key extends string>(key: Key, units: Blank): Partial<Record<Key, number>> =>
    units === '' ? {} : ({ [key]: minor(units) } as Partial<Record<Key, number>>);
  const maxTimes = draft.maxTimes === '' ? UNBOUNDED : draft.maxTimes;
  const gainOf = (gain: Gain, value: Blank): { percent?: string; amountMinor?: number } =>
    gain === 'percent' ? { percent: String(value) } : { amountMinor: minor(value) };
  switch (draft.type) {
    case 'kept':
      return draft.kept ?? { type: 'free_shipping' };
    case 'percent':
      return {
        type: 'percent',
        percent: String(draft.percent),
        ...optional('maxDiscountMinor', draft.maxDiscount),
      };
    case 'fixed_amount':
      return { type: 'fixed_amount', amountMinor: minor(draft.amount), per: draft.per };
    case 'fixed_price':
      return { type: 'fixed_price', unitPrice: String(draft.price) };
    case 'free_shipping':
      return { type: 'free_shipping', ...optional('maxMinor', draft.shippingMax) };
    case 'buy_x_get_y':
      return {
        type: 'buy_x_get_y',
        buy: Number(draft.buy),
        get: Number(draft.get),
        percent: String(draft.getPercent),
        sameProduct: draft.sameProduct,
        maxTimes,
      };
    case 'cheapest_free':
      return {
        type: 'cheapest_free',
        groupOf: Number(draft.groupOf),
        free: Number(draft.free),
        percent: String(draft.getPercent),
        grouping: 'overall',
        maxTimes,
      };
    case 'gift':
      return {
        type: 'gift',
        products: draft.products,
        quantity: Number(draft.quantity),
        ...optional('everyMinor', draft.every),
        maxTimes,
      };
    case 'bonus_points':
      return {
        type: 'bonus_points',
        points: Number(draft.points),
        ...optional('everyMinor', draft.every),
        maxTimes,
      };
    case 'spend_ladder':
      return {
        type: 'spend_ladder',
        steps: draft.steps.map(({ from, gain, value }) => ({
          fromMinor: minor(from),
          ...gainOf(gain, value),
        })),
      };
    case 'volume_ladder':
      return {
        type: 'volume_ladder',
        steps: draft.steps.map(({ from, gain, value }) => ({
          fromQuantity: String(from),
          ...(gain === 'price' ? { unitPrice: String(value) } : gainOf(gain, value)),
        })),
        count: draft.count,
        applies: 'all',
      };
    case 'bundle':
      return {
        type: 'bundle',
        items: draft.items.map(({ products, categories, quantity }) => ({
          scope: { ...EVERYTHING, products, categories },
          quantity: Number(quantity),
        })),
        ...(draft.setGain === 'price'
          ? { priceMinor: minor(draft.setValue) }
          : gainOf(draft.setGain, draft.setValue)),
        maxTimes,
      };
  }
}

/** The fields of an effect. What they cannot show whole is kept as it is. */
export function effectDraftOf(effect: OfferEffect, currency: string): EffectDraft {
  const fresh = freshEffect();
  const units = (minor: number | undefined): Blank => (minor === undefined ? '' : unitsOf(minor, currency));
  const kept: EffectDraft = { ...fresh, type: 'kept', kept: effect };
  const times = 'maxTimes' in effect && effect.maxTimes < UNBOUNDED ? effect.maxTimes : '';
  const gainOf = (of: { percent?: string; amountMinor?: number; unitPrice?: string }) =>
    of.percent !== undefined
      ? { gain: 'percent' as const, value: Number(of.percent) }
      : of.unitPrice !== undefined
        ? { gain: 'price' as const, value: Number(of.unitPrice) }
        : { gain: 'amount' as const, value: units(of.amountMinor) };
  const base: EffectDraft = {
    ...fresh,
    type: effect.type === 'accumulative' ? 'kept' : effect.type,
    maxTimes: times,
  };
  switch (effect.type) {
    case 'percent':
      return { ...base, percent: Number(effect.percent), maxDiscount: units(effect.maxDiscountMinor) };
    case 'fixed_amount':
      return { ...base, amount: units(effect.amountMinor), per: effect.per };
    case 'fixed_price':
      return { ...base, price: Number(effect.unitPrice) };
    case 'free_shipping':
      return { ...base, shippingMax: units(effect.maxMinor) };
    case 'buy_x_get_y':
      if (effect.getScope !== undefined) return kept;
      return {
        ...base,
        buy: effect.buy,
        get: effect.get,
        getPercent: Number(effect.percent),
        sameProduct: effect.sameProduct,
      };
    case 'cheapest_free':
      if (effect.grouping !== 'overall') return kept;
      return { ...base, groupOf: effect.groupOf, free: effect.free, getPercent: Number(effect.percent) };
    case 'gift':
      if (effect.everyQuantity !== undefined) return kept;
      return {
        ...base,
        products: effect.products,
        quantity: effect.quantity,
        every: units(effect.everyMinor),
      };
    case 'bonus_points':
      if (effect.everyQuantity !== undefined) return kept;
      return { ...base, points: effect.points, every: units(effect.everyMinor) };
    case 'spend_ladder':
      return {
        ...base,
        steps: effect.steps.map((step) => ({
          key: nextKey(),
          from: units(step.fromMinor),
          ...gainOf(step),
        })),
      };
    case 'volume_ladder':
      if (effect.applies !== 'all') return kept;
      return {
        ...base,
        count: effect.count,
        steps: effect.steps.map((step) => ({
          key: nextKey(),
          from: Number(step.fromQuantity),
          ...gainOf(step),
        })),
      };
    case 'bundle': {
      const { gain, value } =
        effect.priceMinor === undefined
          ? gainOf(effect)
          : { gain: 'price' as const, value: units(effect.priceMinor) };
      return {
        ...base,
        setGain: gain,
        setValue: value,
        items: effect.items.map(({ scope, quantity }) => ({
          key: nextKey(),
          products: scope.products,
          categories: scope.categories,
          quantity: blankOf(quantity),
        })),
      };
    }
    case 'accumulative':
      return kept;
  }
}
