import { decimalToScaled, divideHalfUp, MAX_WIRE_MINOR, minorDigits } from '../core/money.ts';

/**
 * Exact arithmetic of lines and totals. Quantities have 3 decimals, prices and line amounts 6, rates 10; amounts are kept as
 * integers scaled by 10^6 until they are written, and minor units are made once per document, from the exact sum.
 */

export const QUANTITY_SCALE = 3;
export const AMOUNT_SCALE = 6;
export const RATE_SCALE = 10;

/** Digits before the point that the columns hold: quantity numeric(14,3), prices numeric(19,6), rates numeric(20,10). */
const QUANTITY_WHOLE = 11;
const PRICE_WHOLE = 13;
const RATE_WHOLE = 10;
/** Of one line, in whole currency units: a trillion. Beyond it is a slip, and totals would leave what JSON carries exactly. */
const MAX_LINE_AMOUNT = 10n ** 12n * 10n ** BigInt(AMOUNT_SCALE);

const fits = (text: string, whole: number, scale: number): boolean => {
  const match = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return false;
  return (
    (match[1] ?? '').replace(/^0+/, '').length <= whole && (match[2] ?? '').replace(/0+$/, '').length <= scale
  );
};
export const isQuantity = (text: string): boolean => fits(text, QUANTITY_WHOLE, QUANTITY_SCALE);
export const isPrice = (text: string): boolean => fits(text, PRICE_WHOLE, AMOUNT_SCALE);
export const isRate = (text: string): boolean =>
  fits(text, RATE_WHOLE, RATE_SCALE) && !/^-|^0*(\.0*)?$/.test(text);

/** quantity × unit price, scaled by 10^6; the rest beyond 6 decimals is rounded half-up. */
export function lineAmount(quantity: string, unitPrice: string): bigint {
  const product = decimalToScaled(quantity, QUANTITY_SCALE) * decimalToScaled(unitPrice, AMOUNT_SCALE);
  return divideHalfUp(product, 10n ** BigInt(QUANTITY_SCALE));
}

export const isLineAmount = (scaled: bigint): boolean =>
  scaled < MAX_LINE_AMOUNT && scaled > -MAX_LINE_AMOUNT;

/** A scaled amount in the base currency, at `rate` base units per unit. */
export function toBase(scaled: bigint, rate: string): bigint {
  if (rate === '1') return scaled;
  return divideHalfUp(scaled * decimalToScaled(rate, RATE_SCALE), 10n ** BigInt(RATE_SCALE));
}

/** The exact sum of a document as minor units of its currency, rounded once. */
export function totalMinor(scaledSum: bigint, currency: string): bigint {
  return divideHalfUp(scaledSum, 10n ** BigInt(AMOUNT_SCALE - minorDigits(currency)));
}

/** Whether a total can be told in JSON without loss. */
export const isTotal = (minor: bigint): boolean => minor <= MAX_WIRE_MINOR && minor >= -MAX_WIRE_MINOR;

/** 15300000n → "15.3". */
export function fromScaled(scaled: bigint, scale: number): string {
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Same number, however it is written. */
export function sameDecimal(a: string | null, b: string | null, scale: number): boolean {
  if (a === null || b === null) return a === b;
  return a === b || decimalToScaled(a, scale) === decimalToScaled(b, scale);
}
