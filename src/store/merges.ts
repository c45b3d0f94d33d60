import { sql } from 'kysely';
import { candidateKeys } from '../core/matching/candidate-keys.ts';
import { featureVersion } from '../core/matching/features.ts';
import type { Status } from '../core/vocabulary.ts';
import type { NewVulnerability } from './ingest-rows.ts';
import { locationNow, snippetNow } from './moved-places.ts';
import type { Connection, Transaction } from './open.ts';
import { featuresIn } from './scope-memory.ts';

/** A vulnerability that is to be merged or split. */
export interface FamilyRow {
  readonly id: string;
  readonly asset_id: string;
  readonly title: string;
  readonly status: Status;
  readonly merged_into: string | null;
}

export async function findFamily(db: Connection, ids: readonly string[]): Promise<readonly FamilyRow[]> {
  const rows = await sql<FamilyRow>`
    select id, asset_id, title, status, merged_into from vulnerabilities where id = any (${[...ids]}::bigint[]) order by id
  `.execute(db);
  return rows.rows;
}

/** Scans of an asset, and what people merge and split in it, come one after the other. */
export async function lockAsset(tx: Transaction, assetId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${assetId}, 1))`.execute(tx);
}

/** In one order, so that two processes never wait for each other; with whatever was merged into them before. */
export async function lockFamily(tx: Transaction, ids: readonly string[]): Promise<readonly FamilyRow[]> {
  const rows = await sql<FamilyRow>`
    select id, asset_id, title, status, merged_into from vulnerabilities
    where id = any (${[...ids]}::bigint[]) or merged_into = any (${[...ids]}::bigint[])
    order by id for no key update
  `.execute(tx);
  return rows.rows;
}

/** Whatever was merged into a loser is the survivor’s too: a family has one head, and nobody below the others. */
export async function mergeRows(tx: Transaction, survivor: string, losers: readonly string[]): Promise<void> {
  await sql`
    update vulnerabilities set merged_into = ${survivor}::bigint, version = version + 1
    where id = any (${[...losers]}::bigint[]) or merged_into = any (${[...losers]}::bigint[])
  `.execute(tx);
  await sql`
    update vulnerabilities v
    set first_seen_at = least(v.first_seen_at, m.first_seen_at), version = greatest(v.version, m.version) + 1
    from (
      select min(first_seen_at) as first_seen_at, max(version) as version from vulnerabilities where merged_into = ${survivor}::bigint
    ) m
    where v.id = ${survivor}::bigint
  `.execute(tx);
  await sql`
    update last_seen set at = greatest(at, (
      select max(l.at) from vulnerabilities m join last_seen l on l.vulnerability_id = m.id where m.merged_into = ${survivor}::bigint
    ))
    where vulnerability_id = ${survivor}::bigint
  `.execute(tx);
  await sql`
    delete from kept_apart k using vulnerabilities a, vulnerabilities b
    where a.id = k.vulnerability_id and b.id = k.from_id
      and coalesce(a.merged_into, a.id) = ${survivor}::bigint and coalesce(b.merged_into, b.id) = ${survivor}::bigint
  `.execute(tx);
}

export async function unmergeRow(tx: Transaction, id: string): Promise<void> {
  await sql`update vulnerabilities set merged_into = null, version = version + 1 where id = ${id}::bigint`.execute(tx);
}

/** From all of the family that it was split from. */
export async function keepApart(tx: Transaction, id: string, from: string, by: string): Promise<void> {
  await sql`
    insert into kept_apart (vulnerability_id, from_id, kept_by)
    select p.one, p.other, ${by}
    from vulnerabilities v, lateral (values (${id}::bigint, v.id), (v.id, ${id}::bigint)) as p (one, other)
    where v.id = ${from}::bigint or v.merged_into = ${from}::bigint
    on conflict do nothing
  `.execute(tx);
}

/** What some scopes know of a vulnerability is another’s from now on: memory, keys and evidence. */
export async function giveScopes(tx: Transaction, from: string, to: string, scopeIds: readonly string[]): Promise<void> {
  const scopes = [...scopeIds];
  await giveKeys(tx, from, to, scopes);
  for (const table of ['detections', 'scope_memory', 'scope_looks', 'occurrences']) {
    await sql`
      update ${sql.table(table)} set vulnerability_id = ${to}::bigint
      where vulnerability_id = ${from}::bigint and scope_id = any (${scopes}::uuid[])
    `.execute(tx);
  }
  await sql`
    with told as (
      select vulnerability_id, min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at from detections
      where vulnerability_id in (${from}::bigint, ${to}::bigint) group by vulnerability_id
    ), seen as (
      update last_seen l set at = t.last_seen_at from told t where l.vulnerability_id = t.vulnerability_id
    )
    update vulnerabilities v set first_seen_at = t.first_seen_at, version = v.version + 1 from told t where v.id = t.vulnerability_id
  `.execute(tx);
}

/** By the keys themselves, which follow from how it looks: no index leads from a vulnerability to its keys. */
async function giveKeys(tx: Transaction, from: string, to: string, scopes: readonly string[]): Promise<void> {
  const memories = await sql<{ features: string }>`
    select features from scope_memory where scope_id = any (${[...scopes]}::uuid[]) and vulnerability_id = ${from}::bigint
  `.execute(tx);
  const looks = memories.rows.map(featuresIn);
  // What an older version of the matching remembered had other keys.
  const isCurrent = looks.every(({ version }) => version === featureVersion);
  const keys = isCurrent ? [...new Set(looks.flatMap(candidateKeys))] : [];
  await sql`
    update match_keys set vulnerability_id = ${to}::bigint
    where scope_id = any (${[...scopes]}::uuid[]) and vulnerability_id = ${from}::bigint
      and ${isCurrent ? sql`key = any (array(select hashtextextended(k, 0) from unnest(${keys}::text[]) k))` : sql`true`}
  `.execute(tx);
}

/** What a vulnerability shows, for one that is made of it. */
export async function contentOf(tx: Transaction, id: string): Promise<Omit<NewVulnerability, 'index'>> {
  const rows = await sql<Omit<NewVulnerability, 'index'>>`
    select title, description, description_format, severity, finding_kind, coalesce(tool, '') as tool, coalesce(rule_id, '') as rule_id, cwe, cve,
      advisories, ${locationNow} as location, ${snippetNow} as snippet, impact, remediation, reference_urls
    from vulnerabilities v where id = ${id}::bigint
  `.execute(tx);
  return rows.rows[0] as Omit<NewVulnerability, 'index'>;
}

export interface KnownScope {
  readonly scope_id: string;
  readonly tool: string;
  readonly is_default: boolean;
  readonly first_seen_at: Date;
}

/** The scopes that know this very vulnerability, without what was merged into it. */
export async function scopesOf(tx: Transaction, id: string): Promise<readonly KnownScope[]> {
  const rows = await sql<KnownScope>`
    select d.scope_id, s.tool, s.branch = a.default_branch as is_default, d.first_seen_at
    from detections d join scopes s on s.id = d.scope_id join assets a on a.id = s.asset_id
    where d.vulnerability_id = ${id}::bigint order by d.first_seen_at, d.scope_id
  `.execute(tx);
  return rows.rows;
}

/** The latest word of the default branch’s scopes on a vulnerability and all that was merged into it. */
export interface LatestWord {
  readonly scan_id: string;
  readonly tool: string;
  readonly at: Date;
}

export async function latestWord(tx: Transaction, id: string, state: 'detected' | 'not_detected'): Promise<LatestWord | null> {
  const rows = await sql<LatestWord>`
    select w.scan_id, w.tool, w.at
    from (
      select case when d.state = 'detected' then d.last_seen_scan_id else d.missed_scan_id end as scan_id, s.tool,
        case when d.state = 'detected' then d.last_seen_at else d.missed_at end as at
      from vulnerabilities m join detections d on d.vulnerability_id = m.id join scopes s on s.id = d.scope_id
      join assets a on a.id = s.asset_id
      where (m.id = ${id}::bigint or m.merged_into = ${id}::bigint) and s.branch = a.default_branch and d.state = ${state}
    ) w
    where w.scan_id is not null order by w.at desc limit 1
  `.execute(tx);
  return rows.rows[0] ?? null;
}

/** A person, or a scan that showed two to be one. */
export interface MergeActor {
  readonly kind: 'person' | 'scan';
  readonly name: string;
  readonly correlationId: string | null;
}

export async function tellMerge(
  tx: Transaction,
  entry: { readonly vulnerabilityId: string; readonly actor: MergeActor; readonly note: string; readonly cause: object },
): Promise<void> {
  const { kind, name, correlationId } = entry.actor;
  await sql`
    insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note, correlation_id)
    values (gen_random_uuid(), ${entry.vulnerabilityId}::bigint, clock_timestamp(), 'merge', ${kind}, ${name}, ${kind},
      ${JSON.stringify({ kind, ...entry.cause })}::jsonb, ${entry.note}, ${correlationId})
  `.execute(tx);
}

/**
 * Whether some of these must stay two: a scope tells them apart, or a person does. With all that was merged into them.
 */
export async function areToldApart(tx: Transaction, ids: readonly string[]): Promise<boolean> {
  const rows = await sql`
    with members as (
      select id, coalesce(merged_into, id) as head from vulnerabilities where id = any (${[...ids]}::bigint[]) or merged_into = any (${[...ids]}::bigint[])
    )
    select 1 from members a join members b on b.head <> a.head
    where exists (select from detections x join detections y on y.scope_id = x.scope_id where x.vulnerability_id = a.id and y.vulnerability_id = b.id)
      or exists (select from kept_apart k where k.vulnerability_id = a.id and k.from_id = b.id)
    limit 1
  `.execute(tx);
  return rows.rows.length > 0;
}
