import { decimalToScaled } from '../../core/money.ts';
import type { RoundingMode } from './contract.ts';

/**
 * Exact amounts between two roundings. A line's price runs through its stages as an integer of 10^-30 minor units: a unit price
 * of 6 decimals times a quantity of 3, cascaded through several percentages, stays exact; what has still more digits is cut
 * behind the thirtieth and marked as inexact in its last one, so that it can never look like a half.
 */
export type Fine = bigint;

const DIGITS = 30;
const FINE: Fine = 10n ** BigInt(DIGITS);
/** 100 % in thousandths of a percent. */
export const WHOLE = 100_000n;
/** Quantities are integers of thousandths. */
export const UNIT = 1_000n;

const PRICE_SCALE = 6;
const QUANTITY_SCALE = 3;
const PERCENT_SCALE = 3;

export const quantityMilli = (text: string): bigint => decimalToScaled(text, QUANTITY_SCALE);

/** The same percentages are asked for again and again. */
const percents = new Map<string, bigint>();
const MAX_PERCENTS = 10_000;
export function percentMilli(text: string): bigint {
  const known = percents.get(text);
  if (known !== undefined) return known;
  const milli = decimalToScaled(text, PERCENT_SCALE);
  if (percents.size < MAX_PERCENTS) percents.set(text, milli);
  return milli;
}

export const fineOfMinor = (minor: number): Fine => BigInt(minor) * FINE;

/** Price of one unit times a quantity in thousandths, for a currency of `digits` decimals. */
export function fineOfPrice(unitPrice: string, quantity: bigint, digits: number): Fine {
  const scale = DIGITS + digits - PRICE_SCALE - QUANTITY_SCALE;
  return decimalToScaled(unitPrice, PRICE_SCALE) * quantity * 10n ** BigInt(scale);
}

/** value × numerator / denominator; all of them zero or more. */
export function share(value: Fine, numerator: bigint, denominator: bigint): Fine {
  const product = value * numerator;
  const whole = product / denominator;
  return whole * denominator === product ? whole : whole | 1n;
}

/** What is left after so many thousandths of a percent. */
export const lessPercent = (value: Fine, percent: bigint): Fine => share(value, WHOLE - percent, WHOLE);

/**
 * The same numbers where they are small, as nearly all are: integers of 10^-9 minor units within 2^53, which a processor
 * reckons with itself. A price is `quick` when it is whole in 10^-4 minor units, so that any percentage off it is exact.
 */
export type Exact = Fine | number;
const NANO = 1_000_000_000;
const QUICK = 10_000;
const NANO_IN_QUICK = NANO / QUICK;
const FINE_PER_QUICK = FINE / BigInt(QUICK);
const FINE_PER_NANO = FINE / BigInt(NANO);
const MAX_QUICK = BigInt(Math.floor(Number.MAX_SAFE_INTEGER / NANO_IN_QUICK));

/** The price in 10^-4 minor units, or −1 when it is not whole in them, or too large. */
export function quickOf(value: Fine): number {
  const quick = value / FINE_PER_QUICK;
  return quick <= MAX_QUICK && quick * FINE_PER_QUICK === value ? Number(quick) : -1;
}
export const nanoOfQuick = (quick: number): number => quick * NANO_IN_QUICK;
export const quickLessPercent = (quick: number, percent: bigint): number =>
  quick * (NANO_IN_QUICK - Number(percent));
/** Less a percentage of another price. */
export const quickLessPercentOf = (quick: number, from: number, percent: bigint): number =>
  Math.max(0, nanoOfQuick(quick) - from * Number(percent));

/** So many minor units for each of a quantity in thousandths, as a quick number; −1 when it is too large for one. */
export function nanoOfUnits(amountMinor: number, quantity: bigint): number {
  const nano = amountMinor * Number(quantity) * (NANO / Number(UNIT));
  return Number.isSafeInteger(nano) ? nano : -1;
}

/** A percentage of so many units of a line whose whole price is quick, as a quick number; −1 when it is not whole in one. */
export function nanoOfPart(quick: number, count: number, quantity: bigint, percent: bigint): number {
  const product = quick * Number(percent) * count * Number(UNIT);
  const nano = product / Number(quantity);
  return Number.isSafeInteger(product) && Number.isInteger(nano) ? nano : -1;
}

export const toFine = (value: Exact): Fine =>
  typeof value === 'number' ? BigInt(value) * FINE_PER_NANO : value;

/** To whole minor units; the value is zero or more. */
export function roundExact(value: Exact, mode: RoundingMode): number {
  if (typeof value !== 'number') return roundFine(value, mode);
  const rest = value % NANO;
  const whole = (value - rest) / NANO;
  return rest !== 0 && roundsUp(rest * 2, NANO, whole, mode) ? whole + 1 : whole;
}

export function roundFine(value: Fine, mode: RoundingMode): number {
  const whole = value / FINE;
  const rest = value - whole * FINE;
  const minor = Number(whole);
  return rest !== 0n && roundsUp(rest * 2n, FINE, minor, mode) ? minor + 1 : minor;
}

function roundsUp<T extends bigint | number>(
  twiceTheRest: T,
  one: T,
  whole: number,
  mode: RoundingMode,
): boolean {
  switch (mode) {
    case 'down':
      return false;
    case 'up':
      return true;
    case 'half_up':
      return twiceTheRest >= one;
    case 'half_even':
      break;
  }
  return twiceTheRest > one || (twiceTheRest === one && whole % 2 === 1);
}

/** "2.500" → "2.5": how quantities are told. */
export function quantityWords(milli: bigint): string {
  const digits = milli.toString().padStart(QUANTITY_SCALE + 1, '0');
  const text = `${digits.slice(0, -QUANTITY_SCALE)}.${digits.slice(-QUANTITY_SCALE)}`;
  return text.replace(/\.?0+$/, '');
}

/** Whole units of a quantity: a fraction of one does not count. */
export const wholeUnits = (milli: bigint): number => Number(milli / UNIT);

export const minFine = (a: Fine, b: Fine): Fine => (a < b ? a : b);
export const atLeastZero = (value: Fine): Fine => (value < 0n ? 0n : value);
