import type { Ctx } from '../../core/ctx.ts';
import { messageOf } from '../../core/errors.ts';
import { countPast } from './past.ts';
import type { Place } from './past.ts';
import { claimBacktest, progress, settleBacktest } from './store.ts';
import type { BacktestRow, BacktestTable } from './table.ts';

/** Working through backtests: orders in batches, in the order of their time, so that limits run dry where they would have. */

/** Beyond this the oldest are left out: buyers and what they had are kept in memory. */
const MAX_ORDERS = 300_000;

/** What a kind of backtest does with its orders. */
export type Trial<Order extends Place> = {
  from: Date;
  until: Date;
  /** The next orders from `from` on; none: the end. */
  read: (from: Date, after: Order | undefined) => Promise<Order[]>;
  tryAll: (batch: readonly Order[]) => Promise<void>;
  /** `complete`: all orders of the days were tried. */
  result: (complete: boolean) => Promise<object>;
};

/** Works off what waits; stops between two batches when told to. */
export async function workOff<Order extends Place>(
  ctx: Ctx,
  table: BacktestTable,
  begin: (row: BacktestRow) => Promise<Trial<Order>>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const claimed = await claimBacktest(ctx, table);
    if (claimed === undefined) return;
    try {
      await run(ctx, table, claimed, await begin(claimed), signal);
    } catch (error) {
      ctx.log.error({ backtestId: claimed.backtestId, reason: messageOf(error) }, 'backtest failed');
      const reason = messageOf(error).slice(0, 500);
      await settleBacktest(ctx, table, claimed, { state: 'failed', error: reason });
    }
  }
}

async function run<Order extends Place>(
  ctx: Ctx,
  table: BacktestTable,
  row: BacktestRow,
  trial: Trial<Order>,
  signal: AbortSignal,
): Promise<void> {
  const past = await countPast(ctx, trial.from, trial.until, MAX_ORDERS);
  const ordersTotal = Math.min(past.orders, MAX_ORDERS);
  let ordersDone = 0;
  let after: Order | undefined;
  for (;;) {
    if (!(await progress(ctx, table, row, { ordersDone, ordersTotal }))) return;
    if (signal.aborted) return settleBacktest(ctx, table, row, { state: 'waiting' });
    const batch = await trial.read(past.from, after);
    after = batch.at(-1);
    if (after === undefined) break;
    await trial.tryAll(batch);
    ordersDone += batch.length;
  }
  const result = await trial.result(past.orders <= MAX_ORDERS);
  await settleBacktest(ctx, table, row, { state: 'done', result });
}
