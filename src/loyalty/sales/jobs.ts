import type { Job } from '../../core/jobs.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { expireOnce } from './actions.expire.ts';

/** Gives back what reservations have kept from others: often, because limits wait for it. */
const expire: Job = {
  name: 'loyalty.sales-expire',
  everyMs: MINUTE_MS,
  run: async (ctx, _data, signal) => {
    while (!signal.aborted && (await expireOnce(ctx))) continue;
  },
};

export const salesJobs: Job[] = [expire];
