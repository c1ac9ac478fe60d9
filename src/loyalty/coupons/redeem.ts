import type { CouponKind } from './contract.ts';
import type { RefusalReason } from './refusal.ts';

/** A trusted order that carries codes. `baseTotalMinor` is in the installation's base currency. */
export type CarryingOrder = {
  contactId: string;
  orderId: string;
  anonymous: boolean;
  occurredAt: Date;
  currency: string;
  totalMinor: bigint;
  baseTotalMinor: bigint;
  couponCodes: readonly string[];
};

/** What the order of a shop that prices by itself is held against: the rest of a coupon's conditions the shop has checked. */
export type SimpleTerms = {
  kind: CouponKind;
  percent: string | null;
  amountMinor: bigint | null;
  minOrderMinor: bigint;
  currency: string;
  /** Whether amounts of money stand in the coupon's terms. */
  inMoney: boolean;
};

/** Why an order that is sold already does not fit a coupon; null when it does. */
export function orderRefusal(
  terms: SimpleTerms,
  order: CarryingOrder,
  baseCurrency: string,
): RefusalReason | null {
  if (!terms.inMoney) return null;
  const total = totalIn(terms.currency, order, baseCurrency);
  if (total === null) return 'other_currency';
  return total < terms.minOrderMinor ? 'below_minimum' : null;
}

function totalIn(currency: string, order: CarryingOrder, baseCurrency: string): bigint | null {
  if (order.currency === currency) return order.totalMinor;
  return currency === baseCurrency ? order.baseTotalMinor : null;
}

/** Thousandths of a per cent in the whole. */
const WHOLE = 100_000n;

/**
 * What a coupon took off an order that does not say it: of a percentage the part of the price before it that the total leaves out.
 * Zero where nothing can be told.
 */
export function discountOf(terms: SimpleTerms, order: CarryingOrder, baseCurrency: string): bigint {
  if (terms.kind === 'fixed') return terms.amountMinor ?? 0n;
  if (terms.kind !== 'percent' || terms.percent === null) return 0n;
  const share = BigInt(Math.round(Number(terms.percent) * 1_000));
  const total = totalIn(terms.currency, order, baseCurrency);
  return total === null || share >= WHOLE ? 0n : (total * share) / (WHOLE - share);
}
