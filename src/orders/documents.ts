import {
  AMOUNT_SCALE,
  isLineAmount,
  isTotal,
  lineAmount,
  QUANTITY_SCALE,
  RATE_SCALE,
  sameDecimal,
  toBase,
  totalMinor,
} from './amounts.ts';

/** Sales documents and their lines: kinds, totals, and when two tellings of a document say the same. Pure. */

export type DocumentKind = 'sale' | 'return' | 'adjustment';
export type Trust = 'public' | 'server' | 'verified';

export type DocumentLine = {
  ordinal: number;
  kind: DocumentKind;
  productId: string;
  description: string | null;
  quantity: string;
  unitPrice: string;
  /** Scaled by 10^6. */
  amount: bigint;
  baseAmount: bigint;
  cost: string | null;
};

export type Document = {
  contactId: string;
  orderId: string;
  kind: DocumentKind;
  source: string;
  externalId: string;
  status: string;
  anonymous: boolean;
  trust: Trust;
  occurredAt: Date;
  recordedAt: Date;
  currency: string;
  baseRate: string;
  totalMinor: bigint;
  baseTotalMinor: bigint;
  channel: string | null;
  couponCodes: readonly string[];
  properties: Readonly<Record<string, unknown>>;
  originalOrderId: string | null;
  originId: string;
  lines: readonly DocumentLine[];
};

/** By the document's number: returns and adjustments carry a prefix of their own. An empty prefix means there is none. */
export function kindByNumber(number: string, prefixes: { return: string; adjustment: string }): DocumentKind {
  if (prefixes.return !== '' && number.startsWith(prefixes.return)) return 'return';
  return prefixes.adjustment !== '' && number.startsWith(prefixes.adjustment) ? 'adjustment' : 'sale';
}

/**
 * A line of a return that takes units back is a return, a line of a sale that gives units for a price is a sale. What goes
 * the other way (negative units or price in a sale, positive units in a return) corrects the books and is an adjustment.
 */
export function lineKind(document: DocumentKind, quantity: string, unitPrice: string): DocumentKind {
  if (document === 'adjustment' || unitPrice.startsWith('-')) return 'adjustment';
  const negative = quantity.startsWith('-');
  if (document === 'return') return negative ? 'return' : 'adjustment';
  return negative ? 'adjustment' : 'sale';
}

/** A document without a single line of a sale, such as the writing-off of broken stock, is an adjustment. */
export function kindByLines(
  byNumber: DocumentKind,
  lines: ReadonlyArray<{ kind: DocumentKind }>,
): DocumentKind {
  return byNumber === 'sale' && lines.every((line) => line.kind !== 'sale') ? 'adjustment' : byNumber;
}

export type Valued = { amount: bigint; baseAmount: bigint };

/** quantity × price, exact, and in the base currency; null when it is beyond any real line. */
export function valueOf(quantity: string, unitPrice: string, rate: string): Valued | null {
  const amount = lineAmount(quantity, unitPrice);
  const baseAmount = toBase(amount, rate);
  return isLineAmount(amount) && isLineAmount(baseAmount) ? { amount, baseAmount } : null;
}

/** Totals from exact lines, rounded once; null when JSON could not carry them exactly. */
export function totalsOf(
  lines: readonly Valued[],
  currency: string,
  baseCurrency: string,
): { totalMinor: bigint; baseTotalMinor: bigint } | null {
  let amount = 0n;
  let base = 0n;
  for (const line of lines) {
    amount += line.amount;
    base += line.baseAmount;
  }
  const totals = { totalMinor: totalMinor(amount, currency), baseTotalMinor: totalMinor(base, baseCurrency) };
  return isTotal(totals.totalMinor) && isTotal(totals.baseTotalMinor) ? totals : null;
}

type ToldLine = Pick<DocumentLine, 'kind' | 'productId' | 'quantity' | 'unitPrice' | 'cost'>;

/** Whether two tellings of a line say the same; the description is only a name. */
export function sameLine(a: ToldLine, b: ToldLine): boolean {
  return (
    a.kind === b.kind &&
    a.productId === b.productId &&
    sameDecimal(a.quantity, b.quantity, QUANTITY_SCALE) &&
    sameDecimal(a.unitPrice, b.unitPrice, AMOUNT_SCALE) &&
    sameDecimal(a.cost, b.cost, AMOUNT_SCALE)
  );
}

/** The first thing in which a new telling differs from the stored document (status and properties apart), or null. */
export function differenceOf(stored: Document, told: Document): string | null {
  if (stored.kind !== told.kind) return 'kind';
  if (stored.anonymous !== told.anonymous || (!told.anonymous && stored.contactId !== told.contactId))
    return 'contact';
  if (stored.currency !== told.currency) return 'currency';
  if (!sameDecimal(stored.baseRate, told.baseRate, RATE_SCALE)) return 'baseRate';
  if (stored.channel !== told.channel) return 'channel';
  if (stored.couponCodes.toSorted().join('\n') !== told.couponCodes.toSorted().join('\n'))
    return 'couponCodes';
  if (stored.originalOrderId !== told.originalOrderId) return 'originalExternalId';
  if (stored.lines.length !== told.lines.length) return 'lines';
  const at = stored.lines.findIndex((line, i) => {
    const other = told.lines[i];
    return other === undefined || !sameLine(line, other);
  });
  if (at !== -1) return `lines.${at}`;
  // Last: whoever names no time tells the same order a moment later, and only that may be passed over.
  return stored.occurredAt.getTime() === told.occurredAt.getTime() ? null : 'occurredAt';
}
