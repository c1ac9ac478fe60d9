import { describe, expect, test } from 'vitest';
import type { PriceListInput } from '../../../src/loyalty/pricing/contract.ts';
import { PricingError } from '../../../src/loyalty/pricing/state.ts';
import { tell } from '../../../src/loyalty/pricing/words.ts';
import { entry, linesOf, percent, prices, quote } from './support.ts';

describe('points', () => {
  const spend = (points: number | 'max', rules: object, more: object = {}) =>
    quote({
      lines: linesOf('60', '40'),
      cart: { spendPoints: points, shippingMinor: 500 },
      buyer: { pointsAvailable: 5_000 },
      settings: { points: { worthPer100: 100, ...rules } },
      ...more,
    });
  test('as a discount they lower the price and its tax; as a payment neither', () => {
    const lines = linesOf('115').map((line) => ({ ...line, taxPercent: '15' }));
    const discount = spend(2_300, { spendAs: 'discount' }, { lines });
    expect(discount.totals).toMatchObject({ goodsMinor: 9_200, taxMinor: 1_200, payableMinor: 9_700 });
    const payment = spend(2_300, { spendAs: 'payment' }, { lines });
    expect(payment.totals).toMatchObject({ goodsMinor: 11_500, taxMinor: 1_500, payableMinor: 9_700 });
  });
  test.each([
    [9_000, {}, 5_000, 'balance'],
    ['max', { maxPercent: '30' }, 3_000, 'max_percent'],
    [4_000, { maxMinor: 1_234 }, 1_234, 'max_amount'],
    [4_000, { maxPoints: 700 }, 700, 'max_points'],
    [4_000, { minBalance: 5_001 }, 0, 'min_balance'],
    [4_000, { minOrderMinor: 10_001 }, 0, 'min_order'],
    [4_000, { excluded: { products: ['P1'] }, worthPer100: 200 }, 2_000, 'goods'],
  ])('of %s with %j', (points, rules, spent, limitedBy) => {
    expect(spend(points as number, rules).points).toMatchObject({ spent, limitedBy });
  });
  test('of a shared wallet a member’s own cap is named where it is what keeps them from more', () => {
    const capped = (spendPoints: number | 'max', pointsBalance: number) =>
      quote({
        lines: linesOf('1'),
        cart: { spendPoints },
        buyer: { pointsAvailable: 9, pointsBalance },
        settings: { points: { worthPer100: 100 } },
      }).points;
    expect(capped('max', 50)).toMatchObject({ requested: 50, spent: 9, limitedBy: 'family_cap' });
    expect(capped(10, 50)).toMatchObject({ requested: 10, spent: 9, limitedBy: 'family_cap' });
    expect(capped('max', 9)).toMatchObject({ requested: 9, spent: 9, limitedBy: null });
    expect(capped(10, 9)).toMatchObject({ spent: 9, limitedBy: 'balance' });
  });
  test('no point is taken that buys nothing', () => {
    expect(spend(333, { worthPer100: 10 }).points).toMatchObject({ spent: 330, worthMinor: 33 });
    expect(spend(9, { worthPer100: 10 }).points).toMatchObject({ spent: 0, worthMinor: 0 });
    expect(spend(450, { step: 100 }).points.spent).toBe(400);
  });
  test('are off where a program has none', () => {
    const priced = quote({ lines: linesOf('1'), cart: { spendPoints: 5 }, buyer: { pointsAvailable: 9 } });
    expect(priced.points).toMatchObject({ spent: 0, limitedBy: 'off' });
  });
});

describe('price lists', () => {
  const list = (id: string, entries: object[], more: object = {}): PriceListInput => ({
    id,
    name: id,
    currency: 'EUR',
    entries: entries.map((one, i) => ({ id: `${id}-${i}`, ...one })),
    ...more,
  });
  const line = (quantity: string, more: object = {}) => [
    { id: '1', externalId: 'P1', categoryPath: ['root', 'leaf'], quantity, unitPrice: '10', ...more },
  ];
  const unit = (lists: PriceListInput[], quantity = '1', buyer = {}) =>
    quote({ lines: line(quantity), lists, buyer }).lines[0]?.unitPrice;
  test('product over nearest category over all', () => {
    const entries = [
      { unitPrice: '9' },
      { category: 'root', unitPrice: '8' },
      { category: 'leaf', unitPrice: '8.5' },
    ];
    expect(unit([list('a', entries)])).toBe('8.5');
    expect(unit([list('a', [...entries, { product: 'P1', unitPrice: '9.5' }])])).toBe('9.5');
  });
  test('the most specific list first, even where it names all goods', () => {
    const lists = [
      list('wide', [{ product: 'P1', unitPrice: '7' }]),
      list('narrow', [{ unitPrice: '9' }], { segments: ['s'] }),
    ];
    expect(unit(lists)).toBe('7');
    expect(unit(lists, '1', { segments: ['s'] })).toBe('9');
  });
  test('then the highest quantity step, the latest start, the id', () => {
    const steps = list('a', [{ unitPrice: '9' }, { unitPrice: '8', fromQuantity: '10' }]);
    expect(unit([steps], '9.999')).toBe('9');
    expect(unit([steps], '10')).toBe('8');
    const old = list('old', [{ unitPrice: '6' }], { from: '2026-01-01T00:00:00Z' });
    const fresh = list('fresh', [{ unitPrice: '7' }], { from: '2026-06-01T00:00:00Z' });
    expect(unit([old, fresh])).toBe('7');
    expect(unit([list('b', [{ unitPrice: '4' }]), list('a', [{ unitPrice: '5' }])])).toBe('5');
  });
  test('validity is half-open; another currency does not count', () => {
    expect(unit([list('a', [{ unitPrice: '6' }], { until: '2026-06-15T12:00:00Z' })])).toBe('10');
    expect(unit([list('a', [{ unitPrice: '6' }], { currency: 'USD' })])).toBe('10');
  });
  test('the difference is a part of the line, and the next step is near', () => {
    const priced = quote({
      lines: line('4'),
      lists: [list('a', [{ percentOff: '5' }, { percentOff: '10', fromQuantity: '6' }])],
    });
    expect(priced.lines[0]).toMatchObject({
      listMinor: 4_000,
      priceMinor: 3_800,
      parts: [{ id: 'a', stage: 'price_list', amountMinor: 200 }],
    });
    const told = entry(priced, 'a');
    expect(told).toMatchObject({ kind: 'price_list', near: true, misses: [{ missing: '2' }] });
    expect(tell(told, 'en', 'EUR')).toBe('add 2 more to get €9 each');
  });
  test('a personal discount comes on top, or is the better of both', () => {
    const offers = [{ stage: 'personal' as const, effect: percent('15') }];
    const lists = [list('a', [{ unitPrice: '9' }])];
    expect(prices(quote({ lines: line('1'), lists, offers }))).toEqual([765]);
    expect(
      prices(quote({ lines: line('1'), lists, offers, settings: { personalOverPriceList: 'max' } })),
    ).toEqual([850]);
  });
  test('a line without any price is refused with its place', () => {
    const call = () => quote({ lines: line('1', { unitPrice: undefined }) });
    expect(call).toThrow(PricingError);
    expect(unit([list('a', [{ unitPrice: '6' }])])).toBe('6');
  });
});
