import { and, desc, eq, inArray, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row, rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import type { BacktestRow, BacktestTable } from './table.ts';

/** Backtests: asked for, worked on under a lease, ended. */

/** A worker that is silent for this long is taken for dead, and the work begins anew. */
const LEASE_MS = 60_000;

export async function insertBacktest(ctx: Ctx, table: BacktestTable, one: BacktestRow): Promise<void> {
  await ctx.db.insert(table).values(one);
}

export async function findBacktest(
  ctx: Ctx,
  table: BacktestTable,
  subjectId: string,
  id: string,
): Promise<BacktestRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(table)
    .where(and(eq(table.backtestId, id), eq(table.subjectId, subjectId)));
  return found;
}

export async function listBacktests(
  ctx: Ctx,
  table: BacktestTable,
  subjectId: string,
  query: { before?: { createdAt: Date; id: string } | undefined; limit: number },
): Promise<BacktestRow[]> {
  const { before, limit } = query;
  return ctx.db
    .select()
    .from(table)
    .where(
      and(
        eq(table.subjectId, subjectId),
        before === undefined
          ? undefined
          : sql`(${table.createdAt}, ${table.backtestId}) < (${before.createdAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
      ),
    )
    .orderBy(desc(table.createdAt), desc(table.backtestId))
    .limit(limit);
}

/** The latest that ended well. */
export async function latestDone(
  ctx: Ctx,
  table: BacktestTable,
  subjectId: string,
): Promise<BacktestRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(table)
    .where(and(eq(table.subjectId, subjectId), eq(table.state, 'done')))
    .orderBy(desc(table.createdAt), desc(table.backtestId))
    .limit(1);
  return found;
}

export async function openBacktests(ctx: Ctx, table: BacktestTable): Promise<number> {
  const found = await row<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from ${table} where state in ('waiting', 'running')`,
  );
  return found.n;
}

/** Takes the oldest that waits, or whose worker is silent. */
export async function claimBacktest(ctx: Ctx, table: BacktestTable): Promise<BacktestRow | undefined> {
  const now = ctx.clock.now();
  const lease = newId();
  const [claimed] = await rows<{ id: string }>(
    ctx.db,
    sql`
    update ${table} set state = 'running', lease = ${lease}::uuid, lease_until = ${until(now)}::timestamptz,
      started_at = ${now.toISOString()}::timestamptz, orders_done = 0
    where backtest_id = (
      select backtest_id from ${table}
      where state = 'waiting' or (state = 'running' and lease_until < ${now.toISOString()}::timestamptz)
      order by created_at limit 1 for update skip locked)
    returning backtest_id as id`,
  );
  if (claimed === undefined) return undefined;
  const [found] = await ctx.db.select().from(table).where(eq(table.backtestId, claimed.id));
  return found;
}

const until = (now: Date): string => new Date(now.getTime() + LEASE_MS).toISOString();

/** Says how far it is; false when it was cancelled, or somebody else works on it. */
export async function progress(
  ctx: Ctx,
  table: BacktestTable,
  { backtestId, lease }: BacktestRow,
  done: { ordersDone: number; ordersTotal: number },
): Promise<boolean> {
  const kept = await ctx.db
    .update(table)
    .set({ ...done, leaseUntil: new Date(until(ctx.clock.now())) })
    .where(mine(table, backtestId, lease))
    .returning({ id: table.backtestId });
  return kept.length > 0;
}

const mine = (table: BacktestTable, backtestId: string, lease: string | null) =>
  and(eq(table.backtestId, backtestId), eq(table.state, 'running'), sql`${table.lease} = ${lease}`);

/** Ends it, or gives it back; nothing happens when it is not this worker's any more. */
export async function settleBacktest(
  ctx: Ctx,
  table: BacktestTable,
  { backtestId, lease }: BacktestRow,
  end: { state: 'done' | 'failed' | 'waiting'; result?: unknown; error?: string },
): Promise<void> {
  const endedAt = end.state === 'waiting' ? null : ctx.clock.now();
  await ctx.db
    .update(table)
    .set({
      state: end.state,
      result: end.result ?? null,
      error: end.error ?? null,
      endedAt,
      lease: null,
      leaseUntil: null,
    })
    .where(mine(table, backtestId, lease));
}

/** False when it had ended before. */
export async function cancelOne(ctx: Ctx, table: BacktestTable, id: string): Promise<boolean> {
  const done = await ctx.db
    .update(table)
    .set({ state: 'cancelled', endedAt: ctx.clock.now(), lease: null, leaseUntil: null })
    .where(and(eq(table.backtestId, id), inArray(table.state, ['waiting', 'running'])))
    .returning({ id: table.backtestId });
  return done.length > 0;
}
