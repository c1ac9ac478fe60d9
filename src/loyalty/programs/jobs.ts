import type { Job } from '../../core/jobs.ts';
import { HOUR_MS } from '../../core/time.ts';
import { forgetOldCodes } from './actions.lookup.ts';

export const programJobs: Job[] = [
  { name: 'loyalty.codes', everyMs: HOUR_MS, run: (ctx) => forgetOldCodes(ctx) },
];
