import type { Job } from '../../core/jobs.ts';
import { HOUR_MS } from '../../core/time.ts';
import { forgetVisitors } from './actions.ts';

export const retentionJobs: readonly Job[] = [
  {
    name: 'tracking.forget-visitors',
    everyMs: HOUR_MS,
    run: (ctx, _data, signal) => forgetVisitors(ctx, signal),
  },
];
