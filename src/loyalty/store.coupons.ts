import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { moveRows, movesIn, pairs, visibleContacts } from '../contacts/index.ts';
import type { Move } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { foldCode } from './code.ts';
import type { CouponState } from './contract.ts';
import type { CarryingOrder, HeldCoupon, Use } from './redeem.ts';

/** A contact's coupons shown at most; nobody reads more, and none has so many. */
const MAX_SHOWN = 500;

type RawCoupon = {
  couponId: string;
  code: string;
  state: CouponState;
  contactId: string;
  couponCampaignId: string;
  name: string;
  kind: 'percent' | 'fixed';
  percent: string | null;
  amountMinor: string | null;
  currency: string;
  minOrderMinor: string;
  issuedAt: string;
  validFrom: string;
  validUntil: string | null;
  usedAt: string | null;
  orderId: string | null;
};

export type CouponDetails = Omit<
  RawCoupon,
  'issuedAt' | 'validFrom' | 'validUntil' | 'usedAt' | 'minOrderMinor' | 'amountMinor'
> & {
  issuedAt: Date;
  validFrom: Date;
  validUntil: Date | null;
  usedAt: Date | null;
  minOrderMinor: bigint;
  amountMinor: bigint | null;
};

const orNull = (text: string | null): Date | null => (text === null ? null : dateOf(text));

async function selectCoupons(ctx: Ctx, where: SQL): Promise<CouponDetails[]> {
  const found = await rows<RawCoupon>(
    ctx.db,
    sql`
    select coupon.coupon_id as "couponId", coupon.code, coupon.state, coupon.contact_id as "contactId",
      cc.coupon_campaign_id as "couponCampaignId", cc.name, cc.kind, cc.percent, cc.amount_minor as "amountMinor",
      cc.currency, cc.min_order_minor as "minOrderMinor", coupon.issued_at as "issuedAt", coupon.valid_from as "validFrom",
      coupon.valid_until as "validUntil", coupon.used_at as "usedAt", coupon.order_id as "orderId"
    from coupon
    join coupon_campaign cc on cc.coupon_campaign_id = coupon.coupon_campaign_id
    join contact on contact.contact_id = coupon.contact_id
    where ${where} and ${visibleContacts(ctx)}
    order by coupon.issued_at desc, coupon.coupon_id desc limit ${MAX_SHOWN}`,
  );
  return found.map((row) => ({
    ...row,
    amountMinor: row.amountMinor === null ? null : BigInt(row.amountMinor),
    minOrderMinor: BigInt(row.minOrderMinor),
    issuedAt: dateOf(row.issuedAt),
    validFrom: dateOf(row.validFrom),
    validUntil: orNull(row.validUntil),
    usedAt: orNull(row.usedAt),
  }));
}

export async function couponByCode(ctx: Ctx, folded: string): Promise<CouponDetails | undefined> {
  const [found] = await selectCoupons(
    ctx,
    sql`(coupon.contact_id, coupon.coupon_id) in (select contact_id, coupon_id from coupon_code where code = ${folded})`,
  );
  return found;
}

export async function couponsOfContact(ctx: Ctx, contactId: string): Promise<CouponDetails[]> {
  return selectCoupons(ctx, sql`coupon.contact_id = ${contactId}::uuid`);
}

