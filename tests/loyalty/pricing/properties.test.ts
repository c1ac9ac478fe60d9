import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type OfferInput,
  type PricedCart,
  pricedCart,
  type PricingSettingsInput,
} from '../../../src/loyalty/pricing/contract.ts';
import { refund } from '../../../src/loyalty/pricing/refund.ts';
import { type LineInput, prices, type Quote, quote } from './support.ts';

const RUNS = { numRuns: 300 };
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const CATEGORIES = ['A', 'B', 'C'];
const decimal = (digits: number, max: number) =>
  fc
    .tuple(
      fc.integer({ min: 0, max }),
      fc.integer({ min: 0, max: 10 ** digits - 1 }),
      fc.integer({ min: 0, max: digits }),
    )
    .map(([whole, part, shown]) =>
      shown === 0 ? String(whole) : `${whole}.${String(part).padStart(digits, '0').slice(0, shown)}`,
    );

const quantity = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map(String),
  decimal(3, 5).filter((text) => Number(text) > 0),
);
const line = fc.record({
  categoryPath: fc.subarray(CATEGORIES, { maxLength: 2 }),
  tags: fc.subarray(['x', 'y'], { maxLength: 1 }),
  quantity,
  unitPrice: decimal(3, 60),
  floorMinor: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined, freq: 4 }),
  taxPercent: fc.constantFrom(undefined, '20', '10'),
});
const lines = fc
  .array(line, { minLength: 1, maxLength: 6 })
  .map((all): LineInput[] => all.map((one, i) => ({ ...one, id: String(i + 1), externalId: `P${i % 4}` })));

const percentage = fc.integer({ min: 1, max: 100_000 }).map((n) => String(n / 1000));
const money = fc.integer({ min: 1, max: 5_000 });
const effect: fc.Arbitrary<OfferInput['effect']> = fc.oneof(
  percentage.map((percent) => ({ type: 'percent' as const, percent })),
  fc
    .record({ amountMinor: money, per: fc.constantFrom('order' as const, 'line' as const, 'unit' as const) })
    .map((e) => ({ type: 'fixed_amount' as const, ...e })),
  decimal(2, 40).map((unitPrice) => ({ type: 'fixed_price' as const, unitPrice })),
  fc
    .record({
      buy: fc.integer({ min: 1, max: 3 }),
      get: fc.integer({ min: 1, max: 2 }),
      sameProduct: fc.boolean(),
    })
    .map((e) => ({ type: 'buy_x_get_y' as const, ...e })),
  fc
    .record({
      groupOf: fc.integer({ min: 2, max: 4 }),
      grouping: fc.constantFrom('overall' as const, 'sets' as const),
    })
    .map((e) => ({ type: 'cheapest_free' as const, ...e })),
  fc.record({ priceMinor: money }).map((e) => ({
    type: 'bundle' as const,
    ...e,
    items: [{ scope: { categories: ['A'] } }, { scope: { categories: ['B'] } }],
  })),
  fc
    .record({
      percent: percentage,
      count: fc.constantFrom('line' as const, 'product' as const, 'scope' as const),
      applies: fc.constantFrom('all' as const, 'above' as const),
    })
    .map(({ percent, ...e }) => ({
      type: 'volume_ladder' as const,
      steps: [
        { fromQuantity: '2', percent },
        { fromQuantity: '4', amountMinor: 300 },
      ],
      ...e,
    })),
  money.map((fromMinor) => ({
    type: 'spend_ladder' as const,
    steps: [
      { fromMinor, percent: '5' },
      { fromMinor: fromMinor * 2, amountMinor: 700 },
    ],
  })),
  money.map((points) => ({ type: 'bonus_points' as const, points, everyMinor: 1000 })),
);
const offerOf = fc.record({
  effect,
  stage: fc.constantFrom('product' as const, 'personal' as const, 'order' as const, 'coupon' as const),
  priority: fc.integer({ min: 0, max: 2 }),
  scope: fc.oneof(fc.constant({}), fc.record({ categories: fc.subarray(CATEGORIES, { minLength: 1 }) })),
  conditions: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: money.map((amountMinor) => ({ minAmount: { amountMinor } })) },
  ),
  tags: fc.subarray(['t1', 't2'], { maxLength: 1 }),
  excludes: fc.oneof(
    { weight: 4, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.subarray(['t1', 't2', '*']) },
  ),
});
const offers = fc
  .array(offerOf, { maxLength: 8 })
  .map((all) => all.map((one, i) => ({ ...one, id: `o${i}`, name: `Offer ${i}` })));
