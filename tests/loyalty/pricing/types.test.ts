import { describe, expect, test } from 'vitest';
import { entry, linesOf, type LineInput, percent, prices, quote } from './support.ts';

const units = (quantity: string, unitPrice: string, more: Partial<LineInput> = {}): LineInput => ({
  id: '1',
  externalId: 'P1',
  quantity,
  unitPrice,
  ...more,
});
const of = (id: string, quantity: string, unitPrice: string, category: string): LineInput => ({
  id,
  externalId: `P${id}`,
  quantity,
  unitPrice,
  categoryPath: ['all', category],
});

describe('percent', () => {
  test('of each line by itself in the product stage, each rounded once', () => {
    const priced = quote({ lines: linesOf('0.33', '0.33', '0.33'), offers: [{ effect: percent('10') }] });
    expect(prices(priced)).toEqual([30, 30, 30]);
  });
  test('of the sum in the order stage, spread over the lines', () => {
    const priced = quote({
      lines: linesOf('0.33', '0.33', '0.33'),
      offers: [{ stage: 'order', effect: percent('10') }],
    });
    expect(priced.totals.goodsMinor).toBe(89);
    expect(prices(priced)).toEqual([29, 30, 30]);
  });
  test('is cut at its greatest discount, and says so', () => {
    const priced = quote({
      lines: linesOf('100', '50'),
      offers: [{ effect: { type: 'percent', percent: '20', maxDiscountMinor: 1_000 } }],
    });
    expect(prices(priced)).toEqual([9333, 4667]);
    expect(entry(priced, 'offer-1')).toMatchObject({
      outcome: 'partial',
      desiredMinor: 3_000,
      actualMinor: 1_000,
      limitedBy: 'cap',
    });
  });
  test('in a currency without decimals and in one with three', () => {
    expect(
      prices(
        quote({ lines: linesOf('1050'), cart: { currency: 'JPY' }, offers: [{ effect: percent('15') }] }),
      ),
    ).toEqual([893]);
    expect(
      prices(
        quote({ lines: linesOf('1.050'), cart: { currency: 'KWD' }, offers: [{ effect: percent('15') }] }),
      ),
    ).toEqual([893]);
  });
  test('cascades exactly: the line is rounded once, at its end', () => {
    // 1.50 − 33 % − 33 % = 0.67335; rounded in between it would be 1.01 and then 0.68.
    const priced = quote({
      lines: [units('10', '0.15')],
      offers: [{ effect: percent('33') }, { stage: 'personal', effect: percent('33') }],
    });
    expect(prices(priced)).toEqual([67]);
    const parts = priced.lines[0]?.parts.map((part) => part.amountMinor) ?? [];
    expect(parts.reduce((a, b) => a + b, 0)).toBe(150 - 67);
  });
});

describe('fixed_amount', () => {
  test('once, spread over the lines in scope', () => {
    const priced = quote({
      lines: linesOf('30', '10', '20'),
      offers: [{ effect: { type: 'fixed_amount', amountMinor: 1_000 }, scope: { products: ['P1', 'P2'] } }],
    });
    expect(prices(priced)).toEqual([2_250, 750, 2_000]);
  });
  test('never below nothing', () => {
    const priced = quote({
      lines: linesOf('3', '4'),
      offers: [{ stage: 'coupon', effect: { type: 'fixed_amount', amountMinor: 1_000 } }],
    });
    expect(priced.totals.goodsMinor).toBe(0);
    expect(entry(priced, 'offer-1')).toMatchObject({ outcome: 'applied', actualMinor: 700 });
  });
  test('off each unit, and its part of a fraction', () => {
    const effect = { type: 'fixed_amount' as const, amountMinor: 100, per: 'unit' as const };
    expect(prices(quote({ lines: [units('2.5', '10')], offers: [{ effect }] }))).toEqual([2_250]);
  });
  test('off each line', () => {
    const effect = { type: 'fixed_amount' as const, amountMinor: 150, per: 'line' as const };
    expect(prices(quote({ lines: linesOf('10', '1'), offers: [{ effect }] }))).toEqual([850, 0]);
  });
});

