import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { advance } from '../core/lifecycle/advance.ts';
import { candidateKeys } from '../core/matching/candidate-keys.ts';
import { featuresOf } from '../core/matching/features.ts';
import type { Finding } from '../core/matching/finding.ts';
import { addToAssessment, findAssessment, whyClosed } from '../store/assessments.ts';
import { recordSightings } from '../store/detections.ts';
import * as rows from '../store/ingest-rows.ts';
import { openLinks } from '../store/links.ts';
import { lockAsset } from '../store/merges.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { ScanRow, ScanSummary } from '../store/scans.ts';
import { findScan, finishScan } from '../store/scans.ts';
import { remember, remembering } from '../store/scope-memory.ts';
import { applyTransitions } from '../store/transitions.ts';
import { close } from './decide-absence.ts';
import { columnsOf } from './record-batch.ts';
import { scanTransition } from './sightings.ts';

/** A vulnerability that a person looked at. */
export interface Looked {
  readonly vulnerabilityId: string;
  readonly outcome: 'detected' | 'not_detected';
}

export interface Retest {
  readonly assetId: string;
  readonly startedAt: Date | null;
  readonly author: string;
  readonly evidence: string | null;
  readonly results: readonly Looked[];
}

interface Refused {
  readonly kind: 'refused';
  readonly because: string;
  readonly path: string;
}

export type Retested = { readonly kind: 'done'; readonly scan: ScanRow } | Refused;

/**
 * A scan by a person, who looked at exactly what is listed: it can vouch for these in every scope, since a person tested
 * the vulnerability and not a scope of a tool.
 */
export async function retest(store: Store, wish: Retest): Promise<Retested> {
  const scanId = randomUUID();
  const refused = await inTransaction(store, async (tx) => {
    await lockAsset(tx, wish.assetId);
    const startedAt = wish.startedAt ?? new Date();
    await insertManualScan(tx, scanId, { ...wish, kind: 'retest', startedAt });
    const looked = await applyListed(tx, { ...wish, scanId, tool: `a retest by ${wish.author}`, startedAt });
    if (looked.kind === 'refused') {
      await sql`delete from scans where id = ${scanId}::uuid`.execute(tx);
      return looked;
    }
    await finishScan(tx, scanId, { status: 'completed', summary: looked.summary, error: null });
    return null;
  });
  if (refused !== null) {
    return refused;
  }
  const scan = await findScan(store.db, scanId);
  return scan === null ? { kind: 'refused', because: 'The retest is gone.', path: '' } : { kind: 'done', scan };
}

async function insertManualScan(
  tx: Transaction,
  id: string,
  scan: { readonly kind: 'retest' | 'entry'; readonly assetId: string; readonly startedAt: Date; readonly author: string; readonly evidence: string | null },
): Promise<void> {
  await sql`
    insert into scans (id, asset_id, kind, status, trigger, coverage, tool, branch, author, evidence, uploaded_by, started_at, started_at_given)
    select ${id}::uuid, a.id, ${scan.kind}, 'processing', 'manual', 'partial', 'manual', a.default_branch, ${scan.author}, ${scan.evidence},
      ${scan.author}, ${scan.startedAt.toISOString()}::timestamptz, true
    from assets a where a.id = ${scan.assetId}::uuid
  `.execute(tx);
}

export interface Listed {
  readonly scanId: string;
  readonly assetId: string;
  /** Who looked, as timelines name it. */
  readonly tool: string;
  readonly startedAt: Date;
  readonly results: readonly Looked[];
}

/** What follows from looking at these. The caller holds the asset's lock. */
export async function applyListed(tx: Transaction, wish: Listed): Promise<{ readonly kind: 'done'; readonly summary: ScanSummary } | Refused> {
  const ids = wish.results.map((result) => result.vulnerabilityId);
  const standings = await rows.lockStandings(tx, ids);
  const mine = await sql<{ id: string }>`
    select id from vulnerabilities where asset_id = ${wish.assetId}::uuid and merged_into is null
      and id = any (${ids}::bigint[])
  `.execute(tx);
  const known = new Set(mine.rows.map((row) => row.id));
  const stranger = ids.findIndex((id) => !known.has(id));
  if (stranger >= 0) {
    return { kind: 'refused', because: `The asset has no vulnerability ${ids[stranger]}.`, path: `results.${stranger}.vulnerabilityId` };
  }
  return { kind: 'done', summary: await applyResults(tx, wish, standings) };
}

