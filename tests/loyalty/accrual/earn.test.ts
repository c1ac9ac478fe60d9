import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { earn } from '../../../src/loyalty/accrual/earn.ts';
import type { EarnFacts, Rule } from '../../../src/loyalty/accrual/earn.ts';
import { problemsOf } from '../../../src/loyalty/accrual/definition.ts';
import { netOf } from '../../../src/loyalty/accrual/sale.ts';
import type { EarnLine, Returned, Sale } from '../../../src/loyalty/accrual/sale.ts';
import { definition, PER_TEN } from './world.ts';

const AT = new Date('2026-03-07T10:00:00Z'); // a Saturday
const facts: EarnFacts = {
  tier: 'gold',
  tierFactor: '1.5',
  segments: [],
  personCategories: [],
  orders: 0,
  earnOnPointsPart: false,
  maxPointsPerOrder: null,
};

let made = 0;
const rule = (change: object = {}): Rule => ({
  ruleId: `00000000-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`,
  version: 1,
  currency: 'EUR',
  definition: definition(change),
});

const line = (productId: string, cents: number, change: Partial<EarnLine> = {}): EarnLine => ({
  productId,
  externalId: productId,
  categoryPath: [],
  tags: [],
  quantity: 1_000n,
  amount: BigInt(cents) * 10_000n,
  baseAmount: BigInt(cents) * 10_000n,
  promo: false,
  ...change,
});

const saleOf = (lines: readonly EarnLine[], paidCents = 0): Sale => ({
  currency: 'EUR',
  baseCurrency: 'EUR',
  channel: 'shop',
  lines,
  paid: BigInt(paidCents) * 10_000n,
  total: lines.reduce((sum, { amount }) => sum + amount, 0n),
});

const pointsOf = (rules: readonly Rule[], sale: Sale, change: Partial<EarnFacts> = {}): number =>
  Number(earn(rules, { at: AT, sale }, { ...facts, ...change }).points);

const whyOf = (one: Rule, sale: Sale, change: Partial<EarnFacts> = {}) =>
  earn([one], { at: AT, sale }, { ...facts, ...change }).rules[0]?.why;

