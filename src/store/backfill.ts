import { sql } from 'kysely';
import type { Severity } from '../core/vocabulary.ts';
import { wakeLinksById } from './links.ts';
import type { Connection, Transaction } from './open.ts';

/** Which of the vulnerabilities without a card a backfill is for. */
export interface BackfillFilter {
  readonly minimumSeverity?: Severity;
  readonly assetIds?: readonly string[];
}

/**
 * Vulnerabilities that this configuration gives a card and that have no link yet: open, wanted, on the default branch or by hand.
 * Each question about a row is a scalar of its own, answered through an index: as a join, a database that has not counted its
 * rows yet would compare each with each.
 */
function backlog(configurationId: string, filter: BackfillFilter) {
  const assets = filter.assetIds === undefined ? sql`true` : sql`a.id::text = any (${[...filter.assetIds]}::text[])`;
  return sql`
    from (
      select a.id as asset_id, a.default_branch, c.id as configuration_id, c.connection_id,
        coalesce(c.severity_mapping, k.severity_mapping) as severity_mapping, severity_rank_of(coalesce(c.minimum_severity, 'informational')) as rank_max
      from assets a
      join lateral effective_configurations(a.id) c on c.id::text = ${configurationId}
      join connections k on k.id = c.connection_id
      where ${assets} offset 0
    ) c
    join vulnerabilities v on v.asset_id = c.asset_id
    where v.status in ('identified', 'in_progress', 'awaiting_validation') and v.merged_into is null
      and c.severity_mapping ->> v.severity is not null
      and v.severity_rank <= least(c.rank_max, severity_rank_of(${filter.minimumSeverity ?? 'informational'}))
      and (select true from detections t join scopes s on s.id = t.scope_id where t.vulnerability_id = v.id and s.branch = c.default_branch limit 1)
      and (select true from links l where l.vulnerability_id = v.id and l.connection_id = c.connection_id) is null
  `;
}

export async function countBacklog(db: Connection, configurationId: string, filter: BackfillFilter): Promise<readonly { readonly severity: Severity; readonly count: number }[]> {
  const rows = await sql<{ severity: Severity; count: number }>`
    select v.severity, count(*)::integer as count ${backlog(configurationId, filter)} group by v.severity, v.severity_rank order by v.severity_rank
  `.execute(db);
  return rows.rows;
}

/** The most severe first, the oldest first among them. Answers how many there were to open. */
export async function openBacklog(tx: Transaction, job: { readonly id: string; readonly configurationId: string; readonly filter: BackfillFilter }, most: number): Promise<number> {
  const made = await sql<{ id: string }>`
    insert into links (id, vulnerability_id, connection_id, configuration_id, marker, job_id)
    select gen_random_uuid(), w.id, w.connection_id, w.configuration_id, marker_of(i.id, w.connection_id, w.id, 1), ${job.id}::uuid
    from (
      select v.id, c.connection_id, c.configuration_id ${backlog(job.configurationId, job.filter)} order by v.severity_rank, v.id limit ${most}
    ) w cross join instance i
    on conflict (vulnerability_id, connection_id) do nothing
    returning id
  `.execute(tx);
  await wakeLinksById(tx, made.rows.map((row) => row.id), 'Backfill.');
  return made.rows.length;
}

/** What nobody has tried yet is as if it had never been asked for. What was sent, or failed, stays. */
export async function takeBack(tx: Transaction, jobId: string): Promise<void> {
  const untried = await sql<{ id: string }>`
    select l.id from links l
    where l.job_id = ${jobId}::uuid and l.card_ref is null and l.state = 'pending' and l.attempts = 0 and l.intent is null
      and not exists (select 1 from deliveries d where d.link_id = l.id and d.attempts > 0)
    for update of l
  `.execute(tx);
  const ids = untried.rows.map((row) => row.id);
  await sql`delete from deliveries where link_id = any (${ids}::uuid[])`.execute(tx);
  await sql`delete from links where id = any (${ids}::uuid[])`.execute(tx);
  // A visit under way finds nothing to commit to, and ends by itself.
  await sql`delete from work where kind = 'link' and key = any (${ids}::text[]) and (lease_until is null or lease_until <= clock_timestamp())`.execute(tx);
}

export interface BackfillCounts {
  readonly opened: number;
  readonly made: number;
  readonly waiting: number;
  readonly failed: number;
  /** Opened within the last minute, and when the first of these was. */
  readonly lately: number;
  readonly first_lately: Date | null;
}

/** A link of a backfill, with what became of it: `made`, `waiting`, or `failed` (a person is needed). */
export const backfillLinks = sql`
  links l
  left join lateral (
    select d.id, d.outcome, d.message, d.hint from deliveries d
    where d.link_id = l.id and d.direction = 'outbound' order by d.created_at desc, d.id desc limit 1
  ) d on l.card_ref is null
  cross join lateral (
    select case
      when l.card_ref is not null then 'made'
      when l.state <> 'pending' or d.outcome in ('failed', 'discarded', 'superseded') then 'failed'
      else 'waiting' end as became
  ) b
`;

export async function countLinks(db: Connection, jobId: string): Promise<BackfillCounts> {
  const rows = await sql<BackfillCounts>`
    select count(*)::integer as opened,
      count(*) filter (where b.became = 'made')::integer as made,
      count(*) filter (where b.became = 'waiting')::integer as waiting,
      count(*) filter (where b.became = 'failed')::integer as failed,
      count(*) filter (where l.created_at > clock_timestamp() - interval '1 minute')::integer as lately,
      min(l.created_at) filter (where l.created_at > clock_timestamp() - interval '1 minute') as first_lately
    from ${backfillLinks} where l.job_id = ${jobId}::uuid
  `.execute(db);
  return rows.rows[0] ?? { opened: 0, made: 0, waiting: 0, failed: 0, lately: 0, first_lately: null };
}

export interface MeasuredPace {
  /** Of the latest creates of the connection; null: none yet. */
  readonly calls_per_card: number | null;
  readonly per_second: number | null;
  readonly concurrency_max: number;
  readonly connection_state: string;
}

export async function measuredPace(db: Connection, connectionId: string): Promise<MeasuredPace | null> {
  const rows = await sql<MeasuredPace>`
    select l.per_second, l.concurrency_max, k.state as connection_state, (
      select avg(c.calls)::double precision from (
        select (select sum(jsonb_array_length(a.exchanges)) from delivery_attempts a where a.delivery_id = d.id) as calls
        from deliveries d
        where d.connection_id = k.id and d.direction = 'outbound' and d.act = 'create' and d.outcome = 'succeeded'
        order by d.created_at desc, d.id desc limit 50
      ) c
    ) as calls_per_card
    from connections k join lanes l on l.id = k.id::text where k.id = ${connectionId}::uuid
  `.execute(db);
  return rows.rows[0] ?? null;
}
