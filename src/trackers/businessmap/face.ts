import type { Card, Choice, Draft, Patch } from '../../contracts/tracker.ts';
import type { RichText } from '../../core/rich-text.ts';
import { cutTitle } from '../kit/plain-words.ts';
import { toHtml } from '../kit/rich-text.ts';
import type { CustomValue } from './fields.ts';
import type { WireCard } from './wire.ts';

/** No limit is documented; a title this long is still one line on a board. */
export const titleMax = 255;
/** No limit is documented either; beyond it the whole is at the link. */
export const bodyMax = 30_000;

/** What ids are called on the board, as far as it is known. */
export interface Names {
  column(board: number, id: number): string | null;
  user(id: number): string | null;
  tag(id: number): string | null;
}

export interface Seen {
  readonly origin: string;
  readonly presence: Card['presence'];
  readonly names: Names;
}

/** Wire → card. Values of priority outside 1 to 4 are left alone (250 was recorded). */
export function cardOf(wire: WireCard, { origin, presence, names }: Seen): Card {
  const owner = wire.owner_user_id ?? null;
  return {
    ref: String(wire.card_id),
    key: `#${wire.card_id}`,
    url: `${origin}/ctrl_board/${wire.board_id}/cards/${wire.card_id}/details/`,
    revision: String(wire.revision),
    order: wire.revision,
    marker: wire.custom_id ?? null,
    presence,
    state: String(wire.column_id),
    stateLabel: names.column(wire.board_id, wire.column_id) ?? `column ${wire.column_id}`,
    place: { board: String(wire.board_id), workflow: String(wire.workflow_id), lane: String(wire.lane_id) },
    title: wire.title ?? '',
    priority: priorityOf(wire.priority),
    assignee: owner === null ? null : (names.user(owner) ?? `user ${owner}`),
    labels: (wire.tag_ids ?? []).map((id) => names.tag(id) ?? `tag ${id}`),
    changedAt: wire.last_modified ?? null,
  };
}

function priorityOf(value: number | null | undefined): string | null {
  return value !== null && value !== undefined && value >= 1 && value <= 4 ? String(value) : null;
}

/** What people read where a limit of cards is exceeded by us. Boards may demand it, and it harms nowhere. */
function exceedingReason(marker: string | null): string {
  return `Synchronised from Patchboard${marker === null ? '' : `: ${marker}`}`;
}

export interface Extras {
  readonly custom: readonly CustomValue[];
  readonly tagIds: readonly number[];
}

export const noExtras: Extras = { custom: [], tagIds: [] };

export type Body = Readonly<Record<string, unknown>>;

/** Column and lane are both demanded, and no board: they say it. */
export function createBody(draft: Draft, extras: Extras): Body {
  return {
    column_id: Number(draft.state),
    lane_id: Number(draft.target['lane']),
    title: cutTitle(draft.title, titleMax),
    description: toHtml(draft.body, { max: bodyMax, url: draft.url }),
    custom_id: draft.marker,
    ...(draft.priority === null ? {} : { priority: Number(draft.priority) }),
    ...(draft.dueAt === null || draft.dueAt === undefined ? {} : { deadline: timeOf(draft.dueAt) }),
    ...(extras.tagIds.length === 0 ? {} : { tag_ids_to_add: extras.tagIds }),
    ...(extras.custom.length === 0 ? {} : { custom_fields_to_add_or_update: extras.custom }),
  };
}

/** With the reason that a full column may ask for. */
export function withReason(body: Body, marker: string | null): Body {
  return { ...body, exceeding_reason: exceedingReason(marker) };
}

/** Bringing back comes first and alone: an archived card takes no move. */
export function restoreBody(patch: Patch, card: Card): Body | null {
  if (patch.restore !== true || card.presence === 'active') {
    return null;
  }
  return card.presence === 'archived' ? { is_archived: 0 } : { is_discarded: 0 };
}

export function patchBody(patch: Patch, extras: Extras): Body {
  return {
    ...(patch.state === undefined ? {} : { column_id: Number(patch.state) }),
    ...(patch.target === undefined ? {} : { lane_id: Number(patch.target['lane']) }),
    ...(patch.title === undefined ? {} : { title: cutTitle(patch.title, titleMax) }),
    ...(patch.body === undefined
      ? {}
      : { description: toHtml(patch.body, { max: bodyMax, url: lastLink(patch.body) }) }),
    ...(patch.priority === undefined
      ? {}
      : { priority: patch.priority === null ? null : Number(patch.priority) }),
    ...(patch.dueAt === undefined ? {} : { deadline: patch.dueAt === null ? null : timeOf(patch.dueAt) }),
    ...(extras.tagIds.length === 0 ? {} : { tag_ids_to_add: extras.tagIds }),
    ...(extras.custom.length === 0 ? {} : { custom_fields_to_add_or_update: extras.custom }),
  };
}

/** A body ends with the way back to the vulnerability. */
function lastLink(body: RichText): string | undefined {
  const inlines = body.flatMap((block) => (block.kind === 'paragraph' ? block.children : []));
  return inlines.findLast((inline) => inline.kind === 'link')?.url;
}

/** Seconds, in UTC: as the service writes times itself. */
export function timeOf(moment: string | number): string {
  return new Date(moment).toISOString().replace(/\.\d+Z$/u, 'Z');
}

export const priorities: readonly Choice[] = [
  { value: '1', label: 'Critical' },
  { value: '2', label: 'High' },
  { value: '3', label: 'Average' },
  { value: '4', label: 'Low' },
];
