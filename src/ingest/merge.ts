import { isWorking } from '../core/vocabulary.ts';
import { headsOf } from '../store/ingest-rows.ts';
import type { FamilyRow } from '../store/merges.ts';
import * as rows from '../store/merges.ts';
import { followSurvivor } from '../store/merge-links.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';

export interface MergeWish {
  /** The one that stays. */
  readonly survivorId: string;
  /** Those that become part of it. */
  readonly ids: readonly string[];
  readonly reason: string | null;
  readonly by: string;
  readonly correlationId: string;
}

export type Merged =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly status: 404 | 409; readonly because: string; readonly path: string };

/**
 * A person says that several are one. The others keep their memory of how scans saw them, and scans go on to see them by it:
 * what they see is the survivor’s. Status and decisions are the survivor’s alone; cards follow it.
 */
export async function merge(store: Store, wish: MergeWish): Promise<Merged> {
  const [head] = await rows.findFamily(store.db, [wish.survivorId]);
  if (head === undefined) {
    return { kind: 'refused', status: 404, because: `There is no vulnerability ${wish.survivorId}.`, path: '' };
  }
  return inTransaction(store, async (tx) => {
    await rows.lockAsset(tx, head.asset_id);
    const all = new Map((await rows.lockFamily(tx, [wish.survivorId, ...wish.ids])).map((row) => [row.id, row]));
    const survivor = all.get(wish.survivorId) as FamilyRow;
    const refused = whyNot(wish, survivor, all);
    if (refused !== null) {
      return refused;
    }
    const losers = [...new Set(wish.ids)].map((id) => all.get(id) as FamilyRow);
    await join(tx, survivor, losers, { kind: 'person', name: wish.by, correlationId: wish.correlationId }, wish.reason);
    return { kind: 'done' };
  });
}

function whyNot(wish: MergeWish, survivor: FamilyRow, all: ReadonlyMap<string, FamilyRow>): Merged | null {
  const refuse = (status: 404 | 409, because: string, path: string): Merged => ({ kind: 'refused', status, because, path });
  if (survivor.merged_into !== null) {
    return refuse(409, `Vulnerability ${survivor.id} was itself merged into ${survivor.merged_into}: merge into that one.`, '');
  }
  for (const [index, id] of wish.ids.entries()) {
    const path = `vulnerabilityIds.${index}`;
    const one = all.get(id);
    if (one === undefined || one.asset_id !== survivor.asset_id) {
      return refuse(409, `The asset of ${survivor.id} has no vulnerability ${id}.`, path);
    }
    if (one.id === survivor.id) {
      return refuse(409, 'A vulnerability is not merged into itself.', path);
    }
    if (one.merged_into !== null) {
      return refuse(409, `Vulnerability ${id} was merged into ${one.merged_into} already. Split it off there first.`, path);
    }
    if (survivor.status === 'fixed' && one.status !== 'fixed') {
      return refuse(409, `Vulnerability ${survivor.id} is fixed and ${id} is not: merge the fixed one into the open one.`, path);
    }
  }
  return null;
}

async function join(tx: Transaction, survivor: FamilyRow, losers: readonly FamilyRow[], actor: rows.MergeActor, reason: string | null): Promise<void> {
  await rows.mergeRows(tx, survivor.id, losers.map((one) => one.id));
  const why = reason === null ? '' : ` ${reason}`;
  for (const loser of losers) {
    await followSurvivor(tx, loser.id, survivor.id);
    const was = `It was ${loser.status.replaceAll('_', ' ')}.`;
    const note = `Vulnerability ${loser.id} (${loser.title}) was merged into this one. ${was}${why}`;
    await rows.tellMerge(tx, { vulnerabilityId: survivor.id, actor, note, cause: { merged: loser.id } });
    await rows.tellMerge(tx, { vulnerabilityId: loser.id, actor, note: `It was merged into vulnerability ${survivor.id} (${survivor.title}).${why}`, cause: { into: survivor.id } });
  }
}

/**
 * Vulnerabilities that a scan showed to be one become the oldest of them, unless a scope or a person tells them apart. Where
 * one is decided or fixed and another is not, that is for a person: a decision is never inherited unseen.
 */
export async function mergeShown(tx: Transaction, groups: readonly (readonly string[])[], tool: string): Promise<void> {
  for (const ids of groups) {
    const headIds = await headsOf(tx, ids);
    const heads = (await rows.lockFamily(tx, headIds)).filter((row) => row.merged_into === null);
    const [survivor, ...losers] = heads;
    if (survivor === undefined || losers.length === 0 || !heads.every((one) => isWorking(one.status)) || (await rows.areToldApart(tx, headIds))) {
      continue;
    }
    await join(tx, survivor, losers, { kind: 'scan', name: tool, correlationId: null }, `${tool} names the advisories of both as one and the same.`);
  }
}
