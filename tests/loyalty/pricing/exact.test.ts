import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  atLeastZero,
  fineOfMinor,
  fineOfPrice,
  nanoOfPart,
  nanoOfQuick,
  nanoOfUnits,
  quickLessPercent,
  quickLessPercentOf,
  quickOf,
  lessPercent,
  share,
  toFine,
  UNIT,
  WHOLE,
} from '../../../src/loyalty/pricing/exact.ts';

/** A line's price as carts have them: cents times a quantity of three decimals. */
const price = fc.record({ cents: fc.integer({ min: 0, max: 5_000_000 }), quantity: fc.bigInt(1n, 400_000n) });
const percent = fc.bigInt(0n, WHOLE);
const fineOf = ({ cents, quantity }: { cents: number; quantity: bigint }) =>
  fineOfPrice(`${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`, quantity, 2);

test('quick numbers give what exact ones give, or say that they cannot', () => {
  let quickOnes = 0;
  fc.assert(
    fc.property(price, price, percent, fc.integer({ min: 0, max: 10_000 }), (one, other, part, minor) => {
      const [now, from] = [fineOf(one), fineOf(other)];
      const [quick, quickFrom] = [quickOf(now), quickOf(from)];
      const units = nanoOfUnits(minor, one.quantity);
      if (units >= 0) expect(toFine(units)).toBe(share(fineOfMinor(minor), one.quantity, UNIT));
      if (quick < 0) return;
      quickOnes += 1;
      expect(toFine(nanoOfQuick(quick))).toBe(now);
      expect(toFine(quickLessPercent(quick, part))).toBe(lessPercent(now, part));
      if (quickFrom >= 0)
        expect(toFine(quickLessPercentOf(quick, quickFrom, part))).toBe(
          atLeastZero(now - share(from, part, WHOLE)),
        );
      const count = Number(one.quantity / UNIT);
      const taken = nanoOfPart(quick, count, one.quantity, part);
      if (taken >= 0)
        expect(toFine(taken)).toBe(share(now, BigInt(count) * UNIT * part, one.quantity * WHOLE));
    }),
    { numRuns: 2_000 },
  );
  expect(quickOnes).toBeGreaterThan(0);
});
