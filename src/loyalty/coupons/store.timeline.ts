import { sql } from '../../core/sql.ts';
import type { TimelineSource } from '../../contacts/index.ts';
import { dateOf, rows } from '../../core/db.ts';

/** Coupons on the contact's card, at the moment of their issue. */
export const couponTimeline: TimelineSource = {
  kind: 'coupon',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      code: string;
      state: string;
      name: string;
      usedAt: string | null;
    }>(
      ctx.db,
      sql`
      select c.coupon_id as id, c.issued_at as "occurredAt", c.code, c.state, cc.name, c.used_at as "usedAt"
      from coupon c join coupon_campaign cc on cc.coupon_campaign_id = c.coupon_campaign_id
      where c.contact_id = ${contactId}::uuid
        and (c.issued_at, c.coupon_id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      order by c.issued_at desc, c.coupon_id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, usedAt, ...data }) => ({
      id,
      kind: 'coupon',
      occurredAt: dateOf(occurredAt),
      data: { ...data, usedAt: usedAt === null ? null : dateOf(usedAt).toISOString() },
    }));
  },
};
