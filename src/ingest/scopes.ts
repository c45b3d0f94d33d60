import { absentEverywhere } from '../store/detections.ts';
import { lockAsset } from '../store/merges.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { LastMiss, ScopeState } from '../store/scopes.ts';
import * as rows from '../store/scopes.ts';
import { close } from './decide-absence.ts';

export interface RetireWish {
  readonly scopeId: string;
  readonly reason: string;
  /** Whether what every other scope has missed already is fixed now, or stays open for people to look at. */
  readonly closeMissed: boolean;
  readonly by: string;
  readonly correlationId: string;
}

export interface ScopeMergeWish {
  readonly scopeId: string;
  readonly into: string;
  readonly reason: string | null;
  readonly by: string;
  readonly correlationId: string;
}

export interface ScopeOutcome {
  /** Vulnerabilities that the scope detected, or that the other scope knows from now on. */
  readonly vulnerabilities: number;
  /** Of these, the ones that no other scope sees any more. */
  readonly missedElsewhere: number;
  readonly fixed: number;
}

export type ScopeAct =
  | { readonly kind: 'done'; readonly outcome: ScopeOutcome }
  | { readonly kind: 'refused'; readonly status: 404 | 409; readonly because: string };

/**
 * A person says that a scope will not be scanned again. It stands in the way of no closure any more, and closes nothing by
 * itself: what it alone saw stays as it is.
 */
export async function retireScope(store: Store, wish: RetireWish): Promise<ScopeAct> {
  return inTransaction(store, async (tx): Promise<ScopeAct> => {
    await lockAssetOf(tx, wish.scopeId);
    const [scope] = await rows.lockScopes(tx, [wish.scopeId]);
    const refused = whyNot(scope);
    if (scope === undefined || refused !== null) {
      return refused ?? refuse(404, 'There is no such scope.');
    }
    await rows.retireScope(tx, scope.id, `${wish.by}: ${wish.reason}`);
    const seen = await rows.detectedBy(tx, scope.id);
    const missed = seen.length === 0 ? [] : await rows.lastMisses(tx, await absentEverywhere(tx, seen));
    const { by, correlationId } = wish;
    const note = `${nameOf(scope)} was retired: ${wish.reason} It saw this vulnerability last, and is waited for no longer.`;
    await rows.tellOfScope(tx, seen, { by, note, cause: { scopeId: scope.id }, correlationId });
    const fixed = wish.closeMissed ? await closeMissed(tx, missed) : 0;
    return { kind: 'done', outcome: { vulnerabilities: seen.length, missedElsewhere: missed.length, fixed } };
  });
}

/** Before the scope, as scans do: nobody waits for each other. */
async function lockAssetOf(tx: Transaction, scopeId: string): Promise<void> {
  const assetId = await rows.assetOfScope(tx, scopeId);
  if (assetId !== null) {
    await lockAsset(tx, assetId);
  }
}

/** By the scan that missed each of them: only a scan fixes. */
async function closeMissed(tx: Transaction, missed: readonly LastMiss[]): Promise<number> {
  const byScan = Map.groupBy(missed, ({ scan_id: scanId, scope_id: scopeId }) => `${scanId} ${scopeId}`);
  let fixed = 0;
  for (const some of byScan.values()) {
    const [{ scan_id: scanId, scope_id: scopeId, tool, at }] = some as [LastMiss, ...LastMiss[]];
    fixed += await close(tx, { scanId, scopeId, tool, startedAt: at }, some.map((one) => one.id));
  }
  return fixed;
}

/**
 * A person says that what one scope vouched for, another does now: a tool or a category has a new name. The other knows all
 * that the first knew; its next complete scan decides what is gone, with the usual caution.
 */
export async function mergeScopes(store: Store, wish: ScopeMergeWish): Promise<ScopeAct> {
  return inTransaction(store, async (tx): Promise<ScopeAct> => {
    await lockAssetOf(tx, wish.scopeId);
    const found = await rows.lockScopes(tx, [wish.scopeId, wish.into]);
    const [from, to] = [wish.scopeId, wish.into].map((id) => found.find((one) => one.id === id));
    const refused = whyNot(from) ?? whyNot(to) ?? whyNotInto(from, to);
    if (from === undefined || to === undefined || refused !== null) {
      return refused ?? refuse(404, 'There is no such scope.');
    }
    const moved = await rows.giveKnowledge(tx, from.id, to.id);
    const why = wish.reason === null ? '' : ` ${wish.reason}`;
    await rows.retireScope(tx, from.id, `${wish.by}: merged into ${nameOf(to)}.${why}`);
    const { by, correlationId } = wish;
    const note = `${nameOf(from)} was merged into ${nameOf(to)}, which vouches for this vulnerability from now on.${why}`;
    await rows.tellOfScope(tx, moved, { by, note, cause: { scopeId: from.id, into: to.id }, correlationId });
    return { kind: 'done', outcome: { vulnerabilities: moved.length, missedElsewhere: 0, fixed: 0 } };
  });
}

function whyNot(scope: ScopeState | undefined): Extract<ScopeAct, { kind: 'refused' }> | null {
  if (scope === undefined) {
    return refuse(404, 'There is no such scope.');
  }
  return scope.retired_at === null ? null : refuse(409, `${nameOf(scope)} is retired already.`);
}

function whyNotInto(from: ScopeState | undefined, to: ScopeState | undefined): Extract<ScopeAct, { kind: 'refused' }> | null {
  if (from === undefined || to === undefined || from.id === to.id) {
    return refuse(409, 'A scope is not merged into itself.');
  }
  if (from.asset_id !== to.asset_id) {
    return refuse(409, 'Only scopes of one asset are merged.');
  }
  return from.branch === to.branch ? null : refuse(409, `Only scopes of one branch are merged; these are of ${from.branch} and ${to.branch}.`);
}

function refuse(status: 404 | 409, because: string): Extract<ScopeAct, { kind: 'refused' }> {
  return { kind: 'refused', status, because };
}

function nameOf({ tool, branch, category }: ScopeState): string {
  return `The scope ${tool} on ${branch}${category === '' ? '' : ` (${category})`}`;
}
