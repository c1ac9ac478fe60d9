import { describe, expect, test } from 'vitest';
import { refund } from '../../../src/loyalty/pricing/refund.ts';
import { spread } from '../../../src/loyalty/pricing/spread.ts';
import { tell } from '../../../src/loyalty/pricing/words.ts';
import { all, entry, linesOf, percent, prices, quote } from './support.ts';

describe('worked examples of the specification', () => {
  test.each([
    [299, [4300, 1400, 2300], [161, 52, 86]],
    [300, [4300, 1400, 2300], [161, 53, 86]],
    [299, [1000, 1000, 1000], [100, 100, 99]],
    [93, [10, 20, 10, 30, 50, 20, 10, 40], [5, 10, 5, 15, 24, 10, 5, 19]],
    [10, [0, 0], [5, 5]],
    [40, [10, 0], [40, 0]],
  ])('spread %i over %j', (amount, weights, shares) => {
    expect(spread(amount, weights)).toEqual(shares);
  });

  test('spread 1200 over 1000/2000/5000/3000 with floors 0/1900/5000/2600', () => {
    const lines = [1000, 2000, 5000, 3000];
    const floors = [0, 1900, 5000, 2600];
    const caps = lines.map((line, i) => line - (floors[i] ?? 0));
    expect(spread(1200, lines, caps)).toEqual([700, 100, 0, 400]);
    const priced = quote({
      lines: linesOf('10', '20', '50', '30').map((line, i) => ({ ...line, floorMinor: floors[i] ?? 0 })),
      offers: [{ stage: 'order', effect: { type: 'fixed_amount', amountMinor: 1200 } }],
    });
    expect(prices(priced)).toEqual([300, 1900, 5000, 2600]);
  });

  test('1999 −25 % is 14.99; 1050 −15 % is 8.93', () => {
    expect(prices(quote({ lines: linesOf('19.99'), offers: [{ effect: percent('25') }] }))).toEqual([1499]);
    expect(prices(quote({ lines: linesOf('10.50'), offers: [{ effect: percent('15') }] }))).toEqual([893]);
  });

  test.each(['product', 'order', 'coupon', 'personal'] as const)(
    '100.00 with 10 %% and 20 %% in the %s stage: on the initial price −30.00, cascading −28.00',
    (stage) => {
      const offers = [
        { stage, effect: percent('10') },
        { stage, effect: percent('20') },
      ];
      const lines = linesOf('100');
      const stages = all('stack');
      expect(quote({ lines, offers, settings: { stages, percentBase: 'initial' } }).totals.goodsMinor).toBe(
        7000,
      );
      expect(quote({ lines, offers, settings: { stages } }).totals.goodsMinor).toBe(7200);
    },
  );

  test.each(['product', 'order'] as const)(
    '105.00 in the %s stage; A = 10 %%, B = 20 %% if > 100: A then B → 94.50, B then A → 75.60',
    (stage) => {
      const offers = (first: number, second: number) => [
        { id: 'A', stage, priority: first, effect: percent('10') },
        {
          id: 'B',
          stage,
          priority: second,
          effect: percent('20'),
          conditions: { minAmount: { amountMinor: 10_000, exclusive: true } },
        },
      ];
      const settings = { stages: all('stack') };
      const aFirst = quote({ lines: linesOf('105'), offers: offers(2, 1), settings });
      expect(aFirst.totals.goodsMinor).toBe(9450);
      expect(entry(aFirst, 'B').misses).toEqual([
        { reason: 'min_amount', unit: 'minor', needed: 10_000, had: 9450, missing: 551 },
      ]);
      expect(quote({ lines: linesOf('105'), offers: offers(1, 2), settings }).totals.goodsMinor).toBe(7560);
    },
  );

  test.each(['product', 'order'] as const)(
    '2×5.00 in the %s stage; "10 %% from 10.00" and "50 %% when quantity ≥ 3"',
    (stage) => {
      const offers = [
        { id: 'amount', stage, effect: percent('10'), conditions: { minAmount: { amountMinor: 1000 } } },
        {
          id: 'quantity',
          stage,
          effect: percent('50'),
          conditions: { minQuantity: { quantity: '3' } },
        },
      ];
      const of = (quantity: string) => [{ id: '1', externalId: 'P', quantity, unitPrice: '5' }];
      expect(quote({ lines: of('2'), offers }).totals.goodsMinor).toBe(900);
      expect(quote({ lines: of('3'), offers }).totals.goodsMinor).toBe(750);
      const stacked = quote({ lines: of('3'), offers, settings: { stages: all('stack') } });
      expect(stacked.totals.goodsMinor).toBe(750);
      expect(entry(stacked, 'amount').misses[0]).toMatchObject({
        reason: 'min_amount',
        had: 750,
        missing: 250,
      });
    },
  );

  test('50.00 + 10.00, 10.00 off the order: 8.33/1.67; the first line returned, the remaining one pays 8.33', () => {
    const priced = quote({
      lines: linesOf('50', '10'),
      offers: [{ stage: 'order', effect: { type: 'fixed_amount', amountMinor: 1000 } }],
    });
    expect(priced.lines.map((line) => line.parts[0]?.amountMinor)).toEqual([833, 167]);
    const back = refund({ priced, taxIncluded: true, returned: {}, lines: [{ id: '1', quantity: '1' }] });
    expect(back.moneyMinor).toBe(4167);
    expect(priced.totals.payableMinor - back.moneyMinor).toBe(833);
  });

  test('accumulative 2 % ≥ 50 000, 3 % ≥ 100 000: at 99 999 an order of 2 gets 2 %, the next one 3 %', () => {
    const offers = [
      {
        stage: 'personal' as const,
        effect: {
          type: 'accumulative' as const,
          account: 'A',
          thresholds: [
            { fromMinor: 50_000, percent: '2' },
            { fromMinor: 100_000, percent: '3' },
          ],
        },
      },
    ];
    const at = (before: number, price: string) =>
      quote({ lines: linesOf(price), offers, buyer: { accumulated: { A: before } } });
    const first = at(99_999, '200');
    expect(first.totals.discountMinor).toBe(400);
    expect(entry(first, 'offer-1').next?.miss).toMatchObject({ reason: 'min_accumulated', missing: 1 });
    expect(at(100_001, '200').totals.discountMinor).toBe(600);
    expect(at(99_999, '0.02').totals.discountMinor).toBe(0);
  });

  test('order 230 incl. 30 tax, 115 paid from a wallet as payment: pays 115, tax stays 30', () => {
    const priced = quote({
      lines: [{ id: '1', externalId: 'P', quantity: '1', unitPrice: '230', taxPercent: '15' }],
      cart: { spendPoints: 11_500 },
      buyer: { pointsAvailable: 20_000 },
      settings: { points: { spendAs: 'payment', worthPer100: 100 } },
    });
    expect(priced.totals).toMatchObject({
      totalMinor: 23_000,
      taxMinor: 3000,
      pointsPaidMinor: 11_500,
      payableMinor: 11_500,
      discountMinor: 0,
    });
  });

  test('"add 240 ₽ to get 10 %"', () => {
    const priced = quote({
      lines: linesOf('760'),
      cart: { currency: 'RUB' },
      offers: [
        { stage: 'order', effect: percent('10'), conditions: { minAmount: { amountMinor: 100_000 } } },
      ],
    });
    const told = entry(priced, 'offer-1');
    expect(told.near).toBe(true);
    expect(tell(told, 'en', 'RUB')?.replaceAll('\u00a0', ' ')).toBe('add 240 ₽ to get 10 %');
    expect(tell(told, 'ru', 'RUB')?.replaceAll('\u00a0', ' ')).toBe(
      'добавьте товаров на 240 ₽, чтобы получить скидку 10 %',
    );
  });
});
