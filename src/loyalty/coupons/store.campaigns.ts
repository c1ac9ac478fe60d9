import { and, desc, eq, ilike, inArray, lt, or, sql } from '../../core/sql.ts';
import { andVisible } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import type { CouponCampaignQuery, CouponState } from './contract.ts';
import { couponCampaign, couponCampaignVersion } from './schema.ts';
import { tallyOf } from './store.states.ts';
import type { StateCount } from './store.states.ts';

export type VersionRow = typeof couponCampaignVersion.$inferSelect;
/** A campaign with its present version. */
export type CouponCampaignRow = typeof couponCampaign.$inferSelect &
  Omit<VersionRow, 'couponCampaignId' | 'version' | 'changedBy' | 'changedAt'>;

const COLUMNS = {
  couponCampaignId: couponCampaign.couponCampaignId,
  name: couponCampaign.name,
  codeKind: couponCampaign.codeKind,
  pattern: couponCampaign.pattern,
  currency: couponCampaign.currency,
  personal: couponCampaign.personal,
  usesPerCode: couponCampaign.usesPerCode,
  validFrom: couponCampaign.validFrom,
  validUntil: couponCampaign.validUntil,
  validDays: couponCampaign.validDays,
  limits: couponCampaign.limits,
  budgetMinor: couponCampaign.budgetMinor,
  onReturn: couponCampaign.onReturn,
  timeZone: couponCampaign.timeZone,
  state: couponCampaign.state,
  version: couponCampaign.version,
  createdBy: couponCampaign.createdBy,
  createdAt: couponCampaign.createdAt,
  updatedAt: couponCampaign.updatedAt,
  kind: couponCampaignVersion.kind,
  percent: couponCampaignVersion.percent,
  amountMinor: couponCampaignVersion.amountMinor,
  minOrderMinor: couponCampaignVersion.minOrderMinor,
  offer: couponCampaignVersion.offer,
};

const present = and(
  eq(couponCampaignVersion.couponCampaignId, couponCampaign.couponCampaignId),
  eq(couponCampaignVersion.version, couponCampaign.version),
);

const select = (ctx: Ctx) =>
  ctx.db.select(COLUMNS).from(couponCampaign).innerJoin(couponCampaignVersion, present);

export async function insertCouponCampaign(ctx: Ctx, row: CouponCampaignRow): Promise<void> {
  await ctx.db.insert(couponCampaign).values(row);
  await insertVersion(ctx, row);
}

export async function insertVersion(ctx: Ctx, row: CouponCampaignRow): Promise<void> {
  await ctx.db
    .insert(couponCampaignVersion)
    .values({ ...row, changedBy: ctx.actor.name, changedAt: row.updatedAt });
}

export async function findCouponCampaign(ctx: Ctx, id: string): Promise<CouponCampaignRow | undefined> {
  const [found] = await select(ctx).where(eq(couponCampaign.couponCampaignId, id));
  return found;
}

/** The same, locked against other changes of it. */
export async function lockCouponCampaign(ctx: Ctx, id: string): Promise<CouponCampaignRow | undefined> {
  const [found] = await select(ctx)
    .where(eq(couponCampaign.couponCampaignId, id))
    .for('no key update', { of: couponCampaign });
  return found;
}

export async function updateCouponCampaign(ctx: Ctx, row: CouponCampaignRow): Promise<void> {
  await ctx.db
    .update(couponCampaign)
    .set(row)
    .where(eq(couponCampaign.couponCampaignId, row.couponCampaignId));
}

export async function campaignsOf(ctx: Ctx, ids: readonly string[]): Promise<Map<string, CouponCampaignRow>> {
  const found = await select(ctx).where(inArray(couponCampaign.couponCampaignId, [...new Set(ids)]));
  return new Map(found.map((row) => [row.couponCampaignId, row]));
}

export async function versionsOf(ctx: Ctx, id: string): Promise<VersionRow[]> {
  return ctx.db
    .select()
    .from(couponCampaignVersion)
    .where(eq(couponCampaignVersion.couponCampaignId, id))
    .orderBy(desc(couponCampaignVersion.version))
    .limit(MAX_VERSIONS);
}

/** Nobody reads further back. */
const MAX_VERSIONS = 200;

/** Newest first, up to `limit` rows before the given one. */
export async function listCouponCampaigns(
  ctx: Ctx,
  limit: number,
  of: CouponCampaignQuery,
  before?: { createdAt: Date; id: string },
): Promise<CouponCampaignRow[]> {
  const { createdAt, couponCampaignId } = couponCampaign;
  const after =
    before === undefined
      ? undefined
      : or(
          lt(createdAt, before.createdAt),
          and(eq(createdAt, before.createdAt), lt(couponCampaignId, before.id)),
        );
  const like = of.search === undefined ? undefined : `%${of.search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const fits = and(
    after,
    of.state === undefined ? undefined : eq(couponCampaign.state, of.state),
    like === undefined
      ? undefined
      : or(ilike(couponCampaign.name, like), ilike(couponCampaign.pattern, like)),
  );
  return select(ctx).where(fits).orderBy(desc(createdAt), desc(couponCampaignId)).limit(limit);
}

/**
 * Coupons by campaign and state; narrowed to what one source (a campaign) has issued when `sourceId` is given. For an asker who
 * sees all contacts a sum of the changes; for others those of their contacts and those nobody has, counted one by one.
 */
export async function countCoupons(
  ctx: Ctx,
  couponCampaignIds: readonly string[],
  sourceId?: string,
): Promise<StateCount[]> {
  const { actor } = ctx;
  if (actor.kind !== 'user' || actor.visibility === 'all') return tallyOf(ctx, couponCampaignIds, sourceId);
  return rows<StateCount>(
    ctx.db,
    sql`
    select coupon_campaign_id as "couponCampaignId", state, count(*)::int as count from coupon
    where coupon_campaign_id = any(${`{${couponCampaignIds.join(',')}}`}::uuid[])
      ${sourceId === undefined ? sql`` : sql`and source_id = ${sourceId}::uuid`}
      and (contact_id = coupon_id or (true ${andVisible(ctx, sql`contact_id`)}))
    group by 1, 2`,
  );
}

export type Counts = ReadonlyMap<string, Partial<Record<CouponState, number>>>;

/** A draft whose code for all is this one: it works once it is launched. */
export async function draftOfCode(ctx: Ctx, code: string): Promise<CouponCampaignRow | undefined> {
  const [found] = await select(ctx)
    .where(
      and(
        eq(couponCampaign.state, 'draft'),
        eq(couponCampaign.codeKind, 'generic'),
        eq(couponCampaign.pattern, code.toUpperCase()),
      ),
    )
    .limit(1);
  return found;
}

/** A code for all; false when the code stands for something already. */
export async function insertGenericCode(
  ctx: Ctx,
  folded: string,
  couponCampaignId: string,
): Promise<boolean> {
  const made = await rows(
    ctx.db,
    sql`insert into coupon_code (code, contact_id, coupon_id)
      values (${folded}, ${couponCampaignId}::uuid, ${couponCampaignId}::uuid) on conflict (code) do nothing returning 1`,
  );
  return made.length > 0;
}
