import { and, asc, eq, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { product } from '../../orders/index.ts';
import { segment } from '../../segments/index.ts';
import { couponCampaign } from '../coupons/schema.ts';
import { tierLadder, tierLadderVersion } from '../standing/schema.ts';
import { rewardDefinition } from './contract.ts';
import type { RewardDefinition } from './contract.ts';
import { reward, rewardRedemption } from './schema.ts';

/** The catalogue. */

export type RewardRow = Omit<typeof reward.$inferSelect, 'definition'> & { definition: RewardDefinition };

/** More than a catalogue that people read has; lists need no pages. */
export const MAX_REWARDS = 500;

const parsed = (row: typeof reward.$inferSelect): RewardRow => ({
  ...row,
  definition: rewardDefinition.parse(row.definition),
});

export async function insertReward(ctx: Ctx, row: RewardRow): Promise<void> {
  await ctx.db.insert(reward).values(row);
}

/** Everything but what is taken, which has a statement of its own. */
export async function updateReward(ctx: Ctx, row: RewardRow): Promise<void> {
  const { rewardId, state, version, definition, stock, updatedAt } = row;
  await ctx.db
    .update(reward)
    .set({ state, version, definition, stock, updatedAt })
    .where(eq(reward.rewardId, rewardId));
}

export async function findReward(ctx: Ctx, rewardId: string, lock = false): Promise<RewardRow | undefined> {
  const query = ctx.db.select().from(reward).where(eq(reward.rewardId, rewardId));
  const [found] = lock ? await query.for('update') : await query;
  return found && parsed(found);
}

export async function listRewards(
  ctx: Ctx,
  of: { programId?: string | undefined; state?: 'live' },
): Promise<RewardRow[]> {
  const found = await ctx.db
    .select()
    .from(reward)
    .where(
      and(
        of.programId === undefined ? undefined : eq(reward.programId, of.programId),
        of.state === undefined ? undefined : eq(reward.state, of.state),
      ),
    )
    .orderBy(asc(reward.createdAt), asc(reward.rewardId))
    .limit(MAX_REWARDS);
  return found.map(parsed);
}

export async function countRewards(ctx: Ctx, programId: string): Promise<number> {
  return ctx.db.$count(reward, eq(reward.programId, programId));
}

/**
 * Takes one of a reward that is still live, still of this version, and not used up: one statement that holds the row until the commit.
 * False when it is none of that any more.
 */
export async function takeOne(ctx: Ctx, { rewardId, version }: RewardRow): Promise<boolean> {
  const taken = await ctx.db
    .update(reward)
    .set({ taken: sql`${reward.taken} + 1` })
    .where(
      sql`${reward.rewardId} = ${rewardId}::uuid and ${reward.version} = ${version} and ${reward.state} = 'live'
        and (${reward.stock} is null or ${reward.taken} < ${reward.stock})`,
    )
    .returning({ taken: reward.taken });
  return taken.length > 0;
}

export async function giveOneBack(ctx: Ctx, rewardId: string): Promise<void> {
  await ctx.db
    .update(reward)
    .set({ taken: sql`${reward.taken} - 1` })
    .where(eq(reward.rewardId, rewardId));
}

/** What waits for somebody's hands, by reward. */
export async function openByReward(ctx: Ctx, rewardIds: readonly string[]): Promise<Map<string, number>> {
  if (rewardIds.length === 0) return new Map();
  const found = await rows<{ id: string; n: number }>(
    ctx.db,
    sql`select reward_id as id, count(*)::int as n from ${rewardRedemption}
      where state = 'open' and reward_id = any(${uuids(rewardIds)}) group by 1`,
  );
  return new Map(found.map(({ id, n }) => [id, n]));
}

export const uuids = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::text::uuid[]`;

/** Those of these segments that there are. */
export async function knownSegments(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select ${segment.segmentId} as id from ${segment} where ${segment.segmentId} = any(${uuids(ids)})`,
  );
  return new Set(found.map(({ id }) => id));
}

/** Tiers of the ladder a program has in force. */
export async function tiersOf(ctx: Ctx, programId: string): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select t ->> 'id' as id from ${tierLadder} l
      join ${tierLadderVersion} v on v.ladder_id = l.ladder_id and v.version = l.version,
      jsonb_array_elements(v.rules -> 'tiers') t
      where l.program_id = ${programId}::uuid and l.state = 'active'`,
  );
  return new Set(found.map(({ id }) => id));
}

export async function productExists(ctx: Ctx, productId: string): Promise<boolean> {
  return (await ctx.db.$count(product, eq(product.productId, productId))) > 0;
}

/** What decides whether a coupon campaign's codes can be given for points. */
export async function couponCampaignOf(
  ctx: Ctx,
  id: string,
): Promise<{ codeKind: string; state: string } | undefined> {
  const [found] = await ctx.db
    .select({ codeKind: couponCampaign.codeKind, state: couponCampaign.state })
    .from(couponCampaign)
    .where(eq(couponCampaign.couponCampaignId, id));
  return found;
}
