import { and, desc, eq, inArray, lt, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import { segment } from '../../segments/index.ts';
import { offerChange, offerUse, promotion, promotionVersion } from './schema.ts';

/** Promotions and their versions. */

export type PromotionRow = typeof promotion.$inferSelect;
export type VersionRow = typeof promotionVersion.$inferSelect;

/** Says that quotes are made from something else now; in the transaction of the change. Holds its row until the commit. */
export async function markChanged(ctx: Ctx): Promise<void> {
  const mark = newId();
  await ctx.db
    .insert(offerChange)
    .values({ mark })
    .onConflictDoUpdate({ target: offerChange.one, set: { mark } });
}

export async function insertPromotion(ctx: Ctx, row: PromotionRow, version: VersionRow): Promise<void> {
  await ctx.db.insert(promotion).values(row);
  await ctx.db.insert(promotionVersion).values(version);
}

export async function findPromotion(
  ctx: Ctx,
  id: string,
  lock = false,
): Promise<{ row: PromotionRow; latest: VersionRow } | undefined> {
  const query = ctx.db
    .select({ row: promotion, latest: promotionVersion })
    .from(promotion)
    .innerJoin(
      promotionVersion,
      and(
        eq(promotionVersion.promotionId, promotion.promotionId),
        eq(promotionVersion.version, promotion.version),
      ),
    )
    .where(eq(promotion.promotionId, id));
  // Locked alone first: of the latest version only who holds the promotion may speak.
  if (lock)
    await ctx.db
      .select({ one: sql`1` })
      .from(promotion)
      .where(eq(promotion.promotionId, id))
      .for('update');
  const [found] = await query;
  return found;
}

export async function updatePromotion(ctx: Ctx, row: PromotionRow): Promise<void> {
  await ctx.db.update(promotion).set(row).where(eq(promotion.promotionId, row.promotionId));
}

/** Writes a version; one that was never in service may be written again. */
export async function saveVersion(ctx: Ctx, row: VersionRow): Promise<void> {
  const written = await ctx.db
    .insert(promotionVersion)
    .values(row)
    .onConflictDoUpdate({
      target: [promotionVersion.promotionId, promotionVersion.version],
      set: row,
      setWhere: sql`${promotionVersion.frozenAt} is null`,
    })
    .returning({ version: promotionVersion.version });
  if (written.length === 0) throw new Error('a frozen version cannot be written again');
}

export type PromotionQuery = {
  search?: string | undefined;
  state?: string | undefined;
  stage?: string | undefined;
  before?: { createdAt: Date; id: string } | undefined;
  limit: number;
};

/** Newest first. */
export async function listPromotions(
  ctx: Ctx,
  query: PromotionQuery,
): Promise<Array<{ row: PromotionRow; frozen: boolean; definition: unknown }>> {
  const { search, state, stage, before, limit } = query;
  const like = search === undefined ? undefined : `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return ctx.db
    .select({
      row: promotion,
      frozen: sql<boolean>`${promotionVersion.frozenAt} is not null`,
      definition: promotionVersion.definition,
    })
    .from(promotion)
    .innerJoin(
      promotionVersion,
      and(
        eq(promotionVersion.promotionId, promotion.promotionId),
        eq(promotionVersion.version, promotion.version),
      ),
    )
    .where(
      and(
        like === undefined ? undefined : sql`${promotion.name} ilike ${like}`,
        stage === undefined ? undefined : eq(promotion.stage, stage),
        state === undefined ? undefined : stateIs(state, ctx.clock.now()),
        before === undefined
          ? undefined
          : sql`(${promotion.createdAt}, ${promotion.promotionId}) < (${before.createdAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
      ),
    )
    .orderBy(desc(promotion.createdAt), desc(promotion.promotionId))
    .limit(limit);
}

/** Whether a live promotion has begun or is over its times say. */
function stateIs(state: string, now: Date): SQL {
  const at = sql`${now.toISOString()}::timestamptz`;
  const over = sql`coalesce(${promotion.endsAt} <= ${at}, false)`;
  const before = sql`coalesce(${promotion.startsAt} > ${at}, false)`;
  switch (state) {
    case 'live':
      return sql`${promotion.state} = 'live' and not ${over} and not ${before}`;
    case 'scheduled':
      return sql`${promotion.state} = 'live' and not ${over} and ${before}`;
    case 'ended':
      return sql`(${promotion.state} = 'ended' or (${promotion.state} in ('live', 'paused') and ${over}))`;
    case 'paused':
      return sql`${promotion.state} = 'paused' and not ${over}`;
    default:
      return sql`${promotion.state} = ${state}`;
  }
}

export async function listVersions(
  ctx: Ctx,
  id: string,
  query: { before?: number | undefined; limit: number },
): Promise<VersionRow[]> {
  return ctx.db
    .select()
    .from(promotionVersion)
    .where(
      and(
        eq(promotionVersion.promotionId, id),
        query.before === undefined ? undefined : lt(promotionVersion.version, query.before),
      ),
    )
    .orderBy(desc(promotionVersion.version))
    .limit(query.limit);
}

export async function findVersion(ctx: Ctx, id: string, version: number): Promise<VersionRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(promotionVersion)
    .where(and(eq(promotionVersion.promotionId, id), eq(promotionVersion.version, version)));
  return found;
}

/** Promotions in service whose end has not come by `from`, with what they say. */
export async function livePromotions(
  ctx: Ctx,
  from: Date,
): Promise<Array<{ promotionId: string; version: number; definition: unknown }>> {
  return ctx.db
    .select({
      promotionId: promotion.promotionId,
      version: promotion.version,
      definition: promotionVersion.definition,
    })
    .from(promotion)
    .innerJoin(
      promotionVersion,
      and(
        eq(promotionVersion.promotionId, promotion.promotionId),
        eq(promotionVersion.version, promotion.version),
      ),
    )
    .where(
      and(
        eq(promotion.state, 'live'),
        sql`coalesce(${promotion.endsAt} > ${from.toISOString()}::timestamptz, true)`,
      ),
    );
}

export type UsageRow = Record<string, unknown> & {
  offerId: string;
  uses: number;
  reserved: number;
  desiredMinor: string;
  actualMinor: string;
  points: string;
};

/** Of each that was used at all. */
export async function usageOf(ctx: Ctx, offerIds: readonly string[]): Promise<Map<string, UsageRow>> {
  if (offerIds.length === 0) return new Map();
  const found = await rows<UsageRow>(
    ctx.db,
    sql`
    select offer_id as "offerId", count(*)::int as uses, count(*) filter (where state = 'reserved')::int as reserved,
      coalesce(sum(desired_minor), 0)::text as "desiredMinor", coalesce(sum(actual_minor), 0)::text as "actualMinor",
      coalesce(sum(points), 0)::text as points
    from ${offerUse} where offer_id in (select jsonb_array_elements_text(${JSON.stringify(offerIds)}::text::jsonb))
      and state <> 'released' group by offer_id`,
  );
  return new Map(found.map((row) => [row.offerId, row]));
}

/** Those of these segments that there are. */
export async function existingSegments(ctx: Ctx, list: readonly string[]): Promise<Set<string>> {
  if (list.length === 0) return new Set();
  const found = await ctx.db
    .select({ id: segment.segmentId })
    .from(segment)
    .where(and(inArray(segment.segmentId, [...list]), sql`${segment.archivedAt} is null`));
  return new Set(found.map(({ id }) => id));
}
