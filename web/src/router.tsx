import { createRoute, createRouter } from '@tanstack/react-router';
import { contactSearch } from './pages/contacts/search.ts';
import { formSearch } from './pages/forms/search.ts';
import { leadSearch } from './pages/leads/search.ts';
import { salesSearch } from './pages/sales/search.ts';
import { draftSearch, rfmSearch, segmentSearch } from './pages/segments/search.ts';
import { sourceSearch } from './pages/developer/search.ts';
import { auditSearch } from './pages/system/search.ts';
import { taskSearch } from './pages/work/search.ts';
import { app, getParentRoute, invite, page, root, signIn } from './router.base.tsx';
import { journeyPages } from './router.journeys.tsx';
import { loyaltyPages } from './router.loyalty.tsx';

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
      'campaigns',
      'journeys',
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
    component: page(
      () => import('./pages/campaigns/CampaignsPage.tsx'),
      'campaigns',
      'guard',
      'starts',
      'conditions',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/new',
    validateSearch: (search): { segment?: string } =>
      typeof search['segment'] === 'string' ? { segment: search['segment'] } : {},
    component: page(
      () => import('./pages/campaigns/NewCampaignPage.tsx'),
      'campaigns',
      'starts',
      'conditions',
      'segments',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/ready',
    component: page(() => import('./pages/campaigns/ready/ReadyPage.tsx'), 'ready'),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/calendar',
    component: page(() => import('./pages/campaigns/calendar/CalendarPage.tsx'), 'guard', 'campaigns'),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/limits',
    component: page(
      () => import('./pages/campaigns/permission/PermissionPage.tsx'),
      'permission',
      'campaigns',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/$id',
    component: page(
      () => import('./pages/campaigns/CampaignPage.tsx'),
      'campaigns',
      'segments',
      'contacts',
      'guard',
      'starts',
      'conditions',
    ),
  }),
  createRoute({
    getParentRoute,
    path: '/campaigns/$id/edit',
    component: page(
      () => import('./pages/campaigns/EditCampaignPage.tsx'),
      'campaigns',
      'starts',
      'conditions',
      'segments',
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
    component: page(() => import('./pages/templates/NewTemplatePage.tsx'), 'templates', 'cart'),
  }),
  createRoute({
    getParentRoute,
    path: '/templates/$id',
    component: page(() => import('./pages/templates/TemplatePage.tsx'), 'templates', 'cart'),
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
    path: '/channels',
    component: page(() => import('./pages/settings/ChannelsPage.tsx'), 'settings', 'templates'),
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
  routeTree: root.addChildren([
    signIn,
    invite,
    app.addChildren([...pages, ...loyaltyPages, ...journeyPages]),
  ]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
