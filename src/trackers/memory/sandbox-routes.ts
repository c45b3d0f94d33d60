import type { Kept, Shelf, Wish } from './sandbox-shelf.ts';
import { Refusal } from './sandbox-shelf.ts';

/** What the routes need of the sandbox around them. */
export interface Desk {
  readonly shelf: Shelf;
  readonly now: () => number;
  readonly searchLagMs: () => number;
  readonly ignoresFilters: () => boolean;
  tell(event: string, card: number): void;
}

export interface Asked {
  readonly match: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Wish;
  readonly ifMatch: string | null;
}

export type Route = readonly [method: string, path: RegExp, answer: (desk: Desk, asked: Asked) => unknown];

export const routes: readonly Route[] = [
  ['GET', /^\/account$/u, () => ({ name: 'patchboard' })],
  ['GET', /^\/boards$/u, ({ shelf }) => ({ items: shelf.boards })],
  ['GET', /^\/boards\/([^/]+)\/columns$/u, columns],
  ['GET', /^\/cards$/u, list],
  ['POST', /^\/cards$/u, create],
  ['GET', /^\/cards\/(\d+)$/u, (desk, { match: [, id] }) => cardAt(desk, id).wire],
  ['PATCH', /^\/cards\/(\d+)$/u, patch],
  ['GET', /^\/cards\/(\d+)\/history$/u, (desk, { match: [, id] }) => ({ items: cardAt(desk, id).history })],
  ['GET', /^\/changes$/u, changes],
];

function columns({ shelf }: Desk, { match: [, board] }: Asked): unknown {
  if (!shelf.boards.some(({ id }) => id === board)) {
    throw new Refusal(404, 'no-such-board', `There is no board ${board}.`, 'target.board');
  }
  return { items: shelf.columns };
}

function cardAt({ shelf }: Desk, id: string | undefined): Kept {
  const kept = shelf.cards.get(Number(id));
  if (kept === undefined || kept.deleted || kept.hidden) {
    throw new Refusal(404, 'no-such-card', `There is no card ${id}.`);
  }
  return kept;
}

const perPage = 50;

function list(desk: Desk, { query }: Asked): unknown {
  const after = Number(query.get('after') ?? 0);
  const boards = query.getAll('board');
  const ids = query.get('ids')?.split(',');
  const marker = query.get('marker');
  const fits = ({ wire }: Kept) =>
    (boards.length === 0 || boards.includes(wire.board)) &&
    (ids === undefined || ids.includes(String(wire.id))) &&
    (marker === null || wire.marker === marker);
  const rows = [...desk.shelf.cards.values()]
    .filter((kept) => !kept.deleted && !kept.hidden && kept.foundFrom <= desk.now() && kept.wire.id > after)
    .filter((kept) => desk.ignoresFilters() || fits(kept))
    .map(({ wire }) => wire);
  return {
    items: rows.slice(0, perPage),
    next: rows.length > perPage ? (rows[perPage - 1]?.id ?? null) : null,
  };
}

function create(desk: Desk, { body }: Asked): unknown {
  const kept = desk.shelf.create(body, 'patchboard', desk.searchLagMs());
  desk.tell('card-created', kept.wire.id);
  return kept.wire;
}

function patch(desk: Desk, { match: [, id], body, ifMatch }: Asked): unknown {
  const kept = cardAt(desk, id);
  if (ifMatch !== null && ifMatch !== String(kept.wire.version)) {
    throw new Refusal(412, 'moved-on', `The card is at version ${kept.wire.version}, not ${ifMatch}.`);
  }
  const put = kept.wire.state !== 'active' && body['state'] !== 'active';
  if (put) {
    throw new Refusal(409, 'put-away', `The card is ${kept.wire.state}.`);
  }
  if (desk.shelf.patch(kept, body, 'patchboard')) {
    desk.tell('card-changed', kept.wire.id);
  }
  return kept.wire;
}

function changes({ shelf }: Desk, { query }: Asked): unknown {
  const after = query.get('after');
  const since = after === null ? shelf.changes.length : Number(after);
  const rows = shelf.changes.slice(since, since + perPage);
  const items = rows.map(({ change, id }) => {
    const { version, marker } = shelf.cards.get(id)?.wire ?? { version: 0, marker: null };
    return { change, id, version, marker };
  });
  const last = rows.at(-1)?.change ?? since;
  return { items, last, more: last < shelf.changes.length };
}
