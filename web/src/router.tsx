import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import i18next from 'i18next';
import { meQuery } from './api/me.ts';
import { ApiError } from './api/problem.ts';
import { queryClient } from './api/query.ts';
import { contactSearch } from './pages/contacts/search.ts';
import { Crash, NotFound } from './pages/Stray.tsx';

type Area = 'campaigns' | 'contacts' | 'home' | 'leads' | 'people' | 'segments' | 'settings';
type Page = { default: () => React.ReactNode };

/** A page comes with its code and its texts, both only when someone goes there. */
const page = (load: () => Promise<Page>, ...areas: Area[]) =>
  lazyRouteComponent(async () => (await Promise.all([load(), i18next.loadNamespaces(areas)]))[0]);

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
  component: page(() => import('./pages/sign-in/InvitePage.tsx')),
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
  component: page(() => import('./shell/Shell.tsx')),
});

const inApp = () => app;

const home = createRoute({ getParentRoute: inApp, path: '/', component: page(() => import('./pages/home/HomePage.tsx'), 'home') });

const contacts = createRoute({
  getParentRoute: inApp,
  path: '/contacts',
  validateSearch: contactSearch,
  component: page(() => import('./pages/contacts/ContactsPage.tsx'), 'contacts'),
});

const routeTree = root.addChildren([signIn, invite, app.addChildren([home, contacts])]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
