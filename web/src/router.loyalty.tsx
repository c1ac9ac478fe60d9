import { createRoute } from '@tanstack/react-router';
import { couponSearch, couponsSearch } from './pages/loyalty/coupons/search.ts';
import {
  designSearch,
  earningSearch,
  liabilitySearch,
  programChoice,
  programSearch,
  tierSearch,
} from './pages/loyalty/search.ts';
import {
  newPromotionSearch,
  onePromotionSearch,
  promotionSearch,
} from './pages/loyalty/promotions/search.ts';
import { rewardSearch } from './pages/loyalty/rewards/search.ts';
import { getParentRoute, page } from './router.base.tsx';

/** The addresses of loyalty. */
export const loyaltyPages = [
  createRoute({
    getParentRoute,
    path: '/loyalty',
    component: page(() => import('./pages/loyalty/ProgramsPage.tsx'), 'loyalty'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/programs/new',
    component: page(() => import('./pages/loyalty/NewProgramPage.tsx'), 'loyalty'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/programs/$id',
    validateSearch: programSearch,
    component: page(() => import('./pages/loyalty/ProgramPage.tsx'), 'loyalty'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/promotions',
    validateSearch: promotionSearch,
    component: page(
      () => import('./pages/loyalty/promotions/PromotionsPage.tsx'),
      'loyalty',
      'promotions',
      'cart',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/promotions/new',
    validateSearch: newPromotionSearch,
    component: page(
      () => import('./pages/loyalty/promotions/NewPromotionPage.tsx'),
      'loyalty',
      'promotions',
      'cart',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/promotions/$id',
    validateSearch: onePromotionSearch,
    component: page(
      () => import('./pages/loyalty/promotions/PromotionPage.tsx'),
      'loyalty',
      'promotions',
      'launch',
      'cart',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/promotions/$id/edit',
    component: page(
      () => import('./pages/loyalty/promotions/EditPromotionPage.tsx'),
      'loyalty',
      'promotions',
      'cart',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/coupons',
    validateSearch: couponsSearch,
    component: page(
      () => import('./pages/loyalty/coupons/CouponsPage.tsx'),
      'coupons',
      'offers',
      'loyalty',
      'cart',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/coupons/new',
    component: page(
      () => import('./pages/loyalty/coupons/NewCouponPage.tsx'),
      'couponWizard',
      'coupons',
      'offers',
      'cart',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/coupons/$id',
    validateSearch: couponSearch,
    component: page(() => import('./pages/loyalty/coupons/CouponPage.tsx'), 'coupons', 'offers', 'cart'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/coupons/$id/edit',
    component: page(
      () => import('./pages/loyalty/coupons/EditCouponPage.tsx'),
      'couponWizard',
      'coupons',
      'offers',
      'cart',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/programs/$id/design',
    validateSearch: designSearch,
    component: page(
      () => import('./pages/loyalty/DesignPage.tsx'),
      'loyalty',
      'design',
      'earning',
      'ladders',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/earning',
    validateSearch: earningSearch,
    component: page(() => import('./pages/loyalty/EarningPage.tsx'), 'loyalty', 'earning'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/earning/new',
    validateSearch: earningSearch,
    component: page(() => import('./pages/loyalty/NewRulePage.tsx'), 'loyalty', 'earning'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/earning/$id',
    validateSearch: programSearch,
    component: page(() => import('./pages/loyalty/RulePage.tsx'), 'loyalty', 'earning'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/rewards',
    validateSearch: rewardSearch,
    component: page(
      () => import('./pages/loyalty/rewards/RewardsPage.tsx'),
      'rewards',
      'loyalty',
      'contacts',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/prices',
    component: page(
      () => import('./pages/loyalty/prices/PricesPage.tsx'),
      'prices',
      'loyalty',
      'cart',
      'couponWizard',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/prices/$id',
    validateSearch: ({ q }): { q?: string } => (typeof q === 'string' && q !== '' ? { q } : {}),
    component: page(
      () => import('./pages/loyalty/prices/PriceListPage.tsx'),
      'prices',
      'cart',
      'couponWizard',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/liability',
    validateSearch: liabilitySearch,
    component: page(() => import('./pages/loyalty/LiabilityPage.tsx'), 'loyalty'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/tiers',
    validateSearch: tierSearch,
    component: page(() => import('./pages/loyalty/TiersPage.tsx'), 'loyalty', 'ladders', 'contacts'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/tiers/design',
    validateSearch: programChoice,
    component: page(() => import('./pages/loyalty/LadderPage.tsx'), 'ladders', 'loyalty'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/approvals',
    component: page(
      () => import('./pages/loyalty/ApprovalsPage.tsx'),
      'loyalty',
      'categories',
      'discounts',
      'contacts',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/till',
    validateSearch: programChoice,
    component: page(
      () => import('./pages/loyalty/TillPage.tsx'),
      'till',
      'loyalty',
      'wallet',
      'contacts',
      'rewards',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/discounts',
    component: page(
      () => import('./pages/loyalty/DiscountsPage.tsx'),
      'discounts',
      'categories',
      'loyalty',
      'contacts',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/discounts/new',
    component: page(() => import('./pages/loyalty/NewDiscountPage.tsx'), 'discounts', 'ladders'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/discounts/$id',
    component: page(() => import('./pages/loyalty/DiscountPage.tsx'), 'discounts', 'ladders'),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/categories',
    component: page(
      () => import('./pages/loyalty/CategoriesPage.tsx'),
      'categories',
      'loyalty',
      'wallet',
      'contacts',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/loyalty/categories/$id',
    component: page(
      () => import('./pages/loyalty/CategoryPage.tsx'),
      'categories',
      'loyalty',
      'wallet',
      'contacts',
    ),
  }),
] as const;
