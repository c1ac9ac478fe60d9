import { sql } from '../core/sql.ts';
import type { TimelineSource } from '../contacts/index.ts';
import { dateOf, rows } from '../core/db.ts';

/** Messages on the contact's card: what was offered and how it went, also when nothing was sent and why. */
export const messageTimeline: TimelineSource = {
  kind: 'message',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      state: string;
      reason: string | null;
      couponCode: string | null;
      campaignId: string;
      campaignName: string;
      purpose: string;
    }>(
      ctx.db,
      sql`
      select m.id, m.occurred_at as "occurredAt", m.state, m.reason, m.coupon_code as "couponCode",
        c.campaign_id as "campaignId", c.name as "campaignName", c.purpose
      from message m join campaign c on c.campaign_id = m.campaign_id
      where m.contact_id = ${contactId}::uuid
        and (m.occurred_at, m.id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      order by m.occurred_at desc, m.id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, ...data }) => ({
      id,
      kind: 'message',
      occurredAt: dateOf(occurredAt),
      data,
    }));
  },
};

/** What came back: opens, clicks, conversions; machines' too, marked as such. */
export const responseTimeline: TimelineSource = {
  kind: 'response',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      kind: string;
      human: boolean;
      reason: string | null;
      campaignId: string;
      campaignName: string;
      link: string | null;
      amountMinor: string | null;
    }>(
      ctx.db,
      sql`
      select r.id, r.occurred_at as "occurredAt", r.kind, r.human, r.reason, c.campaign_id as "campaignId",
        c.name as "campaignName", l.name as link, r.amount_minor as "amountMinor"
      from response r join campaign c on c.campaign_id = r.campaign_id
      left join campaign_link l on l.campaign_id = r.campaign_id and l.link_no = r.link_no
      where r.contact_id = ${contactId}::uuid
        and (r.occurred_at, r.id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      order by r.occurred_at desc, r.id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, kind, amountMinor, ...data }) => ({
      id,
      kind: 'response',
      occurredAt: dateOf(occurredAt),
      data: { ...data, response: kind, amountMinor: amountMinor === null ? null : Number(amountMinor) },
    }));
  },
};
