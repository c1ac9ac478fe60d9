import { describe, expect, test } from 'vitest';
import { refund } from '../../../src/loyalty/pricing/refund.ts';
import { PricingError } from '../../../src/loyalty/pricing/state.ts';
import { MISS_REASONS } from '../../../src/loyalty/pricing/contract.ts';
import { tell } from '../../../src/loyalty/pricing/words.ts';
import { all, entry, linesOf, percent, prices, quote } from './support.ts';

describe('modes of a stage', () => {
  const offers = [
    { id: 'ten', priority: 2, effect: percent('10') },
    { id: 'twenty', priority: 1, effect: percent('20') },
  ];
  test.each([
    ['best', 8_000],
    ['stack', 7_200],
    ['first', 9_000],
  ] as const)('%s of 10 %% and 20 %% on 100.00', (mode, total) => {
    for (const stage of ['product', 'order'] as const) {
      const priced = quote({
        lines: linesOf('100'),
        offers: offers.map((o) => ({ ...o, stage })),
        settings: { stages: all(mode) },
      });
      expect(priced.totals.goodsMinor).toBe(total);
    }
  });
  test('best gives each line its own best offer, and an order the best as a whole', () => {
    const lines = linesOf('50', '30');
    const two = (stage: 'product' | 'order') => [
      { id: 'all', stage, effect: percent('10') },
      { id: 'one', stage, effect: percent('20'), scope: { products: ['P1'] } },
    ];
    expect(prices(quote({ lines, offers: two('product') }))).toEqual([4_000, 2_700]);
    expect(quote({ lines, offers: two('order') }).totals.goodsMinor).toBe(7_000);
  });
  test('of equals the higher priority, then the smaller id', () => {
    const same = (a: number, b: number) =>
      quote({
        lines: linesOf('10'),
        offers: [
          { id: 'b', priority: b, effect: percent('10') },
          { id: 'a', priority: a, effect: percent('10') },
        ],
      }).uses.map((use) => use.offerId);
    expect(same(0, 0)).toEqual(['a']);
    expect(same(0, 1)).toEqual(['b']);
  });
  test('beaten and excluded offers name what stands instead', () => {
    const priced = quote({ lines: linesOf('100'), offers });
    expect(entry(priced, 'ten')).toMatchObject({
      by: ['twenty'],
      misses: [{ reason: 'beaten' }],
      near: false,
    });
  });
  test('thirteen competitors that all want the same goods are still chosen exactly; others say approximate', () => {
    const crowd = Array.from({ length: 30 }, (_, i) => ({
      id: `c${i}`,
      stage: 'order' as const,
      effect: percent(String(i + 1)),
    }));
    const one = quote({ lines: linesOf('100'), offers: crowd });
    expect(one.totals.goodsMinor).toBe(7_000);
    expect(one.stages.find((s) => s.stage === 'order')?.approximate).toBe(false);
    const pairs = crowd.map((o, i) => ({
      ...o,
      scope: { products: [`P${(i % 15) + 1}`, `P${((i + 1) % 15) + 1}`] },
    }));
    const many = quote({ lines: linesOf(...Array.from({ length: 15 }, () => '10')), offers: pairs });
    expect(many.stages.find((s) => s.stage === 'order')?.approximate).toBe(true);
  });
});

describe('exclusion', () => {
  const first = { id: 'first', stage: 'product' as const, effect: percent('10') };
  const second = { id: 'second', stage: 'coupon' as const, effect: percent('50') };
  test.each([
    ['the first says so', { tags: ['a'], excludes: ['b'] }, { tags: ['b'] }],
    ['the second says so', { tags: ['a'] }, { tags: ['b'], excludes: ['a'] }],
    ['the first excludes everything', { excludes: ['*'] }, {}],
    ['the second excludes everything', {}, { excludes: ['*'] }],
  ])('is symmetric: %s', (_what, a, b) => {
    const priced = quote({
      lines: linesOf('100'),
      offers: [
        { ...first, ...a },
        { ...second, ...b },
      ],
    });
    expect(priced.totals.goodsMinor).toBe(9_000);
    expect(entry(priced, 'second')).toMatchObject({ by: ['first'], misses: [{ reason: 'excluded' }] });
  });
  test('within a stage the better of both stands', () => {
    const priced = quote({
      lines: linesOf('10', '100'),
      offers: [
        { id: 'a', effect: percent('50'), scope: { products: ['P1'] }, tags: ['x'] },
        { id: 'b', effect: percent('10'), scope: { products: ['P2'] }, excludes: ['x'] },
      ],
    });
    expect(priced.uses.map((use) => use.offerId)).toEqual(['b']);
  });
});

