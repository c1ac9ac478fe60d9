import { z } from 'zod';
import { categoryLeaf } from './contract.category.ts';
import { couponLeaf } from './contract.coupon.ts';
import { balanceLeaf, expiringLeaf } from './contract.points.ts';
import { tierLeaf } from './contract.tier.ts';

/** The leaf of segments about loyalty. Each field has its own file: its forms here, how it compiles beside. */
export const loyaltyLeaf = z.discriminatedUnion('field', [
  tierLeaf,
  categoryLeaf,
  balanceLeaf,
  expiringLeaf,
  couponLeaf,
]);
export type LoyaltyLeaf = z.output<typeof loyaltyLeaf>;
