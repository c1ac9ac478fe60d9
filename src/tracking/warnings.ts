import { codeOf, currencyOf, priceOf, quantityOf } from './commerce/product.ts';
import type { RecentEvent, WARNING_CODES } from './contract.ts';
import type { NormalEvent } from './fact.ts';

/** What was wrong about an event that was stored all the same, and had less effect for it. Pure. */

/** `path`: the field of the event as it was sent. */
export type Warning = { code: (typeof WARNING_CODES)[number]; path: string };

/** Events that name products; what is wrong about an order stands in its note. */
const PRODUCTS = /^(Product|Cart|Checkout|Wishlist) /;
/** Events of one product, which do nothing without it. */
const ONE_PRODUCT: ReadonlySet<string> = new Set([
  'Product Added',
  'Product Removed',
  'Product Viewed',
  'Product Clicked',
]);
const MAX_PRODUCTS = 20;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

type Bag = Readonly<Record<string, unknown>>;
const given = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

export function warningsOf({
  type,
  name,
  properties,
}: { type: string } & Pick<NormalEvent, 'name' | 'properties'>): Warning[] {
  if (type === 'identify') {
    const { email } = properties;
    const bad = given(email) && !(typeof email === 'string' && EMAIL.test(email.trim()));
    return bad ? [{ code: 'bad_email', path: 'traits.email' }] : [];
  }
  if (type !== 'track' || !PRODUCTS.test(name)) return [];
  const warnings = ofProduct(properties, 'properties');
  if (
    ONE_PRODUCT.has(name) &&
    codeOf(properties['product_id']) === null &&
    codeOf(properties['sku']) === null
  )
    warnings.push({ code: 'no_product', path: 'properties.product_id' });
  const { products } = properties;
  if (Array.isArray(products)) {
    for (const [i, one] of products.slice(0, MAX_PRODUCTS).entries()) {
      if (typeof one === 'object' && one !== null)
        warnings.push(...ofProduct(one as Bag, `properties.products.${i}`));
    }
  }
  return warnings;
}

function ofProduct(bag: Bag, path: string): Warning[] {
  const warnings: Warning[] = [];
  if (given(bag['price']) && priceOf(bag['price']) === null)
    warnings.push({ code: 'bad_price', path: `${path}.price` });
  if (given(bag['quantity']) && quantityOf(bag['quantity']) === null)
    warnings.push({ code: 'bad_quantity', path: `${path}.quantity` });
  if (given(bag['currency']) && currencyOf(bag['currency']) === null)
    warnings.push({ code: 'bad_currency', path: `${path}.currency` });
  return warnings;
}

/** Of an event as the live debugger has it; a refused one has a reason instead. */
export function warningsIn({
  type,
  name,
  properties,
}: Pick<RecentEvent, 'type' | 'name' | 'properties'>): Warning[] {
  if (type === null || name === null || properties === null) return [];
  return warningsOf({ type, name, properties });
}
