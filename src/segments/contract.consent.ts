import { z } from 'zod';
import { text } from './contract.values.ts';

/** The leaf about consents: the latest word of each purpose and channel counts. */
export const consentLeaf = z.strictObject({
  type: z.literal('consent'),
  /** has: at least one consent of these stands; lacks: none does, never given or withdrawn. */
  op: z.enum(['has', 'lacks']),
  /** Any when absent. */
  purpose: text.optional(),
  channel: text.optional(),
});
export type ConsentLeaf = z.output<typeof consentLeaf>;
