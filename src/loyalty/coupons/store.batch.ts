import { and, asc, desc, eq, inArray, lt, or, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { addMs } from '../../core/time.ts';
import { couponBatch } from './schema.ts';
import { moveStates } from './store.states.ts';
import type { MovedCoupon } from './store.states.ts';

export type BatchRow = typeof couponBatch.$inferSelect;

/** Whoever works on a batch renews this with every part; after it, another worker goes on. */
export const LEASE_MS = 30_000;

export async function insertBatch(ctx: Ctx, row: typeof couponBatch.$inferInsert): Promise<BatchRow> {
  const [made] = await ctx.db.insert(couponBatch).values(row).returning();
  if (made === undefined) throw new Error('insert returned no row');
  return made;
}

export async function findBatch(ctx: Ctx, id: string): Promise<BatchRow | undefined> {
  const [found] = await ctx.db.select().from(couponBatch).where(eq(couponBatch.batchId, id));
  return found;
}

/** Newest first; ids are in the order of time. */
export async function listBatches(
  ctx: Ctx,
  couponCampaignId: string,
  limit: number,
  before?: string,
): Promise<BatchRow[]> {
  return ctx.db
    .select()
    .from(couponBatch)
    .where(
      and(
        eq(couponBatch.couponCampaignId, couponCampaignId),
        before === undefined ? undefined : lt(couponBatch.batchId, before),
      ),
    )
    .orderBy(desc(couponBatch.batchId))
    .limit(limit);
}

/** Codes of a campaign that are still to be made. */
export async function codesToCome(ctx: Ctx, couponCampaignId: string): Promise<number> {
  const [found] = await rows<{ n: number }>(
    ctx.db,
    sql`select coalesce(sum(wanted - done), 0)::int as n from coupon_batch
      where coupon_campaign_id = ${couponCampaignId}::uuid and kind = 'generate' and state in ('queued', 'running')`,
  );
  return found?.n ?? 0;
}

/** Takes the oldest batch that waits or whose worker has gone silent; undefined when there is none. */
export async function claimBatch(ctx: Ctx, token: string): Promise<BatchRow | undefined> {
  const now = ctx.clock.now();
  const next = ctx.db
    .select({ id: couponBatch.batchId })
    .from(couponBatch)
    .where(
      or(
        eq(couponBatch.state, 'queued'),
        and(eq(couponBatch.state, 'running'), lt(couponBatch.leaseUntil, now)),
      ),
    )
    .orderBy(asc(couponBatch.createdAt), asc(couponBatch.batchId))
    .limit(1)
    .for('update', { skipLocked: true });
  const [claimed] = await ctx.db
    .update(couponBatch)
    .set({ state: 'running', leaseToken: token, leaseUntil: addMs(now, LEASE_MS) })
    .where(sql`${couponBatch.batchId} = (${next})`)
    .returning();
  return claimed;
}

/** The batch locked by who holds it; undefined when it was cancelled or somebody else has taken it over. */
export async function holdBatch(ctx: Ctx, id: string, token: string): Promise<BatchRow | undefined> {
  const [held] = await ctx.db
    .select()
    .from(couponBatch)
    .where(
      and(eq(couponBatch.batchId, id), eq(couponBatch.leaseToken, token), eq(couponBatch.state, 'running')),
    )
    .for('update');
  return held;
}

export async function updateBatch(
  ctx: Ctx,
  id: string,
  values: Partial<typeof couponBatch.$inferInsert>,
): Promise<void> {
  await ctx.db.update(couponBatch).set(values).where(eq(couponBatch.batchId, id));
}

/** Ends a batch that is still open; undefined when it is not. */
export async function cancelBatchRow(ctx: Ctx, id: string, now: Date): Promise<BatchRow | undefined> {
  const [cancelled] = await ctx.db
    .update(couponBatch)
    .set({ state: 'cancelled', finishedAt: now, leaseToken: null, leaseUntil: null })
    .where(and(eq(couponBatch.batchId, id), inArray(couponBatch.state, ['queued', 'running'])))
    .returning();
  return cancelled;
}

/** Tells the planner of so many new rows at once, as the server's own housekeeping would in some minutes. */
export async function analyseCodes(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`analyze coupon, coupon_code`);
}

/** The next codes of a campaign in the order of state and id, to be looked at. */
export async function nextCodes(
  ctx: Ctx,
  of: { couponCampaignId: string; state: string; batchId: string | null; after: string | null },
  limit: number,
): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select coupon_id as id from coupon
    where coupon_campaign_id = ${of.couponCampaignId}::uuid and state = ${of.state}
      ${of.after === null ? sql`` : sql`and coupon_id > ${of.after}::uuid`}
      ${of.batchId === null ? sql`` : sql`and batch_id = ${of.batchId}::uuid`}
    order by coupon_id limit ${limit}`,
  );
  return found.map(({ id }) => id);
}

/** Makes those coupons of a campaign void that no order has taken. */
export async function voidById(
  ctx: Ctx,
  couponCampaignId: string,
  ids: readonly string[],
): Promise<MovedCoupon[]> {
  return moveStates(
    ctx,
    'void',
    sql`from coupon c where c.coupon_campaign_id = ${couponCampaignId}::uuid
      and c.coupon_id = any(${`{${ids.join(',')}}`}::uuid[]) and c.taken = c.uses`,
    { states: ['issued', 'held'] },
  );
}
