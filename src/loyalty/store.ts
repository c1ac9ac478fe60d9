import { and, desc, eq, lt, or, sql } from 'drizzle-orm';
import { andVisible } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import type { CouponState } from './contract.ts';
import { couponCampaign } from './schema.ts';

export type CouponCampaignRow = typeof couponCampaign.$inferSelect;

export async function insertCouponCampaign(ctx: Ctx, row: CouponCampaignRow): Promise<void> {
  await ctx.db.insert(couponCampaign).values(row);
}

export async function findCouponCampaign(ctx: Ctx, id: string): Promise<CouponCampaignRow | undefined> {
  const [found] = await ctx.db.select().from(couponCampaign).where(eq(couponCampaign.couponCampaignId, id));
  return found;
}

/** Newest first, up to `limit` rows before the given one. */
export async function listCouponCampaigns(
  ctx: Ctx,
  limit: number,
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
  return ctx.db
    .select()
    .from(couponCampaign)
    .where(after)
    .orderBy(desc(createdAt), desc(couponCampaignId))
    .limit(limit);
}

export type StateCount = { couponCampaignId: string; state: CouponState; count: number };

/**
 * Coupons by campaign and state, of the contacts the asker may see; narrowed to what one source (a campaign) has issued when
 * `sourceId` is given.
 */
export async function countCoupons(
  ctx: Ctx,
  couponCampaignIds: readonly string[],
  sourceId?: string,
): Promise<StateCount[]> {
  return rows<StateCount>(
    ctx.db,
    sql`
    select coupon_campaign_id as "couponCampaignId", state, count(*)::int as count from coupon
    where coupon_campaign_id = any(${`{${couponCampaignIds.join(',')}}`}::uuid[])
      ${sourceId === undefined ? sql`` : sql`and source_id = ${sourceId}::uuid`}
      ${andVisible(ctx, sql`contact_id`)}
    group by 1, 2`,
  );
}

export type CouponDraft = {
  contactId: string;
  sendKey: string;
  couponId: string;
  code: string;
  folded: string;
};

/**
 * Writes the drafts whose (contact, send key) has no coupon yet, with their codes. Returns the ids of those whose code
 * somebody else has: they need another.
 */
export async function insertCoupons(
  ctx: Ctx,
  issue: {
    couponCampaignId: string;
    sourceId: string | null;
    issuedAt: Date;
    validFrom: Date;
    validUntil: Date | null;
  },
  drafts: readonly CouponDraft[],
): Promise<Set<string>> {
  const collided = await rows<{ couponId: string }>(
    ctx.db,
    sql`
    with draft as (
      select * from jsonb_to_recordset(${JSON.stringify(drafts)}::text::jsonb)
        as d("contactId" uuid, "sendKey" text, "couponId" uuid, code text, folded text)
    ), made as (
      insert into coupon (contact_id, coupon_id, coupon_campaign_id, source_id, send_key, code, state,
        issued_at, valid_from, valid_until, origin_id)
      select "contactId", "couponId", ${issue.couponCampaignId}::uuid, ${issue.sourceId}::uuid, "sendKey", code, 'issued',
        ${issue.issuedAt.toISOString()}::timestamptz, ${issue.validFrom.toISOString()}::timestamptz,
        ${issue.validUntil?.toISOString() ?? null}::timestamptz, "contactId"
      from draft order by "contactId", "sendKey"
      on conflict (contact_id, send_key) do nothing
      returning contact_id, coupon_id
    ), coded as (
      insert into coupon_code (code, contact_id, coupon_id)
      select d.folded, m.contact_id, m.coupon_id from made m join draft d on d."couponId" = m.coupon_id
      on conflict (code) do nothing
      returning coupon_id
    )
    select coupon_id as "couponId" from made where coupon_id not in (select coupon_id from coded)`,
  );
  return new Set(collided.map((row) => row.couponId));
}

/** Gives coupons another code; returns the ids of those whose code is taken again. */
export async function recode(ctx: Ctx, drafts: readonly CouponDraft[]): Promise<Set<string>> {
  const coded = await rows<{ couponId: string }>(
    ctx.db,
    sql`
    with draft as (
      select * from jsonb_to_recordset(${JSON.stringify(drafts)}::text::jsonb)
        as d("contactId" uuid, "couponId" uuid, code text, folded text)
    ), coded as (
      insert into coupon_code (code, contact_id, coupon_id) select folded, "contactId", "couponId" from draft
      on conflict (code) do nothing returning coupon_id
    )
    update coupon c set code = d.code from draft d join coded on coded.coupon_id = d."couponId"
    where c.contact_id = d."contactId" and c.coupon_id = d."couponId"
    returning c.coupon_id as "couponId"`,
  );
  const done = new Set(coded.map((row) => row.couponId));
  return new Set(drafts.map((draft) => draft.couponId).filter((id) => !done.has(id)));
}

export type IssuedCoupon = {
  contactId: string;
  sendKey: string;
  couponId: string;
  code: string;
  state: CouponState;
  validUntil: Date | null;
};

export async function couponsByKey(
  ctx: Ctx,
  keys: ReadonlyArray<{ contactId: string; sendKey: string }>,
): Promise<IssuedCoupon[]> {
  const found = await rows<Omit<IssuedCoupon, 'validUntil'> & { validUntil: string | null }>(
    ctx.db,
    sql`
    select c.contact_id as "contactId", c.send_key as "sendKey", c.coupon_id as "couponId", c.code, c.state,
      c.valid_until as "validUntil"
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb) as k("contactId" uuid, "sendKey" text)
    join coupon c on c.contact_id = k."contactId" and c.send_key = k."sendKey"`,
  );
  return found.map((row) => ({
    ...row,
    validUntil: row.validUntil === null ? null : dateOf(row.validUntil),
  }));
}

/** Moves coupons to another state where their present one allows it; returns how many moved. */
export async function moveCoupons(
  ctx: Ctx,
  keys: ReadonlyArray<{ contactId: string; sendKey: string }>,
  from: readonly CouponState[],
  to: CouponState,
): Promise<number> {
  const moved = await rows(
    ctx.db,
    sql`
    update coupon c set state = ${to}
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb) as k("contactId" uuid, "sendKey" text)
    where c.contact_id = k."contactId" and c.send_key = k."sendKey"
      and c.state = any(${`{${from.join(',')}}`}::text[])
    returning 1`,
  );
  return moved.length;
}

/** Marks up to `limit` coupons whose end has passed; returns how many. */
export async function expireCoupons(ctx: Ctx, now: Date, limit: number): Promise<number> {
  const expired = await rows(
    ctx.db,
    sql`
    with ended as (
      select contact_id, coupon_id from coupon
      where state in ('issued', 'held') and valid_until <= ${now.toISOString()}::timestamptz
      order by valid_until limit ${limit} for update skip locked
    )
    update coupon c set state = 'expired' from ended e
    where c.contact_id = e.contact_id and c.coupon_id = e.coupon_id
    returning 1`,
  );
  return expired.length;
}
