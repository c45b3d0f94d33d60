import type { Card, Choice, Draft, Patch, Target } from '../../contracts/tracker.ts';
import { cutTitle } from '../kit/plain-words.ts';
import { toHtml } from '../kit/rich-text.ts';
import { remoteStateOf, same, standingOf } from './board-states.ts';
import type { KnownBoard, TypeFacts } from './knowledge.ts';
import type { WireField, WireItem } from './wire.ts';

export const titleMax = 255;
/** Below the million characters of a long text: boards with many of them stay quick. */
export const bodyMax = 200_000;
export const commentMax = 30_000;
/** On every card of ours, beside its marker: the inventory asks for it. */
export const familyTag = 'Patchboard';
const markerTag = /^pb-[\w-]+$/iu;
export const defaultLane = '00000000-0000-0000-0000-000000000000';

export const names = {
  title: 'System.Title',
  state: 'System.State',
  tags: 'System.Tags',
  area: 'System.AreaPath',
  history: 'System.History',
  description: 'System.Description',
  reproSteps: 'Microsoft.VSTS.TCM.ReproSteps',
  priority: 'Microsoft.VSTS.Common.Priority',
  severity: 'Microsoft.VSTS.Common.Severity',
  dueDate: 'Microsoft.VSTS.Scheduling.DueDate',
  targetDate: 'Microsoft.VSTS.Scheduling.TargetDate',
} as const;

export interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export const set = (name: string, value: unknown): Operation => ({ op: 'add', path: `/fields/${name}`, value });
export const clear = (name: string): Operation => ({ op: 'remove', path: `/fields/${name}` });
export const testRevision = (revision: string): Operation => ({ op: 'test', path: '/rev', value: Number(revision) });

