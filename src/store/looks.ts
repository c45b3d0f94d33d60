import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Evidence } from './findings.ts';
import { lined, listed } from './long-lists.ts';
import type { Connection, Transaction } from './open.ts';

interface LookedUp {
  readonly look: number;
  /** Digest of all of the finding. */
  readonly evidence: number;
}

/**
 * Of findings about to be kept, those that the scope saw before and that are kept: by their number among the ones given. Step by
 * step through the index (lateral, bounded), as in `detectedAtPlaces`.
 */
export async function knownEvidence(db: Connection, scopeId: string, some: readonly LookedUp[]): Promise<readonly { readonly nth: number; readonly evidence: Evidence }[]> {
  const rows = await sql<{ scan_id: string; pairs: string }>`
    select m.evidence_scan_id as scan_id, string_agg(g.nth || ' ' || m.evidence_ordinal, ' ') as pairs
    from unnest(${listed(some.map((one) => one.look))}::bigint[], ${listed(some.map((one) => one.evidence))}::bigint[]) with ordinality as g (look, evidence, nth)
    cross join lateral (
      select evidence_scan_id, evidence_ordinal from scope_looks
      where scope_id = ${scopeId}::uuid and look = g.look and evidence = g.evidence limit 1
    ) m
    group by m.evidence_scan_id
  `.execute(db);
  return rows.rows.flatMap(({ scan_id: scanId, pairs }) => pairsIn(pairs).map(([nth, ordinal]) => ({ nth: nth - 1, evidence: { scanId, ordinal } })));
}

export interface ScopeLook {
  readonly look: number;
  readonly vulnerability: number;
  readonly evidence: number;
  readonly keptOrdinal: number;
  readonly keptBy: string;
  readonly shown: boolean;
}

const pageRows = 20_000;

/** By what a scope saw each vulnerability last, in the order of the looks, at least `most` of it: for a report that shows most of it, a tenth of the cost of as many lookups. */
export async function* looksOfScope(db: Connection, scopeId: string, most: number): AsyncIterable<ScopeLook> {
  const page = Math.min(pageRows, Math.ceil(most));
  let after: Pick<ScopeLook, 'look' | 'vulnerability'> | null = { look: -1, vulnerability: 0 };
  while (after !== null) {
    const rows: { rows: readonly { readonly text: string | null }[] } = await sql<{ text: string | null }>`
      select string_agg(concat_ws(' ', look, vulnerability_id, evidence, evidence_ordinal, evidence_scan_id, shown::integer), ' ') as text
      from (
        select * from scope_looks
        where scope_id = ${scopeId}::uuid and (look, vulnerability_id) > (${after.look}::bigint, ${after.vulnerability}::bigint)
        order by look, vulnerability_id limit ${page}
      ) page
    `.execute(db);
    const parts: readonly string[] = rows.rows[0]?.text?.split(' ') ?? [];
    let last: ScopeLook | null = null;
    for (let at = 0; at < parts.length; at += 6) {
      last = {
        look: Number(parts[at]),
        vulnerability: Number(parts[at + 1]),
        evidence: Number(parts[at + 2]),
        keptOrdinal: Number(parts[at + 3]),
        keptBy: parts[at + 4] as string,
        shown: parts[at + 5] === '1',
      };
      yield last;
    }
    after = parts.length === page * 6 ? last : null;
  }
}

/** All that a scope detects and that no newer scan has seen, in the order of their ids. */
export async function detectedIds(tx: Transaction, scope: ScopeMoment): Promise<Float64Array> {
  const rows = await sql<{ ids: string | null }>`
    select string_agg(vulnerability_id::text, ' ') as ids from detections
    where scope_id = ${scope.scopeId}::uuid and state = 'detected' and last_seen_at <= ${scope.startedAt.toISOString()}::timestamptz
  `.execute(tx);
  const ids = rows.rows[0]?.ids ?? null;
  return ids === null ? new Float64Array(0) : Float64Array.from(ids.split(' '), Number).sort();
}

/** One text for all of them: a row each would cost more than what it says. */
function pairsIn(text: string): readonly (readonly [number, number])[] {
  const numbers = text.split(' ');
  return Array.from({ length: numbers.length / 2 }, (_none, at) => [Number(numbers[at * 2]), Number(numbers[at * 2 + 1])] as const);
}

export interface ScopeMoment {
  readonly scopeId: string;
  readonly startedAt: Date;
  readonly defaultBranch: boolean;
}

/**
 * What a scope detects that it saw last as one of these looks: vulnerability by vulnerability, each with the number of its look among
 * the ones given (all different). Without what a newer scan has seen, and what shows nothing yet that the scan has to show.
 */
export async function detectedByLook(db: Connection, scope: ScopeMoment, looks: readonly number[]): Promise<readonly { readonly nth: number; readonly vulnerability: number }[]> {
  const rows = await sql<{ pairs: string | null }>`
    select string_agg(g.nth || ' ' || s.vulnerability_id, ' ') as pairs
    from unnest(${listed(looks)}::bigint[]) with ordinality as g (look, nth)
    cross join lateral (
      select vulnerability_id, shown from scope_looks where scope_id = ${scope.scopeId}::uuid and look = g.look offset 0
    ) s
    cross join lateral (
      select state, last_seen_at from detections where vulnerability_id = s.vulnerability_id and scope_id = ${scope.scopeId}::uuid limit 1
    ) d
    where d.state = 'detected' and d.last_seen_at <= ${scope.startedAt.toISOString()}::timestamptz and (s.shown or not ${scope.defaultBranch})
  `.execute(db);
  const pairs = rows.rows[0]?.pairs ?? null;
  return pairs === null ? [] : pairsIn(pairs).map(([nth, vulnerability]) => ({ nth: nth - 1, vulnerability }));
}

