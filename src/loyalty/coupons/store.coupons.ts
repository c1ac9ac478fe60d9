import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import type { CouponKind, CouponState } from './contract.ts';

/** A contact's coupons shown at most; nobody reads more, and none has so many. */
const MAX_SHOWN = 500;

type RawCoupon = {
  couponId: string;
  code: string;
  state: CouponState;
  /** Null: nobody's. */
  contactId: string | null;
  couponCampaignId: string;
  name: string;
  version: number;
  kind: CouponKind;
  percent: string | null;
  amountMinor: string | null;
  currency: string;
  minOrderMinor: string;
  issuedAt: string;
  validFrom: string;
  validUntil: string | null;
  usedAt: string | null;
  orderId: string | null;
  maxUses: number | null;
  taken: number;
  uses: number;
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

/** What a page of coupons is ordered by: newest first by when they were issued, or by id alone. */
type Order = { by: SQL; limit: number };

/** Coupons the asker may see: those of contacts they see, and those nobody has. */
export async function selectCoupons(
  ctx: Ctx,
  where: SQL,
  order: Order = { by: sql`coupon.issued_at desc, coupon.coupon_id desc`, limit: MAX_SHOWN },
): Promise<CouponDetails[]> {
  const found = await rows<RawCoupon>(
    ctx.db,
    sql`
    select coupon.coupon_id as "couponId", coupon.code, coupon.state, coupon.version, coupon.max_uses as "maxUses",
      coupon.taken, coupon.uses,
      case when coupon.contact_id = coupon.coupon_id then null else coupon.contact_id end as "contactId",
      cc.coupon_campaign_id as "couponCampaignId", cc.name, v.kind, v.percent, v.amount_minor as "amountMinor",
      cc.currency, v.min_order_minor as "minOrderMinor", coupon.issued_at as "issuedAt",
      coupon.valid_from as "validFrom", coupon.valid_until as "validUntil", coupon.used_at as "usedAt",
      coupon.order_id as "orderId"
    from coupon
    join coupon_campaign cc on cc.coupon_campaign_id = coupon.coupon_campaign_id
    join coupon_campaign_version v on v.coupon_campaign_id = coupon.coupon_campaign_id and v.version = coupon.version
    left join contact on contact.contact_id = coupon.contact_id
    where ${where} and (coupon.contact_id = coupon.coupon_id or (contact.contact_id is not null and ${visibleContacts(ctx)}))
    order by ${order.by} limit ${order.limit}`,
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
