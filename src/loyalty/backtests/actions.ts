import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { DAY_MS } from '../../core/time.ts';
import { cancelOne, findBacktest, insertBacktest, listBacktests, openBacktests } from './store.ts';
import type { BacktestRow, BacktestTable } from './table.ts';

/** Asking for backtests and looking at them, whatever is tried. */

/** Each takes a core for seconds to minutes: so many of a kind wait at once at most. */
const MAX_OPEN = 20;

/** What is tried: its table, the job that works on it, and what the audit log calls that which it belongs to. */
export type BacktestKind = { table: BacktestTable; job: string; entity: string };

type Asked = { subjectId: string; version: number | null; definition: unknown; options: Span & object };
type Span = { from: string; until: string };

/** From when to when, both ISO; `until` undefined: now. */
export function spanOf(
  now: Date,
  { days, until: given }: { days: number; until?: string | undefined },
): Span {
  const until = given === undefined ? now : new Date(given);
  return { from: new Date(until.getTime() - days * DAY_MS).toISOString(), until: until.toISOString() };
}

/** For verbs that have authorised their caller, in their transaction. 409 `too_many_backtests` when others wait already. */
export async function putBacktest(tx: Ctx, kind: BacktestKind, asked: Asked): Promise<BacktestRow> {
  if ((await openBacktests(tx, kind.table)) >= MAX_OPEN)
    throw conflict('too_many_backtests', `${MAX_OPEN} backtests wait already.`);
  const row: BacktestRow = {
    ...asked,
    backtestId: newId(),
    state: 'waiting',
    ordersDone: 0,
    ordersTotal: 0,
    lease: null,
    leaseUntil: null,
    result: null,
    error: null,
    createdBy: tx.actor.id,
    createdAt: tx.clock.now(),
    startedAt: null,
    endedAt: null,
  };
  await insertBacktest(tx, kind.table, row);
  await audit(tx, {
    action: `${kind.entity}.backtest_started`,
    entity: kind.entity,
    entityId: asked.subjectId,
    details: { backtestId: row.backtestId, from: asked.options.from, until: asked.options.until },
  });
  await emit(tx, `job.${kind.job}`, [{ backtestId: row.backtestId }]);
  return row;
}

export async function oneBacktest(
  ctx: Ctx,
  kind: BacktestKind,
  subjectId: string,
  id: string,
): Promise<BacktestRow> {
  authorise(ctx, 'loyalty:read');
  const found = await findBacktest(ctx, kind.table, subjectId, id);
  if (found === undefined) throw notFound('backtest', id);
  return found;
}

export async function pageOfBacktests(
  ctx: Ctx,
  kind: BacktestKind,
  subjectId: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<BacktestRow>> {
  authorise(ctx, 'loyalty:read');
  const [createdAt, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const before =
    query.cursor === undefined ? undefined : { createdAt: cursorInstant(createdAt), id: cursorId(id) };
  const found = await listBacktests(ctx, kind.table, subjectId, { before, limit: query.limit + 1 });
  return toPage(found, query.limit, (row) => [row.createdAt.toISOString(), row.backtestId]);
}

/** Stops it after the orders it is at. 409 `backtest_over` when it has ended. */
export async function stopBacktest(
  ctx: Ctx,
  kind: BacktestKind,
  subjectId: string,
  id: string,
): Promise<BacktestRow> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    await oneBacktest(tx, kind, subjectId, id);
    if (!(await cancelOne(tx, kind.table, id))) throw conflict('backtest_over', 'This backtest has ended.');
    await audit(tx, {
      action: `${kind.entity}.backtest_cancelled`,
      entity: kind.entity,
      entityId: subjectId,
      details: { backtestId: id },
    });
    return oneBacktest(tx, kind, subjectId, id);
  });
}

/** How far it is, as it is told of every kind. */
export const progressOf = (row: BacktestRow) => ({
  id: row.backtestId,
  state: row.state,
  ordersDone: row.ordersDone,
  ordersTotal: row.ordersTotal,
  error: row.error,
  createdAt: row.createdAt.toISOString(),
  startedAt: row.startedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
});
