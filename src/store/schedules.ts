import { sql } from 'kysely';
import type { Starts } from '../contracts/schedule.ts';
import type { Connection } from './open.ts';
import { cursorOf, pageOf } from './paging.ts';

export interface ScheduleRow {
  readonly id: string;
  readonly asset_id: string;
  readonly asset_key: string;
  readonly asset_name: string;
  readonly branch: string;
  readonly name: string;
  readonly starts: Starts;
  readonly credentials: Buffer | null;
  readonly cron: string | null;
  readonly time_zone: string;
  readonly on_awaiting_validation: boolean;
  readonly report_within_minutes: number;
  readonly enabled: boolean;
  readonly next_at: Date | null;
  readonly asked_at: Date | null;
  readonly asked_by: string | null;
  readonly created_at: Date;
}

export type RunState = 'starting' | 'waiting' | 'started' | 'finished' | 'failed' | 'missed';
export type RunCause = 'schedule' | 'awaiting_validation' | 'person';

export interface RunRow {
  readonly id: string;
  readonly schedule_id: string;
  readonly because: RunCause;
  readonly due_at: Date;
  readonly state: RunState;
  readonly attempts: number;
  readonly next_try_at: Date | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly scan_id: string | null;
  readonly message: string | null;
  readonly url: string | null;
  readonly late: boolean;
}

/**
 * A pipeline tells us nothing but its report: the first one for the asset that came between this run's start and the next
 * one's. Only a person's own scans are not taken for it.
 */
const reportOf = sql`
  lateral (
    select coalesce(r.scan_id, (
      select n.id from scans n
      where r.state = 'started' and n.asset_id = s.asset_id and n.trigger <> 'manual' and n.received_at >= r.started_at
        and n.received_at < coalesce((
          select min(o.started_at) from schedule_runs o where o.schedule_id = r.schedule_id and o.started_at > r.started_at
        ), 'infinity')
      order by n.received_at limit 1
    )) as scan_id
  )
`;

const runColumns = sql`
  r.id, r.schedule_id, r.because, r.due_at, r.state, r.attempts, r.next_try_at, r.started_at, r.finished_at, f.scan_id, r.message, r.url,
  r.state = 'started' and f.scan_id is null and clock_timestamp() > r.started_at + make_interval(mins => s.report_within_minutes) as late
`;

export interface Listed extends ScheduleRow {
  readonly last_run: RunRow | null;
}

