import type { OfferEffect } from '@server/loyalty/pricing/contract.ts';
import type { Blank } from '../../amounts.ts';

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
export type Gain = (typeof GAINS)[number];
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
export const nextKey = (): number => (keys += 1);
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
export const UNBOUNDED = 1_000_000;
export const EVERYTHING = {
  products: [],
  categories: [],
  tags: [],
  excludedProducts: [],
  excludedCategories: [],
  excludedTags: [],
  fullPriceOnly: false,
};
