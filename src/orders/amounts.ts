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

const shape = (whole: number, scale: number): RegExp =>
  new RegExp(`^-?0*\\d{1,${whole}}(\\.\\d{1,${scale}}0*)?$`);
const QUANTITY = shape(QUANTITY_WHOLE, QUANTITY_SCALE);
const PRICE = shape(PRICE_WHOLE, AMOUNT_SCALE);
const RATE = shape(RATE_WHOLE, RATE_SCALE);

export const isQuantity = (text: string): boolean => QUANTITY.test(text);
export const isPrice = (text: string): boolean => PRICE.test(text);
export const isRate = (text: string): boolean =>
  RATE.test(text) && !text.startsWith('-') && /[1-9]/.test(text);

/** quantity × unit price, scaled by 10^6; the rest beyond 6 decimals is rounded half-up. */
export function lineAmount(quantity: string, unitPrice: string): bigint {
  const exact = smallAmount(quantity, unitPrice);
  if (exact !== null) return BigInt(exact);
  const product = decimalToScaled(quantity, QUANTITY_SCALE) * decimalToScaled(unitPrice, AMOUNT_SCALE);
  return divideHalfUp(product, 10n ** BigInt(QUANTITY_SCALE));
}

/**
 * The same for what nearly every line is: few digits, so that scaled integers stay exact as numbers. Null when they might
 * not, or when something would have to be rounded.
 */
function smallAmount(quantity: string, unitPrice: string): number | null {
  if (quantity.length > 9 || unitPrice.length > 9) return null;
  const units = Math.round(Number(quantity) * 1_000);
  const price = Math.round(Number(unitPrice) * 1_000_000);
  const product = units * price;
  return Number.isSafeInteger(product) && product % 1_000 === 0 ? product / 1_000 : null;
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
  let end = digits.length;
  const point = end - scale;
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  const text =
    end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`;
  return negative ? `-${text}` : text;
}
const ZERO = 0x30;

/** Same number, however it is written. */
export function sameDecimal(a: string | null, b: string | null, scale: number): boolean {
  if (a === null || b === null) return a === b;
  return a === b || decimalToScaled(a, scale) === decimalToScaled(b, scale);
}
