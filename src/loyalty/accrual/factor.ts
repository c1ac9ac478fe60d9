import { decimalToScaled } from '../../core/money.ts';
import { least } from './sale.ts';

/** Factors are thousandths; sums of several stay exact on a scale of their own. Pure. */

const ONE = 1_000n;
export const milliOf = (factor: string): bigint => decimalToScaled(factor, 3);

/** `count` factors at most are multiplied: the scale on which all of their products are whole. */
export const scaleOf = (count: number): bigint => ONE ** BigInt(count);

/** Of the factors that hold, on `scale`: none is one. */
export function combined(factors: readonly bigint[], how: 'best' | 'product', scale: bigint): bigint {
  if (how === 'product') return factors.reduce((product, factor) => (product * factor) / ONE, scale);
  const best = factors.reduce((a, b) => (b > a ? b : a), factors[0] ?? ONE);
  return (best * scale) / ONE;
}

export type Weighted = { amount: bigint; factor: bigint };

/**
 * Sum of amount × factor; of whole steps alone, those of the highest factors: whatever is taken away, the sum never grows, so that
 * returns only ever take.
 */
export function weigh(list: readonly Weighted[], step: bigint | null): bigint {
  if (step === null) return list.reduce((sum, { amount, factor }) => sum + amount * factor, 0n);
  const total = list.reduce((sum, { amount }) => sum + amount, 0n);
  let left = total - (total % step);
  let found = 0n;
  for (const { amount, factor } of list.toSorted((a, b) =>
    a.factor > b.factor ? -1 : a.factor < b.factor ? 1 : 0,
  )) {
    const taken = least(amount, left);
    found += taken * factor;
    left -= taken;
  }
  return found;
}

/** Zero or more, to whole points. */
export function roundPoints(
  value: bigint,
  by: bigint,
  mode: 'half_up' | 'half_even' | 'down' | 'up',
): bigint {
  const whole = value / by;
  const rest = (value - whole * by) * 2n;
  if (rest === 0n || mode === 'down') return whole;
  if (mode === 'up' || rest > by) return whole + 1n;
  if (rest < by) return whole;
  return mode === 'half_up' || whole % 2n === 1n ? whole + 1n : whole;
}
