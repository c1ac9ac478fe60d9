import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
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
