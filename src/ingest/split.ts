import { advance } from '../core/lifecycle/advance.ts';
import type { Finding } from '../core/matching/finding.ts';
import { absentEverywhere } from '../store/detections.ts';
import { insertVulnerabilities, lockStandings } from '../store/ingest-rows.ts';
import { staleFeatures } from '../store/features.ts';
import type { KnownScope } from '../store/merges.ts';
import * as rows from '../store/merges.ts';
import { takeBackLinks } from '../store/merge-links.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import { applyTransitions } from '../store/transitions.ts';
import { columnsOf } from './record-batch.ts';
import { scanTransition } from './sightings.ts';

export interface SplitWish {
  readonly id: string;
  /** One that was merged into it, or what some scopes saw of it. */
  readonly part: { readonly vulnerabilityId: string } | { readonly scopeIds: readonly string[] };
  readonly reason: string | null;
  readonly by: string;
  readonly correlationId: string;
}

export type Split =
  | { readonly kind: 'done'; readonly id: string }
  | { readonly kind: 'refused'; readonly status: 404 | 409; readonly because: string; readonly path: string };

/** A person says that what is held for one vulnerability is two. No later scan brings them together again. */
export async function split(store: Store, wish: SplitWish): Promise<Split> {
  const [head] = await rows.findFamily(store.db, [wish.id]);
  if (head === undefined) {
    return refuse(`There is no vulnerability ${wish.id}.`, '', 404);
  }
  return inTransaction(store, async (tx) => {
    await rows.lockAsset(tx, head.asset_id);
    const family = await rows.lockFamily(tx, [wish.id]);
    const self = family.find((row) => row.id === wish.id);
    if (self?.merged_into !== null) {
      return refuse(`Vulnerability ${wish.id} was merged into ${self?.merged_into}: split that one.`, '');
    }
    const { part } = wish;
    const parted = 'scopeIds' in part ? await partOfScopes(tx, wish, head.asset_id, part.scopeIds) : await partMerged(tx, wish.id, part.vulnerabilityId, family);
    if (parted.kind === 'refused') {
      return parted;
    }
    await rows.keepApart(tx, parted.id, wish.id, wish.by);
    for (const id of [wish.id, parted.id]) {
      await decideAgain(tx, id);
    }
    await takeBackLinks(tx, { id: parted.id, from: wish.id, assetId: head.asset_id, by: wish.by });
    await tell(tx, wish, parted.id);
    return parted;
  });
}

function refuse(because: string, path: string, status: 404 | 409 = 409): Extract<Split, { kind: 'refused' }> {
  return { kind: 'refused', status, because, path };
}

async function partMerged(tx: Transaction, from: string, id: string, family: readonly rows.FamilyRow[]): Promise<Split> {
  if (!family.some((row) => row.id === id && row.merged_into === from)) {
    return refuse(`Vulnerability ${id} was not merged into ${from}.`, 'vulnerabilityId');
  }
  await rows.unmergeRow(tx, id);
  return { kind: 'done', id };
}

async function partOfScopes(tx: Transaction, { id, by }: SplitWish, assetId: string, scopeIds: readonly string[]): Promise<Split> {
  const known = await rows.scopesOf(tx, id);
  const strange = scopeIds.findIndex((scopeId) => !known.some((scope) => scope.scope_id === scopeId));
  if (strange >= 0) {
    return refuse(`No scope ${scopeIds[strange]} ever saw vulnerability ${id}.`, `scopeIds.${strange}`);
  }
  const [chosen, left] = [true, false].map((wanted) => known.filter((scope) => scopeIds.includes(scope.scope_id) === wanted)) as [KnownScope[], KnownScope[]];
  if (!chosen.some((scope) => scope.is_default) || !left.some((scope) => scope.is_default)) {
    return refuse('Either side of a split needs a scope of the default branch: there would be nothing to close it by.', 'scopeIds');
  }
  const first = chosen.find((scope) => scope.is_default) as KnownScope;
  const [seen] = await staleFeatures(tx, first.scope_id, String(BigInt(id) - 1n), 1);
  const before = await rows.contentOf(tx, id);
  const content = { ...before, ...(seen === undefined || seen.raw === null ? { tool: first.tool } : columnsOf(seen.raw as Finding, first.tool)) };
  const made = await insertVulnerabilities(tx, [{ index: 0, ...content }], {
    assetId,
    at: new Date(),
    startedAt: first.first_seen_at,
    actor: { kind: 'person', name: by },
    cause: { kind: 'person', splitFrom: id },
    note: `It was split off from vulnerability ${id}.`,
  });
  const fresh = made.get(0) as string;
  await rows.giveScopes(tx, id, fresh, scopeIds);
  return { kind: 'done', id: fresh };
}

/** What the scopes say of it, now that it is another set of them. */
async function decideAgain(tx: Transaction, id: string): Promise<void> {
  const [standing] = await lockStandings(tx, [id]);
  if (standing === undefined) {
    return;
  }
  const isAbsent = (await absentEverywhere(tx, [id])).length > 0;
  const word = await rows.latestWord(tx, id, isAbsent ? 'not_detected' : 'detected');
  if (word === null) {
    return;
  }
  const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: standing.accepted_until?.getTime() ?? null };
  const result = advance(facts, { kind: isAbsent ? 'absent' : 'detected', startedAt: word.at.getTime() });
  if (result.kind === 'moves') {
    await applyTransitions(tx, [scanTransition(id, result, { scanId: word.scan_id, tool: word.tool, startedAt: word.at })]);
  }
}

async function tell(tx: Transaction, { id, by, reason, correlationId }: SplitWish, parted: string): Promise<void> {
  const why = reason === null ? '' : ` ${reason}`;
  const actor = { kind: 'person', name: by, correlationId } as const;
  await rows.tellMerge(tx, { vulnerabilityId: id, actor, note: `Vulnerability ${parted} was split off from this one.${why}`, cause: { split: parted } });
  await rows.tellMerge(tx, { vulnerabilityId: parted, actor, note: `It was split off from vulnerability ${id}.${why}`, cause: { splitFrom: id } });
}
