import { sql } from 'kysely';
import type { LinkState, Severity, Status } from '../../core/vocabulary.ts';
import type { Connection } from '../open.ts';

export interface CardFactsRow {
  readonly connection_id: string;
  readonly connection_name: string;
  readonly tracker: string;
  readonly connection_state: 'active' | 'paused' | 'unauthorized' | 'deleted';
  readonly connection_because: string | null;
  readonly paused_until: Date | null;
  readonly configuration_id: string | null;
  readonly configuration_created_at: Date | null;
  readonly configuration_changed_at: Date | null;
  readonly minimum_severity: Severity | null;
  readonly severity_mapped: boolean;
  readonly create_on: 'identified' | 'assessment_completed';
  readonly attention: string | null;
  readonly link_id: string | null;
  readonly link_state: LinkState;
  readonly link_because: string | null;
  readonly card: { readonly key: string; readonly url: string } | null;
  readonly quarantine_until: Date | null;
  readonly due_at: Date | null;
  readonly due_because: string | null;
  readonly delivery_id: string | null;
  readonly outcome: string;
  readonly message: string | null;
  readonly hint: string | null;
  readonly attempts: number;
  readonly next_at: Date | null;
  readonly discarded_because: string | null;
  readonly hold_id: string | null;
  readonly hold_summary: string | null;
}

/** One row for each connection that there is, or to which the vulnerability had a link. */
export async function cardFacts(db: Connection, vulnerabilityId: string): Promise<readonly CardFactsRow[]> {
  const rows = await sql<CardFactsRow>`
    select k.id as connection_id, k.name as connection_name, k.tracker, k.state as connection_state, k.state_because as connection_because,
      case when lanes.paused_until < 'infinity' and lanes.paused_until > clock_timestamp() then lanes.paused_until end as paused_until,
      c.id as configuration_id, c.created_at as configuration_created_at, c.updated_at as configuration_changed_at, c.minimum_severity,
      coalesce(c.severity_mapping, k.severity_mapping) ->> v.severity is not null as severity_mapped, c.create_on,
      c.attention -> 0 ->> 'message' as attention,
      l.id as link_id, l.state as link_state, l.state_because as link_because,
      case when l.card is not null then jsonb_build_object('key', l.card ->> 'key', 'url', l.card ->> 'url') end as card,
      case when l.quarantine_until > '-infinity' then l.quarantine_until end as quarantine_until, w.due_at, w.because as due_because,
      d.id as delivery_id, d.outcome, d.message, d.hint, d.attempts, d.next_at, d.discarded_because, h.id as hold_id, h.summary as hold_summary
    from vulnerabilities v
    cross join connections k
    left join lanes on lanes.id = k.id::text
    left join lateral effective_configurations(v.asset_id) c on c.connection_id = k.id
    left join links l on l.connection_id = k.id and l.vulnerability_id = v.id
    left join work w on w.kind = 'link' and w.key = l.id::text
    left join lateral (
      select * from deliveries o where o.link_id = l.id and o.direction = 'outbound' order by o.created_at desc, o.id desc limit 1
    ) d on true
    left join lateral (select * from holds o where o.link_id = l.id and o.state = 'open' order by o.created_at desc limit 1) h on true
    where v.id = ${vulnerabilityId}::bigint and (k.state <> 'deleted' or l.id is not null)
    order by k.created_at, k.id
  `.execute(db);
  return rows.rows;
}

export interface StandingRow {
  readonly id: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly status_changed_at: Date;
  readonly created_at: Date;
  readonly merged_into: string | null;
  readonly severity_changed_at: Date | null;
  readonly on_default_branch: boolean;
  readonly status_entry_id: string;
}

export async function standingOf(db: Connection, vulnerabilityId: string): Promise<StandingRow | null> {
  const rows = await sql<StandingRow>`
    select v.id, v.status, v.severity, v.status_changed_at, v.created_at, v.merged_into, v.status_entry_id,
      (select max(t.at) from timeline t where t.vulnerability_id = v.id and t.kind = 'severity') as severity_changed_at,
      exists (select 1 from detections d join scopes s on s.id = d.scope_id where d.vulnerability_id = v.id and s.branch = a.default_branch) as on_default_branch
    from vulnerabilities v join assets a on a.id = v.asset_id
    where v.id::text = ${vulnerabilityId}
  `.execute(db);
  return rows.rows[0] ?? null;
}

export interface ScopeFactsRow {
  readonly id: string;
  readonly tool: string;
  readonly branch: string;
  readonly category: string;
  readonly state: 'detected' | 'not_detected' | 'unknown';
  readonly on_default_branch: boolean;
  readonly retired: boolean;
  readonly by_hand: boolean;
  readonly last_seen_at: Date;
  readonly last_seen_scan_id: string | null;
  readonly missed_at: Date | null;
  readonly missed_scan_id: string | null;
  readonly last_complete_at: Date | null;
  readonly last_complete_scan_id: string | null;
  readonly last_scan_at: Date | null;
  readonly hold_id: string | null;
}

/** Every scope that ever detected it, or what was merged into it, the ones that still do first. */
export async function scopeFacts(db: Connection, vulnerabilityId: string): Promise<readonly ScopeFactsRow[]> {
  const rows = await sql<ScopeFactsRow>`
    select * from (
      select distinct on (s.id) s.id, s.tool, s.branch, s.category, d.state, s.branch = a.default_branch as on_default_branch,
        s.retired_at is not null as retired, coalesce(e.kind = 'entry', false) as by_hand, d.last_seen_at, d.last_seen_scan_id, d.missed_at,
        d.missed_scan_id, s.last_complete_at, s.last_complete_scan_id, s.last_scan_at,
        (select h.id from holds h join held_closures c on c.hold_id = h.id and c.vulnerability_id = d.vulnerability_id
          where h.scope_id = s.id and h.kind = 'closure' and h.state = 'open' limit 1) as hold_id
      from vulnerabilities m
      join detections d on d.vulnerability_id = m.id
      join scopes s on s.id = d.scope_id
      join assets a on a.id = s.asset_id
      left join scans e on s.tool = 'manual' and e.id::text = s.category
      where m.id = ${vulnerabilityId}::bigint or m.merged_into = ${vulnerabilityId}::bigint
      order by s.id, d.state = 'detected' desc, d.last_seen_at desc
    ) one
    order by state = 'not_detected', tool, branch, category
  `.execute(db);
  return rows.rows;
}
