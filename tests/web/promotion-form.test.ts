import { describe, expect, test } from 'vitest';
import { promotionDefinition } from '../../src/loyalty/offers/contract.ts';
import type { PromotionDefinition } from '../../src/loyalty/offers/contract.ts';
import { TYPES } from '../../web/src/pages/loyalty/promotions/designer/form.ts';
import { readForm } from '../../web/src/pages/loyalty/promotions/designer/read.ts';
import { formOf, TEMPLATES } from '../../web/src/pages/loyalty/promotions/designer/templates.ts';
import { lackingIn } from '../../web/src/pages/loyalty/promotions/designer/lacking.ts';
import { writeDefinition } from '../../web/src/pages/loyalty/promotions/designer/write.ts';
import { writeCoupon } from '../../web/src/pages/loyalty/promotions/designer/coupon.ts';
import { couponCampaignInput } from '../../src/loyalty/coupons/contract.ts';
import { makeOffer, promised } from '../../src/loyalty/coupons/offer.ts';

const id = '019a0000-0000-7000-8000-000000000001';
const scope = {
  products: ['A-1'],
  categories: [id],
  tags: ['fresh'],
  excludedProducts: ['B-1'],
  excludedCategories: [id],
  excludedTags: ['old'],
  minUnitPriceMinor: 150,
  maxUnitPriceMinor: 9_999,
  fullPriceOnly: true,
};

const EFFECTS: PromotionDefinition['effect'][] = [
  { type: 'percent', percent: '12.5', maxDiscountMinor: 1_050 },
  { type: 'fixed_amount', amountMinor: 1_999, per: 'unit' },
  { type: 'fixed_price', unitPrice: '4.99' },
  { type: 'buy_x_get_y', buy: 2, get: 1, percent: '50', sameProduct: true, maxTimes: 3 },
  {
    type: 'buy_x_get_y',
    buy: 2,
    get: 1,
    getScope: scope,
    percent: '100',
    sameProduct: false,
    maxTimes: 1_000_000,
  },
  { type: 'cheapest_free', groupOf: 3, free: 1, percent: '100', grouping: 'sets', maxTimes: 2 },
  { type: 'bundle', items: [{ scope, quantity: 2 }], priceMinor: 2_500, maxTimes: 1_000_000 },
  { type: 'bundle', items: [{ scope, quantity: 1 }], percent: '15', maxTimes: 1 },
  {
    type: 'volume_ladder',
    steps: [
      { fromQuantity: '3', percent: '5' },
      { fromQuantity: '10.5', amountMinor: 120 },
      { fromQuantity: '20', unitPrice: '3.5' },
    ],
    count: 'scope',
    applies: 'above',
  },
  {
    type: 'spend_ladder',
    steps: [
      { fromMinor: 5_000, percent: '5' },
      { fromMinor: 9_900, amountMinor: 700 },
    ],
  },
  { type: 'gift', products: ['G-1', 'G-2'], quantity: 2, everyMinor: 10_000, maxTimes: 4 },
  { type: 'bonus_points', points: 50, everyQuantity: '2', maxTimes: 1_000_000 },
  { type: 'free_shipping', maxMinor: 790 },
];

