import type { OfferEffect } from '@server/loyalty/pricing/contract.ts';
import type { Blank } from '../../amounts.ts';
import { minorOf } from '../../amounts.ts';
import type { EffectDraft, EffectType, Gain } from './effect.ts';
import { EVERYTHING, UNBOUNDED } from './effect.ts';

/** From the fields of an effect to what the API takes. */

type Of<Type extends EffectType> = Extract<OfferEffect, { type: Type }>;
/** Amounts of the fields' currency in minor units. */
type Minor = (units: Blank) => number;

const optional = <Key extends string>(key: Key, units: Blank, minor: Minor): Partial<Record<Key, number>> =>
  units === '' ? {} : ({ [key]: minor(units) } as Partial<Record<Key, number>>);
const timesOf = ({ maxTimes }: EffectDraft): number => (maxTimes === '' ? UNBOUNDED : maxTimes);
const gainOf = (gain: Gain, value: Blank, minor: Minor): { percent?: string; amountMinor?: number } =>
  gain === 'percent' ? { percent: String(value) } : { amountMinor: minor(value) };

const WRITE: { [Type in EffectType]: (draft: EffectDraft, minor: Minor) => Of<Type> } = {
  percent: (draft, minor) => ({
    type: 'percent',
    percent: String(draft.percent),
    ...optional('maxDiscountMinor', draft.maxDiscount, minor),
  }),
  fixed_amount: (draft, minor) => ({
    type: 'fixed_amount',
    amountMinor: minor(draft.amount),
    per: draft.per,
  }),
  fixed_price: (draft) => ({ type: 'fixed_price', unitPrice: String(draft.price) }),
  free_shipping: (draft, minor) => ({
    type: 'free_shipping',
    ...optional('maxMinor', draft.shippingMax, minor),
  }),
  buy_x_get_y: (draft) => ({
    type: 'buy_x_get_y',
    buy: Number(draft.buy),
    get: Number(draft.get),
    percent: String(draft.getPercent),
    sameProduct: draft.sameProduct,
    maxTimes: timesOf(draft),
  }),
  cheapest_free: (draft) => ({
    type: 'cheapest_free',
    groupOf: Number(draft.groupOf),
    free: Number(draft.free),
    percent: String(draft.getPercent),
    grouping: 'overall',
    maxTimes: timesOf(draft),
  }),
  gift: (draft, minor) => ({
    type: 'gift',
    products: draft.products,
    quantity: Number(draft.quantity),
    ...optional('everyMinor', draft.every, minor),
    maxTimes: timesOf(draft),
  }),
  bonus_points: (draft, minor) => ({
    type: 'bonus_points',
    points: Number(draft.points),
    ...optional('everyMinor', draft.every, minor),
    maxTimes: timesOf(draft),
  }),
  spend_ladder: (draft, minor) => ({
    type: 'spend_ladder',
    steps: draft.steps.map(({ from, gain, value }) => ({
      fromMinor: minor(from),
      ...gainOf(gain, value, minor),
    })),
  }),
  volume_ladder: (draft, minor) => ({
    type: 'volume_ladder',
    steps: draft.steps.map(({ from, gain, value }) => ({
      fromQuantity: String(from),
      ...(gain === 'price' ? { unitPrice: String(value) } : gainOf(gain, value, minor)),
    })),
    count: draft.count,
    applies: 'all',
  }),
  bundle: (draft, minor) => ({
    type: 'bundle',
    items: draft.items.map(({ products, categories, quantity }) => ({
      scope: { ...EVERYTHING, products, categories },
      quantity: Number(quantity),
    })),
    ...(draft.setGain === 'price'
      ? { priceMinor: minor(draft.setValue) }
      : gainOf(draft.setGain, draft.setValue, minor)),
    maxTimes: timesOf(draft),
  }),
};

/** Fields left empty are refused by the API, at their place. */
export function effectOf(draft: EffectDraft, currency: string): OfferEffect {
  if (draft.type === 'kept') return draft.kept ?? { type: 'free_shipping' };
  return WRITE[draft.type](draft, (units) => minorOf(Number(units), currency));
}
