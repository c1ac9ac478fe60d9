import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import type { Job } from '../../core/jobs.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { BATCH_JOB, runBatches } from './actions.batch.ts';
import { letGoOverdue, OVERDUE_ROWS } from './actions.meter.ts';
import { tell } from './actions.tell.ts';
import { expireCoupons, foldTallies } from './store.states.ts';

/** Rows of one statement: short enough that nobody waits for its locks. */
const EXPIRE_ROWS = 5_000;
const FOLD_ROWS = 50_000;
/** A batch whose worker died, or whose wake-up was lost, waits at most this long (beyond its lease). */
const BATCH_SWEEP_MS = 5_000;

async function expireSome(ctx: Ctx): Promise<number> {
  return inTx(ctx, async (tx) => {
    const expired = await expireCoupons(tx, tx.clock.now(), EXPIRE_ROWS);
    await tell(tx, 'coupon.expired', expired);
    return expired.length;
  });
}

/** Repeats a step until it finds less than a full part to do. */
async function drain(signal: AbortSignal, size: number, step: () => Promise<number>): Promise<void> {
  while (!signal.aborted) if ((await step()) < size) return;
}

export const couponJobs: Job[] = [
  {
    // Marks coupons whose end has passed. Whether it has run never decides whether a coupon works.
    name: 'loyalty.expire',
    everyMs: 10 * MINUTE_MS,
    run: (ctx, _data, signal) => drain(signal, EXPIRE_ROWS, () => expireSome(ctx)),
  },
  {
    name: 'loyalty.coupon-holds',
    everyMs: MINUTE_MS,
    run: (ctx, _data, signal) =>
      drain(signal, OVERDUE_ROWS, () => inTxUndisturbed(ctx, (tx) => letGoOverdue(tx, tx.clock.now()))),
  },
  {
    name: 'loyalty.coupon-counts',
    everyMs: MINUTE_MS,
    run: (ctx, _data, signal) => drain(signal, FOLD_ROWS, () => foldTallies(ctx, FOLD_ROWS)),
  },
  { name: BATCH_JOB, everyMs: BATCH_SWEEP_MS, run: (ctx, _data, signal) => runBatches(ctx, signal) },
];
