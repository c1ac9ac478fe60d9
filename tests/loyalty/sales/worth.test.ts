import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DomainError } from '../../../src/core/errors.ts';
import { worthOf } from '../../../src/loyalty/sales/worth.ts';
import type { Sold, Worth } from '../../../src/loyalty/sales/worth.ts';

/** What returns say of money and tax, whatever comes back in whatever order. */

const whole = (max: number) => fc.integer({ min: 0, max });
const line = fc.record({
  quantity: fc.integer({ min: 1, max: 3 }),
  priceMinor: whole(300),
  paidByPoints: whole(100),
  taxPercent: fc.constantFrom(0, 10, 20),
});
const sale = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  shippingMinor: whole(60),
  taxIncluded: fc.boolean(),
});
type Sale = typeof sale extends fc.Arbitrary<infer T> ? T : never;

const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);

function soldOf({ lines: given, shippingMinor, taxIncluded }: Sale): Sold {
  const lines = given.map(({ quantity, priceMinor, paidByPoints, taxPercent }, i) => {
    const pointsPaidMinor = Math.floor((priceMinor * paidByPoints) / 100);
    const taxMinor = Math.floor((priceMinor * taxPercent) / 100);
    const of = { priceMinor, pointsPaidMinor, points: pointsPaidMinor, taxMinor, parts: [] };
    return { id: `l${i}`, quantity: String(quantity), ...of };
  });
  const shippingTax = Math.floor(shippingMinor / 5);
  const shipping = { priceMinor: shippingMinor, pointsPaidMinor: 0, points: 0, taxMinor: shippingTax };
  const goodsMinor = sum(lines.map(({ priceMinor }) => priceMinor));
  const taxMinor = sum(lines.map((one) => one.taxMinor)) + shippingTax;
  const paidByPoints = sum(lines.map(({ pointsPaidMinor }) => pointsPaidMinor));
  const payableMinor = goodsMinor + shippingMinor - paidByPoints + (taxIncluded ? 0 : taxMinor);
  const totals = { goodsMinor, payableMinor, taxMinor };
  const priced = { lines, shipping: { ...shipping, parts: [] }, totals };
  return { priced, request: { taxIncluded }, returned: {}, refundedMinor: 0 } as unknown as Sold;
}

type Step = Parameters<typeof worthOf>[1];
const goodsBack = (id: string): Step => ({ lines: [{ id, quantity: '1' }], shipping: false });
const shippingBack: Step = { lines: [], shipping: true };
const moneyBack = (moneyMinor: number): Step => ({ lines: [], shipping: false, moneyMinor });

/** What each return that was not refused was worth. */
function returnsOf(start: Sold, steps: readonly Step[]): Worth[] {
  let sold = start;
  const done: Worth[] = [];
  for (const step of steps) {
    try {
      const worth = worthOf(sold, step, done);
      sold = { ...sold, returned: worth.returned, refundedMinor: worth.refundedMinor };
      done.push(worth);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return done;
}

const unitsOf = ({ priced: { lines } }: Sold): Step[] =>
  lines.flatMap(({ id, quantity }) => Array.from({ length: Number(quantity) }, () => goodsBack(id)));

test('tax goes out with the money: all returns together come to the tax of the sale, however money alone came between', () => {
  fc.assert(
    fc.property(
      sale,
      fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
      fc.array(whole(1_000), { minLength: 20, maxLength: 20 }),
      (given, percents, places) => {
        const sold = soldOf(given);
        const { payableMinor, taxMinor } = sold.priced.totals;
        const money = percents.map((percent) =>
          moneyBack(Math.max(1, Math.floor((payableMinor * percent) / 100))),
        );
        const steps = [...unitsOf(sold), shippingBack, ...money]
          .map((step, i) => ({ step, at: places[i] ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ step }) => step);
        const done = returnsOf(sold, steps);
        expect(sum(done.map((one) => one.moneyMinor))).toBe(payableMinor);
        expect(sum(done.map((one) => one.taxMinor))).toBe(taxMinor);
        for (const { lines, shipping, ...of } of done) {
          expect(of.taxMinor).toBeGreaterThanOrEqual(0);
          const parts = shipping === null ? lines : [...lines, shipping];
          if (parts.length > 0) expect(sum(parts.map((one) => one.taxMinor))).toBe(of.taxMinor);
          if (of.moneyMinor === 0 && of.pointsPaidMinor === 0) expect(of.taxMinor).toBe(0);
        }
      },
    ),
  );
});

test('without money alone every unit has the tax it was sold with, whatever came before', () => {
  fc.assert(
    fc.property(sale, (given) => {
      const sold = soldOf(given);
      for (const one of sold.priced.lines) {
        const all = returnsOf(sold, unitsOf(sold)).filter(({ lines }) => lines[0]?.id === one.id);
        expect(sum(all.map(({ taxMinor }) => taxMinor))).toBe(one.taxMinor);
      }
    }),
  );
});

test('goods that come back after all the money did say no tax a second time', () => {
  const line = { quantity: 2, priceMinor: 1_200, paidByPoints: 0, taxPercent: 20 as const };
  const sold = soldOf({ lines: [line], shippingMinor: 0, taxIncluded: true });
  const told = (steps: Step[]) =>
    returnsOf(sold, steps).map(({ moneyMinor, taxMinor }) => [moneyMinor, taxMinor]);
  const unit = goodsBack('l0');
  expect(told([moneyBack(1_200), unit, unit])).toEqual([
    [1_200, 240],
    [0, 0],
    [0, 0],
  ]);
  expect(told([moneyBack(300), unit, unit])).toEqual([
    [300, 60],
    [600, 120],
    [300, 60],
  ]);
});
