import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { loadNamespaces } from 'i18next';
import type { CustomTypeOptions } from 'i18next';
import { meQuery } from './api/me.ts';
import { ApiError } from './api/problem.ts';
import { queryClient } from './api/query.ts';
import { contactSearch } from './pages/contacts/search.ts';
import { formSearch } from './pages/forms/search.ts';
import { leadSearch } from './pages/leads/search.ts';
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
import { salesSearch } from './pages/sales/search.ts';
import { draftSearch, rfmSearch, segmentSearch } from './pages/segments/search.ts';
import { sourceSearch } from './pages/developer/search.ts';
import { Crash, NotFound } from './pages/Stray.tsx';
import { auditSearch } from './pages/system/search.ts';
import { taskSearch } from './pages/work/search.ts';

type Area = keyof CustomTypeOptions['resources'];
type Page = { default: () => React.ReactNode };
/** Not looked into here: pages ask the router for their addresses, whose type would hang on theirs. */
type Loaded = { default: unknown };

/** A page comes with its code and its texts, both only when someone goes there. */
const page = (load: () => Promise<Loaded>, ...areas: Area[]) =>
  lazyRouteComponent(async () => (await Promise.all([load(), loadNamespaces(areas)]))[0] as Page);

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Crash });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } =>
    typeof search['next'] === 'string' ? { next: search['next'] } : {},
  component: page(() => import('./pages/sign-in/SignInPage.tsx')),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite/$token',
  component: page(() => import('./pages/sign-in/InvitePage.tsx'), 'problems'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401)
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
      throw error;
    }
  },
  component: page(() => import('./shell/Shell.tsx'), 'problems'),
});

const getParentRoute = () => app;