describe('limits', () => {
  const offers = [{ id: 'o', stage: 'order' as const, effect: percent('10') }];
  test('a budget running dry gives a part, and shows it', () => {
    const priced = quote({ lines: linesOf('60', '40'), offers, remaining: { o: { budgetMinor: 399 } } });
    expect(priced.totals.discountMinor).toBe(399);
    expect(entry(priced, 'o')).toMatchObject({
      outcome: 'partial',
      desiredMinor: 1_000,
      actualMinor: 399,
      limitedBy: 'budget',
    });
  });
  test.each([
    [{ uses: 0 }, 'uses_exhausted'],
    [{ buyerUses: 0 }, 'buyer_uses_exhausted'],
    [{ contactNeeded: true }, 'contact_needed'],
    [{ budgetMinor: 0 }, 'budget_exhausted'],
  ])('%j', (left, reason) => {
    const priced = quote({ lines: linesOf('60'), offers, remaining: { o: left } });
    expect(priced.totals.discountMinor).toBe(0);
    expect(entry(priced, 'o').misses[0]?.reason).toBe(reason);
  });
  test('no offer consumes a use without effect: zero prices, floors', () => {
    expect(quote({ lines: linesOf('0'), offers }).uses).toEqual([]);
    const held = quote({ lines: linesOf('5').map((line) => ({ ...line, floorMinor: 500 })), offers });
    expect(held.uses).toEqual([]);
    expect(entry(held, 'o')).toMatchObject({
      desiredMinor: 50,
      actualMinor: 0,
      misses: [{ reason: 'floor' }],
    });
  });
  test('floors over cost and of the list price; all discounts together', () => {
    const line = linesOf('10').map((one) => ({ ...one, cost: '8' }));
    const half = [{ effect: percent('50') }];
    expect(
      prices(quote({ lines: line, offers: half, settings: { floor: { overCostPercent: '10' } } })),
    ).toEqual([880]);
    expect(
      prices(quote({ lines: line, offers: half, settings: { floor: { percentOfList: '70' } } })),
    ).toEqual([700]);
    expect(prices(quote({ lines: line, offers: half, settings: { maxDiscountPercent: '15' } }))).toEqual([
      850,
    ]);
  });
  test('personal discounts add up to a cap', () => {
    const priced = quote({
      lines: linesOf('100'),
      offers: [
        { stage: 'personal', effect: percent('7') },
        { stage: 'personal', effect: percent('8') },
      ],
      settings: { stages: { personal: { mode: 'stack', percentBase: 'initial', maxPercent: '10' } } },
    });
    expect(priced.totals.goodsMinor).toBe(9_000);
  });
});

