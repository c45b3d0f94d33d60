import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { StatusMapping } from '../../src/core/mapping/status-mapping.ts';
import { makeSealKey } from '../../src/lib/seal.ts';
import type { SyncStore } from '../../src/sync/ports.ts';
import { makeSyncStore } from '../../src/sync/sync-store.ts';
import type { Claim } from '../../src/store/work.ts';
import { setLane } from '../../src/store/work.ts';
import type { WorkRow } from './database.ts';
import { Database } from './database.ts';
import { Acts } from './model-acts.ts';
import { ModelQueue } from './model-queue.ts';
import { ModelStore } from './model-store.ts';
import type { StillClock } from './still-clock.ts';

const mapping: StatusMapping = { identified: 'todo', in_progress: 'doing', awaiting_validation: 'review', risk_accepted: 'risk', fixed: 'done' };
const severities = { critical: '1', high: '2', medium: '3', low: '4', informational: null };

/** A piece of work in hand on both sides. */
export interface TwinClaim {
  readonly ours: WorkRow;
  readonly real: Claim;
}

/** The model and the production store on PostgreSQL, with the same rows in them. */
export class Twin {
  readonly model: ModelStore;
  readonly people: Acts;
  readonly queue: ModelQueue;
  readonly data: Database;
  readonly real: SyncStore;
  readonly clock: StillClock;
  readonly connectionId = randomUUID();
  readonly configurationId = randomUUID();
  readonly linkIds: string[] = [];
  readonly claims: TwinClaim[] = [];

  constructor(clock: StillClock) {
    this.clock = clock;
    this.data = new Database(() => clock.now());
    this.queue = new ModelQueue(this.data, 50);
    this.model = new ModelStore(this.data, this.queue);
    this.people = new Acts(this.model, { breakerReset: () => {} });
    this.real = makeSyncStore({ store: clock.store, sealKey: makeSealKey('a'.repeat(64)), deployment: () => ({ id: 'this one', place: null }) });
  }

  get db() {
    return this.clock.store.db;
  }

  async fill(vulnerabilities: number): Promise<void> {
    const { db, connectionId, configurationId } = this;
    const assetId = randomUUID();
    const token = Buffer.from(randomUUID());
    await sql`delete from work`.execute(db);
    await sql`insert into assets (id, key, name) values (${assetId}::uuid, ${assetId}, ${`asset ${assetId}`})`.execute(db);
    await sql`
      insert into connections (id, tracker, name, settings, origin, severity_mapping, webhook_token_hash, webhook_token, state_changed_at)
      values (${connectionId}::uuid, 'memory', 'A board', '{}', 'https://board.example', ${JSON.stringify(severities)}::jsonb, ${token}, ${token}, clock_timestamp())
    `.execute(db);
    await setLane(db, { id: connectionId, concurrencyMax: 50, perSecond: null });
    await sql`
      insert into configurations (id, connection_id, scope, target, status_mapping)
      values (${configurationId}::uuid, ${connectionId}::uuid, 'default', '{"board": "default"}', ${JSON.stringify(mapping)}::jsonb)
    `.execute(db);
    this.data.connections.set(connectionId, { id: connectionId, tracker: 'memory', state: 'active', stateChangedAt: this.data.clock(), cursor: null, inventoryAt: null, sweptAt: null, throttledUntil: null });
    this.data.configurations.set(configurationId, { id: configurationId, connectionId, scope: 'default', assetIds: [], version: 1, target: { board: 'default' }, statusMapping: mapping, severityMapping: severities, boardDecisions: 'apply', attention: null, deleted: false });
    for (let at = 0; at < vulnerabilities; at += 1) {
      await this.#addVulnerability(assetId, at);
    }
  }

  async #addVulnerability(assetId: string, at: number): Promise<void> {
    const { db, connectionId, configurationId } = this;
    const linkId = randomUUID();
    const marker = `pb-${randomUUID().slice(0, 20)}`;
    const made = await this.db.transaction().execute(async (tx) => {
      const entry = randomUUID();
      const rows = await sql<{ id: string }>`
        insert into vulnerabilities (asset_id, title, severity, status, status_changed_at, status_as_of, status_entry_id, first_seen_at, open_since)
        values (${assetId}::uuid, ${`Weakness ${at}`}, 'high', 'identified', now(), now(), ${entry}::uuid, now(), now()) returning id
      `.execute(tx);
      const id = String(rows.rows[0]?.id);
      await sql`
        insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, to_status, cause_kind)
        values (${entry}::uuid, ${id}::bigint, now(), 'status', 'scan', 'a scan', 'identified', 'scan')
      `.execute(tx);
      return id;
    });
    await sql`
      insert into links (id, vulnerability_id, connection_id, configuration_id, marker, created_at)
      values (${linkId}::uuid, ${made}::bigint, ${connectionId}::uuid, ${configurationId}::uuid, ${marker}, clock_timestamp() - interval '1 minute')
    `.execute(db);
    const now = this.data.clock();
    this.data.vulnerabilities.set(made, { id: made, assetId, title: `Weakness ${at}`, severity: 'high', status: 'identified', causedBy: 'scan', asOf: now, acceptedUntil: null, note: null, version: 1 });
    this.data.links.set(linkId, {
      id: linkId, vulnerabilityId: made, connectionId, configurationId, state: 'pending', marker, generation: 1, cardRef: null, card: null, intent: null,
      attempts: 0, attemptedAt: null, quarantineUntil: 0, base: null, pending: null, misses: 0, missedSince: null, recentWrites: [], drift: null, cardCreatedAt: null, createdAt: now - 60_000,
    });
    this.linkIds.push(linkId);
  }
}
