import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type pg from 'pg';
import type { Store, Transaction } from './open.ts';
import { planOnceOn } from './plan-once.ts';
import type { ScanRow } from './scans.ts';
import { commitAtOnce } from './sync/commit-write.ts';
import { selectUntried, selectVisits } from './sync/load-visit.ts';
import { areHinted, recordPlainly } from './sync/record-card.ts';
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
    await selectVisits(store, [nobody]);
    await selectUntried(db, { linkId: nobody, configurationId: nobody, most: 1 });
    await commitAtOnce(db, [{ ...noIntent, lease }]);
    await recordPlainly(db, [noCard]);
    await areHinted(db, [noCard]);
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

/** An asset whose vulnerabilities get cards, and a scan of it with a report of `length` bytes, for a transaction that is undone. */
export async function insertStage(tx: Transaction, length: number): Promise<ScanRow> {
  const rows = await sql<ScanRow>`
    with asset as (insert into assets (id, name, key) select id, 'Rehearsal', id::text from (select gen_random_uuid() as id) a returning id),
    connection as (
      insert into connections (id, tracker, name, settings, origin, severity_mapping, webhook_token_hash, webhook_token)
      select id, '', 'Rehearsal', '{}', '', '{"critical": "1", "high": "1", "medium": "1", "low": "1", "informational": "1"}', uuid_send(id), ''
      from (select gen_random_uuid() as id) k returning id
    ),
    lane as (insert into lanes (id) select id::text from connection),
    configuration as (
      insert into configurations (id, connection_id, scope, target, status_mapping) select gen_random_uuid(), id, 'custom', '{}', '{}' from connection
      returning id, connection_id
    ),
    governed as (insert into configuration_assets (configuration_id, connection_id, asset_id) select c.id, c.connection_id, a.id from configuration c, asset a)
    insert into scans (id, asset_id, status, trigger, coverage, branch, started_at, report_bytes)
    select gen_random_uuid(), id, 'processing', 'ci', 'complete', 'main', clock_timestamp(), ${length} from asset
    returning *
  `.execute(tx);
  return rows.rows[0] as ScanRow;
}
