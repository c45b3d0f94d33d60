import { MantineProvider } from '@mantine/core';
import { notificationsStore, useNotifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from '../api.ts';
import { router } from './router.tsx';
import { theme, variables } from './theme.ts';

/** What the server tells by itself is asked for at once; this is for what it could not tell. */
const refetchMs = 30_000;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchInterval: refetchMs,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status < 500),
    },
  },
});

const Notices = lazy(() => import('./notices.tsx').then(({ Notices: component }) => ({ default: component })));

export function drawApp(root: HTMLElement): void {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={variables}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Told />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

/** Where what was done is told; loaded when there is something to tell. */
function Told() {
  const { notifications } = useNotifications(notificationsStore);
  return <Suspense>{notifications.length === 0 ? null : <Notices />}</Suspense>;
}
