import { decimalToScaled } from '../../core/money.ts';
import type { RoundingMode } from './contract.ts';

/**
 * Exact amounts between two roundings. A line's price runs through its stages as an integer of 10^-30 minor units: a unit price
 * of 6 decimals times a quantity of 3, cascaded through several percentages, stays exact; what has still more digits is cut
 * behind the thirtieth and marked as inexact in its last one, so that it can never look like a half.
 */
export type Fine = bigint;

const DIGITS = 30;
export const FINE: Fine = 10n ** BigInt(DIGITS);
/** 100 % in thousandths of a percent. */
export const WHOLE = 100_000n;
/** Quantities are integers of thousandths. */
export const UNIT = 1_000n;

const PRICE_SCALE = 6;
const QUANTITY_SCALE = 3;
const PERCENT_SCALE = 3;

export const quantityMilli = (text: string): bigint => decimalToScaled(text, QUANTITY_SCALE);
export const percentMilli = (text: string): bigint => decimalToScaled(text, PERCENT_SCALE);

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

/** To whole minor units; the value is zero or more. */
export function roundFine(value: Fine, mode: RoundingMode): number {
  const whole = value / FINE;
  const rest = value - whole * FINE;
  const minor = Number(whole);
  return rest !== 0n && roundsUp(rest * 2n, minor, mode) ? minor + 1 : minor;
}

function roundsUp(twiceTheRest: bigint, whole: number, mode: RoundingMode): boolean {
  switch (mode) {
    case 'down':
      return false;
    case 'up':
      return true;
    case 'half_up':
      return twiceTheRest >= FINE;
    case 'half_even':
      return twiceTheRest > FINE || (twiceTheRest === FINE && whole % 2 === 1);
  }
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
