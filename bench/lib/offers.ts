import type { OfferInput } from '../../src/loyalty/pricing/contract.ts';

/** Live offers as a large shop has them, the same at every run. */

export const CATEGORIES = 20;
const BRANDS = 10;

export const brandOf = (i: number): string => `brand-${i % BRANDS}`;

/**
 * Of every type: one in five for the whole order, the others for a category (`categoryOf` gives its id) or a brand, some with thresholds
 * that are missed, some that exclude others.
 */
export function sampleOffer(i: number, categoryOf: (category: number) => string) {
  return {
    name: `Offer ${i}`,
    ...(EFFECTS[i % EFFECTS.length] ?? EFFECT)(i),
    priority: i % 3,
    scope:
      i % 5 === 0 ? {} : i % 2 === 0 ? { categories: [categoryOf(i % CATEGORIES)] } : { tags: [brandOf(i)] },
    conditions: i % 4 === 0 ? { minAmount: { amountMinor: 1_000 * (i % 200) + 1 } } : {},
    tags: i % 10 === 0 ? ['seasonal'] : [],
    excludes: i % 40 === 1 ? ['seasonal'] : [],
  };
}

type Effect = (i: number) => Pick<OfferInput, 'stage' | 'effect'>;

const EFFECT: Effect = (i) => ({
  stage: 'product',
  effect: { type: 'percent', percent: String((i % 30) + 1) },
});

const EFFECTS: readonly Effect[] = [
  EFFECT,
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
