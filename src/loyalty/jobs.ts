import type { Job } from '../core/jobs.ts';
import { MINUTE_MS } from '../core/time.ts';
import { expireCoupons } from './store.ts';

/** Rows of one statement: short enough that nobody waits for its locks. */
const EXPIRE_ROWS = 5_000;

/** Marks coupons whose end has passed. Whether it has run never decides whether a coupon works. */
const expire: Job = {
  name: 'loyalty.expire',
  everyMs: 10 * MINUTE_MS,
  run: async (ctx, _data, signal) => {
    while (!signal.aborted) {
      if ((await expireCoupons(ctx, ctx.clock.now(), EXPIRE_ROWS)) < EXPIRE_ROWS) return;
    }
  },
};

export const loyaltyJobs: Job[] = [expire];
