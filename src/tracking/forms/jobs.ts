import type { Job } from '../../core/jobs.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { forgetSpam } from './store.submissions.ts';

/** Long enough to find an answer that was taken for spam; nobody agreed to its being kept. */
const KEEP_SPAM_DAYS = 60;
/** Deleting in steps keeps each transaction short. */
const STEP = 1_000;

export const formJobs: Job[] = [
  {
    name: 'tracking.forget-spam',
    everyMs: DAY_MS,
    run: async (ctx, _data, signal) => {
      const before = addMs(ctx.clock.now(), -KEEP_SPAM_DAYS * DAY_MS);
      while (!signal.aborted && (await forgetSpam(ctx, before, STEP)) === STEP);
    },
  },
];
