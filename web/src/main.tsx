import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import type { CSSVariablesResolver } from '@mantine/core';
import { createTheme, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api.ts';
import { router } from './shell/router.tsx';

const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, sans-serif',
});

/** Quiet texts and links with at least the contrast that WCAG 2.2 AA asks for. */
const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': colors.gray?.[7] ?? '',
    '--mantine-color-anchor': colors.indigo?.[8] ?? '',
    '--mantine-color-placeholder': colors.gray?.[7] ?? '',
  },
  dark: {
    '--mantine-color-dimmed': colors.dark?.[1] ?? '',
    '--mantine-color-anchor': colors.indigo?.[2] ?? '',
    '--mantine-color-placeholder': colors.dark?.[1] ?? '',
  },
});

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchInterval: 5_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status < 500),
    },
  },
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={variables}>
      <QueryClientProvider client={queries}>
        <Notifications />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
