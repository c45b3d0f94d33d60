import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Store } from './open.ts';
import { planOnceOn } from './plan-once.ts';
import { commitAtOnce } from './sync/commit-write.ts';
import { selectUntried, selectVisit } from './sync/load-visit.ts';
import { isHinted, recordPlainly } from './sync/record-card.ts';
import { claimOrWait, finishWork, markDue, setLane } from './work.ts';

/**
 * Opens the connections that are kept for what runs all the time, and has each make its plans while nobody waits for them. A plan takes
 * up to 40 ms on a connection that knows no table yet, and the first visits of many links would wait for all connections to make them at
 * once. One after the other; what goes wrong is left to whoever uses them.
 */
export async function warmUp(store: Pick<Store, 'repeating'>, signal: AbortSignal): Promise<void> {
  const pool = store.repeating();
  const held: pg.PoolClient[] = [];
  try {
    while (held.length < (pool.options.max ?? 0) && !signal.aborted) {
      const client = await pool.connect();
      held.push(client);
      await makePlans(client);
    }
  } finally {
    held.forEach((client) => client.release());
  }
}

const nobody = '00000000-0000-0000-0000-000000000000';

/** The statements of the queue and of a first card, about a lane that nobody else sees and a link that is not there. Nothing stays. */
async function makePlans(client: pg.PoolClient): Promise<void> {
  const store = planOnceOn(client);
  const { db } = store;
  const lane = `warm-up ${randomUUID()}`;
  const lease = { kind: 'link', key: nobody, token: '0' };
  await client.query('begin');
  try {
    await setLane(db, { id: lane, concurrencyMax: 1, perSecond: null });
    await markDue(db, [{ kind: lane, key: lane, lane }]);
    const { claims } = await claimOrWait(store, { kinds: [lane], most: 2, leaseMs: 1_000, holder: lane });
    await finishWork(store, claims.map((claim) => ({ claim, nextAt: null })));
    await selectVisit(store, nobody);
    await selectUntried(db, { linkId: nobody, configurationId: nobody, most: 1 });
    await commitAtOnce(db, { ...noIntent, lease });
    await recordPlainly(db, noCard);
    await isHinted(db, noCard);
  } finally {
    await client.query('rollback');
  }
}

const noIntent = {
  deployment: '',
  linkId: nobody,
  marker: '',
  version: '0',
  configurationVersion: 0,
  intent: { configurationId: nobody },
  quarantineMs: 0,
};

const noCard = {
  linkId: nobody,
  connectionId: nobody,
  card: {
    ref: '',
    key: '',
    url: '',
    revision: '',
    order: 0,
    marker: null,
    presence: 'active',
    state: '',
    stateLabel: '',
    place: {},
    title: '',
    priority: null,
    assignee: null,
    labels: [],
    changedAt: null,
  },
  base: { order: 0 },
  configurationId: nobody,
  attempt: { act: 'create', fault: null, errorClass: null, message: null, hint: null, exchanges: [], detail: {} },
  duplicates: [],
} as const;

/** Has a connection read what a scan's statements have to know of their tables, before the first of them. */
export async function knowTables({ pool }: Pick<Store, 'pool'>): Promise<void> {
  await pool.query(scanTables.map((table) => `select from ${table} where false`).join(' union all '));
}

const scanTables = [
  'scans',
  'report_chunks',
  'findings',
  'scopes',
  'match_keys',
  'scope_memory',
  'scope_looks',
  'vulnerabilities',
  'timeline',
  'detections',
  'occurrences',
  'last_seen',
  'links',
  'deliveries',
  'work',
] as const;
