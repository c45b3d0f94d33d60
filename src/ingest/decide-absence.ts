import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { advance } from '../core/lifecycle/advance.ts';
import { suspicion, whyNoEvidenceOfAbsence } from '../core/lifecycle/closure.ts';
import type { ScopeRow } from '../store/ingest-rows.ts';
import { absentEverywhere, missingOf, recordMissing } from '../store/detections.ts';
import { lockStandings } from '../store/ingest-rows.ts';
import type { Transaction } from '../store/open.ts';
import { applyTransitions } from '../store/transitions.ts';
import { scanTransition } from './sightings.ts';

export interface AbsenceWish {
  readonly scanId: string;
  readonly assetId: string;
  readonly scopeId: string;
  readonly tool: string;
  readonly startedAt: Date;
  readonly defaultBranch: boolean;
  readonly late: boolean;
  readonly outcome: 'succeeded' | 'failed';
  readonly coverage: 'complete' | 'partial';
  readonly findings: number;
  readonly scope: ScopeRow;
}

export interface Absence {
  readonly fixed: number;
  readonly held: number;
  /** Why the scan is no evidence of absence; null: it is. */
  readonly because: string | null;
}

/** What a scan did not see: nothing, a closure held for a person, or fixed vulnerabilities. */
export async function decideAbsence(tx: Transaction, wish: AbsenceWish): Promise<Absence> {
  const scopeKnown = wish.scope.last_complete_at !== null;
  const why = whyNoEvidenceOfAbsence({ ...wish, scopeKnown });
  if (why !== null || wish.late) {
    return { fixed: 0, held: 0, because: why ?? 'A newer scan of its scope was recorded before: this one opens and closes nothing.' };
  }
  const { open, missing } = await missingOf(tx, wish.scopeId, wish.startedAt);
  const outcome = { findings: wish.findings, findingsBefore: wish.scope.last_findings, open, missing: missing.length };
  const suspicious = suspicion(outcome);
  const earlier = await openHoldOf(tx, wish.scopeId);
  const confirmed = earlier !== null && sameResult(earlier.missing, missing);
  if (suspicious !== null && !confirmed) {
    await hold(tx, wish, suspicious, missing);
    return { fixed: 0, held: missing.length, because: null };
  }
  if (earlier !== null) {
    await settleHold(tx, earlier.id, confirmed ? 'approved' : 'superseded', 'A newer scan of the scope decided.');
  }
  return { fixed: await close(tx, wish, missing), held: 0, because: null };
}

/** So many at once, so that no statement grows with the scope. */
const closuresAtOnce = 5_000;

/** The vulnerabilities are missing in this scope from now on; fixed is what no scope sees any more. Answers how many. */
export async function close(
  tx: Transaction,
  scan: { readonly scanId: string; readonly scopeId: string; readonly tool: string; readonly startedAt: Date },
  missing: readonly string[],
): Promise<number> {
  let fixed = 0;
  for (let at = 0; at < missing.length; at += closuresAtOnce) {
    const some = missing.slice(at, at + closuresAtOnce);
    await recordMissing(tx, scan.scopeId, { id: scan.scanId, startedAt: scan.startedAt }, some);
    const standings = await lockStandings(tx, await absentEverywhere(tx, some));
    const transitions = standings.flatMap((standing) => {
      const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: standing.accepted_until?.getTime() ?? null };
      const result = advance(facts, { kind: 'absent', startedAt: scan.startedAt.getTime() });
      return result.kind === 'moves' ? [scanTransition(standing.id, result, scan)] : [];
    });
    await applyTransitions(tx, transitions);
    fixed += transitions.length;
  }
  return fixed;
}

interface EarlierHold {
  readonly id: string;
  readonly missing: readonly string[];
}

async function openHoldOf(tx: Transaction, scopeId: string): Promise<EarlierHold | null> {
  const rows = await sql<{ id: string }>`
    select id from holds where kind = 'closure' and state = 'open' and scope_id = ${scopeId}::uuid for update
  `.execute(tx);
  const [row] = rows.rows;
  return row === undefined ? null : { id: row.id, missing: await heldClosures(tx, row.id) };
}

/** A second scan that misses the same ones (or more) says the same. */
function sameResult(before: readonly string[], now: readonly string[]): boolean {
  const missing = new Set(now);
  return before.every((id) => missing.has(id));
}

async function hold(tx: Transaction, wish: AbsenceWish, why: string, missing: readonly string[]): Promise<void> {
  const earlier = await openHoldOf(tx, wish.scopeId);
  if (earlier !== null) {
    await settleHold(tx, earlier.id, 'superseded', 'A newer scan of the scope is held instead.');
  }
  const id = randomUUID();
  const detail = { closures: missing.length, startedAt: wish.startedAt.toISOString(), tool: wish.tool, findings: wish.findings };
  await sql`
    insert into holds (id, kind, asset_id, scan_id, scope_id, summary, detail)
    values (${id}::uuid, 'closure', ${wish.assetId}::uuid, ${wish.scanId}::uuid, ${wish.scopeId}::uuid,
      ${`${why} Nothing was closed; approve it if it is right.`}, ${JSON.stringify(detail)}::jsonb)
  `.execute(tx);
  await sql`
    insert into held_closures (hold_id, vulnerability_id) select ${id}::uuid, unnest(${[...missing]}::bigint[])
  `.execute(tx);
}

/** What approving a held closure would close. */
export async function heldClosures(tx: Transaction, holdId: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select vulnerability_id as id from held_closures where hold_id = ${holdId}::uuid order by vulnerability_id
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}

async function settleHold(tx: Transaction, id: string, state: 'approved' | 'superseded', note: string): Promise<void> {
  await sql`
    update holds set state = ${state}, note = ${note}, decided_by = 'Patchboard', decided_at = clock_timestamp() where id = ${id}::uuid
  `.execute(tx);
  // The scan it came from waits for nobody any more.
  await sql`
    update scans s set status = 'completed'
    from holds h where h.id = ${id}::uuid and s.id = h.scan_id and s.status = 'held'
      and not exists (select 1 from holds o where o.scan_id = s.id and o.state = 'open')
  `.execute(tx);
}
