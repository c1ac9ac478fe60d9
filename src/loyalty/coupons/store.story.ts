import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { contact, visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import type { CouponStory } from './contract.check.ts';

type Told = CouponStory['items'][number];

const iso = (text: string | null): string | null => (text === null ? null : dateOf(text).toISOString());

/**
 * What a coupon went through, oldest first: its issue, orders that took it, sold it, let it go or were refused, and its end. Holds
 * let go long ago are told of coupons that belong to a contact.
 */
export async function storyOf(
  ctx: Ctx,
  of: { couponId: string; contactId: string; couponCampaignId: string },
): Promise<Told[]> {
  const found = await rows<{
    at: string | null;
    what: Told['what'];
    orderId: string | null;
    orderNumber: string | null;
    minor: string | null;
    reason: string | null;
  }>(ctx.db, story(sql`${of.contactId}::uuid`, sql`${of.couponId}::uuid`, sql`${of.couponCampaignId}::uuid`));
  return found.map(({ at, minor, ...rest }) => ({
    ...rest,
    at: iso(at),
    discountMinor: minor === null ? null : Number(minor),
  }));
}

const story = (contactId: SQL, couponId: SQL, campaignId: SQL): SQL => sql`
  with c as materialized (select * from coupon where contact_id = ${contactId} and coupon_id = ${couponId}),
  u as materialized (
    select u.*, o.external_id as number from coupon_use u
    left join orders o on o.contact_id = u.order_contact_id and o.order_id = u.order_id
    where u.contact_id = ${contactId} and u.coupon_id = ${couponId}),
  r as materialized (
    select r.* from coupon_reservation r join u on r.order_id = u.order_id and r.coupon_campaign_id = ${campaignId}
    union
    select r.* from coupon_reservation r where r.coupon_id = ${couponId} and r.state = 'held'
    union
    select r.* from coupon_reservation r
    where r.contact_id = ${contactId} and r.coupon_campaign_id = ${campaignId} and r.coupon_id = ${couponId})
  select at, what, "orderId", "orderNumber", minor, reason from (
    select issued_at as at, 'issued' as what, null::uuid as "orderId", null as "orderNumber", null::bigint as minor,
      null as reason, 0 as rank from c
    union all
    select null, 'held', null, null, null, null, 1 from c where state = 'held'
    union all
    select reserved_at, 'taken', null, null, desired_minor, null, 2 from r where state in ('held', 'released')
    union all
    select u.occurred_at, case u.outcome when 'applied' then 'used' else 'refused' end, u.order_id, u.number,
      (select r.actual_minor from r where r.order_id = u.order_id limit 1), u.reason, 3 from u
    union all
    select r.ended_at, r.state, r.order_id, (select u.number from u where u.order_id = r.order_id), null, null, 4
    from r where r.state in ('released', 'returned')
    union all
    select valid_until, 'expired', null, null, null, null, 5 from c where state = 'expired'
    union all
    select coalesce(l.at, b.finished_at), 'void', null, null, null, coalesce(l.details->>'reason', b.name), 6
    from c left join lateral (
      select at, details from audit_log where entity = 'coupon_campaign' and entity_id = c.coupon_campaign_id::text
        and action = 'coupons.voided' and details->'coupons' ? c.coupon_id::text limit 1) l on true
    left join lateral (
      select finished_at, name from coupon_batch where coupon_campaign_id = c.coupon_campaign_id and kind = 'void'
        and created_at >= c.issued_at
        and (settings->>'batchId' is null or settings->>'batchId' = c.batch_id::text)
      order by batch_id limit 1) b on true
    where c.state = 'void'
  ) told order by at nulls last, rank`;

/** Uses sold and what they took off, by day of the zone, days without any among them. */
export async function usesByDay(
  ctx: Ctx,
  of: { couponCampaignId: string; timeZone: string; from: string; to: string },
): Promise<Array<{ day: string; uses: number; discountMinor: number }>> {
  const { from, to, timeZone } = of;
  const found = await rows<{ day: string; uses: number; minor: string }>(
    ctx.db,
    sql`
    with d as materialized (
      select (ended_at at time zone ${timeZone})::date as day, count(*)::int as uses, sum(actual_minor) as minor
      from coupon_reservation where coupon_campaign_id = ${of.couponCampaignId}::uuid and state = 'used'
        and ended_at >= (${from}::date)::timestamp at time zone ${timeZone}
        and ended_at < (${to}::date + 1)::timestamp at time zone ${timeZone}
      group by 1)
    select to_char(s.day, 'YYYY-MM-DD') as day, coalesce(d.uses, 0) as uses, coalesce(d.minor, 0)::text as minor
    from generate_series(${from}::date, ${to}::date, interval '1 day') as s(day) left join d on d.day = s.day::date
    order by s.day`,
  );
  return found.map(({ day, uses, minor }) => ({ day, uses, discountMinor: Number(minor) }));
}

/** What a contact is called; undefined for one the asker may not see. */
export async function nameOfContact(ctx: Ctx, contactId: string): Promise<string | undefined> {
  const [found] = await rows<{ name: string }>(
    ctx.db,
    sql`select contact.name from ${contact} where contact.contact_id = ${contactId}::uuid and ${visibleContacts(ctx)}`,
  );
  return found?.name;
}