describe('conditions', () => {
  const check = (conditions: object, more: object = {}) =>
    entry(
      quote({ lines: linesOf('10'), offers: [{ effect: percent('10'), conditions }], ...more }),
      'offer-1',
    );
  test.each([
    [{ channels: ['till'] }, { cart: { channel: 'shop' } }, 'channel'],
    [{ segments: ['s'] }, { buyer: { segments: ['t'] } }, 'segment'],
    [{ notSegments: ['s'] }, { buyer: { segments: ['s'] } }, 'not_segment'],
    [{ tiers: ['gold'] }, { buyer: { tier: 'silver' } }, 'tier'],
    [{ personCategories: ['student'] }, {}, 'person_category'],
    [{ membersOnly: true }, {}, 'members_only'],
    [{ firstOrder: true }, { buyer: { orders: 1 } }, 'first_order'],
    [{ minOrders: 3 }, { buyer: { orders: 1 } }, 'min_orders'],
    [{ minAmount: { amountMinor: 1_001 } }, {}, 'min_amount'],
    [{ maxAmountMinor: 999 }, {}, 'max_amount'],
    [{ minQuantity: { quantity: '1.001' } }, {}, 'min_quantity'],
    [{ schedule: { from: '2026-06-15T12:00:01Z' } }, {}, 'not_started'],
    [{ schedule: { until: '2026-06-15T12:00:00Z' } }, {}, 'ended'],
    [{ schedule: { weekly: [{ days: [2] }] } }, {}, 'outside_hours'],
    [{ schedule: { windows: [] } }, {}, 'outside_hours'],
  ])('%j misses', (conditions, more, reason) => {
    const told = check(conditions, more);
    expect(told.outcome).toBe('not_applied');
    expect(told.misses.map((miss) => miss.reason)).toEqual([reason]);
    expect(tell(told, 'en', 'EUR')).toBeTruthy();
    expect(tell(told, 'ru', 'EUR')).toBeTruthy();
  });
  test.each([
    [{ minAmount: { amountMinor: 1_000 } }, {}],
    [{ maxAmountMinor: 1_000 }, {}],
    [{ minQuantity: { quantity: '1' } }, {}],
    [{ schedule: { from: '2026-06-15T12:00:00Z', until: '2026-06-15T12:00:01Z' } }, {}],
    [{ schedule: { weekly: [{ days: [1], from: '15:00', to: '15:01' }], timeZone: 'Europe/Moscow' } }, {}],
    [{ schedule: { weekly: [{ days: [7], from: '22:00', to: '15:30' }], timeZone: 'Europe/Moscow' } }, {}],
    [{ segments: ['a', 'b'], tiers: ['gold'] }, { buyer: { segments: ['b'], tier: 'gold' } }],
  ])('%j holds', (conditions, more) => {
    expect(check(conditions, more).outcome).toBe('applied');
  });
  test('a threshold strictly above, and one of the lines in scope', () => {
    expect(check({ minAmount: { amountMinor: 1_000, exclusive: true } }).misses[0]?.missing).toBe(1);
    const priced = quote({
      lines: linesOf('10', '90'),
      offers: [
        {
          effect: percent('10'),
          scope: { products: ['P1'] },
          conditions: { minAmount: { amountMinor: 2_000, of: 'scope' } },
        },
      ],
    });
    expect(entry(priced, 'offer-1').misses[0]).toMatchObject({ had: 1_000, missing: 1_000 });
  });
  test('every reason has a sentence in both languages', () => {
    const told = check({ channels: ['till'] });
    for (const reason of MISS_REASONS)
      for (const language of ['en', 'ru'] as const)
        expect(
          tell(
            { ...told, misses: [{ reason, unit: 'none', needed: null, had: null, missing: null }] },
            language,
            'EUR',
          ),
        ).toBeTruthy();
  });
});

describe('codes', () => {
  const offers = [{ id: 'c', stage: 'coupon' as const, needsCode: true, effect: percent('10') }];
  test('open their offer; without one it is not told to customers', () => {
    const open = quote({ lines: linesOf('10'), offers, cart: { codes: [{ code: 'A', offerId: 'c' }] } });
    expect(open.codes).toEqual([{ code: 'A', accepted: true, offerId: 'c', reason: null }]);
    expect(open.uses[0]?.code).toBe('A');
    const shut = quote({ lines: linesOf('10'), offers });
    expect(shut.totals.discountMinor).toBe(0);
    expect(tell(entry(shut, 'c'), 'en', 'EUR')).toBeNull();
  });
  test('refused ones say why: the book’s word, unknown, twice, or the rule that failed', () => {
    const priced = quote({
      lines: linesOf('10'),
      offers: [{ ...offers[0], conditions: { minAmount: { amountMinor: 2_000 } } }],
      cart: {
        codes: [
          { code: 'X', refused: 'expired', offerId: 'c' },
          { code: 'Y' },
          { code: 'A', offerId: 'c' },
          { code: 'B', offerId: 'c' },
          { code: 'Z', offerId: 'gone' },
        ],
      },
    });
    expect(priced.codes.map((code) => code.reason)).toEqual([
      'expired',
      'unknown_code',
      'min_amount',
      'already_applied',
      'not_running',
    ]);
  });
});

