import { havingRows } from '../../contacts/index.ts';
import type { Eraser } from '../../contacts/index.ts';
import { letGo } from './actions.meter.ts';
import { eraseCoupons } from './store.erase.ts';
import { lockHeldBy } from './store.reserve.ts';

/** Forgets whose coupons these were; what their orders still held goes back to the limits. */
export const couponEraser: Eraser = {
  name: 'loyalty.coupons',
  tables: ['coupon', 'coupon_code', 'coupon_use', 'coupon_reservation', 'coupon_buyer'],
  keep: (ctx, contactIds) => havingRows(ctx, contactIds, [{ table: 'coupon' }]),
  erase: async (ctx, contactIds) => {
    const held = await lockHeldBy(ctx, contactIds);
    if (held.length > 0) await letGo(ctx, held, 'undone');
    await eraseCoupons(ctx, contactIds);
  },
};
