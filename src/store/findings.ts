import { sql } from 'kysely';
import type { Transaction } from './open.ts';

export interface FindingRow {
  readonly ordinal: number;
  readonly vulnerability: string | null;
  readonly stage: string | null;
  readonly raw: object;
}

const batchRows = 2_000;

/** Immutable evidence, in batches of one parameter each. */
export async function insertFindings(tx: Transaction, scanId: string, scopeId: string, findings: readonly FindingRow[]): Promise<void> {
  for (let at = 0; at < findings.length; at += batchRows) {
    await sql`
      insert into findings (scan_id, ordinal, scope_id, vulnerability_id, stage, raw)
      select ${scanId}::uuid, f.ordinal, ${scopeId}::uuid, f.vulnerability, f.stage, f.raw
      from jsonb_to_recordset(${JSON.stringify(findings.slice(at, at + batchRows))}::jsonb)
        as f (ordinal integer, vulnerability bigint, stage text, raw jsonb)
    `.execute(tx);
  }
}

export interface Refreshed {
  readonly vulnerability: string;
  readonly title: string;
  readonly description: string;
  readonly severity: string;
  readonly location: object;
  readonly snippet: string | null;
}

/**
 * What the newest sighting says of known vulnerabilities. A changed line is taken over silently; the ids answered are those
 * whose card has to change too: title or severity, unless a person rated it.
 */
export async function refreshVulnerabilities(tx: Transaction, startedAt: Date, rows: readonly Refreshed[]): Promise<readonly string[]> {
  const changed = await sql<{ id: string }>`
    with given as (
      select r.*, v.title as old_title, v.severity as old_severity,
        case when v.severity_set_by is null then r.severity else v.severity end as new_severity
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (
        vulnerability bigint, title text, description text, severity text, location jsonb, snippet text
      )
      join vulnerabilities v on v.id = r.vulnerability
      where v.last_seen_at <= ${startedAt.toISOString()}::timestamptz
    ),
    updated as (
      update vulnerabilities v
      set last_seen_at = ${startedAt.toISOString()}::timestamptz, title = g.title, description = g.description,
        severity = g.new_severity, location = g.location, snippet = g.snippet,
        version = v.version + case when g.title <> g.old_title or g.new_severity <> g.old_severity then 1 else 0 end
      from given g where v.id = g.vulnerability
    ),
    told as (
      insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
      select gen_random_uuid(), g.vulnerability, clock_timestamp(), 'severity', 'scan', 'Scan', 'scan',
        jsonb_build_object('kind', 'scan', 'from', g.old_severity, 'to', g.new_severity),
        'The severity is ' || g.new_severity || ' now; it was ' || g.old_severity || '.'
      from given g where g.new_severity <> g.old_severity
    )
    select vulnerability::text as id from given g where g.title <> g.old_title or g.new_severity <> g.old_severity
  `.execute(tx);
  return changed.rows.map((row) => row.id);
}
