import { registerEraser, registerMergeMover, registerTimelineSource } from '../contacts/index.ts';
import type { Subscription } from '../core/jobs.ts';
import { redeemCoupons } from './actions.redeem.ts';
import { moveCouponsOnMerge } from './actions.merge.ts';
import { couponEraser } from './store.erase.ts';
import { couponTimeline } from './store.timeline.ts';

export { getCouponTerms, issueCoupons, settleCoupons } from './actions.issue.ts';
export { foldCode } from './code.ts';
export { countCoupons } from './store.ts';
export { loyaltyJobs } from './jobs.ts';
export { loyaltyRoutes } from './routes.ts';
export { couponCampaign } from './schema.ts';

export const loyaltySubscriptions: Subscription[] = [redeemCoupons];

export function registerLoyalty(): void {
  registerTimelineSource(couponTimeline);
  registerMergeMover(moveCouponsOnMerge);
  registerEraser(couponEraser);
}
