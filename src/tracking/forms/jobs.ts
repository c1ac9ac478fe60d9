import type { Job } from '../../core/jobs.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { forgetSpam, forgetUnconfirmed } from './store.submissions.ts';
import { CONFIRM_DAYS } from './token.ts';

/** Long enough to find an answer that was taken for spam; nobody agreed to its being kept. */
const KEEP_SPAM_DAYS = 60;
/** After the link in the mail has died: time to ask why it did not work. */
const GRACE_DAYS = 7;
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
  {
    name: 'tracking.forget-unconfirmed',
    everyMs: DAY_MS,
    run: async (ctx, _data, signal) => {
      const sent = addMs(ctx.clock.now(), -(CONFIRM_DAYS + GRACE_DAYS) * DAY_MS);
      const before = { sent, reviewed: addMs(sent, -KEEP_SPAM_DAYS * DAY_MS) };
      while (!signal.aborted && (await forgetUnconfirmed(ctx, before, STEP)) === STEP);
    },
  },
];
