import { sql } from 'kysely';
import { markDue } from './work.ts';
import type { Connection, Store, Transaction } from './open.ts';
import { inTransaction } from './open.ts';

/** Which database this is, as its server knows it: a copy that was restored elsewhere has another one. */
export async function databaseIdentity(db: Connection): Promise<string> {
  const rows = await sql<{ id: string }>`
    select (select system_identifier from pg_control_system()) || '/' || (select oid from pg_database where datname = current_database()) as id
  `.execute(db);
  return rows.rows[0]?.id ?? '';
}

/** By what this installation is told from a copy of its database. */
export interface Deployment {
  /** Fingerprint, kept outside the database. */
  readonly id: string;
  /** Where its own database lies; null: on a server. */
  readonly place: string | null;
}

/** Who may write to trackers, as one deployment knows itself. */
export interface Claimant {
  readonly deployment: Deployment;
  /** How long nobody may conclude that a create of unknown outcome did not happen. */
  readonly quarantineMs: number;
}

export type Claimed = 'ours' | 'restored' | 'another’s';

/**
 * The first deployment of a database owns its synchronization. Other files in the owner's own place are a backup that was put
 * back: it goes on, with care. Anything else is a copy, which only reads until somebody takes over.
 */
export async function claimOwnership(store: Pick<Store, 'db'>, { deployment, quarantineMs }: Claimant): Promise<Claimed> {
  return inTransaction(store, async (tx) => {
    const rows = await sql<{ sync_owner: string | null; sync_place: string | null }>`
      select sync_owner, sync_place from instance for update
    `.execute(tx);
    const owner = rows.rows[0]?.sync_owner ?? null;
    const restored = deployment.place !== null && rows.rows[0]?.sync_place === deployment.place;
    if (owner !== null && owner !== deployment.id && !restored) {
      return 'another’s';
    }
    await sql`update instance set sync_owner = ${deployment.id}, sync_place = ${deployment.place}`.execute(tx);
    if (owner !== null && owner !== deployment.id) {
      await beginEpoch(tx, quarantineMs);
      return 'restored';
    }
    return 'ours';
  });
}

/** An administrator's word: from now on this deployment writes. What may have been created meanwhile is looked for first. */
export async function takeOver(store: Pick<Store, 'db'>, { deployment, quarantineMs }: Claimant): Promise<boolean> {
  return inTransaction(store, async (tx) => {
    const rows = await sql<{ sync_owner: string | null }>`select sync_owner from instance for update`.execute(tx);
    if (rows.rows[0]?.sync_owner === deployment.id) {
      return false;
    }
    await sql`
      update instance set sync_owner = ${deployment.id}, sync_place = ${deployment.place}, taken_over_at = clock_timestamp()
    `.execute(tx);
    await beginEpoch(tx, quarantineMs);
    return true;
  });
}

/**
 * Committed rows may have been lost: a card may exist of which no row tells. Creates wait out the quarantine and are searched
 * for; every card is compared; links are visited again.
 */
async function beginEpoch(tx: Transaction, quarantineMs: number): Promise<void> {
  await sql`update instance set epoch = epoch + 1`.execute(tx);
  await sql`
    update links set attempts = greatest(attempts, 1), updated_at = clock_timestamp(),
      quarantine_until = greatest(quarantine_until, clock_timestamp() + make_interval(secs => ${quarantineMs / 1_000}))
    where card_ref is null and state = 'pending'
  `.execute(tx);
  await sql`update connections set inventory_at = null where state <> 'deleted'`.execute(tx);
  const due = await sql<{ kind: string; key: string; lane: string }>`
    select 'sweep' as kind, id::text as key, id::text as lane from connections where state <> 'deleted'
    union all
    select 'link', l.id::text, l.connection_id::text from links l
    where l.state = 'pending' or exists (select 1 from deliveries d where d.link_id = l.id and d.outcome = 'waiting')
  `.execute(tx);
  await markDue(tx, due.rows.map((row) => ({ ...row, because: 'A new epoch of the database began.' })));
}

/**
 * Compares the server's timeline with the one last seen. Another one is a failover or a point-in-time recovery: the tail of
 * what was committed may be lost. Null where the server does not tell.
 */
export async function watchTimeline(store: Pick<Store, 'db'>, quarantineMs: number): Promise<'same' | 'new epoch' | null> {
  const timeline = await timelineOf(store.db);
  if (timeline === null) {
    return null;
  }
  return inTransaction(store, async (tx) => {
    const rows = await sql<{ timeline: string | null }>`select timeline from instance for update`.execute(tx);
    const known = rows.rows[0]?.timeline ?? null;
    if (known === timeline) {
      return 'same';
    }
    await sql`update instance set timeline = ${timeline}`.execute(tx);
    if (known === null) {
      return 'same';
    }
    await beginEpoch(tx, quarantineMs);
    return 'new epoch';
  });
}

/** The first eight digits of a log file's name are the timeline, right from the promotion. */
async function timelineOf(db: Connection): Promise<string | null> {
  try {
    const rows = await sql<{ timeline: string }>`
      select left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline
    `.execute(db);
    return rows.rows[0]?.timeline ?? null;
  } catch {
    // Some hosted servers keep their log to themselves.
    return null;
  }
}

export interface OwnershipRow {
  readonly writes: boolean;
  readonly epoch: string;
  readonly taken_over_at: Date | null;
}

export async function selectOwnership(db: Connection, deployment: string): Promise<OwnershipRow> {
  const rows = await sql<OwnershipRow>`
    select sync_owner is null or sync_owner = ${deployment} as writes, epoch, taken_over_at from instance
  `.execute(db);
  return rows.rows[0] ?? { writes: true, epoch: '0', taken_over_at: null };
}
