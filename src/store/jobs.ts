import { sql } from 'kysely';
import type { Connection, Store } from './open.ts';
import { inTransaction } from './open.ts';
import { markDue } from './work.ts';

export interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly configuration_id: string;
  readonly state: 'running' | 'paused' | 'cancelled' | 'completed' | 'failed';
  readonly progress: { readonly created: number; readonly total: number | null };
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

export async function findJob(db: Connection, id: string): Promise<JobRow | null> {
  const rows = await sql<JobRow>`select * from jobs where id::text = ${id}`.execute(db);
  return rows.rows[0] ?? null;
}

export async function jobsOf(db: Connection, configurationId: string): Promise<readonly JobRow[]> {
  const rows = await sql<JobRow>`
    select * from jobs where configuration_id::text = ${configurationId} order by created_at desc, id limit 200
  `.execute(db);
  return rows.rows;
}

/** Only what is not over yet can be steered; what is over stays as it is. */
export async function steerJob(
  store: Store,
  id: string,
  state: 'running' | 'paused' | 'cancelled',
): Promise<void> {
  await inTransaction(store, async (tx) => {
    const steered = await sql`
      update jobs
      set state = ${state}, updated_at = clock_timestamp(),
        finished_at = ${state === 'cancelled' ? sql`clock_timestamp()` : sql`finished_at`}
      where id::text = ${id} and state in ('running', 'paused')
    `.execute(tx);
    if (state === 'running' && (steered.numAffectedRows ?? 0n) > 0n) {
      await markDue(tx, [{ kind: 'backfill', key: id, lane: 'inner' }]);
    }
  });
}
