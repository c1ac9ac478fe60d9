import type { Job } from '../core/jobs.ts';
import { HOUR_MS } from '../core/time.ts';
import { forgetMinutes } from './store.health.ts';
import { forgetLetters } from './store.letters.ts';

/** What of ingestion is kept for a time only: counters of sources, and letters nobody mended. */
export const ingestJobs: readonly Job[] = [
  {
    name: 'tracking.upkeep',
    everyMs: HOUR_MS,
    run: async (ctx) => {
      await forgetMinutes(ctx);
      await forgetLetters(ctx);
    },
  },
];
