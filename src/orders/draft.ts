import { DomainError, invalid } from '../core/errors.ts';
import { DAY_MS } from '../core/time.ts';
import { isPrice, isQuantity, isRate } from './amounts.ts';
import { kindByLines, lineKind, totalsOf, valueOf } from './documents.ts';
import type { Document, DocumentKind, DocumentLine, Trust } from './documents.ts';

/** From what a caller tells of an order to a document ready to be stored. Pure; `now` is a parameter. */

export type PlaceLine = {
  product: string;
  description?: string | undefined;
  quantity: string;
  unitPrice: string;
  cost?: string | undefined;
};

/** An order as other modules place it. Amounts are exact decimals. */
export type PlaceOrder = {
  /** What a new one is called, when whoever places it has an id for it. */
  orderId?: string | undefined;
  source: string;
  externalId: string;
  kind?: DocumentKind | undefined;
  status?: Document['status'] | undefined;
  occurredAt: Date;
  currency?: string | undefined;
  baseRate?: string | undefined;
  channel?: string | undefined;
  couponCodes?: readonly string[] | undefined;
  properties?: Readonly<Record<string, unknown>> | undefined;
  originalExternalId?: string | undefined;
  unknownProducts?: 'create' | 'refuse' | undefined;
  lines: readonly PlaceLine[];
};

/** Clocks of tills differ; a day ahead is still believed. */
const FUTURE_MS = DAY_MS;
const EARLIEST = Date.UTC(1970, 0, 1);

export function timeProblem(occurredAt: Date, now: Date): DomainError | null {
  const time = occurredAt.getTime();
  if (time > now.getTime() + FUTURE_MS) {
    return invalid('future_date', `${occurredAt.toISOString()} lies in the future.`, 'occurredAt');
  }
  if (time >= EARLIEST) return null;
  return invalid('date_out_of_range', `${occurredAt.toISOString()} lies before 1970.`, 'occurredAt');
}

/** The rate to the base currency: 1 for itself, otherwise it must be given. */
export function rateOf(
  given: { currency: string; baseRate?: string | undefined },
  baseCurrency: string,
): string | DomainError {
  const { currency, baseRate } = given;
  if (currency === baseCurrency) {
    if (baseRate === undefined || Number(baseRate) === 1) return '1';
    return invalid('bad_rate', `${currency} is the base currency: its rate is 1.`, 'baseRate');
  }
  if (baseRate === undefined) {
    return invalid(
      'rate_missing',
      `The order is in ${currency}, the base currency is ${baseCurrency}: give "baseRate", ${baseCurrency} per ${currency}.`,
      'baseRate',
    );
  }
  return isRate(baseRate) ? baseRate : invalid('bad_rate', `"${baseRate}" is no exchange rate.`, 'baseRate');
}

export type DraftContext = {
  now: Date;
  baseCurrency: string;
  trust: Trust;
  orderId: string;
  contactId: string | null;
  /** The node the order was told of, when that is not the contact itself. */
  originId?: string | null;
  productIds: ReadonlyMap<string, string>;
  originalOrderId: string | null;
};

/** Throws 422 naming the field that is wrong. Units of a return are stored negative, whichever sign they came with. */
export function documentOf(order: PlaceOrder, given: DraftContext): Document {
  const wrongTime = timeProblem(order.occurredAt, given.now);
  if (wrongTime !== null) throw wrongTime;
  const currency = order.currency ?? given.baseCurrency;
  const baseRate = rateOf({ currency, baseRate: order.baseRate }, given.baseCurrency);
  if (baseRate instanceof DomainError) throw baseRate;
  const stated = order.kind ?? 'sale';
  const lines = order.lines.map((line, i) => lineOf(line, i, stated, baseRate, given.productIds));
  const totals = totalsOf(lines, currency, given.baseCurrency);
  if (totals === null) throw invalid('total_out_of_range', 'The total is beyond any real order.', 'lines');
  const contactId = given.contactId ?? given.orderId;
  return {
    contactId,
    orderId: given.orderId,
    kind: kindByLines(stated, lines),
    source: order.source,
    externalId: order.externalId,
    status: order.status ?? 'placed',
    anonymous: given.contactId === null,
    trust: given.trust,
    occurredAt: order.occurredAt,
    recordedAt: given.now,
    currency,
    baseRate,
    ...totals,
    channel: order.channel ?? null,
    couponCodes: order.couponCodes ?? [],
    properties: order.properties ?? {},
    originalOrderId: given.originalOrderId,
    originId: given.originId ?? contactId,
    lines,
  };
}

function lineOf(
  line: PlaceLine,
  index: number,
  document: DocumentKind,
  rate: string,
  productIds: ReadonlyMap<string, string>,
): DocumentLine {
  const at = (field: string): string => `lines.${index}.${field}`;
  if (!isQuantity(line.quantity)) {
    throw invalid('bad_quantity', `"${line.quantity}": up to 11 digits and 3 decimals.`, at('quantity'));
  }
  if (!isPrice(line.unitPrice)) {
    throw invalid('bad_price', `"${line.unitPrice}": up to 13 digits and 6 decimals.`, at('unitPrice'));
  }
  if (line.cost !== undefined && !isPrice(line.cost)) {
    throw invalid('bad_cost', `"${line.cost}": up to 13 digits and 6 decimals.`, at('cost'));
  }
  const productId = productIds.get(line.product);
  if (productId === undefined) {
    throw invalid('unknown_product', `No product "${line.product}".`, at('product'));
  }
  const given = line.quantity;
  const quantity =
    document === 'return' && !given.startsWith('-') && /[1-9]/.test(given) ? `-${given}` : given;
  const value = valueOf(quantity, line.unitPrice, rate);
  if (value === null)
    throw invalid('amount_out_of_range', 'Quantity × price is beyond any real line.', `lines.${index}`);
  return {
    ordinal: index + 1,
    kind: lineKind(document, quantity, line.unitPrice),
    productId,
    description: line.description ?? null,
    quantity,
    unitPrice: line.unitPrice,
    ...value,
    cost: line.cost ?? null,
  };
}

/** The document that takes a cancelled sale back, line by line, so that its revenue was there until then and is gone after. */
export function cancellationOf(sale: Document, orderId: string, now: Date): Document {
  const lines = sale.lines.map((line): DocumentLine => ({
    ...line,
    kind: line.kind === 'sale' ? 'return' : 'adjustment',
    quantity: line.quantity.startsWith('-') ? line.quantity.slice(1) : `-${line.quantity}`,
    amount: -line.amount,
    baseAmount: -line.baseAmount,
  }));
  return {
    ...sale,
    orderId,
    contactId: sale.anonymous ? orderId : sale.contactId,
    originId: sale.anonymous ? orderId : sale.originId,
    kind: 'return',
    externalId: `${sale.externalId}${CANCELLED_SUFFIX}`,
    status: 'placed',
    occurredAt: sale.occurredAt > now ? sale.occurredAt : now,
    recordedAt: now,
    totalMinor: -sale.totalMinor,
    baseTotalMinor: -sale.baseTotalMinor,
    couponCodes: [],
    properties: {},
    originalOrderId: sale.orderId,
    lines,
  };
}

/** Makes the number of a cancellation from that of its order; no caller's number may end so. */
export const CANCELLED_SUFFIX = '#cancelled';