describe('fixed_price', () => {
  test('of each unit', () => {
    expect(
      prices(
        quote({
          lines: [units('3', '10')],
          offers: [{ effect: { type: 'fixed_price', unitPrice: '7.995' } }],
        }),
      ),
    ).toEqual([2_399]);
  });
  test('a lower price stays, and no use is taken', () => {
    const priced = quote({
      lines: linesOf('5'),
      offers: [{ effect: { type: 'fixed_price', unitPrice: '7' } }],
    });
    expect(prices(priced)).toEqual([500]);
    expect(priced.uses).toEqual([]);
    expect(entry(priced, 'offer-1').misses[0]?.reason).toBe('zero_effect');
  });
});

describe('buy_x_get_y', () => {
  const twoPlusOne = { type: 'buy_x_get_y' as const, buy: 2 };
  test.each([
    ['2', 2_000],
    ['3', 2_000],
    ['5', 4_000],
    ['6', 4_000],
    ['2.9', 2_900],
  ])('2 + 1 of %s units at 10.00', (quantity, total) => {
    expect(prices(quote({ lines: [units(quantity, '10')], offers: [{ effect: twoPlusOne }] }))).toEqual([
      total,
    ]);
  });
  test('the cheapest are given', () => {
    const priced = quote({ lines: linesOf('30', '10', '20'), offers: [{ effect: twoPlusOne }] });
    expect(prices(priced)).toEqual([3_000, 0, 2_000]);
  });
  test('other goods are given, at a percentage off', () => {
    const priced = quote({
      lines: [of('1', '3', '50', 'shoes'), of('2', '5', '4', 'socks')],
      offers: [
        {
          scope: { categories: ['shoes'] },
          effect: { type: 'buy_x_get_y', buy: 1, get: 1, getScope: { categories: ['socks'] }, percent: '50' },
        },
      ],
    });
    expect(prices(priced)).toEqual([15_000, 2_000 - 3 * 200]);
  });
  test('of the same product alone', () => {
    const effect = { ...twoPlusOne, sameProduct: true };
    expect(prices(quote({ lines: linesOf('10', '10', '10'), offers: [{ effect }] }))).toEqual([
      1_000, 1_000, 1_000,
    ]);
  });
  test('no more often than allowed, and says what is missing', () => {
    const effect = { ...twoPlusOne, maxTimes: 1 };
    expect(prices(quote({ lines: [units('9', '10')], offers: [{ effect }] }))).toEqual([8_000]);
    const short = quote({ lines: [units('2', '10')], offers: [{ effect }] });
    expect(entry(short, 'offer-1')).toMatchObject({
      near: true,
      misses: [{ reason: 'min_quantity', needed: '3', had: '2', missing: '1' }],
    });
  });
});

describe('cheapest_free', () => {
  const lines = linesOf('30', '20', '10', '9', '8', '7');
  test('of six units in threes the two cheapest of all', () => {
    const priced = quote({ lines, offers: [{ effect: { type: 'cheapest_free', groupOf: 3 } }] });
    expect(prices(priced)).toEqual([3_000, 2_000, 1_000, 900, 0, 0]);
  });
  test('or the cheapest of each set, dearest units first', () => {
    const priced = quote({
      lines,
      offers: [{ effect: { type: 'cheapest_free', groupOf: 3, grouping: 'sets' } }],
    });
    expect(prices(priced)).toEqual([3_000, 2_000, 0, 900, 800, 0]);
  });
  test('at half price, within one line', () => {
    const effect = { type: 'cheapest_free' as const, groupOf: 4, percent: '50' };
    expect(prices(quote({ lines: [units('9', '1.01')], offers: [{ effect }] }))).toEqual([808]);
  });
});

