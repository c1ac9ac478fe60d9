import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseBest, type Competitor } from '../../../src/loyalty/pricing/best.ts';
import { spread } from '../../../src/loyalty/pricing/spread.ts';

const RUNS = { numRuns: 300 };
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Every set of offers that may stand together, lines shared out in the best way: nothing clever. */
function bruteForce(competitors: readonly Competitor[], lines: number): number {
  let best = 0;
  for (let bits = 0; bits < 2 ** competitors.length; bits += 1) {
    const set = competitors.flatMap((c, i) => (bits & (1 << i) ? [{ c, i }] : []));
    if (set.some(({ c }) => set.some(({ i }) => c.excludes.has(i)))) continue;
    const taken = new Map<number, number>();
    let clash = false;
    for (const { c } of set.filter(({ c }) => !c.divisible))
      for (const [k, place] of c.places.entries()) {
        clash ||= taken.has(place);
        taken.set(place, c.cuts[k] ?? 0);
      }
    if (clash) continue;
    for (let place = 0; place < lines; place += 1) {
      if (taken.has(place)) continue;
      taken.set(
        place,
        Math.max(
          0,
          ...set.filter(({ c }) => c.divisible).map(({ c }) => c.cuts[c.places.indexOf(place)] ?? 0),
        ),
      );
    }
    best = Math.max(best, sum([...taken.values()]));
  }
  return best;
}

const competitors = fc
  .tuple(
    fc.array(
      fc.record({
        cuts: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 5, maxLength: 5 }),
        divisible: fc.boolean(),
      }),
      { maxLength: 10 },
    ),
    fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 5 }),
  )
  .map(([all, pairs]): Competitor[] =>
    all.map(({ cuts, divisible }, i) => ({
      places: cuts.flatMap((cut, place) => (cut > 0 ? [place] : [])),
      cuts: cuts.filter((cut) => cut > 0),
      divisible,
      excludes: new Set(
        pairs.flatMap(([a, b]) =>
          a === b || a >= all.length || b >= all.length ? [] : a === i ? [b] : b === i ? [a] : [],
        ),
      ),
    })),
  );

describe('the best choice', () => {
  test('equals brute force', () => {
    fc.assert(
      fc.property(competitors, (all) => {
        const { takers, approximate } = chooseBest(all, 5);
        const found = sum(
          [...takers].map((i, place) => all[i]?.cuts[all[i]?.places.indexOf(place) ?? 0] ?? 0),
        );
        expect(approximate).toBe(false);
        expect(found).toBe(bruteForce(all, 5));
        const standing = new Set([...takers].filter((i) => i >= 0));
        for (const i of standing)
          for (const other of standing) expect(all[i]?.excludes.has(other)).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });

  test('of more competitors than can be proved is never worse than any of them, and still a choice that may stand', () => {
    const many = fc.array(
      fc.record({
        places: fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 4 }),
        cut: fc.integer({ min: 1, max: 50 }),
        divisible: fc.boolean(),
        foe: fc.nat(200),
      }),
      { minLength: 30, maxLength: 60 },
    );
    fc.assert(
      fc.property(many, (drawn) => {
        const all = drawn.map(({ places, cut, divisible, foe }, i): Competitor => ({
          places,
          cuts: places.map((place) => cut + place),
          divisible,
          excludes: new Set(
            drawn.flatMap((other, k) => (k !== i && (foe === k || other.foe === i) ? [k] : [])),
          ),
        }));
        const { takers } = chooseBest(all, 20);
        const cutOf = (i: number, place: number): number =>
          all[i]?.cuts[all[i]?.places.indexOf(place) ?? 0] ?? 0;
        const found = sum([...takers].map(cutOf));
        for (const one of all) expect(found).toBeGreaterThanOrEqual(sum(one.cuts));
        const standing = new Set([...takers].filter((i) => i >= 0));
        for (const i of standing) {
          for (const other of standing) expect(all[i]?.excludes.has(other)).toBe(false);
          const whole = all[i]?.places.every((place) => takers[place] === i) ?? false;
          expect(all[i]?.divisible === true || whole).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('spreading', () => {
  const amounts = fc.array(fc.integer({ min: 0, max: 10 ** 9 }), { minLength: 1, maxLength: 20 });
  test('shares add up and stay within one unit of the exact share', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), (weights, amount) => {
        const shares = spread(amount, weights);
        expect(sum(shares)).toBe(amount);
        const total = sum(weights);
        if (total > 0)
          for (const [i, share] of shares.entries())
            expect(Math.abs(share - (amount / total) * (weights[i] ?? 0))).toBeLessThan(1.01);
      }),
      RUNS,
    );
  });

  test('with caps nobody gets more than his, and as much goes out as they hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 12 }),
        fc.nat(9000),
        (pairs, amount) => {
          const caps = pairs.map(([, cap]) => cap);
          const shares = spread(
            amount,
            pairs.map(([weight]) => weight),
            caps,
          );
          expect(sum(shares)).toBe(Math.min(amount, sum(caps)));
          for (const [i, share] of shares.entries()) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(caps[i] ?? 0);
          }
        },
      ),
      RUNS,
    );
  });
});
