import { registerEraser, registerMergeMover, registerTimelineSource } from '../contacts/index.ts';
import { newRouter } from '../core/http.ts';
import type { Job, Subscription } from '../core/jobs.ts';
import { accrualJobs, accrualRoutes, accrualSubscriptions, registerAccrual } from './accrual/index.ts';
import { couponEraser } from './coupons/actions.erase.ts';
import { moveCouponsOnMerge } from './coupons/actions.merge.ts';
import { redeemCoupons } from './coupons/actions.redeem.ts';
import { couponJobs } from './coupons/jobs.ts';
import { couponRoutes } from './coupons/routes.ts';
import { couponTimeline } from './coupons/store.timeline.ts';
import { designRoutes } from './design/routes.ts';
import { leafSubscriptions } from './leaf/jobs.ts';
import { pointsJobs, pointsRoutes, registerPoints } from './ledger/index.ts';
import { offerJobs, promotionRoutes, registerOffers } from './offers/index.ts';
import { registerRewards, rewardRoutes } from './rewards/index.ts';
import { registerSales, salesJobs, salesRoutes } from './sales/index.ts';
import { registerWalletPage, walletPageRoutes } from './wallet-page/index.ts';
import { registerStanding, standingJobs, standingRoutes, standingSubscriptions } from './standing/index.ts';

export { getCouponTerms, issueCoupons, settleCoupons } from './coupons/actions.issue.ts';
export { foldCode } from './coupons/code.ts';
export { memberFacts } from './messages/store.ts';
export type { MemberFact } from './messages/store.ts';
export { givePoints, isProgramOpen } from './ledger/actions.give.ts';
export { countCoupons } from './coupons/store.campaigns.ts';
export { couponCampaign } from './coupons/schema.ts';
export { accumulativeDiscount, personCategory, tierLadder } from './standing/schema.ts';
export { promotion } from './offers/index.ts';
export { reward } from './rewards/schema.ts';

export const loyaltyJobs: Job[] = [
  ...couponJobs,
  ...accrualJobs,
  ...pointsJobs,
  ...standingJobs,
  ...offerJobs,
  ...salesJobs,
];

export const loyaltyRoutes = () =>
  newRouter()
    .route('/', couponRoutes())
    .route('/', accrualRoutes())
    .route('/', designRoutes())
    .route('/', pointsRoutes())
    .route('/', standingRoutes())
    .route('/', promotionRoutes())
    .route('/', salesRoutes())
    .route('/', rewardRoutes())
    .route('/', walletPageRoutes());

export const loyaltySubscriptions: Subscription[] = [
  redeemCoupons,
  ...accrualSubscriptions,
  ...standingSubscriptions,
  ...leafSubscriptions,
];

export function registerLoyalty(): void {
  registerTimelineSource(couponTimeline);
  registerMergeMover(moveCouponsOnMerge);
  registerEraser(couponEraser);
  registerPoints();
  registerAccrual();
  registerStanding();
  registerOffers();
  registerSales();
  registerRewards();
  registerWalletPage();
}
