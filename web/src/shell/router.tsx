import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Failed } from '../kit/faces.tsx';
import { Go } from '../kit/go.tsx';
import { SetupPage } from '../features/setup/setup-page.tsx';
import { SignInPage } from '../features/sign-in/sign-in-page.tsx';
import { readFilters } from '../features/vulnerabilities/filters.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Outlet, errorComponent: ({ error }) => <Failed error={error} /> });
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: SetupPage });
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInPage });
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell });

const home = createRoute({ getParentRoute: () => inside, path: '/', component: () => <Go to="/overview" /> });
const overview = createRoute({
  getParentRoute: () => inside,
  path: '/overview',
  component: lazyRouteComponent(() => import('../features/overview/overview-page.tsx'), 'OverviewPage'),
});
const vulnerabilities = createRoute({
  getParentRoute: () => inside,
  path: '/vulnerabilities',
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import('../features/vulnerabilities/list-page.tsx'), 'ListPage'),
});
const vulnerability = createRoute({
  getParentRoute: () => inside,
  path: '/vulnerabilities/$id',
  component: lazyRouteComponent(() => import('../features/vulnerabilities/detail-page.tsx'), 'DetailPage'),
});
const integrations = createRoute({
  getParentRoute: () => inside,
  path: '/integrations',
  component: lazyRouteComponent(() => import('../features/integrations/integrations-page.tsx'), 'IntegrationsPage'),
});
const activity = createRoute({
  getParentRoute: () => inside,
  path: '/activity',
  component: lazyRouteComponent(() => import('../features/activity/activity-page.tsx'), 'ActivityPage'),
});

const routes = root.addChildren([setup, signIn, inside.addChildren([home, overview, vulnerabilities, vulnerability, integrations, activity])]);

export const router = createRouter({ routeTree: routes, defaultPreload: 'intent' });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
