import type { Job } from '../../core/jobs.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { BACKTEST_JOB } from './actions.backtest.ts';
import { runBacktests } from './actions.backtest-run.ts';

/** Also picks up what a worker that died had begun. */
const backtestJob: Job = {
  name: BACKTEST_JOB,
  everyMs: MINUTE_MS,
  run: (ctx, _data, signal) => runBacktests(ctx, signal),
};

export const offerJobs: Job[] = [backtestJob];
