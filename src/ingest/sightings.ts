import type { Advance } from '../core/lifecycle/advance.ts';
import { advance, movedBySighting } from '../core/lifecycle/advance.ts';
import type { Telling } from '../store/detections.ts';
import { telling } from '../store/detections.ts';
import type { Occurrence } from '../store/findings.ts';
import { headsBy, lockStandingsIn } from '../store/ingest-rows.ts';
import { openLinks } from '../store/links.ts';
import type { Transaction } from '../store/open.ts';
import type { Transition } from '../store/transitions.ts';
import { applyTransitions } from '../store/transitions.ts';
import type { ScopeScan } from './record-scope.ts';

export interface Recorded {
  readonly created: number;
  readonly matched: number;
  readonly reappeared: number;
  readonly unchanged: number;
  /** What some of it was merged into. */
  readonly heads: readonly string[];
}

export const nothingRecorded: Recorded = { created: 0, matched: 0, reappeared: 0, unchanged: 0, heads: [] };

export function added(one: Recorded, other: Recorded): Recorded {
  return {
    created: one.created + other.created,
    matched: one.matched + other.matched,
    reappeared: one.reappeared + other.reappeared,
    unchanged: one.unchanged + other.unchanged,
    heads: [...one.heads, ...other.heads],
  };
}

/** Whose the findings of a batch are. */
export interface Seeing {
  readonly seen: readonly { readonly id: string; readonly occurrences: number }[];
  readonly found: readonly Omit<Occurrence, 'evidence'>[];
  /** Known before, and not suppressed now: the lifecycle hears of them. */
  readonly again: readonly string[];
}

/** What a scope saw, gathered until it is told: a few long statements, at work while the next findings are matched. */
export class Sightings {
  readonly #scan: ScopeScan;
  #seen = new Map<string, number>();
  #found: Omit<Occurrence, 'evidence'>[] = [];
  #again = new Set<string>();

  constructor(scan: ScopeScan) {
    this.#scan = scan;
  }

  /** Findings that wait to be told. */
  get waiting(): number {
    return this.#found.length;
  }

  add({ seen, found, again }: Seeing): void {
    seen.forEach((one) => this.#seen.set(one.id, one.occurrences));
    found.forEach((one) => this.#found.push(one));
    again.forEach((id) => this.#again.add(id));
  }

  /** All that was gathered, made ready to be told. */
  gathered(): Gathered | null {
    const scan = this.#scan;
    // In one order, near each other in the tables.
    const sightings = [...this.#seen].toSorted(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)).map(([vulnerability, occurrences]) => ({ vulnerability, occurrences }));
    const occurrences = this.#found.map((one) => ({ ...one, evidence: scan.staged.evidenceOf(one.ordinal) }));
    const again = [...this.#again];
    this.#seen.forEach((_count, id) => scan.seen.add(id));
    this.#seen = new Map();
    this.#found = [];
    this.#again = new Set();
    return occurrences.length === 0 ? null : { again, telling: telling({ scopeId: scan.scopeId, scan: { id: scan.scanId, startedAt: scan.startedAt }, sightings, occurrences, again }) };
  }
}

export interface Gathered {
  readonly again: readonly string[];
  readonly telling: Telling;
}

export async function tellGathered(tx: Transaction, scan: ScopeScan, gathered: Gathered | null): Promise<Recorded> {
  if (gathered === null) {
    return nothingRecorded;
  }
  const { again } = gathered;
  const merged = await gathered.telling.execute(tx);
  const { reappeared, heads } = await tellLifecycle(tx, scan, again, headsBy(merged.rows, again));
  if (scan.defaultBranch && !scan.late) {
    await openLinks(tx, { assetId: scan.assetId, vulnerabilityIds: reappeared, on: 'identified' });
  }
  return { created: 0, matched: again.length, reappeared: reappeared.length, unchanged: again.length - reappeared.length, heads };
}

/** A scan of the default branch that sees something again, itself or what it was merged into, may reopen it. Answers the ids that reappeared. */
async function tellLifecycle(tx: Transaction, scan: ScopeScan, seen: readonly string[], heads: readonly string[]): Promise<{ readonly reappeared: readonly string[]; readonly heads: readonly string[] }> {
  if (!scan.defaultBranch || seen.length === 0) {
    return { reappeared: [], heads: [] };
  }
  const standings = await lockStandingsIn(tx, movedBySighting, heads);
  const transitions: Transition[] = [];
  const reappeared: string[] = [];
  for (const standing of standings) {
    const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: standing.accepted_until?.getTime() ?? null };
    const result: Advance = advance(facts, { kind: 'detected', startedAt: scan.startedAt.getTime() });
    if (result.kind === 'moves') {
      transitions.push(scanTransition(standing.id, result, scan));
      if (standing.status === 'fixed') {
        reappeared.push(standing.id);
      }
    }
  }
  await applyTransitions(tx, transitions);
  const known = new Set(seen);
  return { reappeared, heads: heads.filter((id) => !known.has(id)) };
}

export function scanTransition(
  vulnerabilityId: string,
  result: Extract<Advance, { kind: 'moves' }>,
  scan: { readonly scanId: string; readonly tool: string; readonly startedAt: Date },
): Transition {
  return {
    vulnerabilityId,
    to: result.to,
    at: Date.now(),
    asOf: scan.startedAt.getTime(),
    actor: { kind: 'scan', name: scan.tool },
    cause: { kind: 'scan', scanId: scan.scanId, tool: scan.tool },
    note: result.because,
    fixedByScanId: result.to === 'fixed' ? scan.scanId : undefined,
  };
}
