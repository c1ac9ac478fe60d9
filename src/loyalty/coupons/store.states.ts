import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows, rows } from '../../core/db.ts';
import type { CouponState } from './contract.ts';
import { waysTo } from './states.ts';
import { textArray } from './store.find.ts';

/** A coupon that has moved; one nobody has carries its own id as contactId. */
export type MovedCoupon = {
  contactId: string;
  couponId: string;
  couponCampaignId: string;
  sourceId: string | null;
};

/** Changes of the counts: rows `(coupon_campaign_id, source_id, state, n)` of `changes`, summed. For a data-modifying CTE. */
export const tallied = (changes: SQL): SQL => sql`
  insert into coupon_tally (coupon_campaign_id, tally_id, source_id, state, n)
  select coupon_campaign_id, gen_random_uuid(), source_id, state, sum(n) from (${changes}) changes
  group by coupon_campaign_id, source_id, state having sum(n) <> 0`;

/**
 * Moves the coupons of `from` (a from-clause with where, which calls them c) whose state allows it, in key order, and counts them.
 * `set` changes more columns; `limit` bounds how many.
 */
export async function moveStates(
  ctx: Ctx,
  to: CouponState,
  from: SQL,
  more: { states?: readonly CouponState[]; set?: SQL; limit?: SQL } = {},
): Promise<MovedCoupon[]> {
  const states = more.states ?? waysTo(to);
  return hotRows<MovedCoupon>(
    ctx.db,
    sql`
    with chosen as materialized (
      select c.contact_id, c.coupon_id, c.coupon_campaign_id, c.source_id, c.state
      ${from} and c.state = any(${`{${states.join(',')}}`}::text[])
      ${more.limit ?? sql`order by c.contact_id, c.coupon_id for update of c`}
    ), moved as (
      update coupon c set state = ${to} ${more.set ?? sql``}
      from chosen h where c.contact_id = h.contact_id and c.coupon_id = h.coupon_id
    ), told as (${tallied(sql`
      select coupon_campaign_id, source_id, state, -1 as n from chosen
      union all select coupon_campaign_id, source_id, ${to}::text, 1 from chosen`)})
    select contact_id as "contactId", coupon_id as "couponId", coupon_campaign_id as "couponCampaignId",
      source_id as "sourceId"
    from chosen`,
  );
}

/** Moves coupons by the keys they were issued under, where their state allows it. */
export async function moveByKey(
  ctx: Ctx,
  keys: ReadonlyArray<{ contactId: string; sendKey: string }>,
  from: readonly CouponState[],
  to: CouponState,
): Promise<MovedCoupon[]> {
  const given = sql`jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb) as k("contactId" uuid, "sendKey" text)`;
  // What an order holds or has used stays: whoever shows the code has got it.
  return moveStates(
    ctx,
    to,
    sql`from ${given} join coupon c on c.contact_id = k."contactId" and c.send_key = k."sendKey"
      where ${to === 'void' ? sql`c.taken = 0` : sql`true`}`,
    { states: from },
  );
}

/** Marks up to `limit` coupons whose end has passed and that no order holds. */
export async function expireCoupons(ctx: Ctx, now: Date, limit: number): Promise<MovedCoupon[]> {
  return moveStates(
    ctx,
    'expired',
    sql`from coupon c where c.state in ('issued', 'held') and c.valid_until <= ${now.toISOString()}::timestamptz and c.taken = c.uses`,
    {
      states: ['issued', 'held'],
      limit: sql`order by c.valid_until limit ${limit} for update of c skip locked`,
    },
  );
}

/** Makes coupons void that no order has taken. */
export async function voidByCode(ctx: Ctx, folded: readonly string[]): Promise<MovedCoupon[]> {
  return moveStates(
    ctx,
    'void',
    sql`from coupon_code k join coupon c on c.contact_id = k.contact_id and c.coupon_id = k.coupon_id
      where k.code = any(${textArray(folded)}::text[]) and c.taken = c.uses`,
    { states: ['issued', 'held'] },
  );
}

export type StateCount = { couponCampaignId: string; state: CouponState; count: number };

/** Coupons by campaign and state, of one source when `sourceId` is given: a sum of the changes. */
export async function tallyOf(
  ctx: Ctx,
  couponCampaignIds: readonly string[],
  sourceId?: string,
): Promise<StateCount[]> {
  return rows<StateCount>(
    ctx.db,
    sql`
    select coupon_campaign_id as "couponCampaignId", state, sum(n)::int as count from coupon_tally
    where coupon_campaign_id = any(${`{${couponCampaignIds.join(',')}}`}::uuid[])
      ${sourceId === undefined ? sql`` : sql`and source_id = ${sourceId}::uuid`}
    group by 1, 2 having sum(n) <> 0`,
  );
}

/** Rows of changes that one campaign's counts may stand on. */
const FOLD_FROM = 20;

/** Folds the changes of campaigns that have many into one row each; their sums stay. Several may do it at once. */
export async function foldTallies(ctx: Ctx, limit: number): Promise<number> {
  const folded = await rows(
    ctx.db,
    sql`
    with crowded as (
      select coupon_campaign_id from coupon_tally group by 1 having count(*) > ${FOLD_FROM}
    ), gone as (
      delete from coupon_tally t using (
        select coupon_campaign_id, tally_id from coupon_tally where coupon_campaign_id in (select * from crowded)
        limit ${limit} for update skip locked) g
      where t.coupon_campaign_id = g.coupon_campaign_id and t.tally_id = g.tally_id returning t.*
    ), told as (${tallied(sql`select coupon_campaign_id, source_id, state, n from gone`)})
    select 1 from gone`,
  );
  return folded.length;
}
