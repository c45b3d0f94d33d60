import { IconActivity, IconBug, IconLayoutDashboard, IconPlugConnected, IconRadar2, IconServer2, IconSettings } from '@tabler/icons-react';
import { words } from '../words/words.ts';

/** The menu, in its order. `key` follows `g`. */
export const places = [
  { to: '/overview', label: words.nav.overview, icon: IconLayoutDashboard, key: 'o', keyLabel: words.keys.goOverview },
  { to: '/vulnerabilities', label: words.nav.vulnerabilities, icon: IconBug, key: 'v', keyLabel: words.keys.goVulnerabilities },
  { to: '/assets', label: words.nav.assets, icon: IconServer2, key: 'a', keyLabel: words.keys.goAssets },
  { to: '/scans', label: words.nav.scans, icon: IconRadar2, key: 's', keyLabel: words.keys.goScans },
  { to: '/integrations', label: words.nav.integrations, icon: IconPlugConnected, key: 'i', keyLabel: words.keys.goIntegrations },
  { to: '/activity', label: words.nav.activity, icon: IconActivity, key: 'y', keyLabel: words.keys.goActivity },
  { to: '/settings', label: words.nav.settings, icon: IconSettings, key: null, keyLabel: '' },
] as const;
