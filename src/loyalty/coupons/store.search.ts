import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { ownerLimit } from '../../contacts/index.ts';
import { contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import type { CouponExportQuery, CouponSearch } from './contract.codes.ts';
import { COUPON_STATES } from './contract.ts';
import type { CouponState } from './contract.ts';
import { selectCoupons } from './store.coupons.ts';
import type { CouponDetails } from './store.coupons.ts';
import { textArray } from './store.find.ts';

/** A limited asker sees coupons of their contacts, and those nobody has. */
function visible(ctx: Ctx): SQL {
  const limit = ownerLimit(ctx);
  return limit === null
    ? sql`true`
    : sql`(c.contact_id = c.coupon_id or c.contact_id in (select contact.contact_id from ${contact} where ${limit}))`;
}

const byBatch = (batchId: string | undefined): SQL =>
  batchId === undefined ? sql`true` : sql`c.batch_id = ${batchId}::uuid`;

/**
 * Up to `limit` coupons before an id, newest first. Of a campaign every state is a range of its index: the pages of all of them are
 * merged, so that a rare state is found among a million others.
 */
export async function searchCoupons(
  ctx: Ctx,
  search: CouponSearch & { folded: string | undefined },
  limit: number,
  before?: string,
): Promise<CouponDetails[]> {
  const { folded, contactId, couponCampaignId, batchId, state } = search;
  const states: readonly CouponState[] = state === undefined ? COUPON_STATES : [state];
  const rest = sql`${byBatch(batchId)}
    and ${contactId === undefined ? sql`true` : sql`c.contact_id = ${contactId}::uuid`}
    and ${before === undefined ? sql`true` : sql`c.coupon_id < ${before}::uuid`} and ${visible(ctx)}`;
  const newest = sql`order by c.coupon_id desc limit ${limit}`;
  const campaign = sql`${
    couponCampaignId === undefined
      ? sql`(select coupon_campaign_id from coupon_batch where batch_id = ${batchId ?? null}::uuid)`
      : sql`${couponCampaignId}::uuid`
  }`;
  const found =
    folded !== undefined || contactId !== undefined
      ? sql`select c.contact_id, c.coupon_id from coupon c
          where ${
            folded === undefined
              ? sql`true`
              : sql`(c.contact_id, c.coupon_id) in (select contact_id, coupon_id from coupon_code where code = ${folded})`
          } and ${couponCampaignId === undefined ? sql`true` : sql`c.coupon_campaign_id = ${couponCampaignId}::uuid`}
            and c.state = any(${`{${states.join(',')}}`}::text[]) and ${rest} ${newest}`
      : sql.join(
          states.map(
            (one) => sql`(select c.contact_id, c.coupon_id from coupon c
              where c.coupon_campaign_id = ${campaign} and c.state = ${one} and ${rest} ${newest})`,
          ),
          sql` union all `,
        );
  return selectCoupons(
    ctx,
    sql`(coupon.contact_id, coupon.coupon_id) in (select contact_id, coupon_id from (${found}) found)`,
    {
      by: sql`coupon.coupon_id desc`,
      limit,
    },
  );
}

export type ExportedCode = {
  couponId: string;
  code: string;
  state: string;
  contactId: string | null;
  issuedAt: string;
  validFrom: string;
  validUntil: string | null;
  taken: number;
  uses: number;
  usedAt: string | null;
  orderId: string | null;
  batchId: string | null;
};

const iso = (column: SQL): SQL => sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Codes of a campaign after an id, in the order of their making. */
export async function codesForExport(
  ctx: Ctx,
  of: CouponExportQuery & { couponCampaignId: string },
  after: string | null,
  limit: number,
): Promise<ExportedCode[]> {
  const states: readonly CouponState[] = of.state === undefined ? COUPON_STATES : [of.state];
  const part = (state: CouponState): SQL => sql`(
    select c.* from coupon c
    where c.coupon_campaign_id = ${of.couponCampaignId}::uuid and c.state = ${state} and ${byBatch(of.batchId)}
      ${after === null ? sql`` : sql`and c.coupon_id > ${after}::uuid`} and ${visible(ctx)}
    order by c.coupon_id limit ${limit})`;
  return rows<ExportedCode>(
    ctx.db,
    sql`
    select c.coupon_id as "couponId", c.code, c.state,
      case when c.contact_id = c.coupon_id then null else c.contact_id end as "contactId",
      ${iso(sql`c.issued_at`)} as "issuedAt", ${iso(sql`c.valid_from`)} as "validFrom",
      ${iso(sql`c.valid_until`)} as "validUntil", c.taken, c.uses, ${iso(sql`c.used_at`)} as "usedAt",
      c.order_id as "orderId", c.batch_id as "batchId"
    from (${sql.join(states.map(part), sql` union all `)}) c
    order by c.coupon_id limit ${limit}`,
  );
}

/** Where codes (folded) stand, of those the asker may see. */
export async function standOfCodes(
  ctx: Ctx,
  folded: readonly string[],
): Promise<Map<string, { couponId: string; state: CouponState }>> {
  if (folded.length === 0) return new Map();
  const found = await rows<{ folded: string; couponId: string; state: CouponState }>(
    ctx.db,
    sql`
    select k.code as folded, c.coupon_id as "couponId", c.state
    from coupon_code k join coupon c on c.contact_id = k.contact_id and c.coupon_id = k.coupon_id
    where k.code = any(${textArray(folded)}::text[]) and ${visible(ctx)}`,
  );
  return new Map(found.map(({ folded: code, ...stand }) => [code, stand]));
}
