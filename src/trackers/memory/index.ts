import { z } from 'zod';
import type { Tracker } from '../../contracts/tracker.ts';
import { priorities, titleMax } from './face.ts';
import { openSession } from './session.ts';
import { webhook } from './webhook.ts';

/**
 * The reference tracker: the simplest board that keeps every promise of the contract. Copy this folder to begin another
 * (`npm run new tracker NAME`), then change wire, face and session until the conformance tests pass again.
 */
const tracker: Tracker = {
  id: 'memory',
  title: 'Memory',
  summary: 'A board that lives in memory: for tests, and as the adapter to copy.',
  words: { card: 'card', cards: 'cards', remoteState: 'column' },
  settings: z.strictObject({
    url: z
      .url({ protocol: /^https?$/u })
      .meta({ examples: ['http://127.0.0.1:4190'] })
      .transform((url) => new URL(url).origin)
      .meta({ title: 'Address', description: 'Where the board answers.' }),
  }),
  credentials: z.strictObject({
    token: z
      .string()
      .min(1)
      .max(200)
      .meta({ title: 'Token', description: 'As the board printed it.', secret: true }),
  }),
  origin: ({ url }) => String(url),
  targetSteps: [{ id: 'board', label: 'Board' }],
  stepOrder: ['target', 'fields', 'severity', 'status'],
  severityChoices: priorities,
  defaultSeverityMapping: {
    critical: 'urgent',
    high: 'high',
    medium: 'normal',
    low: 'low',
    informational: null,
  },
  traits: {
    conditionalWrite: true,
    searchLagMs: 0,
    findsHidden: true,
    hidesForbidden: true,
    changeCursor: true,
    titleMax,
    pace: { concurrency: 8, callsPerMinute: null, callsPerHour: null },
    history: true,
    webhookUrlMax: null,
    subscriptions: 'manual',
    calls: { find: 1, changes: 1 },
  },
  webhook,
  oauth: null,
  open: openSession,
};

export default tracker;
