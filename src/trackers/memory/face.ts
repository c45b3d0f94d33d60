import type { Card, Choice, Draft, Patch } from '../../contracts/tracker.ts';
import { cutTitle } from '../kit/plain-words.ts';
import { toHtml } from '../kit/rich-text.ts';
import type { WireCard } from './wire.ts';

export const titleMax = 200;
const bodyMax = 20_000;

export const priorities: readonly Choice[] = [
  { value: 'urgent', label: 'Urgent' },
  { value: 'high', label: 'High' },
  { value: 'normal', label: 'Normal' },
  { value: 'low', label: 'Low' },
];

/** Wire → card. */
export function cardOf(wire: WireCard, origin: string): Card {
  return {
    ref: String(wire.id),
    key: `M-${wire.id}`,
    url: `${origin}/cards/${wire.id}`,
    revision: String(wire.version),
    order: wire.version,
    marker: wire.marker,
    presence: wire.state,
    state: wire.column,
    stateLabel: wire.columnName,
    place: { board: wire.board },
    title: wire.title,
    priority: wire.priority,
    assignee: wire.assignee,
    labels: wire.labels,
    changedAt: wire.changedAt,
  };
}

type Body = Readonly<Record<string, unknown>>;

/** Draft → wire. */
export function createBody(draft: Draft): Body {
  return {
    marker: draft.marker,
    board: draft.target['board'],
    column: draft.state,
    title: cutTitle(draft.title, titleMax),
    body: toHtml(draft.body, { max: bodyMax, url: draft.url }),
    priority: draft.priority,
  };
}

/** Patch → wire. Everything goes in one write, the comment too. */
export function patchBody(patch: Patch): Body {
  return {
    ...(patch.restore === true ? { state: 'active' } : {}),
    ...(patch.state === undefined ? {} : { column: patch.state }),
    ...(patch.target === undefined ? {} : { board: patch.target['board'] }),
    ...(patch.title === undefined ? {} : { title: cutTitle(patch.title, titleMax) }),
    ...(patch.body === undefined ? {} : { body: toHtml(patch.body, { max: bodyMax }) }),
    ...(patch.priority === undefined ? {} : { priority: patch.priority }),
    ...(patch.comment === undefined ? {} : { comment: toHtml(patch.comment, { max: bodyMax }) }),
  };
}
