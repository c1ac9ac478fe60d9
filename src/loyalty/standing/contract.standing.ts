import { z } from 'zod';
import { accumulatedView } from './contract.accumulative.ts';
import { assignmentAnswer, personalAnswer } from './contract.categories.ts';
import { tierStanding } from './contract.tiers.ts';

/** GET /api/contacts/:id/standing. */
export const standingAnswer = z
  .object({
    tiers: z.array(tierStanding),
    accumulated: z.array(accumulatedView),
    personCategories: z.array(assignmentAnswer),
    personalDiscounts: z.array(personalAnswer),
  })
  .meta({ id: 'ContactStanding' });
export type StandingView = z.output<typeof standingAnswer>;
