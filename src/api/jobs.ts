import { forgetOldKeys } from '../core/idempotency.ts';
import type { Job } from '../core/jobs.ts';
import { HOUR_MS } from '../core/time.ts';

export const apiJobs: readonly Job[] = [
  { name: 'api.forgetIdempotencyKeys', everyMs: HOUR_MS, run: (ctx) => forgetOldKeys(ctx) },
];
