import { sql } from '../../core/sql.ts';
import { eraseRows } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { orders } from '../../orders/index.ts';
import { coupon, couponCampaign, couponCode, couponUse } from './schema.ts';
import { tallied } from './store.states.ts';

/** Coupons go with their contact; a use of somebody else's coupon by an erased buyer names the order alone, as of anonymous sales. */
export async function eraseCoupons(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  const list = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
  await ctx.db.execute(sql`
    delete from ${couponCode} k using ${coupon} c where c.contact_id = any(${list})
      and k.code in (c.code, translate(regexp_replace(upper(c.code), '[^A-Z0-9]', '', 'g'), 'OIL', '011'))`);
  await ctx.db.execute(sql`
    with gone as (
      delete from coupon where contact_id = any(${list}) returning coupon_campaign_id, source_id, state
    ) ${tallied(sql`select coupon_campaign_id, source_id, gone.state, -1 as n from gone join ${couponCampaign} using (coupon_campaign_id)`)}`);
  await eraseRows(ctx, ['coupon_use', 'coupon_reservation', 'coupon_buyer'], contactIds);
  // Nothing finds these rows but reading them all: only when somebody of these has ordered.
  await ctx.db.execute(sql`
    update ${couponUse} set order_contact_id = order_id where order_contact_id = any(${list})
      and (select exists (select from ${orders} o where o.contact_id = any(${list})))`);
}
