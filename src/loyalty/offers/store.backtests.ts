import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Ctx } from '../../core/ctx.ts';
import { row, rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import { promotionBacktest } from './schema.ts';

/** Backtests: asked for, worked on under a lease, ended. */

export type BacktestRow = typeof promotionBacktest.$inferSelect;

/** A worker that is silent for this long is taken for dead, and the work begins anew. */
const LEASE_MS = 60_000;

export async function insertBacktest(ctx: Ctx, one: BacktestRow): Promise<void> {
  await ctx.db.insert(promotionBacktest).values(one);
}

export async function findBacktest(
  ctx: Ctx,
  promotionId: string,
  id: string,
): Promise<BacktestRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(promotionBacktest)
    .where(and(eq(promotionBacktest.backtestId, id), eq(promotionBacktest.promotionId, promotionId)));
  return found;
}

export async function listBacktests(
  ctx: Ctx,
  promotionId: string,
  query: { before?: { createdAt: Date; id: string } | undefined; limit: number },
): Promise<BacktestRow[]> {
  const { before, limit } = query;
  return ctx.db
    .select()
    .from(promotionBacktest)
    .where(
      and(
        eq(promotionBacktest.promotionId, promotionId),
        before === undefined
          ? undefined
          : sql`(${promotionBacktest.createdAt}, ${promotionBacktest.backtestId}) < (${before.createdAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
      ),
    )
    .orderBy(desc(promotionBacktest.createdAt), desc(promotionBacktest.backtestId))
    .limit(limit);
}

export async function openBacktests(ctx: Ctx): Promise<number> {
  const found = await row<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from ${promotionBacktest} where state in ('waiting', 'running')`,
  );
  return found.n;
}

/** Whether any backtest of this version has ended. */
export async function wasTried(ctx: Ctx, promotionId: string, version: number): Promise<boolean> {
  const found = await ctx.db
    .select({ id: promotionBacktest.backtestId })
    .from(promotionBacktest)
    .where(
      and(
        eq(promotionBacktest.promotionId, promotionId),
        eq(promotionBacktest.version, version),
        eq(promotionBacktest.state, 'done'),
      ),
    )
    .limit(1);
  return found.length > 0;
}

/** Takes the oldest that waits, or whose worker is silent. */
export async function claimBacktest(ctx: Ctx): Promise<BacktestRow | undefined> {
  const now = ctx.clock.now();
  const lease = newId();
  const [claimed] = await rows<{ id: string }>(
    ctx.db,
    sql`
    update ${promotionBacktest} set state = 'running', lease = ${lease}::uuid, lease_until = ${until(now)}::timestamptz,
      started_at = ${now.toISOString()}::timestamptz, orders_done = 0
    where backtest_id = (
      select backtest_id from ${promotionBacktest}
      where state = 'waiting' or (state = 'running' and lease_until < ${now.toISOString()}::timestamptz)
      order by created_at limit 1 for update skip locked)
    returning backtest_id as id`,
  );
  if (claimed === undefined) return undefined;
  const [found] = await ctx.db
    .select()
    .from(promotionBacktest)
    .where(eq(promotionBacktest.backtestId, claimed.id));
  return found;
}

const until = (now: Date): string => new Date(now.getTime() + LEASE_MS).toISOString();

/** Says how far it is; false when it was cancelled, or somebody else works on it. */
export async function progress(
  ctx: Ctx,
  { backtestId, lease }: BacktestRow,
  done: { ordersDone: number; ordersTotal: number },
): Promise<boolean> {
  const kept = await ctx.db
    .update(promotionBacktest)
    .set({ ...done, leaseUntil: new Date(until(ctx.clock.now())) })
    .where(mine(backtestId, lease))
    .returning({ id: promotionBacktest.backtestId });
  return kept.length > 0;
}

const mine = (backtestId: string, lease: string | null) =>
  and(
    eq(promotionBacktest.backtestId, backtestId),
    eq(promotionBacktest.state, 'running'),
    sql`${promotionBacktest.lease} = ${lease}`,
  );

/** Ends it, or gives it back; nothing happens when it is not this worker's any more. */
export async function settleBacktest(
  ctx: Ctx,
  { backtestId, lease }: BacktestRow,
  end: { state: 'done' | 'failed' | 'waiting'; result?: unknown; error?: string },
): Promise<void> {
  const endedAt = end.state === 'waiting' ? null : ctx.clock.now();
  await ctx.db
    .update(promotionBacktest)
    .set({
      state: end.state,
      result: end.result ?? null,
      error: end.error ?? null,
      endedAt,
      lease: null,
      leaseUntil: null,
    })
    .where(mine(backtestId, lease));
}

/** False when it had ended before. */
export async function cancelOne(ctx: Ctx, id: string): Promise<boolean> {
  const done = await ctx.db
    .update(promotionBacktest)
    .set({ state: 'cancelled', endedAt: ctx.clock.now(), lease: null, leaseUntil: null })
    .where(
      and(eq(promotionBacktest.backtestId, id), inArray(promotionBacktest.state, ['waiting', 'running'])),
    )
    .returning({ id: promotionBacktest.backtestId });
  return done.length > 0;
}
