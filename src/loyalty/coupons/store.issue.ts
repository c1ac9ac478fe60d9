import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { CouponState } from './contract.ts';
import { tallied } from './store.states.ts';

export type CouponDraft = {
  contactId: string;
  sendKey: string;
  couponId: string;
  code: string;
  folded: string;
};

/** What the coupons of one issue have in common. */
export type Issue = {
  couponCampaignId: string;
  version: number;
  maxUses: number | null;
  issuedAt: Date;
  validFrom: Date;
  validUntil: Date | null;
};

/**
 * Writes the drafts whose (contact, send key) has no coupon yet, with their codes, and counts them. Returns the ids of the new ones
 * by whether their code is their own; `false`: somebody else has it, they need another.
 */
export async function insertCoupons(
  ctx: Ctx,
  issue: Issue & { sourceId: string | null },
  drafts: readonly CouponDraft[],
): Promise<Map<string, boolean>> {
  const made = await rows<{ couponId: string; coded: boolean }>(
    ctx.db,
    sql`
    with draft as (
      select * from jsonb_to_recordset(${JSON.stringify(drafts)}::text::jsonb)
        as d("contactId" uuid, "sendKey" text, "couponId" uuid, code text, folded text)
    ), made as (
      insert into coupon (contact_id, coupon_id, coupon_campaign_id, source_id, send_key, code, state, version, max_uses,
        issued_at, valid_from, valid_until, origin_id)
      select "contactId", "couponId", ${issue.couponCampaignId}::uuid, ${issue.sourceId}::uuid, "sendKey", code, 'issued',
        ${issue.version}::int, ${issue.maxUses}::int, ${issue.issuedAt.toISOString()}::timestamptz, ${issue.validFrom.toISOString()}::timestamptz,
        ${issue.validUntil?.toISOString() ?? null}::timestamptz, "contactId"
      from draft order by "contactId", "sendKey"
      on conflict (contact_id, send_key) where send_key is not null do nothing
      returning contact_id, coupon_id, coupon_campaign_id, source_id, state
    ), coded as (
      insert into coupon_code (code, contact_id, coupon_id)
      select d.folded, m.contact_id, m.coupon_id from made m join draft d on d."couponId" = m.coupon_id
      on conflict (code) do nothing
      returning coupon_id
    ), told as (${tallied(sql`select coupon_campaign_id, source_id, state, 1 as n from made`)})
    select m.coupon_id as "couponId", d.coupon_id is not null as coded
    from made m left join coded d on d.coupon_id = m.coupon_id`,
  );
  return new Map(made.map(({ couponId, coded }) => [couponId, coded]));
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

/**
 * Writes codes that nobody has, each under its own id; those that exist already are left out. Returns how many were made. Drafts
 * come in the order of their codes, so that two who make codes at once never wait for each other in a circle.
 */
export async function insertBearers(
  ctx: Ctx,
  issue: Issue & { batchId: string },
  drafts: ReadonlyArray<{ couponId: string; code: string; folded: string }>,
): Promise<number> {
  const made = await rows<{ n: number }>(
    ctx.db,
    sql`
    with draft as materialized (
      select * from ${unnested('d', drafts, { couponId: 'uuid', code: 'text', folded: 'text' })}
    ), coded as (
      insert into coupon_code (code, contact_id, coupon_id) select folded, "couponId", "couponId" from draft
      on conflict (code) do nothing returning coupon_id
    ), made as (
      insert into coupon (contact_id, coupon_id, coupon_campaign_id, batch_id, code, state, version, max_uses, issued_at,
        valid_from, valid_until, origin_id)
      select d."couponId", d."couponId", ${issue.couponCampaignId}::uuid, ${issue.batchId}::uuid, d.code, 'issued',
        ${issue.version}::int, ${issue.maxUses}::int, ${issue.issuedAt.toISOString()}::timestamptz,
        ${issue.validFrom.toISOString()}::timestamptz, ${issue.validUntil?.toISOString() ?? null}::timestamptz, d."couponId"
      from draft d join coded c on c.coupon_id = d."couponId"
      returning 1
    ), told as (${tallied(sql`
      select ${issue.couponCampaignId}::uuid as coupon_campaign_id, null::uuid as source_id, 'issued'::text as state, 1 as n
      from coded`)})
    select count(*)::int as n from made`,
  );
  return made[0]?.n ?? 0;
}
