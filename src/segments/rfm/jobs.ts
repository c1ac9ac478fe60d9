import { z } from 'zod';
import type { Job } from '../../core/jobs.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { computeRfm } from './actions.ts';
import { isDue } from './due.ts';
import { findState } from './store.ts';

const asked = z.object({ now: z.boolean().optional() }).catch({});

/** Looks whether the night has come; the scores of a new base come with its first buyers. */
export const rfmJob: Job = {
  name: 'segments.rfm',
  everyMs: 5 * MINUTE_MS,
  run: async (ctx, data) => {
    const { timeZone } = ctx.config;
    if (asked.parse(data ?? {}).now === true || isDue(await findState(ctx), ctx.clock.now(), timeZone))
      await computeRfm(ctx);
  },
};
