import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import type { Page } from '../../core/paging.ts';
import {
  oneBacktest,
  pageOfBacktests,
  progressOf,
  putBacktest,
  spanOf,
  stopBacktest,
} from '../backtests/actions.ts';
import type { BacktestKind } from '../backtests/actions.ts';
import type { BacktestRow } from '../backtests/table.ts';
import { promotionOf } from './actions.promotions.ts';
import { withCategoryIds } from './actions.scope.ts';
import { backtestOptions, backtestResult } from './contract.ts';
import type { BacktestInput, BacktestOptions, BacktestView } from './contract.ts';
import { definitionProblems } from './definition.ts';
import { promotionBacktest } from './schema.ts';

/** Asking for backtests and looking at them. */

export const BACKTEST_JOB = 'loyalty.backtest';
const KIND: BacktestKind = {
  table: promotionBacktest,
  job: BACKTEST_JOB,
  entity: 'promotion',
};

/** Tries a promotion on past orders, in the background. 409 `too_many_backtests` when others wait already. */
export async function startBacktest(
  ctx: Ctx,
  promotionId: string,
  input: BacktestInput,
): Promise<BacktestView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const { row: promotion, definition } = await promotionOf(tx, promotionId);
    const tried = input.definition === undefined ? definition : await withCategoryIds(tx, input.definition);
    const now = tx.clock.now();
    const issues = definitionProblems(tried, now);
    const [first] = issues;
    if (first !== undefined)
      throw new DomainError({
        code: 'validation_failed',
        status: 422,
        detail: `definition.${first.path}: ${first.message}`,
        at: `definition.${first.path}`,
        issues: issues.map((one) => ({ ...one, path: `definition.${one.path}` })),
      });
    const { definition: _, days, until, ...rest } = input;
    const options: BacktestOptions = { ...rest, ...spanOf(now, { days, until }) };
    const version = input.definition === undefined ? promotion.version : null;
    const row = await putBacktest(tx, KIND, { subjectId: promotionId, version, definition: tried, options });
    return viewOf(row);
  });
}

export const getBacktest = async (ctx: Ctx, promotionId: string, id: string): Promise<BacktestView> =>
  viewOf(await oneBacktest(ctx, KIND, promotionId, id));

export async function backtests(
  ctx: Ctx,
  promotionId: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<BacktestView>> {
  authorise(ctx, 'loyalty:read');
  await promotionOf(ctx, promotionId);
  const page = await pageOfBacktests(ctx, KIND, promotionId, query);
  return { ...page, items: page.items.map(viewOf) };
}

/** Stops it after the orders it is at. 409 `backtest_over` when it has ended. */
export const cancelBacktest = async (ctx: Ctx, promotionId: string, id: string): Promise<BacktestView> =>
  viewOf(await stopBacktest(ctx, KIND, promotionId, id));

const viewOf = (row: BacktestRow): BacktestView => ({
  ...progressOf(row),
  promotionId: row.subjectId,
  version: row.version,
  options: backtestOptions.parse(row.options),
  result: row.result === null ? null : backtestResult.parse(row.result),
});
