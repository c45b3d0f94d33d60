import type { Card, HistoryEntry, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { isOnBoard, same, standingOf } from './board-states.ts';
import { boardNoted, cardOf, markersOf } from './face.ts';
import type { Knowledge, KnownBoard } from './knowledge.ts';
import { onlyUnseen } from './knowledge.ts';
import type { WireItem } from './wire.ts';
import { deletedItem, projects, queryResult, revisions, workItem, workItemsBatch } from './wire.ts';

/** Reading: work items wherever they are, with the board on which each stands. */

export const idsMax = 200;
const hitsMax = 50;
const whole = { $expand: 'relations' };

export function itemPath(ref: string, resource = 'workitems'): string {
  if (!/^[1-9]\d{0,14}$/u.test(ref)) {
    throw new TrackerFault('gone', `“${ref.slice(0, 40)}” is no number of a work item.`);
  }
  return `/_apis/wit/${resource}/${ref}`;
}

export async function read(knowledge: Knowledge, ref: string): Promise<Card> {
  const item = await knowledge.api.get(itemPath(ref), workItem, whole).catch(onlyGone);
  if (!(item instanceof TrackerFault)) {
    return seen(knowledge, item);
  }
  const card = await readDiscarded(knowledge, ref);
  if (card === null) {
    throw item;
  }
  return card;
}

function onlyGone(fault: unknown): TrackerFault {
  if (fault instanceof TrackerFault && fault.kind === 'gone') {
    return fault;
  }
  throw fault;
}

/** From the recycle bin; null: not there, or not for us to see. */
async function readDiscarded(knowledge: Knowledge, ref: string): Promise<Card | null> {
  const found = await knowledge.api.get(itemPath(ref, 'recyclebin'), deletedItem).catch(onlyUnseen);
  if (found === null) {
    return null;
  }
  const { id, resource } = found;
  return seen(knowledge, { id, rev: resource.rev, fields: resource.fields, url: resource.url }, 'discarded');
}

export async function readMany(knowledge: Knowledge, refs: readonly string[]): Promise<ReadonlyMap<string, Card | null>> {
  const found = new Map<string, Card | null>();
  const askable = [...new Set(refs)].filter((ref) => /^[1-9]\d{0,14}$/u.test(ref));
  for (let at = 0; at < askable.length; at += idsMax) {
    for (const item of await batch(knowledge, askable.slice(at, at + idsMax))) {
      found.set(String(item.id), await seen(knowledge, item));
    }
  }
  for (const ref of refs) {
    if (!found.has(ref)) {
      found.set(ref, askable.includes(ref) ? await readDiscarded(knowledge, ref) : null);
    }
  }
  return found;
}

/** Those that can be seen; the others are left out. */
export async function batch({ api }: Knowledge, refs: readonly string[]): Promise<readonly WireItem[]> {
  const body = { ids: refs.map(Number), $expand: 'relations', errorPolicy: 'omit' };
  const { value } = await api.ask({ path: '/_apis/wit/workitemsbatch', schema: workItemsBatch, body });
  const items = value.filter((one) => one !== null);
  if (items.some(({ id }) => !refs.includes(String(id)))) {
    throw widened();
  }
  return items;
}

export function widened(): TrackerFault {
  return new TrackerFault('nonsense', 'Azure DevOps returned work items that were not asked for.');
}

/** Text in a query: a quote is doubled. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * In all projects, since a work item may have been moved. Tags have no case, and a query that names something unknown is
 * answered with nothing or with everything: each hit is read and compared.
 */
export async function find(knowledge: Knowledge, marker: string): Promise<readonly Card[]> {
  if (!/^[\w-]{3,100}$/u.test(marker)) {
    throw new TrackerFault('rejected', `“${marker.slice(0, 100)}” is no marker.`, { errorClass: 'bug' });
  }
  const query = `SELECT [System.Id] FROM WorkItems WHERE [System.Tags] CONTAINS ${quoted(marker)} ORDER BY [System.Id]`;
  const refs = await ask(knowledge, query, hitsMax);
  const items = refs.length === 0 ? [] : await batch(knowledge, refs);
  const hits = items.filter(({ fields }) => markersOf(fields).some((tag) => same(tag, marker)));
  // A page that is full of strangers may hide ours.
  if (refs.length >= hitsMax && hits.length < items.length) {
    throw widened();
  }
  const cards = await Promise.all(hits.map(async (item) => ({ ...(await seen(knowledge, item)), marker })));
  return cards.toSorted((a, b) => Number(a.ref) - Number(b.ref));
}

/** Numbers of the work items that a query finds, in its order. */
export async function ask(knowledge: Knowledge, query: string, top: number): Promise<readonly string[]> {
  const answer = await knowledge.query(() =>
    knowledge.api.ask({ path: '/_apis/wit/wiql', schema: queryResult, query: { $top: top }, body: { query } }),
  );
  return answer.workItems.map(({ id }) => String(id));
}

/** A work item as a card: with its project, and with the board on which we see it. */
export async function seen(
  knowledge: Knowledge,
  item: WireItem,
  presence: Card['presence'] = 'active',
  prefers?: Target,
): Promise<Card> {
  const project = await projectOf(knowledge, item);
  const known = project === null ? null : await boardOf(knowledge, { item, project, prefers });
  return cardOf(item, { root: knowledge.api.root, presence, known, project });
}

/** Addresses of work items go through the id of their project. */
async function projectOf({ api }: Knowledge, { url, fields }: WireItem): Promise<string | null> {
  const told = /\/([0-9a-f]{8}-[0-9a-f-]{27})\/_apis\//iu.exec(url ?? '')?.[1];
  const name = fields['System.TeamProject'];
  if (told !== undefined || typeof name !== 'string') {
    return told ?? null;
  }
  const { value } = await api.get('/_apis/projects', projects, { $top: 1_000 });
  return value.find((one) => same(one.name, name))?.id ?? null;
}

interface Wanted {
  readonly item: WireItem;
  readonly project: string;
  readonly prefers: Target | undefined;
}

/**
 * The board of the configuration or that on which we made the card, where it still stands there; else any that shows it. A
 * work item that does not know its board yet, or was taken out of the team's area, is seen by its state on ours.
 */
async function boardOf(knowledge: Knowledge, { item, project, prefers }: Wanted): Promise<KnownBoard | null> {
  const { fields } = item;
  const columns = Object.keys(fields).filter((name) => /^WEF_.*_Kanban\.Column$/u.test(name));
  const { team, board: id } = prefers ?? {};
  const noted = (team ?? '') === '' || (id ?? '') === '' ? boardNoted(item) : { team: team ?? '', id: id ?? '' };
  const first = noted === null ? null : await boardIfThere(knowledge, { project, ...noted });
  if (columns.length === 0) {
    return first !== null && isOnBoard(first.board, String(fields['System.WorkItemType'] ?? '')) ? first : null;
  }
  const shows = (one: KnownBoard | null) => one !== null && columns.includes(one.board.fields.columnField.referenceName);
  const known = shows(first) ? first : await knowledge.boardWith(project, columns);
  return known === null ? null : upToDate(knowledge, known, fields);
}

/** Null: the board or its team was deleted, or the card was taken to another project. None of it says that the card is gone. */
function boardIfThere(
  knowledge: Knowledge,
  place: { readonly project: string; readonly team: string; readonly id: string },
): Promise<KnownBoard | null> {
  return knowledge.board(place).catch(onlyUnseen);
}

/** A column that is not among the known ones was renamed or is new. */
async function upToDate(
  knowledge: Knowledge,
  known: KnownBoard,
  fields: Readonly<Record<string, unknown>>,
): Promise<KnownBoard> {
  const { column } = standingOf(fields, known.board);
  const isKnown = column === null || known.board.columns.some(({ name }) => same(name, column));
  return isKnown || !knowledge.isWorthAsking(known)
    ? known
    : ((await knowledge.board({ project: known.project, team: known.team, id: known.board.id }, { live: true }).catch(onlyUnseen)) ?? known);
}

/** Each revision is the whole work item as it was. */
export async function history(knowledge: Knowledge, ref: string, sinceOrder: number): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for (let skip = Math.max(0, sinceOrder); entries.length < 10_000; skip += idsMax) {
    const query = { $top: idsMax, $skip: skip, $expand: 'relations' };
    const { value } = await knowledge.api.get(`${itemPath(ref)}/revisions`, revisions, query);
    for (const revision of value.filter(({ rev }) => rev > sinceOrder)) {
      const card = await seen(knowledge, revision);
      const by = revision.fields['System.ChangedBy'];
      const name = typeof by === 'string' ? by : (by as { displayName?: unknown } | null | undefined)?.displayName;
      entries.push({ order: card.order, at: card.changedAt, by: typeof name === 'string' ? name : null, state: card.state });
    }
    if (value.length < idsMax) {
      break;
    }
  }
  return entries;
}
