import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalToScaled, divideHalfUp } from '../../src/core/money.ts';
import {
  fromScaled,
  isPrice,
  isQuantity,
  isRate,
  lineAmount,
  sameDecimal,
  toBase,
  totalMinor,
} from '../../src/orders/amounts.ts';

const decimal = (whole: number, scale: number) =>
  fc
    .tuple(
      fc.boolean(),
      fc.bigInt(0n, 10n ** BigInt(whole) - 1n),
      fc.integer({ min: 0, max: scale }),
      fc.bigInt(0n, 10n ** BigInt(scale) - 1n),
    )
    .map(([negative, units, digits, fraction]) => {
      const tail = digits === 0 ? '' : `.${fraction.toString().padStart(scale, '0').slice(0, digits)}`;
      return `${negative ? '-' : ''}${units}${tail}`;
    });

describe('line amounts', () => {
  test('are exact, whichever way they are computed', () => {
    fc.assert(
      fc.property(decimal(6, 3), decimal(6, 6), (quantity, price) => {
        const exact = decimalToScaled(quantity, 3) * decimalToScaled(price, 6);
        expect(lineAmount(quantity, price)).toBe(divideHalfUp(exact, 1_000n));
      }),
      { numRuns: 2_000 },
    );
  });

  test('keep three-decimal prices; what lies beyond six decimals is rounded half-up', () => {
    expect(lineAmount('6', '2.555')).toBe(15_330_000n);
    expect(lineAmount('0.001', '0.0005')).toBe(1n);
    expect(lineAmount('-0.001', '0.0005')).toBe(-1n);
    expect(lineAmount('99999999999', '9999999999999')).toBe(
      99_999_999_999n * 9_999_999_999_999n * 1_000_000n,
    );
  });

  test('are written as they were read', () => {
    fc.assert(
      fc.property(decimal(12, 6), (text) => {
        expect(sameDecimal(fromScaled(decimalToScaled(text, 6), 6), text, 6)).toBe(true);
      }),
    );
    expect([15_300_000n, -1n, 0n, 1_000_000n].map((n) => fromScaled(n, 6))).toEqual([
      '15.3',
      '-0.000001',
      '0',
      '1',
    ]);
  });
});

test('totals are rounded once, by the digits of their currency; rates apply to the exact amount', () => {
  expect(totalMinor(1_359_999n, 'GBP')).toBe(136n);
  expect(totalMinor(1_500_000n, 'JPY')).toBe(2n);
  expect(totalMinor(1_234_500n, 'KWD')).toBe(1_235n);
  expect(toBase(10_010_000n, '0.8')).toBe(8_008_000n);
});

test.each([
  ['12345678901', isQuantity, true],
  ['123456789012', isQuantity, false],
  ['1.1230', isQuantity, true],
  ['1.1234', isQuantity, false],
  ['0001', isQuantity, true],
  ['', isQuantity, false],
  ['1.', isQuantity, false],
  ['1234567890123.123456', isPrice, true],
  ['12345678901234', isPrice, false],
  ['0', isRate, false],
  ['-1', isRate, false],
  ['0.0000000001', isRate, true],
])('%s is within bounds: %s %s', (text, check, expected) => {
  expect(check(text)).toBe(expected);
});