describe('rounding', () => {
  test.each([
    ['half_up', [13, 38]],
    ['half_even', [12, 38]],
    ['down', [12, 37]],
    ['up', [13, 38]],
  ] as const)('%s of 12.5 and 37.5', (rounding, expected) => {
    expect(
      prices(
        quote({
          lines: linesOf('0.25', '0.75'),
          offers: [{ effect: percent('50') }],
          settings: { rounding },
        }),
      ),
    ).toEqual(expected);
  });
  test('tax on top of prices', () => {
    const priced = quote({
      lines: linesOf('9.99').map((line) => ({ ...line, taxPercent: '20' })),
      cart: { taxIncluded: false },
    });
    expect(priced.totals).toMatchObject({ goodsMinor: 999, taxMinor: 200, totalMinor: 1_199 });
  });
});

describe('absurd input', () => {
  test('two thousand lines and huge quantities stay exact', () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => ({
      id: String(i),
      externalId: `P${i}`,
      quantity: '99999.999',
      unitPrice: `${i % 7}.123456`,
    }));
    const priced = quote({
      lines,
      offers: [
        { effect: { type: 'cheapest_free', groupOf: 3 } },
        { stage: 'order', effect: { type: 'fixed_amount', amountMinor: 12_345_678_901 } },
      ],
    });
    expect(priced.totals.goodsMinor).toBe(prices(priced).reduce((a, b) => a + b, 0));
    expect(priced.uses[1]?.discountMinor).toBe(12_345_678_901);
  });
  test('what JSON cannot carry is refused', () => {
    const lines = [{ id: '1', externalId: 'P', quantity: '99999999999', unitPrice: '9999999999999' }];
    expect(() => quote({ lines })).toThrow(PricingError);
  });
  test.each([['0'], ['-1'], ['1.0001'], ['1e3'], ['abc'], ['']])(
    'a quantity of %s is no quantity',
    (quantity) => {
      expect(() => quote({ lines: [{ id: '1', externalId: 'P', quantity, unitPrice: '1' }] })).toThrow();
    },
  );
});

describe('returns', () => {
  const priced = quote({
    lines: [{ id: '1', externalId: 'P', quantity: '3', unitPrice: '10' }],
    offers: [{ stage: 'order', effect: { type: 'fixed_amount', amountMinor: 2_000 } }],
  });
  const back = (returned: Record<string, string>, quantity: string) =>
    refund({ priced, taxIncluded: true, returned, lines: [{ id: '1', quantity }] });
  test('unit by unit, with the frozen shares', () => {
    expect(priced.lines[0]?.units).toEqual([
      { quantity: '1', priceMinor: 334 },
      { quantity: '2', priceMinor: 333 },
    ]);
    expect(back({}, '1').moneyMinor).toBe(334);
    expect(back({ '1': '1' }, '1').moneyMinor).toBe(333);
    expect(back({ '1': '1' }, '2').moneyMinor).toBe(666);
  });
  test.each([
    ['2', '2', 'returned_too_much'],
    ['0', '0', 'bad_quantity'],
  ])('after %s, %s more is refused', (done, quantity, code) => {
    expect(() => back({ '1': done }, quantity)).toThrow(expect.objectContaining({ code }));
  });
  test('an unknown line is refused', () => {
    const call = () =>
      refund({ priced, taxIncluded: true, returned: {}, lines: [{ id: '9', quantity: '1' }] });
    expect(call).toThrow(expect.objectContaining({ code: 'unknown_line', at: 'lines.0.id' }));
  });
});
