import type { Tracker } from '../../contracts/tracker.ts';
import { titleMax } from './face.ts';
import { credentials, settings } from './instance-url.ts';
import { oauth } from './oauth.ts';
import { severityChoices } from './priority-rule.ts';
import { openSession } from './session.ts';
import { webhook } from './webhook.ts';

const tracker: Tracker = {
  id: 'servicenow',
  title: 'ServiceNow',
  summary:
    'One ServiceNow record per vulnerability: an incident, a problem, a change request, or a task of your own.',
  words: { card: 'record', cards: 'records', remoteState: 'state' },
  settings,
  credentials,
  origin: ({ url }) => String(url),
  targetSteps: [{ id: 'table', label: 'ServiceNow project', freeEntry: true }],
  // What a state demands (close code, close notes) can only be asked for when the states are chosen.
  stepOrder: ['target', 'status', 'severity', 'fields'],
  severityChoices: severityChoices(),
  defaultSeverityMapping: { critical: '1/1', high: '1/2', medium: '2/2', low: '3/2', informational: null },
  traits: {
    conditionalWrite: false,
    searchLagMs: 5_000,
    findsHidden: false,
    hidesForbidden: true,
    changeCursor: true,
    titleMax,
    pace: { concurrency: 2, callsPerMinute: 90, callsPerHour: null },
    history: false,
    webhookUrlMax: null,
    subscriptions: 'manual',
    calls: { find: 1, changes: 1 },
  },
  webhook,
  oauth,
  open: openSession,
};

export default tracker;
