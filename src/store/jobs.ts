import { sql } from 'kysely';
import { backfillLinks } from './backfill.ts';
import type { Connection, Transaction } from './open.ts';
import { cursorOf, pageOf } from './paging.ts';
import { uuidOf } from './screens/as-typed.ts';

export interface JobRow {
  readonly id: string;
  readonly kind: 'backfill' | 'move_cards';
  readonly configuration_id: string;
  readonly state: 'running' | 'paused' | 'cancelled' | 'completed' | 'failed';
  readonly because: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly progress: { readonly total: number | null };
  readonly made: number;
  readonly waiting: number;
  readonly failed: number;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

const moveBecame = sql`case l.move_state when 'moved' then 'made' when 'planned' then 'waiting' when 'wanted' then 'waiting' else 'failed' end`;

const jobs = sql`
  select j.*, b.made, b.waiting, b.failed
  from jobs j
  cross join lateral (
    select count(*) filter (where b.became = 'made')::integer as made, count(*) filter (where b.became = 'waiting')::integer as waiting,
      count(*) filter (where b.became = 'failed')::integer as failed
    from (
      select b.became from ${backfillLinks} where l.job_id = j.id
      union all
      select ${moveBecame} from links l where l.move_job_id = j.id
    ) b
  ) b
`;

export async function findJob(db: Connection, id: string): Promise<JobRow | null> {
  const rows = await sql<JobRow>`${jobs} where j.id = ${uuidOf(id)}`.execute(db);
  return rows.rows[0] ?? null;
}

export async function jobsOf(db: Connection, configurationId: string): Promise<readonly JobRow[]> {
  const rows = await sql<JobRow>`${jobs} where j.configuration_id = ${uuidOf(configurationId)} order by j.created_at desc, j.id limit 200`.execute(db);
  return rows.rows;
}

/** For a step, or for somebody who steers it: nobody else does meanwhile. */
export async function takeJob(tx: Transaction, id: string): Promise<JobRow | null> {
  await sql`select 1 from jobs where id = ${uuidOf(id)} for update`.execute(tx);
  return findJob(tx, id);
}

/** One that is not over, if any. Whoever asks holds the place until the end of the transaction. */
export async function runningJob(tx: Transaction, configurationId: string): Promise<string | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${configurationId}, 3))`.execute(tx);
  const rows = await sql<{ id: string }>`
    select id from jobs where configuration_id = ${configurationId}::uuid and state in ('running', 'paused') limit 1
  `.execute(tx);
  return rows.rows[0]?.id ?? null;
}

export interface NewJob {
  readonly id: string;
  readonly kind: JobRow['kind'];
  readonly configurationId: string;
  readonly options: object;
  readonly total: number;
  readonly by: string;
}

export async function insertJob(tx: Transaction, job: NewJob): Promise<void> {
  await sql`
    insert into jobs (id, kind, configuration_id, options, progress, created_by)
    values (${job.id}::uuid, ${job.kind}, ${job.configurationId}::uuid, ${JSON.stringify(job.options)}::jsonb, jsonb_build_object('total', ${job.total}::integer), ${job.by})
  `.execute(tx);
}

/** Only what is not over can be steered; what is over stays as it is. */
export async function setJobState(tx: Transaction, id: string, state: 'running' | 'paused' | 'cancelled', perMinute?: number | null): Promise<void> {
  await sql`
    update jobs
    set state = ${state}, updated_at = clock_timestamp(), finished_at = case when ${state === 'cancelled'} then clock_timestamp() end,
      options = case when ${perMinute === undefined} then options else options || jsonb_build_object('perMinute', ${perMinute ?? null}::integer) end
    where id = ${id}::uuid and state in ('running', 'paused')
  `.execute(tx);
}

export async function endJob(tx: Transaction, id: string, state: 'completed' | 'cancelled', because: string | null): Promise<void> {
  await sql`
    update jobs set state = ${state}, because = ${because}, updated_at = clock_timestamp(), finished_at = clock_timestamp() where id = ${id}::uuid
  `.execute(tx);
}

export interface JobItemRow {
  readonly vulnerability_id: string;
  readonly vulnerability_title: string;
  readonly link_id: string;
  readonly became: 'made' | 'waiting' | 'failed';
  readonly card: { readonly key: string; readonly url: string } | null;
  readonly delivery_id: string | null;
  readonly message: string | null;
  readonly hint: string | null;
}

/** The cards of a job that moves them, in the form of `backfillLinks`. */
const moveLinks = sql`
  links l
  left join lateral (
    select d.id, d.outcome, d.message, d.hint from deliveries d
    where d.link_id = l.id and d.direction = 'outbound' order by d.created_at desc, d.id desc limit 1
  ) d on l.move_state = 'failed'
  cross join lateral (select ${moveBecame} as became) b
`;

/** What became of each vulnerability of a job. */
export async function jobItems(db: Connection, wish: { readonly jobId: string; readonly kind: JobRow['kind']; readonly became?: JobItemRow['became']; readonly limit: number; readonly cursor?: string }) {
  const after = cursorOf(wish.cursor, 1);
  const rows = await sql<JobItemRow>`
    select v.id as vulnerability_id, v.title as vulnerability_title, l.id as link_id, b.became, d.id as delivery_id,
      case when l.card is not null then jsonb_build_object('key', l.card ->> 'key', 'url', l.card ->> 'url') end as card,
      coalesce(${wish.kind === 'backfill' ? sql`l.state_because` : sql`l.move_because`}, d.message, l.drift ->> 'because') as message, d.hint
    from vulnerabilities v
    join (${wish.kind === 'backfill' ? backfillLinks : moveLinks}) on l.vulnerability_id = v.id
    where ${wish.kind === 'backfill' ? sql`l.job_id` : sql`l.move_job_id`} = ${uuidOf(wish.jobId)}
      and ${wish.became === undefined ? sql`true` : sql`b.became = ${wish.became}`}
      and ${after === null ? sql`true` : sql`v.id > ${after[0]}::bigint`}
    order by v.id limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.vulnerability_id]);
}
