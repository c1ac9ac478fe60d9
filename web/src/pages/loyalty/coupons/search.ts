import type { CouponCampaignState, CouponState } from '../../../api/coupons.ts';
import { CAMPAIGN_STATES, CODE_STATES } from './states.ts';

/** What the addresses of coupons hold. */

const MAX_TEXT = 100;
const textOf = (value: unknown): string | undefined =>
  // The router reads a code of digits as a number.
  typeof value === 'number' || (typeof value === 'string' && value !== '')
    ? String(value).slice(0, MAX_TEXT)
    : undefined;

export type CouponsSearch = { state?: CouponCampaignState; q?: string; code?: string };

export function couponsSearch({ state, q, code }: Record<string, unknown>): CouponsSearch {
  const known = CAMPAIGN_STATES.find((one) => one === state);
  const [search, shown] = [textOf(q), textOf(code)];
  return {
    ...(known === undefined ? {} : { state: known }),
    ...(search === undefined ? {} : { q: search }),
    ...(shown === undefined ? {} : { code: shown }),
  };
}

export const COUPON_SPANS = [30, 90, 365] as const;
export type CouponSpan = (typeof COUPON_SPANS)[number];
export type CouponSearch = { codes?: CouponState; q?: string; code?: string; days?: CouponSpan };

export function couponSearch({ codes, q, code, days }: Record<string, unknown>): CouponSearch {
  const state = CODE_STATES.find((one) => one === codes);
  const span = COUPON_SPANS.find((one) => one === days && one !== COUPON_SPANS[0]);
  const [search, shown] = [textOf(q), textOf(code)];
  return {
    ...(state === undefined ? {} : { codes: state }),
    ...(search === undefined ? {} : { q: search }),
    ...(shown === undefined ? {} : { code: shown }),
    ...(span === undefined ? {} : { days: span }),
  };
}
