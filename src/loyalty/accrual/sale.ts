import type { LineScope } from '../pricing/contract.ts';

/** A sale as accrual sees it, whatever it was read from. Pure. */

/** Amounts are exact: millionths of a currency unit. */
export type EarnLine = {
  productId: string;
  /** The shop's code. */
  externalId: string;
  /** Ids from the root down. */
  categoryPath: readonly string[];
  tags: readonly string[];
  /** Thousandths of a unit. */
  quantity: bigint;
  /** What is paid for the whole line, in the sale's currency and in the base currency. */
  amount: bigint;
  baseAmount: bigint;
  /** A promotion has lowered it. */
  promo: boolean;
};

export type Sale = {
  currency: string;
  baseCurrency: string;
  channel: string | null;
  lines: readonly EarnLine[];
  /** Of `total`, both in the sale's currency: what points paid. Frozen at placement; a return takes its share of both. */
  paid: bigint;
  total: bigint;
};

/**
 * What came back of a sale so far: by product, and money without goods (below zero where a return takes a share of the discount back).
 */
export type Returned = {
  products: ReadonlyMap<string, { quantity: bigint; amount: bigint; baseAmount: bigint }>;
  amount: bigint;
  baseAmount: bigint;
};

/**
 * What is left of a sale. Only sums of what came back count, so that the order of returns changes nothing: units and money leave the
 * lines of their product one after the other, money without goods every line by its share of what is left.
 */
export function netOf(sale: Sale, returned: Returned): Sale {
  const left = new Map([...returned.products].map(([id, back]) => [id, { ...back }]));
  const lines = sale.lines.map((line): EarnLine => {
    const back = left.get(line.productId);
    if (back === undefined) return line;
    const taken = {
      quantity: least(back.quantity, line.quantity),
      amount: least(back.amount, line.amount),
      baseAmount: least(back.baseAmount, line.baseAmount),
    };
    back.quantity -= taken.quantity;
    back.amount -= taken.amount;
    back.baseAmount -= taken.baseAmount;
    return {
      ...line,
      quantity: line.quantity - taken.quantity,
      amount: line.amount - taken.amount,
      baseAmount: line.baseAmount - taken.baseAmount,
    };
  });
  const over = [...left.values()];
  const amount = atLeast0(returned.amount + sum(over.map((one) => one.amount)));
  const baseAmount = atLeast0(returned.baseAmount + sum(over.map((one) => one.baseAmount)));
  return { ...sale, lines: lowered(lines, amount, baseAmount) };
}

function lowered(lines: readonly EarnLine[], amount: bigint, baseAmount: bigint): EarnLine[] {
  if (amount === 0n && baseAmount === 0n) return [...lines];
  const total = sum(lines.map((line) => line.amount));
  const baseTotal = sum(lines.map((line) => line.baseAmount));
  return lines.map((line) => ({
    ...line,
    amount: less(line.amount, amount, total),
    baseAmount: less(line.baseAmount, baseAmount, baseTotal),
  }));
}

/**
 * A part of `total` after `off` has left all of it in proportion. Cut to a millionth upwards, so that parts taken one after the other never
 * take a point that is still due.
 */
function less(part: bigint, off: bigint, total: bigint): bigint {
  if (total <= 0n || off >= total) return 0n;
  return (part * (total - off) + total - 1n) / total;
}

export const sum = (list: readonly bigint[]): bigint => list.reduce((a, b) => a + b, 0n);
export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Discounts that stand as lines of their own leave the goods by their shares; goods below zero earn nothing. */
export function withDiscounts(lines: readonly EarnLine[], off: bigint, baseOff: bigint): EarnLine[] {
  return lowered(
    lines.map((line) => ({ ...line, amount: atLeast0(line.amount), baseAmount: atLeast0(line.baseAmount) })),
    off,
    baseOff,
  );
}
const atLeast0 = (value: bigint): bigint => (value < 0n ? 0n : value);

/** What is scoped is found by names; those of one kind never meet those of another. */
export type Inside = (line: EarnLine) => boolean;

/** `digits`: of the currency unit prices in the scope are in. */
export function insideOf(scope: LineScope, digits: number): Inside {
  const wanted = namesIn(scope.products, scope.categories, scope.tags);
  const unwanted = namesIn(scope.excludedProducts, scope.excludedCategories, scope.excludedTags);
  const minor = 10n ** BigInt(6 - digits);
  return (line) => {
    const names = namesOf(line);
    if (wanted.size > 0 && !names.some((name) => wanted.has(name))) return false;
    if (names.some((name) => unwanted.has(name))) return false;
    if (scope.fullPriceOnly && line.promo) return false;
    // Compared as amount against price times quantity: nothing is divided.
    const paid = line.amount * 1_000n;
    const at = (price: number): bigint => BigInt(price) * minor * line.quantity;
    if (scope.minUnitPriceMinor !== undefined && paid < at(scope.minUnitPriceMinor)) return false;
    return scope.maxUnitPriceMinor === undefined || paid <= at(scope.maxUnitPriceMinor);
  };
}

const namesIn = (products: readonly string[], categories: readonly string[], tags: readonly string[]) =>
  new Set([
    ...products.map((id) => `p:${id}`),
    ...categories.map((id) => `c:${id}`),
    ...tags.map((id) => `t:${id}`),
  ]);

const namesOf = (line: EarnLine): string[] => [
  `p:${line.productId}`,
  `p:${line.externalId}`,
  ...line.categoryPath.map((id) => `c:${id}`),
  ...line.tags.map((id) => `t:${id}`),
];
