import type { Card, Draft, Patch } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { RichText } from '../../core/rich-text.ts';
import { cutTitle, toPlainText } from '../kit/rich-text.ts';
import { shippedPriorities, transitionFields } from './tables.ts';
import type { Row } from './wire.ts';
import { labelOf, stamp, timeOf, valueOf } from './wire.ts';

/** What tells our records from others: business rules and list filters of the instance can rely on it. */
export const correlationDisplay = 'Patchboard';
/** `short_description` as shipped; an instance may have narrowed or widened it. */
export const titleMax = 160;
const descriptionMax = 4_000;
const noteMax = 4_000;

/** Read on every occasion. Without one of the first seven a row cannot be judged. */
const indispensable = [
  'sys_id',
  'sys_class_name',
  'state',
  'short_description',
  'correlation_id',
  'sys_mod_count',
  'sys_updated_on',
];
export const cardFields = [
  ...indispensable,
  'number',
  'impact',
  'urgency',
  'priority',
  'assigned_to',
  'correlation_display',
  'active',
];

/** What the adapter knows of a table when it writes. */
export interface TableFacts {
  readonly table: string;
  readonly titleMax: number;
  /** The instance computes the priority from impact and urgency. */
  readonly computesPriority: boolean;
  readonly priorities: Readonly<Record<string, string>>;
}

export function cardOf(row: Row, origin: string): Card {
  const missing = indispensable.filter((name) => valueOf(row, name) === undefined);
  if (missing.length > 0) {
    throw new TrackerFault('forbidden', `ServiceNow does not show us ${missing.join(', ')} of a record.`, {
      hint: 'Let the integration user read these fields.',
    });
  }
  const text = (name: string) => valueOf(row, name) ?? '';
  const order = Number(text('sys_mod_count') || 0);
  const changedAt = timeOf(text('sys_updated_on'));
  const marker = text('correlation_id');
  const table = text('sys_class_name');
  return {
    ref: text('sys_id'),
    key: text('number') === '' ? text('sys_id') : text('number'),
    url: recordUrl(origin, table, text('sys_id')),
    revision: `${order} ${text('sys_updated_on')}`,
    order,
    marker: marker === '' ? null : marker,
    presence: 'active',
    state: text('state'),
    stateLabel: labelOf(row, 'state'),
    place: { table },
    title: text('short_description'),
    priority: severityOf(row),
    assignee: labelOf(row, 'assigned_to') || null,
    labels: [],
    changedAt: changedAt === null ? null : new Date(changedAt).toISOString(),
  };
}

function recordUrl(origin: string, table: string, id: string): string {
  return `${origin}/nav_to.do?uri=${encodeURIComponent(`${table}.do?sys_id=${id}`)}`;
}

/** `impact/urgency`; null where one is missing. */
function severityOf(row: Row): string | null {
  const impact = valueOf(row, 'impact') ?? '';
  const urgency = valueOf(row, 'urgency') ?? '';
  return impact === '' || urgency === '' ? null : `${impact}/${urgency}`;
}

export type Body = Readonly<Record<string, string>>;

export function createBody(draft: Draft, facts: TableFacts): Body {
  return {
    ...configured(draft.fields, facts.table, draft.state),
    short_description: cutTitle(draft.title, facts.titleMax),
    description: toPlainText(draft.body, { max: descriptionMax, url: draft.url }),
    state: draft.state,
    ...levels(draft.priority, facts),
    correlation_id: draft.marker,
    correlation_display: correlationDisplay,
    ...(draft.dueAt ? { due_date: stamp(Date.parse(draft.dueAt)) } : {}),
  };
}

export function patchBody(patch: Patch, facts: TableFacts): Body {
  return {
    ...(patch.fields === undefined ? {} : configured(patch.fields, facts.table, patch.state)),
    ...(patch.title === undefined ? {} : { short_description: cutTitle(patch.title, facts.titleMax) }),
    ...(patch.body === undefined
      ? {}
      : { description: toPlainText(patch.body, { max: descriptionMax, url: linkOf(patch.body) }) }),
    ...(patch.state === undefined ? {} : { state: patch.state }),
    ...levels(patch.priority ?? null, facts),
    ...(patch.dueAt === undefined
      ? {}
      : { due_date: patch.dueAt === null ? '' : stamp(Date.parse(patch.dueAt)) }),
  };
}

