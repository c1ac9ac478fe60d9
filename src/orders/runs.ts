import { decimalToScaled } from '../core/money.ts';

/**
 * Lines as whoever bought sees them. A sale whose units do not share a price evenly (three for 10.00) is kept as lines of units that do,
 * so that returns and reports are exact to the cent; `properties.lineRuns` says how many of them are one line. Pure.
 */

type Line = { ordinal: number; productId: string; quantity: string; unitPrice: string; amount: string };

const SCALE = 6;

const sumOf = (texts: readonly string[]): bigint =>
  texts.reduce((sum, text) => sum + decimalToScaled(text, SCALE), 0n);

/** 3500000n → "3.5" */
function decimalOf(scaled: bigint): string {
  const text = String(scaled < 0n ? -scaled : scaled).padStart(SCALE + 1, '0');
  const fraction = text.slice(-SCALE).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${text.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Only a sale of our own, whose order has its id, says so: what a shop calls by the same name is a property like any other. */
export function runsOf(order: { id: string; properties: Readonly<Record<string, unknown>> }): unknown {
  return order.properties['saleId'] === order.id ? order.properties['lineRuns'] : undefined;
}

/** Anything else than counts that add up to these lines, each of one product, is no saying of ours: they stand as they are. */
export function asBought<T extends Line>(lines: readonly T[], lineRuns: unknown): T[] {
  if (!Array.isArray(lineRuns) || !lineRuns.every((n): n is number => Number.isInteger(n) && n > 0))
    return [...lines];
  if (lineRuns.reduce((sum, n) => sum + n, 0) !== lines.length) return [...lines];
  let from = 0;
  const parts = lineRuns.map((count) => lines.slice(from, (from += count)));
  if (parts.some((part) => part.some(({ productId }) => productId !== part[0]?.productId))) return [...lines];
  const start = lines[0]?.ordinal ?? 0;
  return parts.flatMap((part, i) => {
    const [first] = part;
    if (first === undefined) return [];
    const quantity = sumOf(part.map((line) => line.quantity));
    const amount = sumOf(part.map((line) => line.amount));
    if (part.length === 1 || quantity === 0n) return [{ ...first, ordinal: start + i }];
    const price = (amount * 10n ** BigInt(SCALE) + quantity / 2n) / quantity;
    return [
      {
        ...first,
        ordinal: start + i,
        quantity: decimalOf(quantity),
        unitPrice: decimalOf(price),
        amount: decimalOf(amount),
      },
    ];
  });
}
