import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { readFilters } from '../features/vulnerabilities/filters.ts';
import { Failed, Loading } from '../kit/faces.tsx';
import { Go } from '../kit/go.tsx';
import { NotFound } from '../kit/not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Outlet });
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: lazyRouteComponent(() => import('../features/setup/setup-page.tsx'), 'SetupPage') });
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', validateSearch: (search: Record<string, unknown>): { failed?: string } => (typeof search['failed'] === 'string' ? { failed: search['failed'] } : {}), component: lazyRouteComponent(() => import('../features/sign-in/sign-in-page.tsx'), 'SignInPage') });
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell });
const within = () => inside;

const home = createRoute({ getParentRoute: within, path: '/', component: () => <Go to="/overview" /> });
const overview = createRoute({
  getParentRoute: within,
  path: '/overview',
  component: lazyRouteComponent(() => import('../features/overview/overview-page.tsx'), 'OverviewPage'),
});
const vulnerabilities = createRoute({
  getParentRoute: within,
  path: '/vulnerabilities',
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import('../features/vulnerabilities/list-page.tsx'), 'ListPage'),
});
const vulnerability = createRoute({
  getParentRoute: within,
  path: '/vulnerabilities/$id',
  component: lazyRouteComponent(() => import('../features/vulnerabilities/detail-page.tsx'), 'DetailPage'),
});
const assets = createRoute({
  getParentRoute: within,
  path: '/assets',
  component: lazyRouteComponent(() => import('../features/assets/assets-page.tsx'), 'AssetsPage'),
});
const asset = createRoute({
  getParentRoute: within,
  path: '/assets/$id',
  component: lazyRouteComponent(() => import('../features/assets/asset-page.tsx'), 'AssetPage'),
});
const scans = createRoute({
  getParentRoute: within,
  path: '/scans',
  validateSearch: (search: Record<string, unknown>): { upload?: boolean; assetId?: string; assessmentId?: string; tab?: 'schedules' } => ({
    ...(search['tab'] === 'schedules' ? { tab: 'schedules' as const } : {}),
    ...(search['upload'] === true ? { upload: true } : {}),
    ...(typeof search['assetId'] === 'string' ? { assetId: search['assetId'] } : {}),
    ...(typeof search['assessmentId'] === 'string' ? { assessmentId: search['assessmentId'] } : {}),
  }),
  component: lazyRouteComponent(() => import('../features/scans/scans-page.tsx'), 'ScansPage'),
});
const scan = createRoute({
  getParentRoute: within,
  path: '/scans/$id',
  component: lazyRouteComponent(() => import('../features/scans/scan-page.tsx'), 'ScanPage'),
});
const schedule = createRoute({
  getParentRoute: within,
  path: '/schedules/$id',
  component: lazyRouteComponent(() => import('../features/schedules/schedule-page.tsx'), 'SchedulePage'),
});
const integrations = createRoute({
  getParentRoute: within,
  path: '/integrations',
  validateSearch: (search: Record<string, unknown>): { mine?: boolean } => (search['mine'] === true ? { mine: true } : {}),
  component: lazyRouteComponent(() => import('../features/integrations/integrations-page.tsx'), 'IntegrationsPage'),
});
const connect = createRoute({
  getParentRoute: within,
  path: '/integrations/new/$tracker',
  component: lazyRouteComponent(() => import('../features/integrations/connect-page.tsx'), 'ConnectPage'),
});
const connection = createRoute({
  getParentRoute: within,
  path: '/connections/$id',
  validateSearch: (search: Record<string, unknown>): { login?: string; on?: true } => ({
    ...(typeof search['login'] === 'string' ? { login: search['login'] } : {}),
    ...(search['on'] === true ? { on: true } : {}),
  }),
  component: lazyRouteComponent(() => import('../features/integrations/connection-page.tsx'), 'ConnectionPage'),
});
const wizard = createRoute({
  getParentRoute: within,
  path: '/connections/$id/configure/$draftId/$step',
  component: lazyRouteComponent(() => import('../features/integrations/wizard-page.tsx'), 'WizardPage'),
});
const activity = createRoute({
  getParentRoute: within,
  path: '/activity',
  validateSearch: (search: Record<string, unknown>): ActivitySearch =>
    Object.fromEntries(['group', 'outcome', 'direction', 'connectionId', 'vulnerabilityId', 'errorClass', 'q', 'delivery'].flatMap((name) => (search[name] === undefined || search[name] === '' ? [] : [[name, String(search[name])]]))),
  component: lazyRouteComponent(() => import('../features/activity/activity-page.tsx'), 'ActivityPage'),
});
const nowhere = createRoute({ getParentRoute: within, path: '$', component: NotFound });
const settings = createRoute({
  getParentRoute: within,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { tab?: string; signOn?: string } => ({
    ...(typeof search['tab'] === 'string' ? { tab: search['tab'] } : {}),
    ...(typeof search['signOn'] === 'string' ? { signOn: search['signOn'] } : {}),
  }),
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

export interface ActivitySearch {
  /** The tab; `holds` and `orphans` are not of deliveries. */
  readonly group?: string;
  readonly outcome?: string;
  readonly direction?: string;
  readonly connectionId?: string;
  readonly vulnerabilityId?: string;
  readonly errorClass?: string;
  readonly q?: string;
  readonly delivery?: string;
}

const routes = root.addChildren([
  setup,
  signIn,
  inside.addChildren([home, overview, vulnerabilities, vulnerability, assets, asset, scans, scan, schedule, integrations, connect, connection, wizard, activity, settings, nowhere]),
]);

export const router = createRouter({
  routeTree: routes,
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <Failed error={error} retry={reset} />,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
