import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { findAssessment, whyClosed } from '../store/assessments.ts';
import type { Connection, Store } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { ScanRow } from '../store/scans.ts';
import { findScan } from '../store/scans.ts';
import { chunkBytes, pack } from '../store/report-chunks.ts';
import { markDue } from '../store/work.ts';

export interface Upload {
  readonly assetId: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly trigger: 'ci' | 'scheduled' | 'manual';
  readonly coverage: 'complete' | 'partial';
  readonly format: string | null;
  readonly tool: string | null;
  readonly branch: string | null;
  readonly category: string | null;
  readonly commit: string | null;
  readonly startedAt: Date | null;
  readonly idempotencyKey: string | null;
  readonly uploadedBy: string;
  /** The running assessment that it is part of. */
  readonly assessmentId?: string;
}

export type Uploaded =
  | { readonly kind: 'stored'; readonly scan: ScanRow }
  | { readonly kind: 'refused'; readonly because: string };

const reportBytesMax = 8 * 1024 ** 3;

/**
 * Keeps a report as it came, whatever its length, and queues it. The same idempotency key gives the same scan. A broken
 * upload takes its scan along; where the process is killed meanwhile, it is never processed and is removed a day later.
 */
export async function storeReport(store: Store, upload: Upload): Promise<Uploaded> {
  const before = await sameKey(store, upload);
  if (before !== null) {
    return { kind: 'stored', scan: before };
  }
  const closed = await whyClosedTo(store.db, upload);
  if (closed !== null) {
    return { kind: 'refused', because: closed };
  }
  const id = randomUUID();
  await insertScan(store, id, upload);
  try {
    const length = await keepBytes(store, id, upload.bytes);
    if (length === 0) {
      await sql`delete from scans where id = ${id}::uuid`.execute(store.db);
      return { kind: 'refused', because: 'The request has no report in it. Send the scanner’s file as the body.' };
    }
    return await queue(store, id, upload, length);
  } catch (error) {
    await sql`delete from scans where id = ${id}::uuid`.execute(store.db).catch(() => {});
    throw error;
  }
}

async function sameKey(store: Store, upload: Upload): Promise<ScanRow | null> {
  if (upload.idempotencyKey === null) {
    return null;
  }
  const rows = await sql<{ id: string }>`
    select id from scans where asset_id = ${upload.assetId}::uuid and idempotency_key = ${upload.idempotencyKey}
  `.execute(store.db);
  const [row] = rows.rows;
  return row === undefined ? null : findScan(store.db, row.id);
}

/** Nobody completes the assessment while a report of it is taken. */
async function whyClosedTo(db: Connection, { assetId, assessmentId }: Upload): Promise<string | null> {
  return assessmentId === undefined ? null : whyClosed(await findAssessment(db, assessmentId, { lock: true }), assetId);
}

async function insertScan(store: Store, id: string, upload: Upload): Promise<void> {
  await sql`
    insert into scans (
      id, asset_id, status, trigger, coverage, format, tool, branch, category, commit, started_at, started_at_given, uploaded_by, assessment_id
    )
    select ${id}::uuid, a.id, 'queued', ${upload.trigger}, ${upload.coverage}, ${upload.format}, ${upload.tool},
      coalesce(${upload.branch}, a.default_branch), coalesce(${upload.category}, ''), ${upload.commit},
      coalesce(${upload.startedAt?.toISOString() ?? null}::timestamptz, clock_timestamp()), ${upload.startedAt !== null}, ${upload.uploadedBy}, ${upload.assessmentId ?? null}::uuid
    from assets a where a.id = ${upload.assetId}::uuid
  `.execute(store.db);
}

/**
 * Two buffers for all of it: one is written while the next part comes into the other. No chunk waits for the disk; the commit that
 * queues the scan does, and then for all of them.
 */
async function keepBytes(store: Store, scanId: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let [chunk, other] = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)];
  let writing: Promise<unknown> = Promise.resolve();
  let seq = 0;
  let length = 0;
  let filled = 0;
  const keep = async (nth: number, part: Uint8Array) => {
    const { bytes, packed } = await pack(part);
    await sql`
      insert into report_chunks (scan_id, seq, bytes, packed)
      select ${scanId}::uuid, ${nth}::integer, ${bytes}::bytea, ${packed}
      from (select set_config('synchronous_commit', 'off', true)) as without (waiting) where waiting = 'off'
    `.execute(store.db);
  };
  const write = async () => {
    await writing;
    writing = keep(seq, chunk.subarray(0, filled));
    // Whoever writes next, or ends, hears of it.
    writing.catch(() => {});
    [chunk, other] = [other, chunk];
    seq += 1;
    filled = 0;
  };
  for await (const part of bytes) {
    length += part.length;
    if (length > reportBytesMax) {
      throw new Error(`The report is longer than ${reportBytesMax} bytes.`);
    }
    for (let from = 0; from < part.length; ) {
      const most = Math.min(part.length - from, chunkBytes - filled);
      chunk.set(part.subarray(from, from + most), filled);
      filled += most;
      from += most;
      if (filled === chunkBytes) {
        await write();
      }
    }
  }
  if (filled > 0) {
    await write();
  }
  await writing;
  return length;
}

/** The scan counts from here on: key taken, work due, in one transaction. */
async function queue(store: Store, id: string, upload: Upload, length: number): Promise<Uploaded> {
  try {
    const closed = await inTransaction(store, async (tx) => {
      const closed = await whyClosedTo(tx, upload);
      if (closed !== null) {
        await sql`delete from scans where id = ${id}::uuid`.execute(tx);
        return closed;
      }
      await sql`
        update scans set report_bytes = ${length}, report_complete = true, idempotency_key = ${upload.idempotencyKey}
        where id = ${id}::uuid
      `.execute(tx);
      await markDue(tx, [{ kind: 'scan', key: upload.assetId, lane: 'scan', because: 'A report was uploaded.' }]);
      return null;
    });
    if (closed !== null) {
      return { kind: 'refused', because: closed };
    }
  } catch (error) {
    // Two uploads with one key at the same moment: the first one is the scan.
    const winner = (error as { code?: string }).code === '23505' ? await sameKey(store, upload) : null;
    if (winner === null) {
      throw error;
    }
    await sql`delete from scans where id = ${id}::uuid`.execute(store.db);
    return { kind: 'stored', scan: winner };
  }
  const scan = await findScan(store.db, id);
  if (scan === null) {
    throw new Error('The scan that was just stored is gone.');
  }
  return { kind: 'stored', scan };
}