const settings: fc.Arbitrary<PricingSettingsInput> = fc.record({
  rounding: fc.constantFrom('half_up' as const, 'half_even' as const, 'down' as const, 'up' as const),
  percentBase: fc.constantFrom('initial' as const, 'reduced' as const),
  stages: fc.record(
    Object.fromEntries(
      ['product', 'personal', 'order', 'coupon'].map((stage) => [
        stage,
        fc.record({
          mode: fc.constantFrom('best' as const, 'stack' as const, 'first' as const),
          maxPercent: fc.constantFrom(undefined, '20'),
        }),
      ]),
    ),
  ),
  maxDiscountPercent: fc.constantFrom(undefined, '30', '0'),
  points: fc.constantFrom(
    undefined,
    { worthPer100: 50, spendAs: 'discount' as const },
    { worthPer100: 300, spendAs: 'payment' as const, maxPercent: '50', payShipping: true },
  ),
});
const anyQuote: fc.Arbitrary<Quote> = fc
  .record({
    lines,
    offers,
    settings,
    currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
    included: fc.boolean(),
    points: fc.integer({ min: 0, max: 3000 }),
    budget: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
  })
  .map(({ currency, included, points, budget, ...rest }) => ({
    ...rest,
    cart: { currency, shippingMinor: 499, taxIncluded: included, spendPoints: points },
    buyer: { pointsAvailable: 2000 },
    ...(budget === undefined ? {} : { remaining: { o0: { budgetMinor: budget }, o1: { uses: 0 } } }),
  }));

function holds(priced: PricedCart, q: Quote): void {
  const { totals } = priced;
  // What is answered is what the contract promises, and survives being stored as JSON.
  expect(pricedCart.parse(JSON.parse(JSON.stringify(priced)))).toEqual(priced);
  expect(totals.goodsMinor).toBe(sum(prices(priced)));
  const on = q.cart?.taxIncluded === false ? totals.taxMinor : 0;
  expect(totals.totalMinor).toBe(totals.goodsMinor + totals.shippingMinor + on);
  expect(totals.payableMinor).toBe(totals.totalMinor - totals.pointsPaidMinor);
  expect(totals.payableMinor).toBeGreaterThanOrEqual(0);
  for (const [i, one] of priced.lines.entries()) {
    expect(one.listMinor - one.priceMinor).toBe(sum(one.parts.map((p) => p.amountMinor)));
    expect(one.parts.every((p) => p.amountMinor > 0)).toBe(true);
    expect(one.priceMinor).toBeGreaterThanOrEqual(Math.min(one.listMinor, q.lines[i]?.floorMinor ?? 0));
    expect(one.afterMinor.points).toBe(one.priceMinor);
    expect(one.pointsPaidMinor).toBeLessThanOrEqual(one.priceMinor + one.taxMinor);
  }
  const byOffer = new Map<string, number>();
  for (const part of [...priced.lines.flatMap((l) => l.parts), ...priced.shipping.parts])
    byOffer.set(part.id, (byOffer.get(part.id) ?? 0) + part.amountMinor);
  for (const use of priced.uses) {
    expect(byOffer.get(use.offerId) ?? 0).toBe(use.discountMinor);
    const bonus = priced.effects.bonusPoints.some((b) => b.offerId === use.offerId && b.points > 0);
    expect(use.discountMinor > 0 || bonus).toBe(true);
  }
  for (const told of priced.trace) {
    expect(told.actualMinor).toBeLessThanOrEqual(told.desiredMinor);
    expect(told.outcome === 'not_applied').toBe(told.misses.length > 0);
    if (told.kind === 'offer')
      expect(priced.uses.some((use) => use.offerId === told.id)).toBe(told.outcome !== 'not_applied');
  }
  const stages = new Map(priced.stages.map((s) => [s.stage, s]));
  for (const s of priced.stages) expect(s.afterMinor).toBeLessThanOrEqual(s.beforeMinor);
  expect(stages.get('points')?.afterMinor).toBe(totals.goodsMinor);
  expect(sum(priced.lines.map((l) => l.points)) + priced.shipping.points).toBe(priced.points.spent);
}

