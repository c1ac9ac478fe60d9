import { codeOf, currencyOf, productOf, textOf } from './product.ts';
import type { Bag, ToldProduct } from './product.ts';

/** What an event tells of somebody's interest in a product, a category or a search. Sums and latest times: any order will do. Pure. */

export type InterestKind = 'product' | 'category' | 'search';
/** What is counted, each with the time of its last. */
export const DEEDS = ['viewed', 'clicked', 'added', 'removed', 'wished', 'unwished'] as const;
export type Deed = (typeof DEEDS)[number];

export type InterestSign = {
  kind: InterestKind;
  /** The product's code (in the catalogue or not), the category's name, the words searched for. */
  key: string;
  deed: Deed;
  /** What it is called and looks like, as far as the event says. */
  details: Readonly<Record<string, string>>;
};

const PRODUCT_DEEDS: ReadonlyMap<string, Deed> = new Map([
  ['Product Viewed', 'viewed'],
  ['Product Clicked', 'clicked'],
  ['Product Added', 'added'],
  ['Wishlist Product Added to Cart', 'added'],
  ['Product Removed', 'removed'],
  ['Product Added to Wishlist', 'wished'],
  ['Product Removed from Wishlist', 'unwished'],
]);

/** Somebody looked at a list of products, mostly those of a category. */
export const LIST_VIEWED = 'Product List Viewed';

/** Names of the events by which somebody does this with a product. */
export const eventsOfDeed = (deed: Deed): string[] =>
  [...PRODUCT_DEEDS].flatMap(([name, done]) => (done === deed ? [name] : []));

/** The signs of one track event; none for events of other kinds. */
export function interestOf(name: string, properties: Bag): InterestSign[] {
  if (name === LIST_VIEWED) {
    const category = textOf(properties['category']) ?? codeOf(properties['list_id']);
    return category === null ? [] : [{ kind: 'category', key: category, deed: 'viewed', details: {} }];
  }
  if (name === 'Products Searched') {
    const words = textOf(properties['query'])?.toLowerCase() ?? null;
    return words === null ? [] : [{ kind: 'search', key: words, deed: 'viewed', details: {} }];
  }
  const deed = PRODUCT_DEEDS.get(name);
  const product = deed === undefined ? null : productOf(properties);
  if (deed === undefined || product === null) return [];
  const signs: InterestSign[] = [
    { kind: 'product', key: product.code, deed, details: detailsOf(product, properties) },
  ];
  // A category is what people look at; what they put into the cart from it is told by its products.
  if (product.category !== null && deed === 'viewed')
    signs.push({ kind: 'category', key: product.category, deed, details: {} });
  return signs;
}

function detailsOf(product: ToldProduct, properties: Bag): Record<string, string> {
  const { name, category, price, url, imageUrl } = product;
  const all = { name, category, price, currency: currencyOf(properties['currency']), url, imageUrl };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}