describe('what a sale earns', () => {
  test('1 point per 10.00: 21.90 earn 2', () => {
    expect(pointsOf([rule()], saleOf([line('tea', 2_190)]))).toBe(2);
  });

  test('a part of a step earns its part or nothing, rounded once over all lines', () => {
    const sale = saleOf([line('tea', 1_250), line('cup', 1_250)]);
    expect(pointsOf([rule({ earns: { ...PER_TEN, points: 3 } })], sale)).toBe(7);
    expect(pointsOf([rule({ earns: { ...PER_TEN, points: 3 }, rounding: 'half_up' })], sale)).toBe(8);
    expect(pointsOf([rule({ earns: { ...PER_TEN, points: 3, steps: 'whole' } })], sale)).toBe(6);
  });

  test('a scope names products and categories with all below them', () => {
    const sale = saleOf([line('tea', 1_000, { categoryPath: ['drinks', 'hot'] }), line('cup', 5_000)]);
    expect(pointsOf([rule({ scope: { categories: ['drinks'] } })], sale)).toBe(1);
    expect(pointsOf([rule({ scope: { products: ['cup'] } })], sale)).toBe(5);
    expect(pointsOf([rule({ scope: { excludedProducts: ['cup'] } })], sale)).toBe(1);
  });

  test('units and orders earn by count', () => {
    const sale = saleOf([line('tea', 1_000, { quantity: 3_000n }), line('cup', 1_000)]);
    expect(pointsOf([rule({ earns: { type: 'unit', points: 2 }, scope: { products: ['tea'] } })], sale)).toBe(
      6,
    );
    expect(pointsOf([rule({ earns: { type: 'order', points: 50 } })], sale)).toBe(50);
    expect(
      whyOf(rule({ earns: { type: 'order', points: 50 }, conditions: { minAmountMinor: 2_001 } }), sale),
    ).toBe('min_amount');
  });

  test('factors of tier, goods and hours: the highest, or one times the other', () => {
    const sale = saleOf([line('tea', 10_000), line('cup', 10_000)]);
    const weekend = { factor: '2', schedule: { weekly: [{ days: [6, 7] }], timeZone: 'Europe/Berlin' } };
    const monday = { factor: '9', schedule: { weekly: [{ days: [1] }] } };
    const tea = { factor: '3', scope: { products: ['tea'] } };
    expect(pointsOf([rule({ tierFactor: true })], sale)).toBe(30);
    expect(pointsOf([rule({ tierFactor: true, multipliers: [weekend, monday] })], sale)).toBe(40);
    expect(pointsOf([rule({ tierFactor: true, multipliers: [weekend], multiply: 'product' })], sale)).toBe(
      60,
    );
    expect(pointsOf([rule({ multipliers: [tea, weekend] })], sale)).toBe(50);
  });

  test('a calendar rule opens a factor for its occurrences', () => {
    const recurring = { rule: 'FREQ=MONTHLY;BYDAY=1SA', start: '2026-01-03T09:00:00', durationMinutes: 120 };
    const sale = saleOf([line('tea', 10_000)]);
    const open = rule({ multipliers: [{ factor: '2', schedule: { recurring } }] });
    expect(pointsOf([open], sale)).toBe(20);
    expect(Number(earn([open], { at: new Date('2026-03-14T10:00:00Z'), sale }, facts).points)).toBe(10);
  });

  test('what points paid earns nothing unless the rule says so', () => {
    const sale = saleOf([line('tea', 10_000)], 5_000);
    expect(pointsOf([rule()], sale)).toBe(5);
    expect(pointsOf([rule({ earnOnPointsPart: true })], sale)).toBe(10);
    expect(pointsOf([rule()], sale, { earnOnPointsPart: true })).toBe(10);
  });

  test('promotional goods are left out by the rules that say so', () => {
    const sale = saleOf([line('tea', 10_000, { promo: true }), line('cup', 1_000)]);
    expect(pointsOf([rule({ excludePromo: true })], sale)).toBe(1);
    expect(pointsOf([rule()], sale)).toBe(11);
  });

  test('of rules that compete the best counts, others add up, and every one is explained', () => {
    const sale = saleOf([line('tea', 10_000)]);
    const low = rule({ combine: 'best' });
    const high = rule({ combine: 'best', earns: { type: 'order', points: 12 } });
    const plus = rule({ earns: { type: 'order', points: 1 } });
    const earned = earn([low, high, plus], { at: AT, sale }, facts);
    expect(Number(earned.points)).toBe(13);
    expect(earned.rules.find(({ ruleId }) => ruleId === low.ruleId)).toMatchObject({
      points: 0,
      desired: 10,
      why: 'another_is_better',
    });
  });

  test('reasons: tier, segment, channel, first order, currency, goods', () => {
    const sale = saleOf([line('tea', 10_000)]);
    const segment = '11111111-1111-4111-8111-111111111111';
    expect(whyOf(rule({ conditions: { tiers: ['silver'] } }), sale)).toBe('tier');
    expect(whyOf(rule({ conditions: { segments: [segment] } }), sale)).toBe('segment');
    expect(whyOf(rule({ conditions: { notSegments: [segment] } }), sale, { segments: [segment] })).toBe(
      'not_segment',
    );
    expect(whyOf(rule({ conditions: { channels: ['app'] } }), sale)).toBe('channel');
    expect(whyOf(rule({ conditions: { firstOrder: true } }), sale, { orders: 1 })).toBe('first_order');
    expect(whyOf({ ...rule(), currency: 'USD' }, sale)).toBe('other_currency');
    expect(whyOf(rule({ scope: { products: ['cup'] } }), sale)).toBe('no_goods');
  });

  test('no order earns more than the program says, by however many rules; the traces tell what was cut', () => {
    const sale = saleOf([line('tea', 10_000)]);
    const first = rule({ priority: 2, earns: { type: 'order', points: 4 } });
    const second = rule({ earns: { type: 'order', points: 9 } });
    const most = { ...facts, maxPointsPerOrder: 5 };
    const earned = earn([second, first], { at: AT, sale }, most);
    expect(Number(earned.points)).toBe(5);
    expect(earned.rules.map(({ points, desired, why }) => [points, desired, why])).toEqual([
      [4, 4, null],
      [1, 9, 'cap_program'],
    ]);
  });

  test('caps cut what is earned: of an order, of a period, of the balance over all rules', () => {
    const sale = saleOf([line('tea', 10_000)]);
    expect(pointsOf([rule({ caps: { perOrder: 4 } })], sale)).toBe(4);
    const two = [rule(), rule()];
    const room = { once: false, period: null, balance: 15n };
    const earned = earn(two, { at: AT, sale }, facts, () => room);
    expect(earned.rules.map(({ points, why }) => [points, why])).toEqual([
      [10, null],
      [5, 'cap_balance'],
    ]);
  });
});

