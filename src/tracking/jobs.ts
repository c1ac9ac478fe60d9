import type { Job } from '../core/jobs.ts';
import { HOUR_MS } from '../core/time.ts';
import { forgetMinutes } from './store.health.ts';
import { retentionJobs } from './retention/jobs.ts';
import { forgetLetters } from './store.letters.ts';

/** Deleting in steps keeps each transaction short: a letter may be 32 KB. */
const STEP = 1_000;

/** What of ingestion is kept for a time only: counters of sources, and letters nobody mended. */
export const ingestJobs: readonly Job[] = [
  {
    name: 'tracking.upkeep',
    everyMs: HOUR_MS,
    run: async (ctx, _data, signal) => {
      await forgetMinutes(ctx);
      while (!signal.aborted && (await forgetLetters(ctx, STEP)) === STEP);
    },
  },
  ...retentionJobs,
];