async function applyResults(tx: Transaction, wish: Listed, standings: readonly rows.Standing[]): Promise<ScanSummary> {
  const { scanId, startedAt } = wish;
  const by = (outcome: string) => wish.results.filter((result) => result.outcome === outcome).map((result) => result.vulnerabilityId);
  const seen = new Set(by('detected'));
  const detected = standings.filter((one) => seen.has(one.id));
  const reopened = detected.flatMap((standing) => {
    const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: null };
    const result = advance(facts, { kind: 'detected', startedAt: startedAt.getTime() });
    return result.kind === 'moves' ? [{ standing, transition: scanTransition(standing.id, result, wish) }] : [];
  });
  await markScopes(tx, await rows.membersOf(tx, [...seen]), scanId, startedAt);
  await applyTransitions(tx, reopened.map((one) => one.transition));
  const reappeared = reopened.filter((one) => one.standing.status === 'fixed');
  await openLinks(tx, { assetId: wish.assetId, vulnerabilityIds: reappeared.map((one) => one.standing.id), on: 'identified' });
  const fixed = await closeTested(tx, wish, await rows.membersOf(tx, by('not_detected')));
  const matched = wish.results.length;
  return { findings: seen.size, created: 0, matched, reappeared: reappeared.length, fixed, held: 0, unchanged: matched - reopened.length - fixed, complaints: [] };
}

/** Seen by a person: as good as seen by each scope that knows it. */
async function markScopes(tx: Transaction, ids: readonly string[], scanId: string, startedAt: Date): Promise<void> {
  const at = startedAt.toISOString();
  await sql`
    update detections set state = 'detected', missed_at = null, missed_scan_id = null, last_seen_at = ${at}::timestamptz, last_seen_scan_id = ${scanId}::uuid
    where vulnerability_id = any (${[...ids]}::bigint[])
      and last_seen_at < ${at}::timestamptz and coalesce(missed_at < ${at}::timestamptz, true)
  `.execute(tx);
}

async function closeTested(tx: Transaction, scan: { scanId: string; tool: string; startedAt: Date }, ids: readonly string[]): Promise<number> {
  const scopes = await sql<{ scope_id: string }>`
    select distinct scope_id from detections
    where vulnerability_id = any (${[...ids]}::bigint[])
  `.execute(tx);
  let fixed = 0;
  for (const { scope_id: scopeId } of scopes.rows) {
    fixed += await close(tx, { ...scan, scopeId }, ids);
  }
  return fixed;
}

export interface Entry {
  readonly assetId: string;
  readonly author: string;
  readonly finding: Finding;
  /** The running assessment that it is part of. */
  readonly assessmentId: string | null;
}

/** One vulnerability entered by hand: its own scan, its own scope, so that only a retest closes it. */
export async function enterByHand(store: Store, { assetId, author, finding, assessmentId }: Entry): Promise<{ readonly kind: 'entered'; readonly id: string } | Refused> {
  const scanId = randomUUID();
  return inTransaction(store, async (tx) => {
    const closed = assessmentId === null ? null : whyClosed(await findAssessment(tx, assessmentId, { lock: true }), assetId);
    if (closed !== null) {
      return { kind: 'refused', because: closed, path: 'assessmentId' };
    }
    const startedAt = new Date();
    await insertManualScan(tx, scanId, { kind: 'entry', assetId, startedAt, author, evidence: null });
    const branch = await sql<{ default_branch: string }>`select default_branch from assets where id = ${assetId}::uuid`.execute(tx);
    const place = { assetId, tool: 'manual', branch: branch.rows[0]?.default_branch ?? 'main', category: scanId };
    const scope = await rows.ensureScope(tx, place);
    const made = await rows.insertVulnerabilities(tx, [{ index: 0, ...columnsOf(finding, 'manual') }], {
      assetId,
      at: startedAt,
      startedAt,
      actor: { kind: 'person', name: author },
      cause: { kind: 'person', scanId },
      note: 'Entered by hand.',
    });
    const id = made.get(0) ?? '';
    const features = featuresOf(finding);
    await recordSightings(tx, scope.id, { id: scanId, startedAt }, [{ vulnerability: id, occurrences: 1 }]);
    const look = { vulnerability: id, features: JSON.stringify(features), content: '', look: 0, lookBefore: 0, digest: 0, evidence: null, keys: candidateKeys(features), keysBefore: [] };
    await remember(tx, remembering(scope.id, [look]));
    await openLinks(tx, { assetId, vulnerabilityIds: [id], on: 'identified' });
    if (assessmentId !== null) {
      await addToAssessment(tx, assessmentId, [id]);
    }
    const summary = { findings: 1, created: 1, matched: 0, reappeared: 0, fixed: 0, held: 0, unchanged: 0, complaints: [] };
    await finishScan(tx, scanId, { status: 'completed', summary, error: null });
    return { kind: 'entered', id };
  });
}
