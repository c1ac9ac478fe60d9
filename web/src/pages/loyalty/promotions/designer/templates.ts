import { toLocalInput } from '../../../../lib/localTime.ts';
import type { EffectForm, PromotionForm, PromotionType } from './form.ts';
import { emptyScope, freshEffect, usualStage } from './form.ts';

/** Promotions to start from. Names come from the texts; amounts are in whole units of the currency. */

export const TEMPLATES = [
  'percent',
  'fromAmount',
  'amountOff',
  'threeForTwo',
  'secondHalf',
  'bundle',
  'ladder',
  'spendLadder',
  'fixedPrice',
  'gift',
  'points',
  'shipping',
  'happyHours',
  'firstOrder',
] as const;
export type Template = (typeof TEMPLATES)[number];

type Start = {
  type: PromotionType;
  effect?: Partial<EffectForm>;
  order?: true;
  from?: number;
  change?: (form: PromotionForm) => void;
};

/** Amounts fit currencies with cents; where money has none, the smallest note is about a hundred. */
const STARTS: Readonly<Record<Template, Start>> = {
  percent: { type: 'percent' },
  fromAmount: { type: 'percent', order: true, from: 50 },
  amountOff: { type: 'fixed_amount', effect: { amountMinor: 5 }, from: 30 },
  threeForTwo: { type: 'cheapest_free', effect: { percent: 100 } },
  secondHalf: { type: 'buy_x_get_y', effect: { percent: 50, given: 'same' } },
  bundle: { type: 'bundle', effect: { setGain: 'percent', setValue: 15 } },
  ladder: {
    type: 'volume_ladder',
    effect: {
      count: 'product',
      steps: [
        { from: 3, gain: 'percent', value: 5 },
        { from: 10, gain: 'percent', value: 10 },
      ],
    },
  },
  spendLadder: {
    type: 'spend_ladder',
    effect: {
      steps: [
        { from: 50, gain: 'percent', value: 5 },
        { from: 100, gain: 'percent', value: 10 },
      ],
    },
  },
  fixedPrice: { type: 'fixed_price', effect: { unitPrice: 5 } },
  gift: { type: 'gift', from: 100 },
  points: {
    type: 'bonus_points',
    effect: { points: 50, every: 'amount', everyMinor: 100 },
    change: ({ conditions }) => {
      conditions.membersOnly = true;
    },
  },
  shipping: { type: 'free_shipping', from: 50 },
  happyHours: {
    type: 'percent',
    effect: { percent: 15 },
    order: true,
    change: ({ conditions }) => {
      conditions.schedule.weekly = [{ days: ['1', '2', '3', '4', '5'], from: '14:00', to: '17:00' }];
    },
  },
  firstOrder: {
    type: 'percent',
    order: true,
    change: ({ conditions }) => {
      conditions.orders = 'first';
    },
  },
};

export function formOf(template: Template, name: string, timeZone: string): PromotionForm {
  const { type, effect = {}, order, from, change } = STARTS[template];
  const form = freshForm(type, name, timeZone);
  Object.assign(form.effect, effect);
  if (order === true) form.stage = 'order';
  if (from !== undefined) form.conditions.minAmount.amountMinor = from;
  change?.(form);
  return form;
}

function freshForm(type: PromotionType, name: string, timeZone: string): PromotionForm {
  return {
    name,
    note: '',
    programId: null,
    stage: usualStage(type),
    effect: freshEffect(type),
    scope: emptyScope(),
    conditions: {
      minAmount: { amountMinor: '', of: 'order', exclusive: false },
      maxAmountMinor: '',
      minQuantity: { quantity: '', of: 'scope' },
      segments: [],
      notSegments: [],
      tiers: [],
      personCategories: [],
      channels: [],
      membersOnly: false,
      orders: 'any',
      minOrders: '',
      schedule: {
        from: '',
        until: '',
        weekly: [],
        timeZone,
        recurring: {
          kind: 'none',
          day: 1,
          nth: '1',
          weekday: 'FR',
          rule: '',
          date: toLocalInput(new Date()).slice(0, 10),
          time: '00:00',
          hours: 24,
        },
      },
    },
    limits: { uses: '', perContact: '', budgetMinor: '', points: '', periods: [], timeZone: null },
    priority: 0,
    tags: [],
    excludes: [],
    currency: null,
    needsCode: false,
    code: null,
    percentBase: 'stage',
    floor: { percentOfList: '', overCostPercent: '' },
  };
}
