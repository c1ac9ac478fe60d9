import { z } from 'zod';
import { requiredText } from '../../core/text.ts';
import { MAX_POINTS } from '../programs/contract.ts';
import { eventTerms } from './contract.ts';

const MAX_TARGET = 1_000;
const iso = z.iso.datetime();

/** What counts: each event, or each order of which at least so much (minor units of the base currency) was not sent back. */
const counted = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), ...eventTerms }),
  z.object({
    kind: z.literal('order'),
    minAmountMinor: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  }),
]);

/** POST /api/loyalty/challenges. It is in force from then on. */
export const challengeInput = z
  .object({
    programId: z.uuid(),
    name: requiredText(200),
    counts: counted,
    target: z.number().int().min(1).max(MAX_TARGET),
    points: z.number().int().min(1).max(MAX_POINTS),
    /** Inclusive and exclusive. */
    from: iso,
    until: iso,
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    error: 'it would be over before it begins',
    path: ['until'],
  })
  .meta({ id: 'ChallengeInput' });
export type ChallengeInput = z.output<typeof challengeInput>;
export const challengeRules = z.object({ counts: counted });
export type Counted = z.output<typeof counted>;

export const challengeAnswer = z
  .object({
    id: z.uuid(),
    programId: z.uuid(),
    name: z.string(),
    state: z.enum(['live', 'ended']),
    counts: counted,
    target: z.number().int(),
    points: z.number().int(),
    from: iso,
    until: iso,
    createdAt: iso,
  })
  .meta({ id: 'Challenge' });
export type ChallengeView = z.output<typeof challengeAnswer>;
export const challengesQuery = z.object({ programId: z.uuid().optional() });
export const challengeList = z.object({ items: z.array(challengeAnswer) });

/** How far a contact is. A reward is given once; it is taken back with the orders it was for. */
export const progressList = z.object({
  items: z.array(
    z.object({
      challenge: challengeAnswer,
      done: z.number().int(),
      rewarded: z.boolean(),
      points: z.number().int(),
    }),
  ),
});
export type ProgressView = z.output<typeof progressList>;
