import type { Tracker } from '../../contracts/tracker.ts';
import { priorities, titleMax } from './face.ts';
import { oauth } from './oauth.ts';
import { accountOrigin, credentials, settings } from './organization-url.ts';
import { openSession } from './session.ts';
import { webhook } from './webhook.ts';

const tracker: Tracker = {
  id: 'azure-boards',
  title: 'Azure Boards',
  summary: 'One Azure Boards work item per vulnerability, of the type and on the board you choose.',
  words: { card: 'work item', cards: 'work items', remoteState: 'column' },
  settings,
  credentials,
  origin: ({ url }) => new URL(String(url)).origin,
  otherOrigins: (given, { entraAuthority }) => [new URL(entraAuthority).origin, accountOrigin(given)],
  targetSteps: [
    { id: 'project', label: 'Project' },
    { id: 'team', label: 'Team' },
    { id: 'board', label: 'Board', optional: true },
    { id: 'workItemType', label: 'Work item type' },
    { id: 'lane', label: 'Lane', optional: true, loose: true },
  ],
  stepOrder: ['target', 'fields', 'severity', 'status'],
  severityChoices: priorities,
  defaultSeverityMapping: { critical: '1', high: '2', medium: '3', low: '4', informational: null },
  traits: {
    conditionalWrite: true,
    searchLagMs: 30_000,
    findsHidden: false,
    hidesForbidden: true,
    changeCursor: true,
    titleMax,
    pace: { concurrency: 2, callsPerMinute: 300, callsPerHour: null },
    history: true,
    webhookUrlMax: null,
    subscriptions: 'api',
    calls: { find: 1, changes: 1 },
  },
  webhook,
  oauth,
  open: openSession,
};

export default tracker;
