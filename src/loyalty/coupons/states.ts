import type { CouponState } from './contract.ts';

/**
 * The ways a coupon may go. A use takes it from anywhere but void: its order may become known after its end. Only a return leads
 * back.
 */
export const WAYS: Readonly<Record<CouponState, readonly CouponState[]>> = {
  issued: ['held', 'used', 'expired', 'void'],
  held: ['issued', 'used', 'expired', 'void'],
  used: ['issued', 'expired'],
  expired: ['used'],
  void: [],
};

/** The states from which one may be reached. */
export const waysTo = (to: CouponState): CouponState[] =>
  (Object.keys(WAYS) as CouponState[]).filter((from) => WAYS[from].includes(to));
