import type { PricedCart, PricedLine } from './contract.ts';
import { quantityMilli, quantityWords, UNIT } from './exact.ts';
import { PricingError } from './state.ts';

/**
 * What returned units are worth, from the prices frozen at the order: every unit has its share of its line, by largest
 * remainder, and the first units returned are the first ones. So any order of returns ends the same, and all of them together
 * give back exactly what was paid. Nothing is priced again.
 */

/** Units one after the other with the same share each. */
export type UnitRun = { quantity: string; priceMinor: number };

type Shares = { full: bigint; rest: bigint; low: bigint; extra: bigint; last: bigint };

/** The shares of a total over a quantity: `full` whole units, of which the first `extra` have one more, and a fraction. */
function sharesOf(total: bigint, quantity: bigint): Shares {
  const full = quantity / UNIT;
  const rest = quantity % UNIT;
  const low = (total * UNIT) / quantity;
  const lowRest = (total * UNIT) % quantity;
  const last = (total * rest) / quantity;
  const lastRest = (total * rest) % quantity;
  const extra = total - low * full - last;
  // The fraction comes last: it gets one more only if its remainder is the larger one, or all whole units have theirs.
  const lastFirst = extra > 0n && rest > 0n && (lastRest > lowRest || extra > full);
  return lastFirst
    ? { full, rest, low, extra: extra - 1n, last: last + 1n }
    : { full, rest, low, extra, last };
}

/** What the first so many thousandths of a unit come to; the part of a unit is half-up. */
function upTo(total: bigint, quantity: bigint, returned: bigint): bigint {
  if (returned >= quantity) return total;
  const { full, rest, low, extra, last } = sharesOf(total, quantity);
  const whole = returned / UNIT;
  const part = returned % UNIT;
  const units = low * whole + (whole < extra ? whole : extra);
  if (part === 0n) return units;
  const inLast = whole === full;
  const share = inLast ? last : low + (whole < extra ? 1n : 0n);
  const size = inLast ? rest : UNIT;
  return units + (2n * share * part + size) / (2n * size);
}

export function unitRuns(total: number, quantity: bigint): UnitRun[] {
  const { full, rest, low, extra, last } = sharesOf(BigInt(total), quantity);
  const runs = [
    { units: extra * UNIT, share: low + 1n },
    { units: (full - extra) * UNIT, share: low },
    { units: rest, share: last },
  ];
  return runs
    .filter(({ units }) => units > 0n)
    .map(({ units, share }) => ({ quantity: quantityWords(units), priceMinor: Number(share) }));
}

/** Worth of returned units. `moneyMinor` + `pointsPaidMinor` is what was paid for them, tax among it. */
export type Refund = {
  id: string;
  quantity: string;
  moneyMinor: number;
  pointsPaidMinor: number;
  /** Points spent on them, as a discount or as a payment. */
  points: number;
  taxMinor: number;
  parts: { id: string; stage: string; amountMinor: number }[];
};

export type ReturnInput = {
  readonly priced: Pick<PricedCart, 'lines' | 'shipping'>;
  readonly taxIncluded: boolean;
  /** Quantities returned before, by line id. */
  readonly returned: Readonly<Record<string, string>>;
  readonly lines: readonly { id: string; quantity: string }[];
  /** Whether the shipping is given back too; once at most, the caller knows. */
  readonly shipping?: boolean;
};
export type ReturnWorth = {
  lines: Refund[];
  shipping: Refund | null;
  moneyMinor: number;
  pointsPaidMinor: number;
  points: number;
  taxMinor: number;
  /** Quantities returned by now, by line id. */
  returned: Record<string, string>;
};

/** What a return is worth. Throws PricingError: unknown_line, bad_quantity, returned_too_much. */
export function refund(input: ReturnInput): ReturnWorth {
  const known = new Map(input.priced.lines.map((line) => [line.id, line]));
  const done = new Map(Object.entries(input.returned).map(([id, text]) => [id, quantityMilli(text)]));
  const lines = input.lines.map(({ id, quantity }, i) => {
    const line = known.get(id);
    if (line === undefined)
      throw new PricingError('unknown_line', `lines.${i}.id`, 'The order has no such line.');
    const before = done.get(id) ?? 0n;
    const after = before + quantityMilli(quantity);
    if (after <= before)
      throw new PricingError('bad_quantity', `lines.${i}.quantity`, 'A return is of more than nothing.');
    if (after > quantityMilli(line.quantity))
      throw new PricingError('returned_too_much', `lines.${i}.quantity`, 'More than is left of this line.');
    done.set(id, after);
    return refundLine(line, before, after, input.taxIncluded);
  });
  const shipping = input.shipping ? refundShipping(input) : null;
  const all = shipping === null ? lines : [...lines, shipping];
  const total = (of: (refund: Refund) => number): number => all.reduce((sum, one) => sum + of(one), 0);
  return {
    lines,
    shipping,
    moneyMinor: total((r) => r.moneyMinor),
    pointsPaidMinor: total((r) => r.pointsPaidMinor),
    points: total((r) => r.points),
    taxMinor: total((r) => r.taxMinor),
    returned: Object.fromEntries([...done].map(([id, milli]) => [id, quantityWords(milli)])),
  };
}

function refundLine(line: PricedLine, before: bigint, after: bigint, taxIncluded: boolean): Refund {
  const quantity = quantityMilli(line.quantity);
  const between = (total: number): number =>
    Number(upTo(BigInt(total), quantity, after) - upTo(BigInt(total), quantity, before));
  const paid = line.priceMinor + (taxIncluded ? 0 : line.taxMinor);
  return {
    id: line.id,
    quantity: quantityWords(after - before),
    // Money and points are shared out each by itself: neither ever goes the other way.
    moneyMinor: between(paid - line.pointsPaidMinor),
    pointsPaidMinor: between(line.pointsPaidMinor),
    points: between(line.points),
    taxMinor: between(line.taxMinor),
    parts: line.parts.map(({ id, stage, amountMinor }) => ({ id, stage, amountMinor: between(amountMinor) })),
  };
}

function refundShipping({ priced: { shipping }, taxIncluded }: ReturnInput): Refund {
  const paid = shipping.priceMinor + (taxIncluded ? 0 : shipping.taxMinor);
  return {
    id: 'shipping',
    quantity: '1',
    moneyMinor: paid - shipping.pointsPaidMinor,
    pointsPaidMinor: shipping.pointsPaidMinor,
    points: shipping.points,
    taxMinor: shipping.taxMinor,
    parts: shipping.parts.map(({ id, stage, amountMinor }) => ({ id, stage, amountMinor })),
  };
}