const pages = [
  createRoute({
    getParentRoute,
    path: '/',
    component: page(
      () => import('./pages/home/HomePage.tsx'),
      'home',
      'leads',
      'work',
      'sales',
      'campaigns',
      'imports',
      'settings',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/contacts',
    validateSearch: contactSearch,
    component: page(() => import('./pages/contacts/ContactsPage.tsx'), 'contacts', 'conditions'),
  }),
  createRoute({
    getParentRoute,
    path: '/contacts/$id',
    component: page(
      () => import('./pages/contacts/card/ContactPage.tsx'),
      'contacts',
      'work',
      'leads',
      'identity',
      'segments',
      'wallet',
      'discounts',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/segments',
    component: page(() => import('./pages/segments/SegmentsPage.tsx'), 'segments'),
  }),
  createRoute({
    getParentRoute,
    path: '/segments/new',
    validateSearch: draftSearch,
    component: page(
      () => import('./pages/segments/NewSegmentPage.tsx'),
      'segments',
      'conditions',
      'contacts',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/segments/templates',
    component: page(() => import('./pages/segments/ready/TemplatesPage.tsx'), 'segments', 'contacts'),
  }),
  createRoute({
    getParentRoute,
    path: '/segments/rfm',
    validateSearch: rfmSearch,
    component: page(() => import('./pages/segments/rfm/RfmPage.tsx'), 'segments'),
  }),
  createRoute({
    getParentRoute,
    path: '/segments/$id',
    validateSearch: segmentSearch,
    component: page(() => import('./pages/segments/SegmentPage.tsx'), 'segments', 'contacts'),
  }),
  createRoute({
    getParentRoute,
    path: '/segments/$id/edit',
    component: page(
      () => import('./pages/segments/EditSegmentPage.tsx'),
      'segments',
      'conditions',
      'contacts',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/forms',
    component: page(() => import('./pages/forms/FormsPage.tsx'), 'forms'),
  }),
  createRoute({
    getParentRoute,
    path: '/forms/new',
    component: page(() => import('./pages/forms/NewFormPage.tsx'), 'forms'),
  }),
  createRoute({
    getParentRoute,
    path: '/forms/$id',
    validateSearch: formSearch,
    component: page(() => import('./pages/forms/FormPage.tsx'), 'forms'),
  }),
  createRoute({
    getParentRoute,
    path: '/forms/$id/edit',
    component: page(() => import('./pages/forms/EditFormPage.tsx'), 'forms'),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns',
    component: page(() => import('./pages/campaigns/CampaignsPage.tsx'), 'campaigns'),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/new',
    validateSearch: (search): { segment?: string } =>
      typeof search['segment'] === 'string' ? { segment: search['segment'] } : {},
    component: page(() => import('./pages/campaigns/NewCampaignPage.tsx'), 'campaigns'),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/$id',
    component: page(() => import('./pages/campaigns/CampaignPage.tsx'), 'campaigns'),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/$id/edit',
    component: page(() => import('./pages/campaigns/EditCampaignPage.tsx'), 'campaigns'),
  }),
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
    component: page(() => import('./pages/loyalty/TillPage.tsx'), 'till', 'loyalty', 'wallet', 'contacts'),
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
  createRoute({
    getParentRoute,
    path: '/leads',
    validateSearch: leadSearch,
    component: page(() => import('./pages/leads/LeadsPage.tsx'), 'leads', 'work'),
  }),
  createRoute({
    getParentRoute,
    path: '/tasks',
    validateSearch: taskSearch,
    component: page(() => import('./pages/work/TasksPage.tsx'), 'work'),
  }),
  createRoute({
    getParentRoute,
    path: '/sales',
    validateSearch: salesSearch,
    component: page(() => import('./pages/sales/SalesPage.tsx'), 'sales'),
  }),
  createRoute({
    getParentRoute,
    path: '/imports',
    component: page(() => import('./pages/imports/ImportsPage.tsx'), 'imports'),
  }),
  createRoute({
    getParentRoute,
    path: '/imports/new',
    validateSearch: ({ kind }): { kind?: string } => (typeof kind === 'string' ? { kind } : {}),
    component: page(() => import('./pages/imports/NewImportPage.tsx'), 'imports', 'contacts'),
  }),
  createRoute({
    getParentRoute,
    path: '/imports/$id',
    component: page(() => import('./pages/imports/ImportPage.tsx'), 'imports'),
  }),
  createRoute({
    getParentRoute,
    path: '/people',
    component: page(() => import('./pages/people/PeoplePage.tsx'), 'people'),
  }),
  createRoute({
    getParentRoute,
    path: '/templates',
    component: page(() => import('./pages/templates/TemplatesPage.tsx'), 'templates'),
  }),
  createRoute({
    getParentRoute,
    path: '/templates/new',
    component: page(() => import('./pages/templates/NewTemplatePage.tsx'), 'templates'),
  }),
  createRoute({
    getParentRoute,
    path: '/templates/$id',
    component: page(() => import('./pages/templates/TemplatePage.tsx'), 'templates'),
  }),
  createRoute({
    getParentRoute,
    path: '/scoring',
    component: page(() => import('./pages/scoring/ScoringPage.tsx'), 'scoring', 'leads'),
  }),
  createRoute({
    getParentRoute,
    path: '/sources',
    component: page(() => import('./pages/settings/SourcesPage.tsx'), 'settings', 'developer'),
  }),
  createRoute({
    getParentRoute,
    path: '/sources/$id',
    validateSearch: sourceSearch,
    component: page(() => import('./pages/developer/SourcePage.tsx'), 'settings', 'developer'),
  }),
  createRoute({
    getParentRoute,
    path: '/onsite',
    component: page(() => import('./pages/onsite/OnsitePage.tsx'), 'onsite'),
  }),
  createRoute({
    getParentRoute,
    path: '/duplicates',
    component: page(() => import('./pages/identity/ReviewsPage.tsx'), 'identity'),
  }),
  createRoute({
    getParentRoute,
    path: '/audit',
    validateSearch: auditSearch,
    component: page(() => import('./pages/system/AuditPage.tsx'), 'audit'),
  }),
  createRoute({
    getParentRoute,
    path: '/security',
    component: page(() => import('./pages/account/SecurityPage.tsx'), 'account'),
  }),
  createRoute({
    getParentRoute,
    path: '/keys',
    component: page(() => import('./pages/settings/KeysPage.tsx'), 'settings'),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([signIn, invite, app.addChildren(pages)]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
