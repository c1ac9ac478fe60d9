import {
  type BuyerFactsInput,
  buyerFacts,
  cart,
  type CartInput,
  offer,
  type OfferInput,
  type PricedCart,
  priceList,
  type PriceListInput,
  pricingSettings,
  type PricingSettingsInput,
  type Remaining,
} from '../../../src/loyalty/pricing/contract.ts';
import { prepare } from '../../../src/loyalty/pricing/prepare.ts';
import { prepareLists } from '../../../src/loyalty/pricing/price-lists.ts';
import { priceCart } from '../../../src/loyalty/pricing/price.ts';

export type LineInput = CartInput['lines'][number];
const NOW = new Date('2026-06-15T12:00:00Z');

/** Lines "1", "2" … of as many products, one unit each, at these prices. */
export const linesOf = (...prices: string[]): LineInput[] =>
  prices.map((unitPrice, i) => ({ id: String(i + 1), externalId: `P${i + 1}`, quantity: '1', unitPrice }));

export type Quote = {
  lines: LineInput[];
  offers?: Partial<OfferInput>[];
  lists?: PriceListInput[];
  cart?: Partial<CartInput>;
  buyer?: BuyerFactsInput;
  settings?: PricingSettingsInput;
  remaining?: Record<string, Remaining>;
  now?: Date;
};

/** Prices a cart in EUR; offers without a stage stand in the product stage. */
export function quote(q: Quote): PricedCart {
  const offers = (q.offers ?? []).map((o, i) =>
    offer.parse({ id: `offer-${i + 1}`, name: 'An offer', stage: 'product', ...o }),
  );
  return priceCart({
    cart: cart.parse({ currency: 'EUR', ...q.cart, lines: q.lines }),
    buyer: buyerFacts.parse(q.buyer ?? {}),
    offers: prepare(offers),
    lists: prepareLists((q.lists ?? []).map((list) => priceList.parse(list))),
    remaining: q.remaining ?? {},
    settings: pricingSettings.parse(q.settings ?? {}),
    now: q.now ?? NOW,
  });
}

export const prices = (priced: PricedCart): number[] => priced.lines.map((line) => line.priceMinor);
export const entry = (priced: PricedCart, id: string) => {
  const found = priced.trace.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no trace of ${id}`);
  return found;
};
export const percent = (text: string) => ({ type: 'percent' as const, percent: text });
export const all = (mode: 'best' | 'stack' | 'first') => ({
  product: { mode },
  personal: { mode },
  order: { mode },
  coupon: { mode },
  shipping: { mode },
});
