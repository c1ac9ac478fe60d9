import {
  type BuyerFacts,
  buyerFacts,
  type Cart,
  cart,
  type Offer,
  offer,
  type OfferInput,
  pricingSettings,
} from '../../src/loyalty/pricing/contract.ts';
import { prepare } from '../../src/loyalty/pricing/prepare.ts';
import { prepareLists } from '../../src/loyalty/pricing/price-lists.ts';
import { priceCart, type PriceInput } from '../../src/loyalty/pricing/price.ts';

/**
 * A cart of 50 lines over 20 categories, and live offers of every type: most for a category or a tag, every fifth for the whole
 * order, some with thresholds that are missed. The same at every run.
 */
const CATEGORIES = 20;
const BRANDS = 10;

function sampleCart(lines = 50): Cart {
  return cart.parse({
    currency: 'EUR',
    shippingMinor: 500,
    channel: 'shop',
    lines: Array.from({ length: lines }, (_, i) => ({
      id: String(i + 1),
      externalId: `SKU-${i}`,
      categoryPath: ['root', `category-${i % CATEGORIES}`],
      tags: [`brand-${i % BRANDS}`],
      quantity: i % 7 === 0 ? '1.25' : String((i % 4) + 1),
      unitPrice: `${(i % 30) + 1}.${String((i * 37) % 100).padStart(2, '0')}`,
    })),
  });
}

function sampleOffers(count: number): Offer[] {
  return Array.from({ length: count }, (_, i) =>
    offer.parse({ ...EFFECTS[i % EFFECTS.length]?.(i), ...common(i) }),
  );
}

const common = (i: number) => ({
  id: `offer-${i}`,
  name: `Offer ${i}`,
  priority: i % 3,
  scope:
    i % 5 === 0
      ? {}
      : i % 2 === 0
        ? { categories: [`category-${i % CATEGORIES}`] }
        : { tags: [`brand-${i % BRANDS}`] },
  conditions: i % 4 === 0 ? { minAmount: { amountMinor: 1_000 * (i % 200) + 1 } } : {},
  tags: i % 10 === 0 ? ['seasonal'] : [],
  excludes: i % 40 === 1 ? ['seasonal'] : [],
});

const EFFECTS: readonly ((i: number) => Pick<OfferInput, 'stage' | 'effect'>)[] = [
  (i) => ({ stage: 'product', effect: { type: 'percent', percent: String((i % 30) + 1) } }),
  (i) => ({ stage: 'product', effect: { type: 'fixed_amount', amountMinor: (i % 50) + 10, per: 'unit' } }),
  () => ({ stage: 'product', effect: { type: 'buy_x_get_y', buy: 2, get: 1 } }),
  (i) => ({ stage: 'order', effect: { type: 'percent', percent: String((i % 15) + 1) } }),
  () => ({ stage: 'product', effect: { type: 'cheapest_free', groupOf: 4 } }),
  () => ({
    stage: 'product',
    effect: {
      type: 'volume_ladder',
      steps: [
        { fromQuantity: '2', percent: '5' },
        { fromQuantity: '4', percent: '9' },
      ],
    },
  }),
  (i) => ({ stage: 'order', effect: { type: 'fixed_amount', amountMinor: (i % 900) + 100 } }),
  () => ({ stage: 'personal', effect: { type: 'percent', percent: '3' } }),
  (i) => ({ stage: 'order', effect: { type: 'bonus_points', points: (i % 90) + 10 } }),
  () => ({ stage: 'shipping', effect: { type: 'free_shipping' } }),
];

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