describe('bundle', () => {
  const items = [{ scope: { categories: ['cup'] } }, { scope: { categories: ['plate'] }, quantity: 2 }];
  const table = [of('1', '3', '5', 'cup'), of('2', '5', '4', 'plate')];
  test('sets at a price of their own; what is left keeps its price', () => {
    const priced = quote({
      lines: table,
      offers: [{ effect: { type: 'bundle', items, priceMinor: 1_000 } }],
    });
    expect(priced.totals.goodsMinor).toBe(2 * 1_000 + 500 + 400);
    expect(prices(priced)).toEqual([1_500 - 231, 2_000 - 369]);
  });
  test('an amount or a percentage off each set', () => {
    const amount = quote({ lines: table, offers: [{ effect: { type: 'bundle', items, amountMinor: 130 } }] });
    expect(amount.totals.discountMinor).toBe(260);
    const share = quote({ lines: table, offers: [{ effect: { type: 'bundle', items, percent: '10' } }] });
    expect(share.totals.discountMinor).toBe(260);
  });
  test('the price of a set is met to the unit, however it divides', () => {
    const three = linesOf('10', '10', '10').map((line, i) => ({ ...line, categoryPath: [`c${i}`] }));
    const priced = quote({
      lines: three,
      offers: [
        {
          effect: {
            type: 'bundle',
            priceMinor: 2_000,
            items: [0, 1, 2].map((i) => ({ scope: { categories: [`c${i}`] } })),
          },
        },
      ],
    });
    expect(priced.totals.goodsMinor).toBe(2_000);
    expect(prices(priced)).toEqual([666, 667, 667]);
  });
  test('an incomplete set says what it lacks', () => {
    const priced = quote({
      lines: [of('1', '1', '5', 'cup'), of('2', '1', '4', 'plate')],
      offers: [{ effect: { type: 'bundle', items, priceMinor: 1 } }],
    });
    expect(entry(priced, 'offer-1').misses[0]).toMatchObject({
      reason: 'min_quantity',
      needed: '2',
      had: '1',
    });
  });
});

describe('volume_ladder', () => {
  const steps = [
    { fromQuantity: '3', percent: '10' },
    { fromQuantity: '5', percent: '20' },
  ];
  test.each([
    ['2', 2_000],
    ['3', 2_700],
    ['4.999', 4_499],
    ['5', 4_000],
  ])('%s units at 10.00: the step reached holds for all', (quantity, total) => {
    expect(
      prices(
        quote({ lines: [units(quantity, '10')], offers: [{ effect: { type: 'volume_ladder', steps } }] }),
      ),
    ).toEqual([total]);
  });
  test('or each step only for the units from it on', () => {
    const effect = { type: 'volume_ladder' as const, steps, applies: 'above' as const };
    expect(prices(quote({ lines: [units('6', '10')], offers: [{ effect }] }))).toEqual([
      2 * 1_000 + 2 * 900 + 2 * 800,
    ]);
  });
  test('a price of each unit, counted over all lines in scope, with the next step told', () => {
    const effect = {
      type: 'volume_ladder' as const,
      count: 'scope' as const,
      steps: [
        { fromQuantity: '2', unitPrice: '9' },
        { fromQuantity: '10', unitPrice: '5' },
      ],
    };
    const priced = quote({ lines: linesOf('10', '12', '8'), offers: [{ effect }] });
    expect(prices(priced)).toEqual([900, 900, 800]);
    expect(entry(priced, 'offer-1').next).toMatchObject({
      miss: { missing: '7' },
      gives: { unitPrice: '5' },
    });
  });
});

describe('spend_ladder', () => {
  const effect = {
    type: 'spend_ladder' as const,
    steps: [
      { fromMinor: 5_000, percent: '5' },
      { fromMinor: 10_000, amountMinor: 1_500 },
    ],
  };
  test.each([
    ['49.99', 4_999],
    ['50', 4_750],
    ['99.99', 9_499],
    ['100', 8_500],
  ])('%s', (price, total) => {
    expect(quote({ lines: linesOf(price), offers: [{ stage: 'order', effect }] }).totals.goodsMinor).toBe(
      total,
    );
  });
  test('says how much is missing for the first and for the next step', () => {
    const low = entry(quote({ lines: linesOf('40'), offers: [{ stage: 'order', effect }] }), 'offer-1');
    expect(low).toMatchObject({ near: true, misses: [{ reason: 'min_amount', missing: 1_000 }] });
    const high = entry(quote({ lines: linesOf('60'), offers: [{ stage: 'order', effect }] }), 'offer-1');
    expect(high.next).toMatchObject({
      miss: { missing: 4_000 },
      gives: { kind: 'amount', amountMinor: 1_500 },
    });
  });
});

