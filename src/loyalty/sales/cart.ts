import { rateOf } from '../../orders/index.ts';
import { isCurrency, minorDigits } from '../../core/money.ts';
import { invalid } from '../../core/errors.ts';
import type { DomainError } from '../../core/errors.ts';
import { cart as cartShape } from '../pricing/contract.ts';
import type { Cart, PricedCart, ShownCode } from '../pricing/contract.ts';
import { sha256 } from '../../core/ids.ts';
import { addMs, DAY_MS, MINUTE_MS } from '../../core/time.ts';
import type { AskedCart } from './contract.ts';

/** From what a shop asks to what pricing takes, and what its answer comes to. Pure. */

/** A product as the catalogue has it. */
export type CatalogueProduct = {
  productId: string;
  externalId: string;
  price: string | null;
  cost: string | null;
  currency: string | null;
  /** Ids from the root down. */
  categoryPath: string[];
};
export type Catalogue = {
  byCode: ReadonlyMap<string, CatalogueProduct>;
  byId: ReadonlyMap<string, CatalogueProduct>;
};

/** A line with what is known of its product. */
export type KnownLine = {
  id: string;
  code: string;
  description: string | undefined;
  cost: string | undefined;
  product: CatalogueProduct | null;
};

/** Every line with its product. Throws 422 `unknown_product` naming the line. */
export function knownLines(request: AskedCart, catalogue: Catalogue): KnownLine[] {
  return request.lines.map((line, i) => {
    const byId = line.productId !== undefined;
    const product =
      (line.productId === undefined
        ? catalogue.byCode.get(line.product ?? '')
        : catalogue.byId.get(line.productId)) ?? null;
    const code = product?.externalId ?? line.product;
    if (code === undefined || (product === null && (byId || request.unknownProducts === 'refuse')))
      throw invalid(
        'unknown_product',
        `No product "${line.product ?? line.productId ?? ''}".`,
        `lines.${i}.${byId ? 'productId' : 'product'}`,
      );
    return {
      id: line.id ?? String(i + 1),
      code,
      description: line.description,
      cost: line.cost ?? product?.cost ?? undefined,
      product,
    };
  });
}

/** The cart of a request. Throws 422: `duplicate_line`. */
export function cartOf(
  request: AskedCart,
  lines: readonly KnownLine[],
  currency: string,
  codes: readonly ShownCode[],
): Cart {
  mustDiffer(lines);
  const parsed = cartShape.safeParse({
    currency,
    taxIncluded: request.taxIncluded,
    shippingMinor: request.shipping?.amountMinor ?? 0,
    ...(request.shipping?.taxPercent === undefined
      ? {}
      : { shippingTaxPercent: request.shipping.taxPercent }),
    ...(request.channel === undefined ? {} : { channel: request.channel }),
    codes,
    spendPoints: request.spendPoints,
    lines: request.lines.map((line, i) => {
      const known = lines[i];
      const { quantity, priceFixed, floorMinor, noDiscounts, taxPercent, tags } = line;
      const price = line.unitPrice ?? cataloguePrice(known?.product ?? null, currency);
      return {
        quantity,
        priceFixed,
        noDiscounts,
        tags,
        ...(floorMinor === undefined ? {} : { floorMinor }),
        ...(taxPercent === undefined ? {} : { taxPercent }),
        id: known?.id ?? String(i + 1),
        externalId: known?.code ?? '',
        ...(known?.product === null || known === undefined ? {} : { productId: known.product.productId }),
        categoryPath: known?.product?.categoryPath ?? [],
        ...(price === undefined ? {} : { unitPrice: price }),
        ...(known?.cost === undefined ? {} : { cost: known.cost }),
      };
    }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(
    'validation_failed',
    issue?.message ?? 'The cart is wrong.',
    issue?.path.join('.') ?? 'lines',
  );
}

/** 422 `duplicate_line` at the later of two lines with one id; a line without one is known by its place. */
function mustDiffer(lines: readonly KnownLine[]): void {
  const places = new Map<string, number>();
  for (const [i, { id }] of lines.entries()) {
    const before = places.get(id);
    if (before !== undefined)
      throw invalid(
        'duplicate_line',
        `Lines ${before + 1} and ${i + 1} both have the id "${id}".`,
        `lines.${i}.id`,
      );
    places.set(id, i);
  }
}

/** The catalogue's price holds in its own currency alone. */
function cataloguePrice(product: CatalogueProduct | null, currency: string): string | undefined {
  if (product === null || product.price === null) return undefined;
  return product.currency === null || product.currency === currency ? product.price : undefined;
}

/** Clocks of tills differ by minutes; what is older than that was not quoted at that time. */
const AHEAD_MS = 5 * MINUTE_MS;
const BEHIND_MS = DAY_MS;

/** When a sale happened; 422 `clock_skew` when the shop's clock says what cannot be. Never ahead of ours. */
export function saleTime(occurredAt: string | undefined, now: Date): Date {
  if (occurredAt === undefined) return now;
  const at = new Date(occurredAt);
  if (at > addMs(now, AHEAD_MS) || at < addMs(now, -BEHIND_MS))
    throw invalid(
      'clock_skew',
      `It is ${now.toISOString()} here; ${at.toISOString()} is too far away.`,
      'occurredAt',
    );
  return at > now ? now : at;
}

/** What a promise is about: every figure somebody pays or gets. The trace may differ without anybody being worse off. */
export function fingerprintOf(priced: PricedCart): string {
  const { currency, lines, shipping, effects, uses, points, totals } = priced;
  const figures = {
    currency,
    lines: lines.map(({ id, quantity, priceMinor, taxMinor, pointsPaidMinor, points: spent, parts }) => [
      id,
      quantity,
      priceMinor,
      taxMinor,
      pointsPaidMinor,
      spent,
      parts.map(({ id: part, version, amountMinor }) => [part, version, amountMinor]),
    ]),
    shipping: [shipping.priceMinor, shipping.taxMinor, shipping.pointsPaidMinor, shipping.points],
    effects,
    uses,
    points: [points.spent, points.worthMinor, points.as],
    totals,
  };
  return sha256(JSON.stringify(figures)).slice(0, 32);
}

/** Of a request: the same for the same content, whatever the order of its fields. */
export function hashOf(value: unknown): string {
  return sha256(JSON.stringify(sorted(value)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** What stands against a cart's currency and rate: the same as against an order's, so that a quote promises what can be sold. */
export function currencyProblem(
  currency: string,
  baseRate: string | undefined,
  baseCurrency: string,
): DomainError | null {
  if (!isCurrency(currency)) return invalid('unknown_currency', `No currency "${currency}".`, 'currency');
  const rate = rateOf({ currency, baseRate }, baseCurrency);
  return typeof rate === 'string' ? null : rate;
}

/** 833, EUR → "8.33". */
export function decimalOf(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  if (digits === 0) return String(minor);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  return `${minor < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