describe('prices', () => {
  test('every sum is exact, no line goes under its floor, uses are of offers with an effect', () => {
    fc.assert(
      fc.property(anyQuote, (q) => holds(quote(q), q)),
      { numRuns: 1000 },
    );
  });

  test('the order of lines and offers changes nothing', () => {
    fc.assert(
      fc.property(anyQuote, fc.infiniteStream(fc.nat()), (q, random) => {
        const shuffled = <T>(items: T[] | undefined): T[] =>
          (items ?? [])
            .map((item) => ({ item, key: random.next().value ?? 0 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const one = quote(q);
        const other = quote({ ...q, lines: shuffled(q.lines), offers: shuffled(q.offers) });
        const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
        expect({ ...other, lines: other.lines.toSorted(byId) }).toEqual({
          ...one,
          lines: one.lines.toSorted(byId),
        });
      }),
      RUNS,
    );
  });

  test('returns in any order end the same, and all together give back exactly what was paid', () => {
    fc.assert(
      fc.property(
        anyQuote,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 100 })), { maxLength: 30 }),
        (q, steps) => {
          const priced = quote(q);
          const taxIncluded = q.cart?.taxIncluded ?? true;
          const total = { money: 0, paid: 0, points: 0, tax: 0 };
          let returned: Record<string, string> = {};
          const left = new Map(priced.lines.map((l) => [l.id, Math.round(Number(l.quantity) * 1000)]));
          const back = (id: string, milli: number, shipping = false): void => {
            if (milli <= 0) return;
            const r = refund({
              priced,
              taxIncluded,
              returned,
              lines: [{ id, quantity: String(milli / 1000) }],
              shipping,
            });
            expect(r.lines[0]?.moneyMinor).toBeGreaterThanOrEqual(0);
            expect(r.lines[0]?.points).toBeGreaterThanOrEqual(0);
            total.money += r.moneyMinor;
            total.paid += r.pointsPaidMinor;
            total.points += r.points;
            total.tax += r.taxMinor;
            returned = r.returned;
            left.set(id, (left.get(id) ?? 0) - milli);
          };
          for (const [which, share] of steps) {
            const id = priced.lines[which % priced.lines.length]?.id ?? '1';
            back(id, Math.ceil(((left.get(id) ?? 0) * share) / 100));
          }
          const [last, ...rest] = [...left].filter(([, milli]) => milli > 0).toReversed();
          for (const [id, milli] of rest) back(id, milli);
          if (last === undefined) return;
          back(last[0], last[1], true);
          expect(total.money).toBe(priced.totals.payableMinor);
          expect(total.paid).toBe(priced.totals.pointsPaidMinor);
          expect(total.points).toBe(priced.points.spent);
          expect(total.tax).toBe(priced.totals.taxMinor);
        },
      ),
      RUNS,
    );
  });

  test('units of a line have shares that add up to its price', () => {
    fc.assert(
      fc.property(anyQuote, (q) => {
        for (const one of quote(q).lines) {
          const total = sum(
            one.units.map(
              (u) => (Number.isInteger(Number(u.quantity)) ? Number(u.quantity) : 1) * u.priceMinor,
            ),
          );
          expect(total).toBe(one.priceMinor);
        }
      }),
      RUNS,
    );
  });

  test('best of a stage is never worse than any single offer that would apply', () => {
    fc.assert(
      fc.property(anyQuote, (q) => {
        const stage = 'product' as const;
        const own = (q.offers ?? []).map((o) => ({ ...o, stage }));
        const plain = { rounding: q.settings?.rounding, stages: { product: { mode: 'best' as const } } };
        const together = quote({ lines: q.lines, offers: own, settings: plain });
        for (const one of own) {
          const alone = quote({ lines: q.lines, offers: [one], settings: plain });
          expect(together.totals.goodsMinor).toBeLessThanOrEqual(alone.totals.goodsMinor);
        }
      }),
      RUNS,
    );
  });
});
