import type { OfferStage, PromotionDefinition } from './api.ts';

/**
 * A promotion as fields, named as the API names them, so that its errors find them. Every type keeps its fields while one looks at
 * another. Amounts are in units of the currency, not minor ones; empty is ''.
 */

export type Blank = number | '';

/** Those that are made here; discounts by what was bought so far have a place of their own. */
export const TYPES = [
  'percent',
  'fixed_amount',
  'fixed_price',
  'buy_x_get_y',
  'cheapest_free',
  'bundle',
  'volume_ladder',
  'spend_ladder',
  'gift',
  'bonus_points',
  'free_shipping',
] as const;
export type PromotionType = (typeof TYPES)[number];

export type ScopeForm = {
  products: string[];
  categories: string[];
  tags: string[];
  excludedProducts: string[];
  excludedCategories: string[];
  excludedTags: string[];
  minUnitPriceMinor: Blank;
  maxUnitPriceMinor: Blank;
  fullPriceOnly: boolean;
};
export type GainKind = 'percent' | 'amountMinor' | 'unitPrice';
export type StepForm = { from: Blank; gain: GainKind; value: Blank };
export type ItemForm = { scope: ScopeForm; quantity: Blank };

export type EffectForm = {
  type: PromotionType;
  percent: Blank;
  maxDiscountMinor: Blank;
  amountMinor: Blank;
  per: 'order' | 'line' | 'unit';
  unitPrice: Blank;
  buy: Blank;
  get: Blank;
  given: 'cheapest' | 'same' | 'other';
  getScope: ScopeForm;
  groupOf: Blank;
  free: Blank;
  grouping: 'overall' | 'sets';
  items: ItemForm[];
  setGain: 'priceMinor' | 'amountMinor' | 'percent';
  setValue: Blank;
  steps: StepForm[];
  count: 'line' | 'product' | 'scope';
  applies: 'all' | 'above';
  products: string[];
  quantity: Blank;
  points: Blank;
  every: 'once' | 'amount' | 'quantity';
  everyMinor: Blank;
  everyQuantity: Blank;
  maxTimes: Blank;
  maxMinor: Blank;
};

export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export const NTHS = ['1', '2', '3', '4', '-1'] as const;
export type RecurringForm = {
  kind: 'none' | 'monthDay' | 'weekday' | 'yearly' | 'custom';
  day: Blank;
  nth: (typeof NTHS)[number];
  weekday: (typeof WEEKDAYS)[number];
  rule: string;
  date: string;
  time: string;
  hours: Blank;
};
export type WeeklyForm = { days: string[]; from: string; to: string };
export const EVERY = ['day', 'week', 'month', 'year'] as const;
export type CapForm = { uses: Blank; perContact: Blank; budgetMinor: Blank; points: Blank };
export type PeriodForm = CapForm & { every: (typeof EVERY)[number] };

export type PromotionForm = {
  name: string;
  note: string;
  programId: string | null;
  stage: OfferStage;
  effect: EffectForm;
  scope: ScopeForm;
  conditions: {
    minAmount: { amountMinor: Blank; of: 'order' | 'scope'; exclusive: boolean };
    maxAmountMinor: Blank;
    minQuantity: { quantity: Blank; of: 'order' | 'scope' };
    segments: string[];
    notSegments: string[];
    tiers: string[];
    personCategories: string[];
    channels: string[];
    membersOnly: boolean;
    orders: 'any' | 'first' | 'atLeast';
    minOrders: Blank;
    schedule: {
      from: string;
      until: string;
      weekly: WeeklyForm[];
      timeZone: string;
      recurring: RecurringForm;
    };
  };
  limits: CapForm & { periods: PeriodForm[]; timeZone: string | null };
  priority: Blank;
  tags: string[];
  excludes: string[];
  currency: string | null;
  needsCode: boolean;
  /** What one has to show; null: it works by itself. Of a new one alone: with a code it becomes a coupon. */
  code: string | null;
  percentBase: NonNullable<PromotionDefinition['percentBase']> | 'stage';
  floor: { percentOfList: Blank; overCostPercent: Blank };
};

export const emptyScope = (): ScopeForm => ({
  products: [],
  categories: [],
  tags: [],
  excludedProducts: [],
  excludedCategories: [],
  excludedTags: [],
  minUnitPriceMinor: '',
  maxUnitPriceMinor: '',
  fullPriceOnly: false,
});

export const freshEffect = (type: PromotionType): EffectForm => ({
  type,
  percent: 10,
  maxDiscountMinor: '',
  amountMinor: '',
  per: 'order',
  unitPrice: '',
  buy: 1,
  get: 1,
  given: 'cheapest',
  getScope: emptyScope(),
  groupOf: 3,
  free: 1,
  grouping: 'overall',
  items: [
    { scope: emptyScope(), quantity: 1 },
    { scope: emptyScope(), quantity: 1 },
  ],
  setGain: 'priceMinor',
  setValue: '',
  steps: [{ from: '', gain: 'percent', value: '' }],
  count: 'line',
  applies: 'all',
  products: [],
  quantity: 1,
  points: '',
  every: 'once',
  everyMinor: '',
  everyQuantity: '',
  maxTimes: '',
  maxMinor: '',
});

/** What may lower the price of shipping, as the API has it. */
const ON_SHIPPING: readonly PromotionType[] = [
  'percent',
  'fixed_amount',
  'fixed_price',
  'free_shipping',
  'gift',
  'bonus_points',
];

export function stagesOf(type: PromotionType): OfferStage[] {
  if (type === 'free_shipping') return ['shipping'];
  const goods: OfferStage[] = ['product', 'personal', 'order', 'coupon'];
  return ON_SHIPPING.includes(type) ? [...goods, 'shipping'] : goods;
}

/** The stage a type stands in when it is chosen. */
export function usualStage(type: PromotionType): OfferStage {
  if (type === 'free_shipping') return 'shipping';
  return ['fixed_amount', 'spend_ladder', 'gift', 'bonus_points'].includes(type) ? 'order' : 'product';
}
