import { z } from 'zod';
import { OPS } from '../../segments/contract.ts';
import { ids, names, type } from './contract.values.ts';

/** ready: in hand and good (its message may still be on the way); a void coupon is none at all. */
export const COUPON_STANDS = ['ready', 'used', 'expired'] as const;
export type CouponStand = (typeof COUPON_STANDS)[number];

const coupon = { type, field: z.literal('coupon') };

export const couponLeaf = z.discriminatedUnion('op', [
  /** in: has one that stands so, of these coupon campaigns or of any; notIn: has none such. */
  z.strictObject({
    ...coupon,
    op: z.enum(OPS.membership),
    value: z.array(z.enum(COUPON_STANDS)).min(1).max(COUPON_STANDS.length),
    campaigns: ids.optional(),
    names,
  }),
]);
export type CouponLeaf = z.output<typeof couponLeaf>;
