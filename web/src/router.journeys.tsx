import { createRoute } from '@tanstack/react-router';
import { journeySearch } from './pages/journeys/search.ts';
import { getParentRoute, page } from './router.base.tsx';

/** The addresses of journeys. */
export const journeyPages = [
  createRoute({
    getParentRoute,
    path: '/journeys',
    component: page(() => import('./pages/journeys/JourneysPage.tsx'), 'journeys'),
  }),
  createRoute({
    getParentRoute,
    path: '/journeys/$id',
    validateSearch: journeySearch,
    component: page(
      () => import('./pages/journeys/JourneyPage.tsx'),
      'journeys',
      'campaigns',
      'segments',
      'conditions',
      'contacts',
    ),
  }),
] as const;
