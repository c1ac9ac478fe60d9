import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { loadNamespaces } from 'i18next';
import type { CustomTypeOptions } from 'i18next';
import { meQuery } from './api/me.ts';
import { ApiError } from './api/problem.ts';
import { queryClient } from './api/query.ts';
import { Crash, NotFound } from './pages/Stray.tsx';

/** What every address stands under: the sign-in, and the console for those who are signed in. */

type Area = keyof CustomTypeOptions['resources'];
type Page = { default: () => React.ReactNode };
/** Not looked into here: pages ask the router for their addresses, whose type would hang on theirs. */
type Loaded = { default: unknown };

/** A page comes with its code and its texts, both only when someone goes there. */
export const page = (load: () => Promise<Loaded>, ...areas: Area[]) =>
  lazyRouteComponent(async () => (await Promise.all([load(), loadNamespaces(areas)]))[0] as Page);

export const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Crash,
});

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } =>
    typeof search['next'] === 'string' ? { next: search['next'] } : {},
  component: page(() => import('./pages/sign-in/SignInPage.tsx')),
});

export const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite/$token',
  component: page(() => import('./pages/sign-in/InvitePage.tsx'), 'problems'),
});

export const app = createRoute({
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

export const getParentRoute = () => app;