export function tagsOf(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return String(fields[names.tags] ?? '')
    .split(';')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

export const markersOf = (fields: Readonly<Record<string, unknown>>) =>
  tagsOf(fields).filter((tag) => markerTag.test(tag));

export interface Seen {
  readonly root: string;
  readonly presence: Card['presence'];
  readonly known: KnownBoard | null;
  /** The id of its project; null: the answer does not tell. */
  readonly project: string | null;
}

/** Wire → card. */
export function cardOf(item: WireItem, { root, presence, known, project }: Seen): Card {
  const { fields, id, rev } = item;
  const state = remoteStateOf(standingOf(fields, known?.board ?? null), known?.board ?? null);
  const projectName = encodeURIComponent(String(fields['System.TeamProject'] ?? ''));
  const priority = fields[names.priority];
  return {
    ref: String(id),
    key: `#${id}`,
    url: `${root}/${projectName === '' ? '' : `${projectName}/`}_workitems/edit/${id}`,
    revision: String(rev),
    order: rev,
    marker: markersOf(fields)[0] ?? null,
    presence,
    state: state.value,
    stateLabel: state.label,
    place: {
      ...(project === null ? {} : { project }),
      ...(known === null ? {} : { team: known.team, board: known.board.id, lane: laneOf(fields, known) }),
      workItemType: String(fields['System.WorkItemType'] ?? ''),
    },
    title: String(fields[names.title] ?? ''),
    priority: typeof priority === 'number' && Number.isInteger(priority) ? String(priority) : null,
    assignee: personOf(fields['System.AssignedTo']),
    labels: tagsOf(fields).filter((tag) => !markerTag.test(tag) && !same(tag, familyTag)),
    changedAt: typeof fields['System.ChangedDate'] === 'string' ? fields['System.ChangedDate'] : null,
  };
}

/** The default lane has no name, and no field on the card. */
function laneOf(fields: Readonly<Record<string, unknown>>, { board }: KnownBoard): string {
  const name = fields[board.fields.rowField.referenceName];
  const row = (board.rows ?? []).find((one) => typeof name === 'string' && same(one.name ?? '', name));
  return row?.id ?? defaultLane;
}

/** An object, or the older “Name <address>”. */
function personOf(value: unknown): string | null {
  if (typeof value === 'string') {
    return value.replace(/\s*<[^>]*>$/u, '') || null;
  }
  const name = (value as { readonly displayName?: unknown } | null | undefined)?.displayName;
  return typeof name === 'string' ? name : null;
}

/** Bugs show Repro Steps on their form, and no description. */
export function bodyField(facts: TypeFacts | null): string {
  return facts !== null && hasField(facts, names.reproSteps) ? names.reproSteps : names.description;
}

export function hasField({ fields }: Pick<TypeFacts, 'fields'>, name: string): boolean {
  return fields.some(({ referenceName }) => same(referenceName, name));
}

/** What a severity may be mapped to, where nothing is known of the target. */
export const priorities: readonly Choice[] = ['1', '2', '3', '4'].map((value) => ({ value, label: `Priority ${value}` }));

export function allowedOf(fields: readonly WireField[], name: string): readonly string[] {
  return (fields.find(({ referenceName }) => same(referenceName, name))?.allowedValues ?? []).map(String);
}

/** The severity beside a priority: the one of the same number, else of the same rank. Null: the type has no such field, or no such value. */
export function severityBeside(fields: readonly WireField[], priority: string): string | null {
  const severities = allowedOf(fields, names.severity);
  const ranks = allowedOf(fields, names.priority);
  return (
    severities.find((value) => new RegExp(`^${priority.replaceAll(/\D/gu, '')}\\s*-`, 'u').test(value)) ??
    severities[ranks.indexOf(priority)] ??
    null
  );
}

/** Priority as a number, and the severity of the same rank where the type has one. */
export function priorityOperations(priority: string | null, facts: TypeFacts): readonly Operation[] {
  const given = [names.priority, names.severity].filter((name) => hasField(facts, name));
  if (priority === null) {
    return given.map(clear);
  }
  const severity = severityBeside(facts.fields, priority);
  return given.flatMap((name) =>
    name === names.priority ? [set(name, Number(priority))] : severity === null ? [] : [set(name, severity)],
  );
}

export function dueOperations(dueAt: string | null | undefined, facts: TypeFacts): readonly Operation[] {
  const name = [names.dueDate, names.targetDate].find((one) => hasField(facts, one));
  return dueAt === undefined || name === undefined ? [] : [dueAt === null ? clear(name) : set(name, dueAt)];
}

/** Written by us, or by the service alone: no default of a configuration may stand in their place. */
const ours = new Set<string>([
  ...[names.title, names.state, names.tags, names.history, names.priority, names.severity],
  ...['System.Id', 'System.Rev', 'System.WorkItemType', 'System.TeamProject', 'System.BoardColumn', 'System.BoardLane'],
]);

export function isOurs(name: string): boolean {
  return ours.has(name) || name.startsWith('WEF_') || name === names.description || name === names.reproSteps;
}

/** The configuration's own values. */
export function givenOperations(fields: Readonly<Record<string, unknown>>): readonly Operation[] {
  return Object.entries(fields)
    .filter(([name, value]) => !isOurs(name) && /^[\w.]+$/u.test(name) && value !== null && value !== undefined && value !== '')
    .map(([name, value]) => set(name, value));
}

/** Titles of work items are one line. */
export function titleOf(title: string): string {
  return cutTitle(title, titleMax);
}

/** In the first state of the type, since no other is legal: column and lane come after. */
export function createOperations(draft: Draft, facts: TypeFacts, area: string | null): readonly Operation[] {
  const extra = typeof draft.fields[names.tags] === 'string' ? draft.fields[names.tags] : '';
  const tags = [draft.marker, familyTag, ...String(extra).split(/[;,]/u)].map((tag) => tag.trim()).filter((tag) => tag !== '');
  const given = givenOperations(draft.fields);
  const hasArea = given.some(({ path }) => path === `/fields/${names.area}`);
  return [
    set(names.title, titleOf(draft.title)),
    set(bodyField(facts), toHtml(draft.body, { max: bodyMax, url: draft.url })),
    set(names.tags, tags.join('; ')),
    ...(draft.priority === null ? [] : priorityOperations(draft.priority, facts)),
    ...(draft.dueAt === null ? [] : dueOperations(draft.dueAt, facts)),
    ...(area === null || hasArea ? [] : [set(names.area, area)]),
    ...given,
    hyperlink(draft.url, draft.target),
  ];
}

const boardNote = /\bboard ([0-9a-f-]{36})\/([0-9a-f-]{36})\b/iu;

/** The way back, and beside it the board on which the card was made: a card is on the boards of several teams. */
function hyperlink(url: string, { team, board }: Target): Operation {
  const comment = team === undefined || board === undefined ? 'Patchboard' : `Patchboard, board ${team}/${board}`;
  return { op: 'add', path: '/relations/-', value: { rel: 'Hyperlink', url, attributes: { comment } } };
}

/** The board on which we made the card, as its link back tells. */
export function boardNoted({ relations }: Pick<WireItem, 'relations'>): { readonly team: string; readonly id: string } | null {
  for (const { rel, attributes } of relations ?? []) {
    const [, team, id] = rel === 'Hyperlink' ? (boardNote.exec(String(attributes?.['comment'] ?? '')) ?? []) : [];
    if (team !== undefined && id !== undefined) {
      return { team, id };
    }
  }
  return null;
}

/** What of a patch is told in fields, beside state, column and lane. `format` is that of the body as it is now. */
export function patchOperations(patch: Patch, facts: TypeFacts, format: string | null): readonly Operation[] {
  const body = bodyField(facts);
  return [
    ...(patch.title === undefined ? [] : [set(names.title, titleOf(patch.title))]),
    ...(patch.body === undefined ? [] : [set(body, toHtml(patch.body, { max: bodyMax, url: lastLink(patch) }))]),
    // HTML that is written into a field of Markdown stays Markdown, unless its format is written beside it.
    ...(patch.body === undefined || format !== 'markdown' ? [] : [{ op: 'add' as const, path: `/multilineFieldsFormat/${body}`, value: 'Html' }]),
    ...(patch.priority === undefined ? [] : priorityOperations(patch.priority, facts)),
    ...dueOperations(patch.dueAt, facts),
    ...givenOperations(patch.fields ?? {}),
  ];
}

/** A body ends with the way back to the vulnerability. */
function lastLink({ body }: Patch): string | undefined {
  const inlines = (body ?? []).flatMap((block) => (block.kind === 'paragraph' ? block.children : []));
  return inlines.findLast((inline) => inline.kind === 'link')?.url;
}