/** Everything a promotion can say beside its effect. */
const whole = (effect: PromotionDefinition['effect']): PromotionDefinition =>
  promotionDefinition.parse({
    name: 'Autumn',
    note: 'Asked for by the shop.',
    programId: id,
    stage: effect.type === 'free_shipping' ? 'shipping' : 'order',
    effect,
    scope,
    conditions: {
      minAmount: { amountMinor: 5_050, exclusive: true, of: 'scope' },
      maxAmountMinor: 90_000,
      minQuantity: { quantity: '2.5', of: 'order' },
      segments: [id],
      notSegments: [id],
      tiers: [id],
      personCategories: [id],
      channels: ['web'],
      membersOnly: true,
      minOrders: 2,
      schedule: {
        from: '2026-10-01T08:30:00.000Z',
        until: '2026-12-01T00:00:00.000Z',
        weekly: [{ days: [1, 7], from: '22:00', to: '24:00' }],
        timeZone: 'Europe/Berlin',
        recurring: { rule: 'FREQ=MONTHLY;BYDAY=-1FR', start: '2026-10-30T10:00:00', durationMinutes: 90 },
      },
    },
    priority: -5,
    tags: ['autumn'],
    excludes: ['vip', '*'],
    currency: 'EUR',
    needsCode: true,
    percentBase: 'initial',
    floor: { percentOfList: '40', overCostPercent: '5.5' },
    limits: {
      uses: 100,
      perContact: 2,
      ...(effect.type === 'bonus_points' ? { points: 900 } : {}),
      ...(['bonus_points', 'gift'].includes(effect.type) ? {} : { budgetMinor: 12_345 }),
      periods: [{ every: 'week', uses: 10 }],
      timeZone: 'Asia/Tokyo',
    },
  });

describe('the fields of the promotion designer', () => {
  test.each(EFFECTS.map((effect) => [effect.type, effect] as const))(
    '%s: what is read into them comes out again, every part of it',
    (_, effect) => {
      const definition = whole(effect);
      const form = readForm(definition, { currency: 'EUR', timeZone: 'UTC' });
      expect(lackingIn(form)).toEqual([]);
      expect(promotionDefinition.parse(writeDefinition(form, 'EUR'))).toEqual(definition);
    },
  );

  test('they know every type but the one that is made elsewhere', () => {
    expect([...new Set(EFFECTS.map(({ type }) => type))].toSorted()).toEqual([...TYPES].toSorted());
  });

  test.each(['FREQ=MONTHLY;BYMONTHDAY=15', 'FREQ=YEARLY', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA'])(
    'the rule %s stays what it is',
    (rule) => {
      const base = whole({ type: 'percent', percent: '10' });
      const schedule = base.conditions.schedule;
      const recurring = { rule, start: '2026-10-30T10:00:00', durationMinutes: 1_440 };
      if (schedule !== undefined) base.conditions.schedule = { ...schedule, recurring };
      const form = readForm(base, { currency: 'EUR', timeZone: 'UTC' });
      expect(writeDefinition(form, 'EUR').conditions?.schedule?.recurring).toEqual(recurring);
    },
  );

  test.each(TEMPLATES)(
    'the template %s is whole, or says what it needs, and the API takes it',
    (template) => {
      const form = formOf(template, 'New', 'UTC');
      if (template === 'gift') {
        expect(lackingIn(form)).toEqual(['effect.products']);
        form.effect.products = ['A-1'];
      }
      expect(lackingIn(form)).toEqual([]);
      expect(promotionDefinition.safeParse(writeDefinition(form, 'GBP')).error).toBeUndefined();
    },
  );

  test.each(EFFECTS.map((effect) => [effect.type, effect] as const))(
    '%s with a code becomes a coupon that pricing takes, with its goods, buyers, days and limits',
    (_, effect) => {
      const form = readForm(whole(effect), { currency: 'EUR', timeZone: 'UTC' });
      const coupon = couponCampaignInput.parse(writeCoupon({ ...form, code: 'AUTUMN-10' }, 'EUR'));
      expect(coupon).toMatchObject({
        draft: true,
        code: 'AUTUMN-10',
        effect: { type: effect.type },
        validFrom: '2026-10-01T08:30:00.000Z',
        validUntil: '2026-12-01T00:00:00.000Z',
        conditions: { segments: [id], schedule: { weekly: [{ days: [1, 7] }] } },
        limits: { total: 100, perContact: 2, perPeriod: { unit: 'week', uses: 10 } },
      });
      const campaign = { couponCampaignId: id, name: coupon.name, currency: 'EUR', budgetMinor: null };
      expect(makeOffer(campaign, 1, promised(coupon).offer)).toMatchObject({
        scope,
        effect: { type: effect.type },
      });
    },
  );
});
