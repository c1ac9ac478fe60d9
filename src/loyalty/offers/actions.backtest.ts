import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { DAY_MS } from '../../core/time.ts';
import { promotionOf } from './actions.promotions.ts';
import { backtestOptions, backtestResult } from './contract.ts';
import type { BacktestInput, BacktestOptions, BacktestView } from './contract.ts';
import { definitionProblems } from './definition.ts';
import { cancelOne, findBacktest, insertBacktest, listBacktests, openBacktests } from './store.backtests.ts';
import type { BacktestRow } from './store.backtests.ts';

/** Asking for backtests and looking at them. */

/** Each takes a core for seconds to minutes: so many wait at once at most. */
const MAX_OPEN = 20;
export const BACKTEST_JOB = 'loyalty.backtest';

/** Tries a promotion on past orders, in the background. 409 `too_many_backtests` when others wait already. */
export async function startBacktest(
  ctx: Ctx,
  promotionId: string,
  input: BacktestInput,
): Promise<BacktestView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const { row: promotion, definition } = await promotionOf(tx, promotionId);
    const tried = input.definition ?? definition;
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
    if ((await openBacktests(tx)) >= MAX_OPEN)
      throw conflict('too_many_backtests', `${MAX_OPEN} backtests wait already.`);
    const { definition: _, days, until: given, ...rest } = input;
    const until = given === undefined ? now : new Date(given);
    const from = new Date(until.getTime() - days * DAY_MS);
    const options: BacktestOptions = { ...rest, from: from.toISOString(), until: until.toISOString() };
    const row: BacktestRow = {
      backtestId: newId(),
      promotionId,
      version: input.definition === undefined ? promotion.version : null,
      definition: tried,
      options,
      state: 'waiting',
      ordersDone: 0,
      ordersTotal: 0,
      lease: null,
      leaseUntil: null,
      result: null,
      error: null,
      createdBy: tx.actor.id,
      createdAt: now,
      startedAt: null,
      endedAt: null,
    };
    await insertBacktest(tx, row);
    await audit(tx, {
      action: 'promotion.backtest_started',
      entity: 'promotion',
      entityId: promotionId,
      details: { backtestId: row.backtestId, from: options.from, until: options.until },
    });
    await emit(tx, `job.${BACKTEST_JOB}`, [{ backtestId: row.backtestId }]);
    return viewOf(row);
  });
}

export async function getBacktest(ctx: Ctx, promotionId: string, id: string): Promise<BacktestView> {
  authorise(ctx, 'loyalty:read');
  const found = await findBacktest(ctx, promotionId, id);
  if (found === undefined) throw notFound('backtest', id);
  return viewOf(found);
}

export async function backtests(
  ctx: Ctx,
  promotionId: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<BacktestView>> {
  authorise(ctx, 'loyalty:read');
  await promotionOf(ctx, promotionId);
  const [createdAt, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const before =
    query.cursor === undefined ? undefined : { createdAt: cursorInstant(createdAt), id: cursorId(id) };
  const found = await listBacktests(ctx, promotionId, { before, limit: query.limit + 1 });
  const page = toPage(found, query.limit, (row) => [row.createdAt.toISOString(), row.backtestId]);
  return { ...page, items: page.items.map(viewOf) };
}

/** Stops it after the orders it is at. 409 `backtest_over` when it has ended. */
export async function cancelBacktest(ctx: Ctx, promotionId: string, id: string): Promise<BacktestView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    if ((await findBacktest(tx, promotionId, id)) === undefined) throw notFound('backtest', id);
    if (!(await cancelOne(tx, id))) throw conflict('backtest_over', 'This backtest has ended.');
    await audit(tx, {
      action: 'promotion.backtest_cancelled',
      entity: 'promotion',
      entityId: promotionId,
      details: { backtestId: id },
    });
    const found = await findBacktest(tx, promotionId, id);
    if (found === undefined) throw notFound('backtest', id);
    return viewOf(found);
  });
}

const viewOf = (row: BacktestRow): BacktestView => ({
  id: row.backtestId,
  promotionId: row.promotionId,
  version: row.version,
  options: backtestOptions.parse(row.options),
  state: row.state,
  ordersDone: row.ordersDone,
  ordersTotal: row.ordersTotal,
  result: row.result === null ? null : backtestResult.parse(row.result),
  error: row.error,
  createdAt: row.createdAt.toISOString(),
  startedAt: row.startedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
});
