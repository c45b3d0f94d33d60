import { z } from 'zod';
import type { ChangePage, InventoryPage, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { part } from './api.ts';
import { ask, batch, idsMax, quoted } from './cards.ts';
import { familyTag, markersOf } from './face.ts';
import type { Knowledge } from './knowledge.ts';
import { project, reported } from './wire.ts';

/** Clocks differ: what changed a little before counts as changed since. */
const overlapMs = 10 * 60_000;
const pageSize = 200;

const bookmark = z.object({
  /** The service's own token; null: nothing has changed since `since`. */
  token: z.string().max(2_000).nullable(),
  since: z.string().max(40),
});
const changeCursor = z.record(z.string().max(100), bookmark);
type Bookmarks = z.output<typeof changeCursor>;

function projectsOf(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.flatMap((target) => target['project'] ?? []))].filter((id) => id !== '').toSorted();
}

function bookmarksOf(cursor: string | null): Bookmarks {
  try {
    return changeCursor.parse(JSON.parse(cursor ?? '{}'));
  } catch {
    throw new TrackerFault('rejected', 'The cursor of the changes is none of ours.', { errorClass: 'bug' });
  }
}

/**
 * By the revisions for reports, project for project, in the order in which they happened. They tell deleted work items, too.
 * All types: one may be changed into another. A token that the service no longer takes is replaced by the time.
 */
export async function changes(
  knowledge: Knowledge,
  cursor: string | null,
  targets: readonly Target[],
  now: number,
): Promise<ChangePage> {
  const before = new Date(now - overlapMs).toISOString();
  const fresh = { token: null, since: before };
  const known = bookmarksOf(cursor);
  const wanted = projectsOf(targets);
  const marks: Record<string, Bookmarks[string]> = Object.fromEntries(wanted.map((id) => [id, known[id] ?? fresh]));
  const found = new Map<string, ChangePage['changes'][number]>();
  let more = false;
  for (const id of cursor === null ? [] : wanted) {
    const mark = marks[id] ?? fresh;
    const page = await pageAfter(knowledge, id, mark);
    for (const { id: number, rev, fields } of page.values) {
      const marker = markersOf(fields ?? {})[0];
      found.set(String(number), { ref: String(number), order: rev, ...(marker === undefined ? {} : { marker }) });
    }
    const isLast = page.isLastBatch !== false || page.values.length === 0;
    const moved = page.values.length > 0 && (page.continuationToken ?? null) !== null;
    // With nothing new the token stays what it was: one without a value would begin with the first revision of all.
    marks[id] = moved ? { token: page.continuationToken ?? null, since: isLast ? before : mark.since } : mark;
    more ||= !isLast;
  }
  return { changes: [...found.values()], cursor: JSON.stringify(marks), more };
}

async function pageAfter({ api }: Knowledge, id: string, { token, since }: Bookmarks[string]) {
  const path = `/${part(id)}/_apis/wit/reporting/workitemrevisions`;
  const fixed = { fields: 'System.Id,System.Rev,System.Tags', includeDeleted: true, $maxPageSize: pageSize };
  if (token !== null) {
    try {
      return await api.get(path, reported, { ...fixed, continuationToken: token });
    } catch (fault) {
      if (!(fault instanceof TrackerFault) || fault.kind !== 'rejected') {
        throw fault;
      }
    }
  }
  return api.get(path, reported, { ...fixed, startDateTime: since });
}

const inventoryCursor = z.object({ project: z.string().max(100), after: z.number().int().nonnegative() });

/** Cards of ours in the targets' projects, by the tag that each has beside its marker, in the order of their numbers. */
export async function inventory(
  knowledge: Knowledge,
  cursor: string | null,
  targets: readonly Target[],
): Promise<InventoryPage> {
  const all = projectsOf(targets);
  const at = cursor === null ? { project: all[0], after: 0 } : inventoryCursor.parse(JSON.parse(cursor));
  if (at.project === undefined) {
    return { cards: [], cursor: null };
  }
  const name = (await knowledge.api.get(`/_apis/projects/${part(at.project)}`, project)).name;
  const query = [
    'SELECT [System.Id] FROM WorkItems',
    `WHERE [System.TeamProject] = ${quoted(name)} AND [System.Tags] CONTAINS ${quoted(familyTag)}`,
    `AND [System.Id] > ${at.after} ORDER BY [System.Id]`,
  ].join(' ');
  const refs = await ask(knowledge, query, idsMax);
  const items = refs.length === 0 ? [] : await batch(knowledge, refs);
  const cards = items
    .map(({ id, rev, fields }) => ({ ref: String(id), marker: markersOf(fields)[0] ?? null, order: rev }))
    .filter(({ marker }) => marker !== null);
  const last = Math.max(at.after, ...refs.map(Number));
  if (refs.length >= idsMax && last > at.after) {
    return { cards, cursor: JSON.stringify({ project: at.project, after: last }) };
  }
  const next = all[all.indexOf(at.project) + 1];
  return { cards, cursor: next === undefined ? null : JSON.stringify({ project: next, after: 0 }) };
}
