import { sql } from 'kysely';
import type { Store } from './open.ts';
import { readSettings } from './settings.ts';

/** What failed and was never answered is kept at least so long, however short the rest is kept. */
const failedDays = 365;
/** A webhook that was read has told all it had to tell. */
const webhookDays = 7;
/** One that nobody could read, or whose card no link knows, may still be looked at by a person. */
const unreadDays = 30;
const batch = 5_000;
const batchesMax = 20;

/** An upload that has not ended after so long never will: its process was killed, or its caller is gone. */
const uploadHours = 24;

/** Scans whose findings go at once. */
const scansAtOnce = 50;

/**
 * Removes findings that are no vulnerability's latest sight any more, and old entries of the audit log, as far as the settings say
 * so. Each vulnerability keeps what it was last seen as, whatever its age. True: there was more than a piece.
 */
export async function removeOldRecords(store: Store): Promise<boolean> {
  const { evidenceDays, auditDays } = await readSettings(store.db);
  const evidence = evidenceDays !== null && (await removeEvidence(store, evidenceDays));
  const entries = auditDays !== null && (await removeBatches(store, 'audit_log', sql`at < now() - make_interval(days => ${auditDays})`));
  return evidence || entries;
}

/** Scans of which the report never arrived whole, with the part that did. Nothing was ever made of them. */
export async function removeBrokenUploads({ db }: Store): Promise<boolean> {
  const removed = await sql`
    delete from scans where id in (
      select id from scans
      where status = 'queued' and kind = 'report' and not report_complete and received_at < now() - make_interval(hours => ${uploadHours})
      limit ${scansAtOnce}
    )
  `.execute(db);
  return (removed.numAffectedRows ?? 0n) >= BigInt(scansAtOnce);
}

/** A finding (`f`) that no scope saw last. */
const isSuperseded = sql`not exists (select 1 from scope_looks m where m.evidence_scan_id = f.scan_id and m.evidence_ordinal = f.ordinal)`;

/** Of scans that are some vulnerability's latest sight nothing goes; of others nothing that a later scan shows still. */
async function removeEvidence({ db }: Store, days: number): Promise<boolean> {
  const removed = await sql<{ scan_id: string }>`
    with old as (
      select s.id from scans s
      where s.status in ('completed', 'failed') and s.finished_at < now() - make_interval(days => ${days})
        and exists (
          select 1 from findings f where f.scan_id = s.id
            and ${isSuperseded}
        )
        and not exists (select 1 from detections d where d.last_seen_scan_id = s.id)
      order by s.finished_at limit ${scansAtOnce}
    ), gone as (
      delete from findings f using old
      where f.scan_id = old.id and ${isSuperseded}
    )
    select id as scan_id from old
  `.execute(db);
  return removed.rows.length === scansAtOnce;
}

/**
 * Removes what is over and older than it is kept, a bounded piece at a time. True: there was more than a piece. What waits is
 * never removed, whatever its age.
 */
export async function removeOldActivity(store: Store): Promise<boolean> {
  const { activityDays } = await readSettings(store.db);
  const finished = await removeBatches(store, 'deliveries', sql`
    (outcome in ('succeeded', 'superseded', 'discarded') and created_at < now() - make_interval(days => ${activityDays}))
    or (outcome = 'failed' and created_at < now() - make_interval(days => ${Math.max(activityDays, failedDays)}))
  `);
  const webhooks = await removeBatches(store, 'inbox', sql`
    (state = 'done' and received_at < now() - make_interval(days => ${webhookDays}))
    or (state in ('dead', 'unmatched') and received_at < now() - make_interval(days => ${unreadDays}))
  `);
  return finished || webhooks;
}

async function removeBatches({ db }: Store, table: 'deliveries' | 'inbox' | 'audit_log', old: ReturnType<typeof sql>): Promise<boolean> {
  for (let count = 0; count < batchesMax; count += 1) {
    const removed = await sql`
      delete from ${sql.table(table)} where id in (select id from ${sql.table(table)} where ${old} limit ${batch})
    `.execute(db);
    if ((removed.numAffectedRows ?? 0n) < BigInt(batch)) {
      return false;
    }
  }
  return true;
}
