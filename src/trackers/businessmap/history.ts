import type { HistoryEntry } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { oneRevision, revisions } from './wire.ts';

/** Versions whose column is asked for one by one: each costs a call. */
const looksMax = 5;

/**
 * Each entry of the service is a version that was replaced, when and by whom: what replaced it came to be then.
 * The columns of the latest few are asked for.
 */
export async function history(api: Api, ref: string, sinceOrder: number): Promise<readonly HistoryEntry[]> {
  const path = `/cards/${encodeURIComponent(ref)}/revisions`;
  const { data } = await api.get(path, revisions);
  const replaced = data
    .filter((entry) => entry.revision >= sinceOrder)
    .toSorted((a, b) => a.revision - b.revision);
  const entries: HistoryEntry[] = [];
  for (const [index, entry] of replaced.entries()) {
    const order = entry.revision + 1;
    // The newest version is the card itself, which the caller has read; older ones have an address of their own.
    const old = index < replaced.length - 1 && index >= replaced.length - 1 - looksMax;
    const state = old ? String((await api.get(`${path}/${order}`, oneRevision)).data.column_id) : null;
    const by = (entry.user_id ?? null) === null ? null : `user ${entry.user_id}`;
    entries.push({ order, at: entry.replaced_at ?? null, by, state });
  }
  return entries;
}
