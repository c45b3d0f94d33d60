import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Card } from '../../contracts/tracker.ts';
import type { Location } from '../../core/matching/finding.ts';
import type { DetectionState, LinkState, Severity, Status } from '../../core/vocabulary.ts';
import { locationNow, snippetNow } from '../moved-places.ts';
import type { Connection } from '../open.ts';
import { cursorOf, pageOf } from '../paging.ts';
import type { Filter } from './filter.ts';
import { isOpenOnly, where } from './filter.ts';

export interface VulnerabilityRow {
  readonly id: string;
  readonly asset_id: string;
  readonly asset_name: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly severity_rank: number;
  readonly status: Status;
  readonly status_changed_at: Date;
  readonly reason: string | null;
  readonly accepted_until: Date | null;
  readonly tool: string | null;
  readonly rule_id: string | null;
  readonly cwe: number[];
  readonly cve: string[];
  readonly location: Location;
  readonly snippet: string | null;
  readonly impact: string | null;
  readonly remediation: string | null;
  readonly reference_urls: string[];
  readonly due_at: Date | null;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly created_at: Date;
  readonly merged_into: string | null;
}

/** What a line of the list shows; the texts are left where they are. */
export type ListedRow = Omit<VulnerabilityRow, 'description' | 'snippet' | 'impact' | 'remediation' | 'reference_urls' | 'merged_into'> & {
  readonly links: readonly ListedLink[];
};

export interface ListedLink {
  readonly id: string;
  readonly connectionId: string;
  readonly tracker: string;
  readonly state: LinkState;
  readonly key: string | null;
  readonly url: string | null;
}

interface Place {
  readonly id: string;
  readonly severity_rank: number;
  readonly last_seen_place: string;
}

export interface LinkRow {
  readonly id: string;
  readonly vulnerability_id: string;
  readonly connection_id: string;
  readonly connection_name: string;
  readonly tracker: string;
  readonly configuration_id: string | null;
  readonly state: LinkState;
  readonly state_because: string | null;
  readonly card: Card | null;
  readonly remote_label: string | null;
  readonly last_synced_at: Date | null;
  readonly drift: { readonly kind: string; readonly because: string } | null;
}

export type Sort = 'severity' | 'lastSeen' | 'created';

/** Sort keys as text, each with the id behind it, so that a cursor names one row. */
const orders: Readonly<
  Record<
    Sort,
    {
      readonly key: RawBuilder<unknown>;
      readonly id: RawBuilder<unknown>;
      readonly type: RawBuilder<unknown>;
      readonly text: (row: Place) => string;
    }
  >
> = {
  severity: { key: sql`v.severity_rank`, id: sql`v.id`, type: sql`smallint`, text: (row) => String(row.severity_rank) },
  lastSeen: { key: sql`s.at`, id: sql`s.vulnerability_id`, type: sql`timestamptz`, text: (row) => row.last_seen_place },
  created: { key: sql`v.id`, id: sql`v.id`, type: sql`bigint`, text: (row) => row.id },
};

