import { z } from 'zod';
import type { Tracker } from '../../contracts/tracker.ts';
import { priorities, titleMax } from './face.ts';
import { openSession } from './session.ts';
import { siteOrigin } from './site-url.ts';
import { webhook } from './webhook.ts';

const settings = z.strictObject({
  url: z
    .string()
    .max(300)
    .meta({ examples: ['https://your-company.businessmap.io'] })
    .transform((typed, context) => {
      const origin = siteOrigin(typed);
      if (origin === null) {
        context.addIssue({
          code: 'custom',
          message: 'Give the address of your BusinessMap site, like https://your-company.businessmap.io.',
        });
        return z.NEVER;
      }
      return origin;
    })
    .meta({
      title: 'Site URL',
      description: 'The address of your BusinessMap site.',
    }),
});

const credentials = z.strictObject({
  apiKey: z.string().trim().min(1).max(500).meta({
    title: 'API token',
    description: 'In BusinessMap: avatar → API → Generate new API key.',
    secret: true,
  }),
});

const tracker: Tracker = {
  id: 'businessmap',
  title: 'BusinessMap',
  summary: 'One BusinessMap card per vulnerability, on the board, workflow and lane you choose.',
  words: { card: 'card', cards: 'cards', remoteState: 'column' },
  settings,
  credentials,
  origin: ({ url }) => String(url),
  targetSteps: [
    { id: 'workspace', label: 'Workspace' },
    { id: 'board', label: 'Board' },
    { id: 'workflow', label: 'Workflow' },
    { id: 'lane', label: 'Lane', loose: true },
  ],
  stepOrder: ['target', 'fields', 'severity', 'status'],
  severityChoices: priorities,
  defaultSeverityMapping: { critical: '1', high: '2', medium: '3', low: '4', informational: null },
  traits: {
    conditionalWrite: false,
    searchLagMs: 60_000,
    findsHidden: true,
    hidesForbidden: false,
    changeCursor: true,
    titleMax,
    pace: { concurrency: 4, callsPerMinute: 30, callsPerHour: 600 },
    history: true,
    webhookUrlMax: 250,
    subscriptions: 'api',
    subscriptionSecret: 'theirs',
    bulkMax: 50,
    calls: { find: 3, changes: 3 },
  },
  webhook,
  oauth: null,
  open: openSession,
};

export default tracker;