export async function contactIsVisible(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from contact where contact_id = ${contactId}::uuid and ${visibleContacts(ctx)}`,
  );
  return found.length > 0;
}

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
    occurredAt: string;
    currency: string;
    totalMinor: string;
    baseTotalMinor: string;
    couponCodes: string[];
  }>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", o.occurred_at as "occurredAt", o.currency,
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

/** The coupons of these folded codes, locked in key order until the end of the transaction. */
export async function lockCouponsByCode(ctx: Ctx, folded: readonly string[]): Promise<HeldCoupon[]> {
  const found = await rows<
    Omit<HeldCoupon, 'validFrom' | 'validUntil' | 'minOrderMinor'> & {
      validFrom: string;
      validUntil: string | null;
      minOrderMinor: string;
    }
  >(
    ctx.db,
    sql`
    select c.contact_id as "contactId", c.coupon_id as "couponId", c.code, c.state, c.order_id as "orderId",
      c.valid_from as "validFrom", c.valid_until as "validUntil", cc.personal, cc.kind, cc.currency,
      cc.min_order_minor as "minOrderMinor"
    from coupon_code k
    join coupon c on c.contact_id = k.contact_id and c.coupon_id = k.coupon_id
    join coupon_campaign cc on cc.coupon_campaign_id = c.coupon_campaign_id
    where k.code in (select jsonb_array_elements_text(${JSON.stringify(folded)}::text::jsonb))
    order by c.contact_id, c.coupon_id
    for update of c`,
  );
  return found.map((row) => ({
    ...row,
    validFrom: dateOf(row.validFrom),
    validUntil: orNull(row.validUntil),
    minOrderMinor: BigInt(row.minOrderMinor),
  }));
}

export async function recordUses(ctx: Ctx, uses: readonly Use[]): Promise<void> {
  const list = uses.map(({ coupon, order, refused }) => ({
    contactId: coupon.contactId,
    couponId: coupon.couponId,
    orderId: order.orderId,
    orderContactId: order.contactId,
    occurredAt: order.occurredAt,
    reason: refused,
  }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(list)}::text::jsonb) as u("contactId" uuid, "couponId" uuid,
    "orderId" uuid, "orderContactId" uuid, "occurredAt" timestamptz, reason text)`;
  await ctx.db.execute(sql`
    insert into coupon_use (contact_id, coupon_id, order_id, occurred_at, outcome, reason, order_contact_id, origin_id)
    select "contactId", "couponId", "orderId", "occurredAt", case when reason is null then 'applied' else 'refused' end,
      reason, "orderContactId", "contactId"
    from ${given} on conflict do nothing`);
  await ctx.db.execute(sql`
    update coupon c set state = 'used', used_at = u."occurredAt", order_id = u."orderId" from ${given}
    where u.reason is null and c.contact_id = u."contactId" and c.coupon_id = u."couponId"`);
}

/**
 * Moves coupons between contacts with a merge or a separation. Of a send key both had a coupon for, the one that comes gets a
 * key of its own: both codes were handed out, and both work.
 */
export async function moveCouponsOf(ctx: Ctx, all: readonly Move[]): Promise<void> {
  await moveRows(ctx, all, { table: 'coupon_use' });
  const moves = movesIn(all, 'coupon');
  if (moves.length === 0) return;
  // A key made longer by an earlier merge is itself again where nothing stands in its way.
  const moved = await rows<{ code: string; to: string }>(
    ctx.db,
    sql`
    with moved as (
      delete from coupon c using ${pairs(moves)}
      where c.contact_id = pair."from" and (pair.origins is null or c.origin_id = any(pair.origins))
      returning c.*, pair."to" as target),
    keyed as (
      select m.*, case when right(m.send_key, 37) = ' ' || m.coupon_id then left(m.send_key, -37) else m.send_key end as plain_key
      from moved m
    )
    insert into coupon
    select p.* from keyed k cross join lateral jsonb_populate_record(null::coupon, to_jsonb(k) || jsonb_build_object(
      'contact_id', k.target, 'send_key',
      case when exists (select from coupon c where c.contact_id = k.target and c.send_key = k.plain_key)
        or exists (
          select from keyed o where o.target = k.target and o.plain_key = k.plain_key and o.coupon_id < k.coupon_id)
        then k.plain_key || ' ' || k.coupon_id else k.plain_key end)) p
    returning code, contact_id as "to"`,
  );
  if (moved.length > 0) {
    const codes = JSON.stringify(moved.map(({ code, to }) => ({ code: foldCode(code), to })));
    await ctx.db.execute(sql`
      update coupon_code k set contact_id = m."to"
      from jsonb_to_recordset(${codes}::text::jsonb) as m(code text, "to" uuid) where k.code = m.code`);
  }
}