export interface ListWish extends Filter {
  readonly sort: Sort;
  readonly reversed: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

/** Lines of the list, each with its links, in one statement. */
export function listVulnerabilities(db: Connection, wish: ListWish): Promise<Page<ListedRow>> {
  const columns = sql`
    v.id, v.asset_id, v.title, v.severity, v.severity_rank, v.status, v.status_changed_at, v.reason, v.accepted_until, v.tool, v.rule_id,
    v.cwe, v.cve, ${locationNow} as location, v.due_at, v.first_seen_at, s.at as last_seen_at, v.created_at,
    coalesce((
      select jsonb_agg(jsonb_build_object('id', l.id, 'connectionId', l.connection_id, 'tracker', k.tracker, 'state', l.state,
        'key', l.card ->> 'key', 'url', l.card ->> 'url') order by k.created_at)
      from links l join connections k on k.id = l.connection_id where l.vulnerability_id = v.id
    ), '[]') as links
  `;
  return pageOfList(db, wish, columns);
}

/** The place as it is now counts: of two columns of one name the later. */
const wholeRow = sql`v.*, ${locationNow} as location, ${snippetNow} as snippet, s.at as last_seen_at`;

/** All that is known of each. */
export function listWhole(db: Connection, wish: ListWish): Promise<Page<VulnerabilityRow>> {
  return pageOfList(db, wish, wholeRow);
}

async function pageOfList<Row>(db: Connection, wish: ListWish, columns: RawBuilder<unknown>): Promise<Page<Row>> {
  const order = orders[wish.sort];
  const after = cursorOf(wish.cursor, 2);
  const direction = wish.reversed ? sql`desc` : sql`asc`;
  const beyond = wish.reversed ? sql`<` : sql`>`;
  const rows = await sql<Row & Place>`
    select ${columns}, s.at::text as last_seen_place, a.name as asset_name
    from vulnerabilities v join last_seen s on s.vulnerability_id = v.id join assets a on a.id = v.asset_id
    where ${where(wish)} and ${isOpenOnly(wish) ? sql`s.open` : sql`true`}
      and ${after === null ? sql`true` : sql`(${order.key}, ${order.id}) ${beyond} (${after[0]}::${order.type}, ${after[1]}::bigint)`}
    order by ${order.key} ${direction}, ${order.id} ${direction} limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [order.text(row), row.id]);
}

export async function findVulnerability(db: Connection, id: string): Promise<VulnerabilityRow | null> {
  const rows = await sql<VulnerabilityRow>`
    select ${wholeRow}, a.name as asset_name
    from vulnerabilities v join last_seen s on s.vulnerability_id = v.id join assets a on a.id = v.asset_id
    where v.id = case when ${id} ~ '^[1-9][0-9]{0,17}$' then ${id}::bigint end
  `.execute(db);
  return rows.rows[0] ?? null;
}

export async function linksOf(
  db: Connection,
  vulnerabilityIds: readonly string[],
): Promise<readonly LinkRow[]> {
  const rows = await sql<LinkRow>`
    select l.id, l.vulnerability_id, l.connection_id, k.name as connection_name, k.tracker, l.configuration_id, l.state, l.state_because,
      l.card, c.remote_labels ->> (l.card ->> 'state') as remote_label, l.last_synced_at, l.drift
    from links l join connections k on k.id = l.connection_id left join configurations c on c.id = l.configuration_id
    where l.vulnerability_id = any (${[...vulnerabilityIds]}::bigint[])
    order by k.created_at
  `.execute(db);
  return rows.rows;
}

export async function findLink(db: Connection, id: string): Promise<LinkRow | null> {
  const rows = await sql<{
    vulnerability_id: string;
  }>`select vulnerability_id from links where id::text = ${id}`.execute(db);
  const [row] = rows.rows;
  const links = row === undefined ? [] : await linksOf(db, [row.vulnerability_id]);
  return links.find((link) => link.id === id) ?? null;
}

export interface DetectionRow {
  readonly scope_id: string;
  readonly tool: string;
  readonly branch: string;
  readonly category: string;
  readonly state: DetectionState;
  readonly scan_id: string | null;
  readonly last_seen_at: Date;
}

/** One for each scope, also of what was merged into it: a scope detects it as long as it sees any of it. */
export async function detectionsOf(db: Connection, id: string): Promise<readonly DetectionRow[]> {
  const rows = await sql<DetectionRow>`
    select * from (
      select distinct on (s.id) s.id as scope_id, s.tool, s.branch, s.category, d.state,
        coalesce(d.missed_scan_id, d.last_seen_scan_id) as scan_id, d.last_seen_at
      from vulnerabilities m join detections d on d.vulnerability_id = m.id join scopes s on s.id = d.scope_id
      where m.id = ${id}::bigint or m.merged_into = ${id}::bigint
      order by s.id, d.state = 'detected' desc, d.last_seen_at desc
    ) one order by tool, branch, category
  `.execute(db);
  return rows.rows;
}

/** What was merged into it. */
export async function mergedOf(db: Connection, id: string): Promise<readonly { readonly id: string; readonly title: string }[]> {
  const rows = await sql<{ id: string; title: string }>`
    select id, title from vulnerabilities where merged_into = ${id}::bigint order by id
  `.execute(db);
  return rows.rows;
}

export interface TimelineRow {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly actor_kind: string;
  readonly actor_name: string;
  readonly from_status: string | null;
  readonly to_status: string | null;
  readonly cause_kind: 'scan' | 'card' | 'person' | 'expiry' | 'system';
  readonly cause: Readonly<Record<string, unknown>>;
  readonly note: string | null;
  readonly correlation_id: string | null;
}

export async function timelineOf(
  db: Connection,
  id: string,
  wish: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly TimelineRow[]; readonly nextCursor: string | null }> {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<TimelineRow & { readonly place: string }>`
    select *, at::text as place from timeline where vulnerability_id = ${id}::bigint
      and (${after === null} or (at, id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
    order by at desc, id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}

export async function findEntry(db: Connection, id: string): Promise<TimelineRow | null> {
  const rows = await sql<TimelineRow>`select * from timeline where id = ${id}::uuid`.execute(db);
  return rows.rows[0] ?? null;
}
