import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { CarryingOrder } from './redeem.ts';

/**
 * The orders that may use coupons: sales the shop's server (or another trusted side) told of. By their numbers, because a
 * merge may have moved them since.
 */
export async function trustedOrders(
  ctx: Ctx,
  keys: ReadonlyArray<{ source: string; externalId: string }>,
): Promise<CarryingOrder[]> {
  const found = await rows<{
    contactId: string;
    orderId: string;
    anonymous: boolean;
    occurredAt: string;
    currency: string;
    totalMinor: string;
    baseTotalMinor: string;
    couponCodes: string[];
  }>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", o.anonymous, o.occurred_at as "occurredAt", o.currency,
      o.total_minor as "totalMinor", o.base_total_minor as "baseTotalMinor", o.coupon_codes as "couponCodes"
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb) as k(source text, "externalId" text)
    join order_lookup l on l.source = k.source and l.external_id = k."externalId"
    join orders o on o.contact_id = l.contact_id and o.order_id = l.order_id
    where o.kind = 'sale' and o.trust <> 'public' and o.status <> 'cancelled'`,
  );
  return found.map((row) => ({
    ...row,
    occurredAt: dateOf(row.occurredAt),
    totalMinor: BigInt(row.totalMinor),
    baseTotalMinor: BigInt(row.baseTotalMinor),
  }));
}

/** Which codes orders have used already, returned or not, as "orderId code"; whoever the buyer has become since. */
export async function appliedUses(
  ctx: Ctx,
  asked: ReadonlyArray<{ code: string; orderId: string }>,
): Promise<Set<string>> {
  const found = await rows<{ orderId: string; code: string }>(
    ctx.db,
    sql`
    select r.order_id as "orderId", r.code
    from ${unnested('e', asked, { code: 'text', orderId: 'uuid' })}
    join coupon_reservation r on r.order_id = e."orderId" and r.code = e.code and r.state in ('used', 'returned')`,
  );
  return new Set(found.map(({ orderId, code }) => `${orderId} ${code}`));
}

/** Keeps why orders could not use codes; of a generic one under the buyer. */
export async function recordRefusals(
  ctx: Ctx,
  list: ReadonlyArray<{ code: string; orderId: string; contactId: string; occurredAt: Date; reason: string }>,
): Promise<void> {
  if (list.length === 0) return;
  await rows(
    ctx.db,
    sql`
    insert into coupon_use as u (contact_id, coupon_id, order_id, occurred_at, outcome, reason, order_contact_id, origin_id)
    select w.whose, k.coupon_id, e."orderId", e."occurredAt", 'refused', e.reason, e."contactId", w.whose
    from ${unnested('e', list, {
      code: 'text',
      orderId: 'uuid',
      contactId: 'uuid',
      occurredAt: 'timestamptz',
      reason: 'text',
    })}
    join coupon_code k on k.code = e.code
    cross join lateral (select case when exists (select from coupon c
      where c.contact_id = k.contact_id and c.coupon_id = k.coupon_id) then k.contact_id else e."contactId" end as whose) w
    on conflict (contact_id, coupon_id, order_id) do update set reason = excluded.reason where u.outcome = 'refused'`,
  );
}

/** Codes of nobody shown at most; nobody reads more. */
const MAX_CODES = 100;

/** Codes that are not the contact's own and that orders of theirs have used, as they are written. */
export async function openCodesOf(
  ctx: Ctx,
  contactId: string,
): Promise<Array<{ code: string; couponCampaignId: string; name: string; uses: number; lastUsedAt: Date }>> {
  const found = await rows<{
    code: string;
    couponCampaignId: string;
    name: string;
    uses: number;
    lastUsedAt: string;
  }>(
    ctx.db,
    sql`
    select case when r.coupon_id is null then cc.pattern else coalesce(nobody.code, r.code) end as code,
      cc.coupon_campaign_id as "couponCampaignId", cc.name, count(*)::int as uses,
      max(coalesce(o.occurred_at, r.reserved_at)) as "lastUsedAt"
    from coupon_reservation r
    join coupon_campaign cc on cc.coupon_campaign_id = r.coupon_campaign_id
    left join coupon nobody on nobody.contact_id = r.coupon_id and nobody.coupon_id = r.coupon_id
    left join orders o on o.contact_id = r.contact_id and o.order_id = r.order_id
    where r.contact_id = ${contactId}::uuid and r.state = 'used'
      and not exists (select from coupon own where own.contact_id = r.contact_id and own.coupon_id = r.coupon_id)
    group by 1, 2, 3 order by 5 desc limit ${MAX_CODES}`,
  );
  return found.map((row) => ({ ...row, lastUsedAt: dateOf(row.lastUsedAt) }));
}
