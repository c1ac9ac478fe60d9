import type { Job } from '../../core/jobs.ts';
import { HOUR_MS } from '../../core/time.ts';
import { rebuildWhenDue } from './actions.ts';

export const recommendJobs: Job[] = [
  {
    name: 'campaigns.recommend',
    everyMs: HOUR_MS,
    run: async (ctx) => void (await rebuildWhenDue(ctx)),
  },
];
