import type { Job } from '../../core/jobs.ts';
import { DAY_MS, MINUTE_MS } from '../../core/time.ts';
import { releaseHolds, runNights } from './actions.night.ts';
import { verifyLedger } from './actions.verify.ts';

export const ledgerJobs: Job[] = [
  { name: 'loyalty.night', everyMs: 5 * MINUTE_MS, run: (ctx, _data, signal) => runNights(ctx, signal) },
  { name: 'loyalty.holds', everyMs: MINUTE_MS, run: (ctx, _data, signal) => releaseHolds(ctx, signal) },
  {
    name: 'loyalty.verify',
    everyMs: DAY_MS,
    run: async (ctx, _data, signal) => {
      await verifyLedger(ctx, signal);
    },
  },
];
