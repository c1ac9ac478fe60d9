import { z } from 'zod';
import { windowSchema } from './contract.purchase.ts';
import { texts } from './contract.values.ts';

/** The leaf about what somebody was interested in and has not bought since. */

export const SIGNS = ['viewed', 'carted', 'either'] as const;
export type Sign = (typeof SIGNS)[number];

/** More signs of interest in one thing than anybody gives. */
const MAX_TIMES = 1_000;

/**
 * Showed interest in one product (or one category with all below it) `times` times in the window, and no trusted sale of it has
 * come with the last such sign or after it.
 */
export const wantedLeaf = z.strictObject({
  type: z.literal('wanted'),
  of: z.enum(['product', 'category']),
  /** viewed: looked at; carted: put into the cart; either (default): both count. */
  sign: z.enum(SIGNS).optional(),
  /** The shop's ids of products or categories; any one when absent. */
  named: texts.optional(),
  /** Signs for one and the same product or category, at least; 1 when absent. */
  times: z.number().int().min(1).max(MAX_TIMES).optional(),
  window: windowSchema.optional(),
});
export type WantedLeaf = z.output<typeof wantedLeaf>;