describe('accumulative', () => {
  const effect = {
    type: 'accumulative' as const,
    account: 'main',
    thresholds: [{ fromMinor: 10_000, percent: '5' }],
  };
  const at = (before: number, countCurrentOrder: boolean) =>
    quote({
      lines: linesOf('20'),
      offers: [{ stage: 'personal', effect: { ...effect, countCurrentOrder } }],
      buyer: { accumulated: { main: before } },
    }).totals.goodsMinor;
  test('counts what was bought before', () => {
    expect(at(9_999, false)).toBe(2_000);
    expect(at(10_000, false)).toBe(1_900);
  });
  test('and, when told so, this order too', () => {
    expect(at(7_999, true)).toBe(2_000);
    expect(at(8_000, true)).toBe(1_900);
  });
});

describe('gift', () => {
  test('once an order is large enough, for a choice of products', () => {
    const offers = [
      {
        stage: 'order' as const,
        effect: { type: 'gift' as const, products: ['G1', 'G2'] },
        conditions: { minAmount: { amountMinor: 5_000 } },
      },
    ];
    expect(quote({ lines: linesOf('50'), offers }).effects.gifts).toEqual([
      { offerId: 'offer-1', version: 1, stage: 'order', products: ['G1', 'G2'], quantity: 1 },
    ]);
    expect(quote({ lines: linesOf('49.99'), offers }).effects.gifts).toEqual([]);
  });
  test('for every so many units', () => {
    const effect = { type: 'gift' as const, products: ['G'], everyQuantity: '4', maxTimes: 2 };
    expect(quote({ lines: [units('7', '1')], offers: [{ effect }] }).effects.gifts[0]?.quantity).toBe(1);
    expect(quote({ lines: [units('70', '1')], offers: [{ effect }] }).effects.gifts[0]?.quantity).toBe(2);
  });
});

describe('free_shipping', () => {
  const offers = [
    {
      stage: 'shipping' as const,
      effect: { type: 'free_shipping' as const },
      conditions: { minAmount: { amountMinor: 5_000 } },
    },
  ];
  const at = (price: string) => quote({ lines: linesOf(price), offers, cart: { shippingMinor: 499 } });
  test('from an amount of goods, shipping itself not counted', () => {
    expect(at('49.99').totals.shippingMinor).toBe(499);
    expect(entry(at('49.99'), 'offer-1').misses[0]).toMatchObject({ reason: 'min_amount', missing: 1 });
    expect(at('50').totals).toMatchObject({ shippingMinor: 0, totalMinor: 5_000, discountMinor: 499 });
    expect(at('50').effects.freeShipping).toBe(true);
  });
  test('the amount is what other discounts left', () => {
    const priced = quote({
      lines: linesOf('50'),
      offers: [...offers, { id: 'off', stage: 'order', effect: percent('1') }],
      cart: { shippingMinor: 499 },
    });
    expect(priced.totals.shippingMinor).toBe(499);
  });
  test('up to an amount the shop pays', () => {
    const effect = { type: 'free_shipping' as const, maxMinor: 300 };
    const priced = quote({
      lines: linesOf('5'),
      offers: [{ stage: 'shipping', effect }],
      cart: { shippingMinor: 499 },
    });
    expect(priced.totals.shippingMinor).toBe(199);
    expect(entry(priced, 'offer-1').outcome).toBe('partial');
  });
});

describe('bonus_points', () => {
  test('once, and for every full amount in scope', () => {
    const once = quote({
      lines: linesOf('21.90'),
      offers: [{ stage: 'order', effect: { type: 'bonus_points', points: 50 } }],
    });
    expect(once.effects.bonusPoints[0]?.points).toBe(50);
    const every = { type: 'bonus_points' as const, points: 1, everyMinor: 1_000 };
    expect(
      quote({ lines: linesOf('21.90'), offers: [{ stage: 'order', effect: every }] }).effects.bonusPoints[0]
        ?.points,
    ).toBe(2);
  });
  test('a budget of points makes it partial', () => {
    const priced = quote({
      lines: linesOf('10'),
      offers: [{ effect: { type: 'bonus_points', points: 50 } }],
      remaining: { 'offer-1': { points: 20 } },
    });
    expect(priced.effects.bonusPoints[0]).toMatchObject({ points: 20, desired: 50 });
    expect(entry(priced, 'offer-1').outcome).toBe('partial');
  });
});
