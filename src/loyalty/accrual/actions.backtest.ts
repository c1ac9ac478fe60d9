import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
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
import { latestDone } from '../backtests/store.ts';
import type { BacktestRow } from '../backtests/table.ts';
import { mustFind } from '../programs/actions.ts';
import { withFactorsCategoryIds } from '../offers/actions.scope.ts';
import { check } from './actions.rules.ts';
import { earningBacktestOptions, earningBacktestResult, triedRules } from './contract.backtest.ts';
import type {
  EarningBacktestInput,
  EarningBacktestOptions,
  EarningBacktestView,
  TriedRules,
} from './contract.backtest.ts';
import { ofOrders } from './definition.ts';
import { accrualBacktest } from './schema.ts';
import { listRules } from './store.rules.ts';

/** Asking what rules would have earned on past orders, and looking at the answers. */

export const EARNING_BACKTEST_JOB = 'loyalty.earning-backtest';
const KIND: BacktestKind = {
  table: accrualBacktest,
  job: EARNING_BACKTEST_JOB,
  entity: 'loyalty_program',
};

/**
 * Tries changed rules on past orders, in the background. 404 program_not_found, accrual_rule_not_found; 409 too_many_backtests; 422
 * validation_failed, not_of_orders (a rule of events or days: past orders say nothing of it).
 */
export async function startEarningBacktest(
  ctx: Ctx,
  programId: string,
  input: EarningBacktestInput,
): Promise<EarningBacktestView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const program = await mustFind(tx, programId);
    const { days, until, without, keepDates } = input;
    const changes: EarningBacktestInput['changes'] = [];
    for (const { definition, ...rest } of input.changes)
      changes.push({ ...rest, definition: await withFactorsCategoryIds(tx, definition) });
    await checkChanges(tx, programId, { changes, without });
    const tried: TriedRules = {
      changes: changes.map(({ ruleId, definition }) => ({
        ruleId: ruleId ?? newId(),
        fresh: ruleId === undefined,
        definition,
      })),
      without,
    };
    const who = input.who ?? (program.state === 'draft' ? 'everybody' : 'members');
    const options: EarningBacktestOptions = { ...spanOf(tx.clock.now(), { days, until }), who, keepDates };
    return viewOf(
      await putBacktest(tx, KIND, { subjectId: programId, version: null, definition: tried, options }),
    );
  });
}

async function checkChanges(
  ctx: Ctx,
  programId: string,
  { changes, without }: Pick<EarningBacktestInput, 'changes' | 'without'>,
): Promise<void> {
  const known = new Set((await listRules(ctx, programId)).map(({ row }) => row.ruleId));
  for (const id of [...without, ...changes.flatMap(({ ruleId }) => (ruleId === undefined ? [] : [ruleId]))])
    if (!known.has(id)) throw notFound('accrual_rule', id);
  for (const [i, { definition }] of changes.entries()) {
    await check(ctx, definition, `changes.${i}.definition`);
    if (!ofOrders(definition))
      throw invalid(
        'not_of_orders',
        'Past orders say nothing of what this rule earns.',
        `changes.${i}.definition.earns.type`,
      );
  }
}

export const earningBacktest = async (
  ctx: Ctx,
  programId: string,
  id: string,
): Promise<EarningBacktestView> => viewOf(await oneBacktest(ctx, KIND, programId, id));

/** The latest that ended well. */
export async function latestEarningBacktest(
  ctx: Ctx,
  programId: string,
): Promise<EarningBacktestView | null> {
  authorise(ctx, 'loyalty:read');
  const found = await latestDone(ctx, accrualBacktest, programId);
  return found === undefined ? null : viewOf(found);
}

export async function earningBacktests(
  ctx: Ctx,
  programId: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<EarningBacktestView>> {
  authorise(ctx, 'loyalty:read');
  await mustFind(ctx, programId);
  const page = await pageOfBacktests(ctx, KIND, programId, query);
  return { ...page, items: page.items.map(viewOf) };
}

/** Stops it after the orders it is at. 409 `backtest_over` when it has ended. */
export const cancelEarningBacktest = async (
  ctx: Ctx,
  programId: string,
  id: string,
): Promise<EarningBacktestView> => viewOf(await stopBacktest(ctx, KIND, programId, id));

const viewOf = (row: BacktestRow): EarningBacktestView => ({
  ...progressOf(row),
  programId: row.subjectId,
  options: earningBacktestOptions.parse(row.options),
  tried: triedRules.parse(row.definition),
  result: row.result === null ? null : earningBacktestResult.parse(row.result),
});
