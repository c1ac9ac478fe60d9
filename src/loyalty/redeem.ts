import { foldCode } from './code.ts';
import type { CouponState } from './contract.ts';

/** A coupon as a redemption sees it, with the terms of its campaign. */
export type HeldCoupon = {
  contactId: string;
  couponId: string;
  code: string;
  state: CouponState;
  orderId: string | null;
  validFrom: Date;
  validUntil: Date | null;
  personal: boolean;
  kind: 'percent' | 'fixed';
  currency: string;
  minOrderMinor: bigint;
};

/** A trusted order that carries codes. `baseTotalMinor` is in the installation's base currency. */
export type CarryingOrder = {
  contactId: string;
  orderId: string;
  occurredAt: Date;
  currency: string;
  totalMinor: bigint;
  baseTotalMinor: bigint;
  couponCodes: readonly string[];
};

export type RefusalReason =
  | 'another_contact'
  | 'used'
  | 'expired'
  | 'not_yet_valid'
  | 'void'
  | 'below_minimum'
  | 'other_currency';

export type Use = {
  coupon: HeldCoupon;
  order: CarryingOrder;
  refused: RefusalReason | null;
};

/**
 * Whether an order may use a coupon; null means yes. A held coupon (its message may not have arrived) is good: whoever
 * shows the code has got it. A coupon is judged at the order's own time, whenever the order becomes known.
 */
function refusal(coupon: HeldCoupon, order: CarryingOrder, baseCurrency: string): RefusalReason | null {
  if (coupon.state === 'used') return 'used';
  if (coupon.state === 'void') return 'void';
  if (coupon.personal && coupon.contactId !== order.contactId) return 'another_contact';
  if (order.occurredAt < coupon.validFrom) return 'not_yet_valid';
  if (coupon.validUntil !== null && order.occurredAt >= coupon.validUntil) return 'expired';
  if (coupon.kind === 'percent' && coupon.minOrderMinor === 0n) return null;
  const total = totalIn(coupon.currency, order, baseCurrency);
  if (total === null) return 'other_currency';
  return total < coupon.minOrderMinor ? 'below_minimum' : null;
}

function totalIn(currency: string, order: CarryingOrder, baseCurrency: string): bigint | null {
  if (order.currency === currency) return order.totalMinor;
  return currency === baseCurrency ? order.baseTotalMinor : null;
}

/**
 * Judges orders in the order of their time; a coupon used by one is used for the next. An order that has used the coupon
 * before is left out: telling of it again changes nothing.
 */
export function judge(
  orders: readonly CarryingOrder[],
  coupons: readonly HeldCoupon[],
  baseCurrency: string,
): Use[] {
  const byCode = new Map(coupons.map((coupon) => [foldCode(coupon.code), { ...coupon }]));
  const uses: Use[] = [];
  for (const order of orders.toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime())) {
    for (const code of new Set(order.couponCodes.map(foldCode))) {
      const coupon = byCode.get(code);
      if (coupon === undefined || coupon.orderId === order.orderId) continue;
      const refused = refusal(coupon, order, baseCurrency);
      uses.push({ coupon, order, refused });
      if (refused === null) Object.assign(coupon, { state: 'used', orderId: order.orderId });
    }
  }
  return uses;
}
