import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Comparison } from '../contract.purchase.ts';

const SYMBOLS = { is: '=', isNot: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

type Numeric =
  | { op: 'between'; from: number | string; to: number | string }
  | { op: keyof typeof SYMBOLS; value: number | string };

/** A comparison with numbers as SQL, and whether zero fulfils it. */
export function ofNumber(
  leaf: Numeric,
  param: (value: number) => SQL,
): { test(value: SQL): SQL; zero: boolean } {
  if (leaf.op === 'between') {
    const [from, to] = [Number(leaf.from), Number(leaf.to)];
    return {
      test: (value) => sql`${value} between ${param(from)} and ${param(to)}`,
      zero: from <= 0 && to >= 0,
    };
  }
  const other = Number(leaf.value);
  return {
    test: (value) => sql`${value} ${sql.raw(SYMBOLS[leaf.op])} ${param(other)}`,
    zero: fulfils(0, { op: leaf.op, value: other }),
  };
}

/** The count at which the value flips, when it flips only there. */
export function thresholdOf(leaf: Numeric): number | undefined {
  if (leaf.op === 'between') return undefined;
  const value = Number(leaf.value);
  if (leaf.op === 'gte' || leaf.op === 'lt') return Math.ceil(value);
  if (leaf.op === 'gt' || leaf.op === 'lte') return Math.floor(value) + 1;
  return value === 0 ? 1 : undefined;
}

/**
 * A comparison of an exact amount with whole minor units, as if the amount were rounded to them (half away from zero): the
 * bound is moved instead, so that no amount has to be rounded.
 */
export function ofMoney(leaf: Numeric, digits: number): { test(value: SQL): SQL; zero: boolean } {
  const { zero } = ofNumber(leaf, decimal);
  const atLeast = (value: SQL, minor: number): SQL => {
    const bound = sql`${halfBelow(minor, digits)}::numeric`;
    return minor > 0 ? sql`${value} >= ${bound}` : sql`${value} > ${bound}`;
  };
  const below = (value: SQL, minor: number): SQL => {
    const bound = sql`${halfBelow(minor, digits)}::numeric`;
    return minor > 0 ? sql`${value} < ${bound}` : sql`${value} <= ${bound}`;
  };
  const within = (value: SQL, from: number, to: number): SQL =>
    sql`(${atLeast(value, from)} and ${below(value, to + 1)})`;
  const test = (value: SQL): SQL => {
    if (leaf.op === 'between') return within(value, Number(leaf.from), Number(leaf.to));
    const minor = Number(leaf.value);
    switch (leaf.op) {
      case 'gte':
        return atLeast(value, minor);
      case 'gt':
        return atLeast(value, minor + 1);
      case 'lt':
        return below(value, minor);
      case 'lte':
        return below(value, minor + 1);
      case 'is':
        return within(value, minor, minor);
      case 'isNot':
      default:
        return sql`not ${within(value, minor, minor)}`;
    }
  };
  return { test, zero };
}

export const decimal = (value: number): SQL => sql`${String(value)}::numeric`;

/** Half a minor unit below `minor`, in whole units: 100000 pence → "999.995". */
function halfBelow(minor: number, digits: number): string {
  const scaled = BigInt(minor) * 10n - 5n;
  const text = (scaled < 0n ? -scaled : scaled).toString().padStart(digits + 2, '0');
  return `${scaled < 0n ? '-' : ''}${text.slice(0, -digits - 1)}.${text.slice(-digits - 1)}`;
}

function fulfils(value: number, comparison: Comparison): boolean {
  switch (comparison.op) {
    case 'is':
      return value === comparison.value;
    case 'isNot':
      return value !== comparison.value;
    case 'gt':
      return value > comparison.value;
    case 'gte':
      return value >= comparison.value;
    case 'lt':
      return value < comparison.value;
    case 'lte':
      return value <= comparison.value;
    case 'between':
    default:
      return value >= comparison.from && value <= comparison.to;
  }
}