export interface SeenAs {
  readonly vulnerability: string;
  readonly look: number;
  /** Digest of all of the finding, and where it is kept; null: there is no finding. */
  readonly digest: number;
  readonly evidence: Evidence | null;
  /** The look before; 0: none. */
  readonly lookBefore: number;
  /** What the vulnerability shows is what this finding says; empty: it is not. */
  readonly content: string;
}

/** The looks before, of those that have another one now. */
export function forgetLooks(scopeId: string, all: readonly SeenAs[]) {
  const other = all.filter((one) => one.lookBefore !== 0 && (one.lookBefore !== one.look || one.evidence === null));
  return sql`
    delete from scope_looks where ctid = any (array(
      select l.ctid
      from unnest(${listed(other.map((one) => one.vulnerability))}::bigint[], ${listed(other.map((one) => one.lookBefore))}::bigint[]) as b (vulnerability, look)
      cross join lateral (
        select ctid from scope_looks where scope_id = ${scopeId}::uuid and look = b.look and vulnerability_id = b.vulnerability limit 1
      ) l
    ))
  `;
}

/** By what each was seen last, from now on. */
export function rememberLooks(scopeId: string, all: readonly SeenAs[]) {
  const now = all.flatMap((one) => (one.look === 0 || one.evidence === null ? [] : [{ ...one, kept: one.evidence }]));
  return sql`
    insert into scope_looks (scope_id, look, vulnerability_id, evidence, evidence_scan_id, evidence_ordinal, shown)
    select ${scopeId}::uuid, n.look, n.vulnerability, n.digest, n.scan, n.ordinal, n.shown
    from unnest(
      ${listed(now.map((one) => one.look))}::bigint[], ${listed(now.map((one) => one.vulnerability))}::bigint[],
      ${listed(now.map((one) => one.digest))}::bigint[], ${listed(now.map((one) => one.kept.scanId))}::uuid[],
      ${listed(now.map((one) => one.kept.ordinal))}::integer[], ${listed(now.map((one) => one.content !== ''))}::boolean[]
    ) as n (look, vulnerability, digest, scan, ordinal, shown)
    on conflict (scope_id, look, vulnerability_id) do update
    set evidence = excluded.evidence, evidence_scan_id = excluded.evidence_scan_id, evidence_ordinal = excluded.evidence_ordinal, shown = excluded.shown
  `;
}

interface KeptAnew {
  readonly look: number;
  readonly vulnerability: number;
  readonly digest: number;
  readonly evidence: Evidence;
}

/** Seen as before, with something else beside: kept there from now on. */
export async function renewEvidence(tx: Transaction, scopeId: string, all: readonly KeptAnew[]): Promise<void> {
  if (all.length > 0) {
    await sql`
      with anew as materialized (
        select l.place, a.* from unnest(
          ${listed(all.map((one) => one.look))}::bigint[], ${listed(all.map((one) => one.vulnerability))}::bigint[],
          ${listed(all.map((one) => one.digest))}::bigint[], ${listed(all.map((one) => one.evidence.scanId))}::uuid[],
          ${listed(all.map((one) => one.evidence.ordinal))}::integer[]
        ) as a (look, vulnerability, digest, scan, ordinal)
        cross join lateral (
          select ctid as place from scope_looks where scope_id = ${scopeId}::uuid and look = a.look and vulnerability_id = a.vulnerability limit 1
        ) l
      )
      update scope_looks l set evidence = a.digest, evidence_scan_id = a.scan, evidence_ordinal = a.ordinal from anew a where l.ctid = a.place
    `.execute(tx);
  }
}

/** How many vulnerabilities a scope remembers at each of some places, whether it detects them still or not. */
export function countsAtPlaces(tx: Connection, scopeId: string, placeKeys: readonly string[]): Promise<readonly number[]> {
  return counts(tx, placeKeys, sql`select count(*)::integer from match_keys where scope_id = ${scopeId}::uuid and key = hashtextextended(p.key, 0)`);
}

/** How many it detects there. Step by step through the keys (lateral, bounded): the tables may have grown a thousandfold since they were last counted, and a plan for few rows would take hours. */
export function detectedAtPlaces(tx: Connection, scopeId: string, placeKeys: readonly string[]): Promise<readonly number[]> {
  return counts(tx, placeKeys, sql`
    select count(*)::integer
    from (select vulnerability_id from match_keys where scope_id = ${scopeId}::uuid and key = hashtextextended(p.key, 0) offset 0) m
    cross join lateral (select state from detections where vulnerability_id = m.vulnerability_id and scope_id = ${scopeId}::uuid limit 1) d
    where d.state = 'detected'
  `);
}

/** For each place what is counted at it (`p.key`). */
async function counts(tx: Connection, placeKeys: readonly string[], counted: RawBuilder<unknown>): Promise<readonly number[]> {
  if (placeKeys.length === 0) {
    return [];
  }
  const rows = await sql<{ count: number }>`
    select (${counted}) as count from unnest(${lined(placeKeys)}) with ordinality as p (key, nth) order by p.nth
  `.execute(tx);
  return rows.rows.map((row) => row.count);
}