/** One of them, those of an asset, or all; each with its latest run. */
export async function listSchedules(
  db: Connection,
  wish: { readonly id?: string; readonly assetId?: string; readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly Listed[]; readonly nextCursor: string | null }> {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<ScheduleRow & { readonly place: string }>`
    select s.*, s.created_at::text as place, a.key as asset_key, a.name as asset_name, a.default_branch as branch
    from schedules s join assets a on a.id = s.asset_id
    where ${wish.id === undefined ? sql`true` : sql`s.id::text = ${wish.id}`}
      and ${wish.assetId === undefined ? sql`true` : sql`s.asset_id = ${wish.assetId}::uuid`}
      and (${after === null} or (s.created_at, s.id) > (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
    order by s.created_at, s.id limit ${wish.limit + 1}
  `.execute(db);
  const page = pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
  const runs = await sql<RunRow>`
    select ${runColumns}
    from schedules s
    join lateral (select * from schedule_runs r where r.schedule_id = s.id order by r.created_at desc, r.id desc limit 1) r on true
    cross join ${reportOf} f
    where s.id = any (${page.items.map((row) => row.id)}::uuid[])
  `.execute(db);
  const items = page.items.map((row) => ({ ...row, last_run: runs.rows.find((one) => one.schedule_id === row.id) ?? null }));
  return { items, nextCursor: page.nextCursor };
}

export interface ScheduleFigures {
  readonly next: { readonly at: Date; readonly schedule_id: string; readonly asset_name: string } | null;
  readonly late: number;
  readonly missed: number;
  readonly failed: number;
}

/** Of those that are on: the next of all, and how many whose latest run wants a person. */
export async function scheduleFigures(db: Connection): Promise<ScheduleFigures> {
  const next = sql<{ at: Date; schedule_id: string; asset_name: string }>`
    select s.next_at as at, s.id as schedule_id, a.name as asset_name from schedules s join assets a on a.id = s.asset_id
    where s.enabled and s.next_at is not null order by s.next_at, s.id limit 1
  `.execute(db);
  const troubled = await sql<Omit<ScheduleFigures, 'next'>>`
    select (count(*) filter (where latest.late))::integer as late,
      (count(*) filter (where latest.state = 'missed'))::integer as missed,
      (count(*) filter (where latest.state = 'failed'))::integer as failed
    from (
      select ${runColumns}
      from schedules s
      join lateral (select * from schedule_runs r where r.schedule_id = s.id order by r.created_at desc, r.id desc limit 1) r on true
      cross join ${reportOf} f
      where s.enabled
    ) latest
  `.execute(db);
  return { late: 0, missed: 0, failed: 0, ...troubled.rows[0], next: (await next).rows[0] ?? null };
}

export async function listRuns(
  db: Connection,
  scheduleId: string,
  wish: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly RunRow[]; readonly nextCursor: string | null }> {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<RunRow & { readonly place: string }>`
    select ${runColumns}, r.created_at::text as place
    from schedule_runs r join schedules s on s.id = r.schedule_id cross join ${reportOf} f
    where r.schedule_id::text = ${scheduleId}
      and (${after === null} or (r.created_at, r.id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
    order by r.created_at desc, r.id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}

/** What a visit of a schedule decides on. */
export interface ScheduleVisit extends ScheduleRow {
  /** The database's clock. */
  readonly now: Date;
  readonly open_run: RunRow | null;
  /** Since when vulnerabilities of the asset wait that no run has looked at; null: none does. */
  readonly awaited_since: Date | null;
}

export async function loadScheduleVisit(db: Connection, id: string): Promise<ScheduleVisit | null> {
  const rows = await sql<ScheduleVisit>`
    select s.*, a.key as asset_key, a.name as asset_name, a.default_branch as branch, clock_timestamp() as now,
      (select to_jsonb(r) from schedule_runs r where r.schedule_id = s.id and r.state in ('starting', 'waiting')) as open_run,
      case when s.on_awaiting_validation then (
        select min(v.status_changed_at) from vulnerabilities v
        where v.asset_id = s.asset_id and v.status = 'awaiting_validation' and v.merged_into is null
          and v.status_changed_at > coalesce((
            select max(r.started_at) from schedule_runs r where r.schedule_id = s.id and r.started_at is not null
          ), s.created_at)
      ) end as awaited_since
    from schedules s join assets a on a.id = s.asset_id where s.id::text = ${id}
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** Begins a run in the transaction that moves the clock on, so that each due time is one run, whoever is killed when. */
export async function beginRun(
  tx: Connection,
  run: { readonly scheduleId: string; readonly because: RunCause; readonly dueAt: Date; readonly missed: string | null; readonly nextAt: Date | null },
): Promise<string | null> {
  const made = await sql<{ id: string }>`
    insert into schedule_runs (id, schedule_id, because, due_at, state, message)
    values (gen_random_uuid(), ${run.scheduleId}::uuid, ${run.because}, ${run.dueAt.toISOString()}::timestamptz,
      ${run.missed === null ? 'starting' : 'missed'}, ${run.missed})
    on conflict (schedule_id) where state in ('starting', 'waiting') do nothing
    returning id
  `.execute(tx);
  await sql`
    update schedules set next_at = ${run.nextAt?.toISOString() ?? null}::timestamptz,
      asked_at = case when ${run.because} = 'person' then null else asked_at end
    where id = ${run.scheduleId}::uuid
  `.execute(tx);
  return made.rows[0]?.id ?? null;
}

export interface RunOutcome {
  readonly state: RunState;
  readonly message?: string | null;
  readonly url?: string | null;
  readonly scanId?: string | null;
  readonly startedAt?: Date;
  readonly nextTryAt?: Date | null;
}

export async function recordRun(db: Connection, id: string, outcome: RunOutcome): Promise<void> {
  const over = outcome.state === 'finished' || outcome.state === 'failed';
  await sql`
    update schedule_runs set state = ${outcome.state}, message = ${outcome.message ?? null}, url = coalesce(${outcome.url ?? null}, url),
      scan_id = coalesce(${outcome.scanId ?? null}::uuid, scan_id), attempts = attempts + 1,
      started_at = coalesce(started_at, ${outcome.startedAt?.toISOString() ?? null}::timestamptz),
      next_try_at = ${outcome.nextTryAt?.toISOString() ?? null}::timestamptz,
      finished_at = case when ${over} then clock_timestamp() end
    where id = ${id}::uuid
  `.execute(db);
}

export async function deleteSchedule(db: Connection, id: string): Promise<boolean> {
  const deleted = await sql`delete from schedules where id::text = ${id}`.execute(db);
  return (deleted.numAffectedRows ?? 0n) > 0n;
}

export interface SavedSchedule {
  readonly id: string;
  readonly assetId: string;
  readonly name: string;
  readonly starts: Starts;
  readonly credentials: Buffer | null;
  readonly cron: string | null;
  readonly timeZone: string;
  readonly onAwaitingValidation: boolean;
  readonly reportWithinMinutes: number;
  readonly enabled: boolean;
  readonly nextAt: Date | null;
  readonly by: string;
}

export async function writeSchedule(tx: Connection, one: SavedSchedule): Promise<void> {
  await sql`
    insert into schedules (
      id, asset_id, name, starts, credentials, cron, time_zone, on_awaiting_validation, report_within_minutes, enabled, next_at, created_by
    )
    values (${one.id}::uuid, ${one.assetId}::uuid, ${one.name}, ${JSON.stringify(one.starts)}::jsonb, ${one.credentials}, ${one.cron},
      ${one.timeZone}, ${one.onAwaitingValidation}, ${one.reportWithinMinutes}, ${one.enabled}, ${one.nextAt?.toISOString() ?? null}::timestamptz, ${one.by})
    on conflict (id) do update set name = excluded.name, starts = excluded.starts, credentials = excluded.credentials, cron = excluded.cron,
      time_zone = excluded.time_zone, on_awaiting_validation = excluded.on_awaiting_validation,
      report_within_minutes = excluded.report_within_minutes, enabled = excluded.enabled, next_at = excluded.next_at,
      updated_at = clock_timestamp()
  `.execute(tx);
}

/** Schedules that want to know when vulnerabilities of these await validation. */
export async function schedulesAwaiting(tx: Connection, vulnerabilityIds: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select distinct s.id from schedules s join vulnerabilities v on v.asset_id = s.asset_id
    where s.on_awaiting_validation and s.enabled and v.id = any (${[...vulnerabilityIds]}::bigint[])
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}
