import { sql } from 'drizzle-orm';
import { eraseRows, havingRows } from '../contacts/index.ts';
import type { Eraser } from '../contacts/index.ts';
import { orders } from '../orders/index.ts';
import { coupon, couponCode, couponUse } from './schema.ts';

/** Coupons go with their contact; a use of somebody else's coupon by an erased buyer names the order alone, as of anonymous sales. */
export const couponEraser: Eraser = {
  name: 'loyalty.coupons',
  tables: ['coupon', 'coupon_code', 'coupon_use'],
  keep: (ctx, contactIds) => havingRows(ctx, contactIds, [{ table: 'coupon' }]),
  erase: async (ctx, contactIds) => {
    const list = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
    await ctx.db.execute(sql`
      delete from ${couponCode} k using ${coupon} c where c.contact_id = any(${list}) and k.code = c.code`);
    await eraseRows(ctx, ['coupon', 'coupon_use'], contactIds);
    // Nothing finds these rows but reading them all: only when somebody of these has ordered.
    await ctx.db.execute(sql`
      update ${couponUse} set order_contact_id = order_id where order_contact_id = any(${list})
        and (select exists (select from ${orders} o where o.contact_id = any(${list})))`);
  },
};
