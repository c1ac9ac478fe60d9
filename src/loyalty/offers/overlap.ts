import type { LineScope, Offer } from '../pricing/contract.ts';
import type { SampleProduct } from './store.orders.ts';

/** Whether two offers can meet on a line, from what they say. Pure. */

/** A scope made quick to ask of many products. */
export type ProductScope = {
  open: boolean;
  names: ReadonlySet<string>;
  excluded: ReadonlySet<string>;
  least: number;
  most: number;
};

export function productScope(scope: LineScope): ProductScope {
  return {
    // Tags come with the cart: a scope that names some may mean any product.
    open: scope.tags.length > 0 || scope.products.length + scope.categories.length === 0,
    names: new Set([...scope.products, ...scope.categories]),
    excluded: new Set([...scope.excludedProducts, ...scope.excludedCategories]),
    least: scope.minUnitPriceMinor ?? 0,
    most: scope.maxUnitPriceMinor ?? Number.POSITIVE_INFINITY,
  };
}

/** Whether a scope can hold a product, whatever an order looks like. */
export function holds(scope: ProductScope, product: SampleProduct, digits: number): boolean {
  const { productId, externalId, categoryPath, price } = product;
  const isNamed = (names: ReadonlySet<string>): boolean =>
    names.has(productId) || names.has(externalId) || (categoryPath ?? []).some((id) => names.has(id));
  if (scope.excluded.size > 0 && isNamed(scope.excluded)) return false;
  if (!scope.open && !isNamed(scope.names)) return false;
  if (price === null) return true;
  const minor = Number(price) * 10 ** digits;
  return minor >= scope.least && minor <= scope.most;
}

/** Products by their place in the sample, one bit each: two offers meet where both have a bit. */
export function bitsOf(offer: Offer, products: readonly SampleProduct[], digits: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(products.length / 32));
  const scope = productScope(offer.scope);
  for (const [i, product] of products.entries())
    if (holds(scope, product, digits)) bits[i >> 5] = (bits[i >> 5] ?? 0) | (1 << (i & 31));
  return bits;
}

export function sharedBits(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i += 1) {
    let both = (a[i] ?? 0) & (b[i] ?? 0);
    for (; both !== 0; both &= both - 1) count += 1;
  }
  return count;
}

/** Whether some buyer at some time can have both: days, channels, tiers, currencies do not rule each other out. */
export function canMeet(a: Offer, b: Offer): boolean {
  const [x, y] = [a.conditions, b.conditions];
  const apart = (one: readonly string[], other: readonly string[]): boolean =>
    one.length > 0 && other.length > 0 && !one.some((name) => other.includes(name));
  if (a.currency !== undefined && b.currency !== undefined && a.currency !== b.currency) return false;
  if (apart(x.channels, y.channels) || apart(x.tiers, y.tiers)) return false;
  if (x.segments.length === 1 && y.notSegments.includes(x.segments[0] ?? '')) return false;
  if (y.segments.length === 1 && x.notSegments.includes(y.segments[0] ?? '')) return false;
  return !endsBefore(a, b) && !endsBefore(b, a);
}

function endsBefore(a: Offer, b: Offer): boolean {
  const [until, from] = [a.conditions.schedule?.until, b.conditions.schedule?.from];
  return until != null && from != null && Date.parse(until) <= Date.parse(from);
}

export function excludesOther(a: Offer, b: Offer): boolean {
  const shuts = (one: Offer, other: Offer): boolean =>
    one.excludes.includes('*') || one.excludes.some((tag) => other.tags.includes(tag));
  return shuts(a, b) || shuts(b, a);
}
