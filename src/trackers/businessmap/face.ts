import type { Card, Choice, Draft, Patch, RemoteState } from '../../contracts/tracker.ts';
import { cutTitle } from '../kit/plain-words.ts';
import { toHtml } from '../kit/rich-text.ts';
import type { WireCard, WireColumn } from './wire.ts';

/** No limit is documented; a title this long is still one line on a board. */
export const titleMax = 255;
const bodyMax = 30_000;

/** Wire → card. Values of priority outside 1 to 4 are left alone (250 was recorded). */
export function cardOf(wire: WireCard, origin: string): Card {
  return {
    ref: String(wire.card_id),
    key: `#${wire.card_id}`,
    url: `${origin}/ctrl_board/${wire.board_id}/cards/${wire.card_id}/details/`,
    revision: String(wire.revision),
    order: wire.revision,
    marker: wire.custom_id ?? null,
    presence: presenceOf(wire),
    state: String(wire.column_id),
    stateLabel: `column ${wire.column_id}`,
    place: { board: String(wire.board_id), workflow: String(wire.workflow_id), lane: String(wire.lane_id) },
    title: wire.title ?? '',
    priority: priorityOf(wire.priority),
    assignee:
      wire.owner_user_id === null || wire.owner_user_id === undefined ? null : `user ${wire.owner_user_id}`,
    labels: (wire.tag_ids ?? []).map(String),
    changedAt: wire.last_modified ?? null,
  };
}

function presenceOf(wire: WireCard): Card['presence'] {
  if (isSet(wire.discarded_at)) {
    return 'discarded';
  }
  return isSet(wire.archived_at) ? 'archived' : 'active';
}

function isSet(value: string | null | undefined): boolean {
  return value !== null && value !== undefined && value !== '';
}

function priorityOf(value: number | null | undefined): string | null {
  return value !== null && value !== undefined && value >= 1 && value <= 4 ? String(value) : null;
}

/** What people would read when a limit of cards is exceeded by us. */
function exceedingReason(marker: string | null): string {
  return `Synchronised from Patchboard${marker === null ? '' : `: ${marker}`}`;
}

export type CustomValue = { readonly field_id: number } & Readonly<Record<string, unknown>>;

export function createBody(draft: Draft, values: readonly CustomValue[]): Readonly<Record<string, unknown>> {
  return {
    column_id: Number(draft.state),
    lane_id: Number(draft.target['lane']),
    title: cutTitle(draft.title, titleMax),
    description: toHtml(draft.body, { max: bodyMax, url: draft.url }),
    custom_id: draft.marker,
    exceeding_reason: exceedingReason(draft.marker),
    ...(draft.priority === null ? {} : { priority: Number(draft.priority) }),
    ...(draft.dueAt === null || draft.dueAt === undefined ? {} : { deadline: draft.dueAt }),
    ...(values.length === 0 ? {} : { custom_fields_to_add_or_update: values }),
  };
}

export function patchBody(
  patch: Patch,
  card: Card,
  values: readonly CustomValue[],
): Readonly<Record<string, unknown>> {
  const restored = patch.restore === true;
  return {
    ...(restored && card.presence === 'archived' ? { is_archived: 0 } : {}),
    ...(restored && card.presence === 'discarded' ? { is_discarded: 0 } : {}),
    ...(patch.state === undefined
      ? {}
      : { column_id: Number(patch.state), exceeding_reason: exceedingReason(card.marker) }),
    ...(patch.target === undefined ? {} : { lane_id: Number(patch.target['lane']) }),
    ...(patch.title === undefined ? {} : { title: cutTitle(patch.title, titleMax) }),
    ...(patch.body === undefined ? {} : { description: toHtml(patch.body, { max: bodyMax, url: card.url }) }),
    ...(patch.priority === undefined
      ? {}
      : { priority: patch.priority === null ? null : Number(patch.priority) }),
    ...(patch.dueAt === undefined ? {} : { deadline: patch.dueAt }),
    ...(values.length === 0 ? {} : { custom_fields_to_add_or_update: values }),
  };
}

const categories = ['waiting', 'waiting', 'requested', 'in_progress', 'done', 'done'] as const;

/** Leaf columns of a workflow in board order, sub-columns as "Parent / Child": names repeat. */
export function statesOf(all: readonly WireColumn[], workflow: string): readonly RemoteState[] {
  const mine = all.filter((column) => String(column.workflow_id) === workflow);
  const roots = mine.filter((column) => (column.parent_column_id ?? null) === null);
  return inOrder(roots).flatMap((root) => leavesOf(mine, root, root.name, root.section ?? 0));
}

function leavesOf(
  all: readonly WireColumn[],
  column: WireColumn,
  label: string,
  section: number,
): readonly RemoteState[] {
  const children = inOrder(all.filter((candidate) => candidate.parent_column_id === column.column_id));
  if (children.length === 0) {
    return [{ value: String(column.column_id), label, category: categories[section] ?? 'in_progress' }];
  }
  return children.flatMap((child) => leavesOf(all, child, `${label} / ${child.name}`, section));
}

function inOrder(all: readonly WireColumn[]): readonly WireColumn[] {
  return all.toSorted((a, b) => (a.section ?? 0) - (b.section ?? 0) || (a.position ?? 0) - (b.position ?? 0));
}

export const priorities: readonly Choice[] = [
  { value: '1', label: 'Critical' },
  { value: '2', label: 'High' },
  { value: '3', label: 'Average' },
  { value: '4', label: 'Low' },
];
