import { sql } from 'kysely';
import type { Card } from '../../contracts/tracker.ts';
import type { CardLayout } from '../../core/mapping/card-text.ts';
import type { StatusMapping } from '../../core/mapping/status-mapping.ts';
import type { Pending } from '../../core/sync/pending.ts';
import type { Base, Drift } from '../../core/sync/reconcile.ts';
import type { LinkState, Severity, Status } from '../../core/vocabulary.ts';
import type { Location } from '../../core/matching/finding.ts';
import { locationNow, snippetNow } from '../moved-places.ts';
import type { Connection, Store } from '../open.ts';

/** One row of everything that a visit decides on. */
export interface VisitRow {
  readonly as_of_ms: number;
  readonly link_id: string;
  readonly link_state: LinkState;
  readonly marker: string;
  readonly card_ref: string | null;
  readonly card: Card | null;
  readonly base: Base | null;
  readonly intent: unknown;
  readonly attempts: number;
  readonly quarantine_until_ms: number | null;
  readonly misses: number;
  readonly missed_since_ms: number | null;
  readonly recent_writes: readonly Date[];
  readonly drift: Drift | null;
  readonly pending: Pending | null;
  readonly probe: string | null;
  readonly delivery_id: string | null;
  readonly move_wanted: boolean;
  readonly connection_id: string;
  readonly tracker: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly origin: string;
  readonly credentials: Buffer | null;
  readonly connection_state: 'active' | 'paused' | 'unauthorized' | 'deleted';
  readonly configuration_id: string | null;
  readonly configuration_version: string | null;
  readonly target: Readonly<Record<string, string>>;
  readonly status_mapping: StatusMapping;
  readonly remote_labels: Readonly<Record<string, string>>;
  readonly severity_mapping: Readonly<Record<Severity, string | null>>;
  readonly field_defaults: Readonly<Record<string, unknown>>;
  readonly board_decisions: 'apply' | 'ask';
  readonly due_dates: boolean;
  readonly attention: unknown;
  readonly vulnerability_id: string;
  readonly asset_name: string;
  readonly title: string;
  readonly description: string;
  readonly description_format: 'text' | 'markdown';
  readonly severity: Severity;
  readonly status: Status;
  readonly caused_by: 'scan' | 'person' | 'card' | 'expiry' | 'system';
  readonly status_note: string | null;
  readonly version: string;
  readonly tool: string | null;
  readonly rule_id: string | null;
  readonly cwe: readonly number[];
  readonly cve: readonly string[];
  readonly location: Location;
  readonly snippet: string | null;
  readonly impact: string | null;
  readonly remediation: string | null;
  readonly reference_urls: readonly string[];
  readonly due_at: Date | null;
  readonly sync_owner: string | null;
  readonly title_prefix: string | null;
  readonly card_layout: CardLayout | null;
}

/** Most visits of one statement. */
export const visitsMax = 50;

/** By link, null where there is none. Read in one statement, so that all of it is of one moment. */
export async function selectVisits(
  { db, pool }: Pick<Store, 'db' | 'pool'>,
  linkIds: readonly string[],
): Promise<readonly (VisitRow | null)[]> {
  const query = sql<VisitRow>`
    select
      (extract(epoch from clock_timestamp()) * 1000)::double precision as as_of_ms,
      l.id as link_id, l.state as link_state, l.marker, l.card_ref, l.card, l.base, l.intent, l.attempts,
      nullif(extract(epoch from l.quarantine_until) * 1000, '-infinity')::double precision as quarantine_until_ms,
      coalesce(l.move_state = 'wanted', false) as move_wanted, l.misses, (extract(epoch from l.missed_since) * 1000)::double precision as missed_since_ms, l.recent_writes, l.drift, l.pending,
      case when l.attempts > 0 and l.card_ref is null then (
        select p.marker from links p
        where p.connection_id = l.connection_id and p.configuration_id = l.configuration_id and p.id <> l.id
          and p.state = 'linked' and p.card_created_at > l.attempted_at
        order by p.card_created_at desc limit 1
      ) end as probe,
      (select d.id from deliveries d where d.link_id = l.id and d.outcome = 'waiting' and d.direction = 'outbound') as delivery_id,
      k.id as connection_id, k.tracker, k.settings, k.origin, k.credentials, k.state as connection_state,
      c.id as configuration_id, c.version as configuration_version, c.target, c.status_mapping, c.remote_labels,
      coalesce(c.severity_mapping, k.severity_mapping) as severity_mapping, c.field_defaults, c.board_decisions,
      c.due_dates, c.attention,
      v.id as vulnerability_id, a.name as asset_name, v.title, v.description, v.description_format, v.severity, v.status,
      t.cause_kind as caused_by, t.note as status_note, v.version, v.tool, v.rule_id, v.cwe, v.cve,
      ${locationNow} as location, ${snippetNow} as snippet,
      v.impact, v.remediation, v.reference_urls, v.due_at,
      i.sync_owner, (select s.value #>> '{}' from settings s where s.name = 'titlePrefix') as title_prefix,
      (select s.value from settings s where s.name = 'cardLayout') as card_layout
    from links l
    join connections k on k.id = l.connection_id
    join vulnerabilities v on v.id = l.vulnerability_id
    join assets a on a.id = v.asset_id
    join timeline t on t.id = v.status_entry_id
    cross join instance i
    left join effective_configurations(v.asset_id) c on c.connection_id = l.connection_id
    where l.id = any (${[...linkIds]}::uuid[])
  `.compile(db);
  // Named, so that each connection plans it once: planning takes longer than reading.
  const rows = await pool.query<VisitRow>({ name: 'visit', text: query.sql, values: [...query.parameters] });
  const visits = new Map(rows.rows.map((row) => [row.link_id, row]));
  return linkIds.map((id) => visits.get(id) ?? null);
}

/**
 * Links that wait for their first card beside this one, the longest due first. Along the index of what is due, and from there link by
 * link (lateral, bounded): after a large scan the tables have grown a thousandfold since they were last counted.
 */
export async function selectUntried(db: Connection, beside: { readonly linkId: string; readonly configurationId: string; readonly most: number }): Promise<readonly { readonly id: string; readonly marker: string }[]> {
  const rows = await sql<{ id: string; marker: string }>`
    with due as materialized (
      select w.key::uuid as id, w.due_at from work w
      where w.lane = (select connection_id::text from links where id = ${beside.linkId}::uuid)
        and w.kind || '' = 'link' -- Not by the index of kinds.
        and w.due_at <= clock_timestamp()
      order by w.due_at limit ${beside.most * 4}
    )
    select l.id, l.marker from due
    cross join lateral (select id, marker, configuration_id, state, card_ref, attempts from links where links.id = due.id limit 1) l
    where l.configuration_id = ${beside.configurationId}::uuid and l.id <> ${beside.linkId}::uuid
      and l.state = 'pending' and l.card_ref is null and l.attempts = 0
    order by due.due_at, l.id limit ${beside.most}
  `.execute(db);
  return rows.rows;
}
