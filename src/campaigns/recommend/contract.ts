import { z } from 'zod';

/** Why a product is suggested. */
export const SUGGESTION_KINDS = ['together', 'category', 'popular', 'carted', 'viewed'] as const;
const kind = z.enum(SUGGESTION_KINDS);
export type SuggestionKind = z.output<typeof kind>;

const suggestion = z.object({
  productId: z.uuid(),
  name: z.string(),
  priceMinor: z.number().int().nullable(),
  currency: z.string(),
  url: z.string().nullable(),
  imageUrl: z.string().nullable(),
  /**
   * together: the same people bought it and `because`; category: popular in the category `because`, which the contact buys in;
   * popular: popular at all; carted, viewed: put into the cart or looked at within 30 days and not bought since.
   */
  kind,
  because: z.string().nullable(),
  /** Comparable within one kind alone. */
  score: z.number(),
});
export type Suggestion = z.output<typeof suggestion>;

/** GET /api/contacts/:id/recommendations: what a message would show now, and why. */
export const recommendationsAnswer = z
  .object({
    recommended: z.array(suggestion),
    wanted: z.array(suggestion),
    /** When what goes with what was reckoned; null: never yet, or nothing was sold. */
    builtAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ContactRecommendations' });
export type RecommendationsView = z.output<typeof recommendationsAnswer>;
