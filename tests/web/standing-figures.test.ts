import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../web/src/pages/loyalty/discounts/example.ts';
import { rounded, suggested } from '../../web/src/pages/loyalty/tiers/marks.ts';
import { spendableOf } from '../../web/src/pages/loyalty/till/spendable.ts';

/** Figures that the console works out itself, to show what terms come to. */

describe('an accumulative discount in figures', () => {
  const terms = {
    thresholds: [
      { fromMinor: 500, percent: 2 },
      { fromMinor: 1_000, percent: 3 },
    ],
    countCurrentOrder: false,
    returns: 'subtract',
    precedence: { withPersonal: 'max', capPercent: '', withPriceList: 'add' },
  } as const;
  type Terms = Parameters<typeof outcomeOf>[0];
  const of = (change: Partial<Terms>, one: object = {}) =>
    outcomeOf({ ...terms, ...change }, { spent: 999.99, order: 100, other: 0, list: 0, ...one });

  test('the present order counts when it is to, and else the next one has its discount', () => {
    expect(of({})).toMatchObject({ percent: 2, pays: 98, nextPercent: 3 });
    expect(of({ countCurrentOrder: true })).toMatchObject({ percent: 3, pays: 97 });
  });

  test('beside a tier the larger holds, or both up to the cap', () => {
    expect(of({}, { other: 5 }).pays).toBe(95);
    const sum = { withPersonal: 'sum', withPriceList: 'add' } as const;
    expect(of({ precedence: { ...sum, capPercent: '' } }, { other: 5 }).pays).toBe(93);
    expect(of({ precedence: { ...sum, capPercent: 6 } }, { other: 5 }).pays).toBe(94);
  });

  test('a price list comes first, or the better of both is taken', () => {
    expect(of({}, { list: 10 }).pays).toBe(88.2);
    const max = { ...terms.precedence, withPriceList: 'max' } as const;
    expect(of({ precedence: max }, { list: 10 })).toMatchObject({ pays: 90, usesDiscount: false });
    expect(of({ precedence: max }, { list: 1 })).toMatchObject({ pays: 98, usesList: false });
  });

  test('a return takes away what its order brought, or nothing', () => {
    expect(of({}).afterReturn).toBe(999.99);
    expect(of({ returns: 'ignore' }).afterReturn).toBe(1_097.99);
  });
});

test('what may be spent is bound by balance, by the order and by the program', () => {
  const all = (points: number) => ({ spendable: points, spendableNow: points });
  const terms = (cap: object = {}, valueOf100Minor = 100) => ({
    valueOf100Minor,
    spendCap: { percentOfOrder: null, amountMinor: null, minBalance: 0, ...cap },
  });
  expect(spendableOf(terms(), all(140), 2_000)).toEqual({
    points: 140,
    worthMinor: 140,
    limitedBy: 'balance',
  });
  expect(spendableOf(terms(), all(5_000), 2_000)).toMatchObject({ points: 2_000, limitedBy: undefined });
  expect(spendableOf(terms({ percentOfOrder: 30 }), all(5_000), 2_000)).toMatchObject({
    points: 600,
    limitedBy: 'cap',
  });
  expect(spendableOf(terms({ percentOfOrder: 30, amountMinor: 100 }, 50), all(5_000), 2_000)).toEqual({
    points: 200,
    worthMinor: 100,
    limitedBy: 'cap',
  });
  expect(spendableOf(terms({ minBalance: 200 }), all(199), 2_000)).toMatchObject({
    points: 0,
    limitedBy: 'minBalance',
  });
  // A member's part of a shared wallet: the least balance is the wallet's.
  expect(spendableOf(terms({ minBalance: 200 }), { spendable: 900, spendableNow: 50 }, 2_000)).toEqual({
    points: 50,
    worthMinor: 50,
    limitedBy: 'share',
  });
});

test('thresholds that are put forward are round, rise, and are as many as there are tiers', () => {
  expect([7, 12, 347, 56_620].map(rounded)).toEqual([7, 12, 340, 56_000]);
  const marks = [
    { percent: 50, figure: 26_020 },
    { percent: 20, figure: 56_620 },
    { percent: 5, figure: 109_380 },
  ];
  expect(suggested(marks, 3)).toEqual([26_000, 56_000, 100_000]);
  expect(suggested(marks, 2)).toEqual([56_000, 100_000]);
  expect(suggested(marks, 4)).toEqual([26_000, 56_000, 100_000, 210_000]);
  expect(suggested([], 3)).toBeUndefined();
  expect(
    suggested(
      marks.map((mark) => ({ ...mark, figure: 5 })),
      3,
    ),
  ).toBeUndefined();
});
