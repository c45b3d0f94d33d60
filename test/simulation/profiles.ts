import type { Traits } from '../../src/contracts/tracker.ts';

/** What the sync engine has to live with, per tracker: its traits, and habits that no trait tells. */
export interface Profile {
  readonly id: string;
  readonly traits: Traits;
  /** A card is born in its first state and moved in a second call. */
  readonly bornElsewhere: boolean;
  /** The counter of changes at birth. */
  readonly firstOrder: number;
  /** A write with a comment counts as two changes. */
  readonly commentsCount: boolean;
  /** A state that the workflow refuses is left out, the rest of the change is taken, and the answer says so. */
  readonly tellsRefusals: boolean;
  /** A search that matches only what we may not see is refused. */
  readonly countsHidden: boolean;
}

const pace = { concurrency: 2, callsPerMinute: null, callsPerHour: null };
const common = { titleMax: 255, pace, webhookUrlMax: null, changeCursor: true, calls: { find: 1, changes: 1 } } as const;

export const profiles: readonly Profile[] = [
  {
    id: 'azure-boards',
    traits: { ...common, conditionalWrite: true, searchLagMs: 60_000, findsHidden: true, hidesForbidden: true, history: true, subscriptions: 'api' },
    bornElsewhere: true,
    firstOrder: 1,
    commentsCount: false,
    tellsRefusals: false,
    countsHidden: false,
  },
  {
    id: 'servicenow',
    traits: { ...common, conditionalWrite: false, searchLagMs: 5_000, findsHidden: false, hidesForbidden: true, history: false, subscriptions: 'manual' },
    bornElsewhere: false,
    firstOrder: 0,
    commentsCount: false,
    tellsRefusals: true,
    countsHidden: true,
  },
  {
    id: 'businessmap',
    traits: { ...common, conditionalWrite: false, searchLagMs: 60_000, findsHidden: true, hidesForbidden: false, history: true, subscriptions: 'api', bulkMax: 4 },
    bornElsewhere: false,
    firstOrder: 1,
    commentsCount: true,
    tellsRefusals: false,
    countsHidden: false,
  },
];
