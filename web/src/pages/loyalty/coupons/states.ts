import type { CouponCampaignState, CouponState } from '../../../api/coupons.ts';

export const CAMPAIGN_STATES: readonly CouponCampaignState[] = ['draft', 'active', 'paused', 'archived'];
export const CAMPAIGN_COLORS: Record<CouponCampaignState, string> = {
  draft: 'gray',
  active: 'pine',
  paused: 'gold',
  archived: 'gray',
};

export const CODE_STATES: readonly CouponState[] = ['issued', 'held', 'used', 'expired', 'void'];
export const CODE_COLORS: Record<CouponState, string> = {
  issued: 'pine',
  held: 'gold',
  used: 'sky',
  expired: 'gray',
  void: 'red',
};