const someLines = fc
  .array(fc.record({ cents: fc.integer({ min: 1, max: 100_000 }), units: fc.integer({ min: 1, max: 5 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((list) =>
    list.map(({ cents, units }, i) => line(`p${i}`, cents * units, { quantity: BigInt(units) * 1_000n })),
  );
const someRule = fc
  .record({
    points: fc.integer({ min: 1, max: 20 }),
    perMinor: fc.integer({ min: 1, max: 3_000 }),
    steps: fc.constantFrom('whole', 'share'),
    rounding: fc.constantFrom('down', 'half_up', 'half_even', 'up'),
    combine: fc.constantFrom('sum', 'best'),
    product: fc.integer({ min: 0, max: 5 }),
    least: fc.integer({ min: 1, max: 50_000 }),
    cap: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
  })
  .map(({ points, perMinor, steps, rounding, combine, product, least, cap }) =>
    rule({
      earns: { type: 'amount', points, perMinor, steps },
      rounding,
      combine,
      conditions: { minAmountMinor: least },
      caps: { perOrder: cap },
      multipliers: [{ factor: '2.5', scope: { products: [`p${product}`] } }],
    }),
  );

describe('what comes back', () => {
  test('any order of the same returns ends the same, and each return only takes', () => {
    fc.assert(
      fc.property(
        someLines,
        fc.array(someRule, { minLength: 1, maxLength: 3 }),
        fc.array(
          fc.record({ product: fc.integer({ min: 0, max: 7 }), share: fc.integer({ min: 1, max: 100 }) }),
          { maxLength: 6 },
        ),
        fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 6, maxLength: 6 }),
        (lines, rules, steps, keys) => {
          const sale = saleOf(lines);
          const parts = steps.map(({ product, share }) => partOf(lines, product, share));
          const shuffled = parts
            .map((part, i) => ({ part, key: keys[i] ?? 0 }))
            .toSorted((a, b) => a.key - b.key);
          const run = (list: readonly Part[]): bigint[] => {
            const seen = list.map(
              (_, i) =>
                earn(rules, { at: AT, sale: netOf(sale, together(list.slice(0, i + 1))) }, facts).points,
            );
            return [earn(rules, { at: AT, sale }, facts).points, ...seen];
          };
          const first = run(parts);
          const second = run(shuffled.map(({ part }) => part));
          expect(first.at(-1)).toBe(second.at(-1));
          for (const list of [first, second])
            for (const [i, value] of list.entries()) expect(value <= (list[i - 1] ?? value)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

type Part = { productId: string | null; quantity: bigint; amount: bigint };

function partOf(lines: readonly EarnLine[], product: number, share: number): Part {
  const found = lines[product];
  const amount = ((found ?? lines[0])?.amount ?? 0n) * BigInt(share);
  if (found === undefined) return { productId: null, quantity: 0n, amount: amount / 300n };
  return {
    productId: found.productId,
    quantity: (found.quantity * BigInt(share)) / 100n,
    amount: amount / 100n,
  };
}

function together(parts: readonly Part[]): Returned {
  const products = new Map<string, { quantity: bigint; amount: bigint; baseAmount: bigint }>();
  let amount = 0n;
  for (const part of parts) {
    if (part.productId === null) {
      amount += part.amount;
      continue;
    }
    const before = products.get(part.productId) ?? { quantity: 0n, amount: 0n, baseAmount: 0n };
    products.set(part.productId, {
      quantity: before.quantity + part.quantity,
      amount: before.amount + part.amount,
      baseAmount: before.baseAmount + part.amount,
    });
  }
  return { products, amount, baseAmount: amount };
}

describe('definitions', () => {
  test('what cannot be is named with its path', () => {
    const now = AT;
    const pathsOf = (change: object) => problemsOf(definition(change), now).map(({ path }) => path);
    expect(pathsOf({ caps: { periods: [{ per: 'day' }] } })).toEqual(['caps.periods.0']);
    expect(pathsOf({ earns: { type: 'birthday', points: 5 }, conditions: { channels: ['app'] } })).toEqual([
      'conditions.channels',
    ]);
    expect(pathsOf({ multipliers: [{ factor: '0' }] })).toEqual(['multipliers.0.factor']);
    expect(
      pathsOf({
        multipliers: [
          { factor: '2', schedule: { from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' } },
        ],
      }),
    ).toEqual(['multipliers.0.schedule.until']);
  });
});
