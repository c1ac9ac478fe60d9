import {
  type BuyerFacts,
  buyerFacts,
  type Cart,
  cart,
  type Offer,
  offer,
  pricingSettings,
} from '../../src/loyalty/pricing/contract.ts';
import { prepare } from '../../src/loyalty/pricing/prepare.ts';
import { prepareLists } from '../../src/loyalty/pricing/price-lists.ts';
import { priceCart, type PriceInput } from '../../src/loyalty/pricing/price.ts';
import { brandOf, CATEGORIES, sampleOffer } from './offers.ts';

/** A cart of 50 lines over all categories and brands, and offers for them. The same at every run. */
const categoryName = (i: number): string => `category-${i}`;

function sampleCart(lines = 50): Cart {
  return cart.parse({
    currency: 'EUR',
    shippingMinor: 500,
    channel: 'shop',
    lines: Array.from({ length: lines }, (_, i) => ({
      id: String(i + 1),
      externalId: `SKU-${i}`,
      categoryPath: ['root', categoryName(i % CATEGORIES)],
      tags: [brandOf(i)],
      quantity: i % 7 === 0 ? '1.25' : String((i % 4) + 1),
      unitPrice: `${(i % 30) + 1}.${String((i * 37) % 100).padStart(2, '0')}`,
    })),
  });
}

function sampleOffers(count: number): Offer[] {
  return Array.from({ length: count }, (_, i) =>
    offer.parse({ id: `offer-${i}`, ...sampleOffer(i, categoryName) }),
  );
}

const BUYER: BuyerFacts = buyerFacts.parse({ member: true, pointsAvailable: 1_000 });

function sampleQuote(offers: number, lines = 50): PriceInput {
  return {
    cart: sampleCart(lines),
    buyer: BUYER,
    offers: prepare(sampleOffers(offers)),
    lists: prepareLists([]),
    remaining: {},
    settings: pricingSettings.parse({}),
    now: new Date('2026-06-15T12:00:00Z'),
  };
}

/** Milliseconds of one quote, in process: median and 95th of a hundred. */
export function quoteTimes(offers: number, quotes = 100): { p50Ms: number; p95Ms: number } {
  const input = sampleQuote(offers);
  for (let i = 0; i < quotes / 2; i += 1) priceCart(input);
  const times = Array.from({ length: quotes }, () => {
    const start = performance.now();
    priceCart(input);
    return performance.now() - start;
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(quotes - 1, Math.floor(quotes * share))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}