/** The body ends with the link back. */
function linkOf(body: RichText): string {
  const links = body.flatMap((block) =>
    block.kind === 'paragraph' ? block.children.filter((child) => child.kind === 'link') : [],
  );
  return links.at(-1)?.url ?? '';
}

/** Journal entries are appended and never changed: `[code]` in them would render as HTML, and is neutralised by the kit. */
export function noteOf(comment: RichText): string {
  return toPlainText(comment, { max: noteMax });
}

/** Impact and urgency; and the priority itself where no rule of the instance computes it. */
function levels(choice: string | null, facts: TableFacts): Body {
  const [, impact, urgency] = /^(\d+)\/(\d+)$/u.exec(choice ?? '') ?? [];
  if (impact === undefined || urgency === undefined) {
    return {};
  }
  const priority = facts.priorities[`${impact}/${urgency}`] ?? shippedPriorities[`${impact}/${urgency}`];
  return { impact, urgency, ...(facts.computesPriority || priority === undefined ? {} : { priority }) };
}

/** Never ours to set through a configuration. */
const reserved =
  /^(?:sys_.*|number|correlation_(?:id|display)|short_description|description|state|work_notes|comments)$/u;

/**
 * The configuration's fields, as strings. A field that belongs to a transition goes along only when the record moves into
 * a state that asks for it. `close_code@7` means: close_code, in state 7.
 */
export function configured(
  fields: Readonly<Record<string, unknown>>,
  table: string,
  state: string | undefined,
): Body {
  const transitions = transitionFields(table);
  const chosen = new Map<string, string>();
  for (const name of Object.keys(fields).sort((a, b) => Number(a.includes('@')) - Number(b.includes('@')))) {
    const [field = '', onState] = name.split('@');
    const value = fields[name];
    const belongs = transitions.find((one) => one.name === field);
    const asked =
      onState === undefined
        ? belongs === undefined || belongs.states.includes(state ?? '')
        : onState === state;
    if (asked && value !== null && value !== undefined && !reserved.test(field)) {
      chosen.set(field, String(value));
    }
  }
  for (const { name, states, default: usual } of transitions) {
    if (usual !== undefined && state !== undefined && states.includes(state) && !chosen.has(name)) {
      chosen.set(name, usual);
    }
  }
  return Object.fromEntries(chosen);
}

export interface Unstuck {
  readonly name: string;
  readonly message: string;
}

/** Values that were sent and are not on the record: 200 is not success. */
export function unstuck(sent: Body, row: Row): readonly Unstuck[] {
  return Object.entries(sent).flatMap(([name, wanted]) => {
    const got = valueOf(row, name);
    if (notCompared.has(name)) {
      return [];
    }
    if (got === undefined) {
      return [{ name, message: 'is not shown to us, or does not exist on this table' }];
    }
    // A reference or a choice may have been given by its label.
    return same(name, wanted, got) || same(name, wanted, labelOf(row, name))
      ? []
      : [{ name, message: got === '' ? 'stayed empty' : `stayed ${got.slice(0, 80)}` }];
  });
}

/** Journals read back empty. A priority that a rule of the instance computes otherwise is no refusal. */
const notCompared = new Set(['work_notes', 'comments', 'priority']);

/** Texts are compared without regard to white space, and may be shorter than what was sent: a column has its length. */
function same(name: string, wanted: string, got: string): boolean {
  if (name === 'short_description' || name === 'description') {
    const [ours, theirs] = [words(wanted), words(got)];
    return theirs !== '' ? ours.startsWith(theirs) || theirs.startsWith(ours) : ours === '';
  }
  return words(wanted) === words(got);
}

function words(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
