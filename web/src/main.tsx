import '@mantine/core/styles.layer.css';
import './app.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { whenSignedOut } from './api/client.ts';
import { forgetSignIn } from './api/me.ts';
import { queryClient } from './api/query.ts';
import { startI18n } from './i18n/index.ts';
import { router } from './router.tsx';
import { Look } from './ui/Look.tsx';

whenSignedOut(() => {
  forgetSignIn();
  const { pathname, href } = router.state.location;
  if (pathname === '/sign-in' || pathname.startsWith('/invite/')) return;
  queryClient.removeQueries({ queryKey: ['me'] });
  void router.navigate({ to: '/sign-in', search: { next: href } });
});

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');

await startI18n();
createRoot(root).render(
  <StrictMode>
    <Look>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </Look>
  </StrictMode>,
);
