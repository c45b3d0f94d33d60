import type { ChangePage, InventoryPage, Target } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { cardList, listFields } from './wire.ts';

const states = ['active', 'archived', 'discarded'] as const;
const perPage = 1_000;
/** Lists are numbered pages over a moving set, and clocks differ: each poll looks back a little. */
const overlapMs = 10 * 60_000;

interface Place {
  /** Milliseconds since which changes are asked for. */
  readonly since: number;
  /** When this round began: the next round's `since`. */
  readonly began: number;
  readonly state: number;
  readonly page: number;
}

/** One page of cards changed since the cursor, over active, archived and discarded ones. */
export async function changes(
  api: Api,
  cursor: string | null,
  targets: readonly Target[],
  now: number,
): Promise<ChangePage> {
  const place = cursor === null ? { since: now, began: now, state: 0, page: 1 } : parse(cursor, now);
  const boards = boardsOf(targets);
  const state = states[place.state];
  if (cursor === null || boards.length === 0 || state === undefined) {
    return { changes: [], cursor: written({ ...place, since: place.began, state: 0, page: 1 }), more: false };
  }
  const answer = await api.get('/cards', cardList, {
    board_ids: boards.join(','),
    last_modified_from: new Date(place.since - overlapMs).toISOString().replace(/\.\d+Z$/u, 'Z'),
    state,
    fields: listFields,
    per_page: perPage,
    page: place.page,
  });
  const rows = answer.data.data;
  const next =
    rows.length >= perPage
      ? { ...place, page: place.page + 1 }
      : { ...place, state: place.state + 1, page: 1 };
  const more = next.state < states.length;
  return {
    changes: rows.map((wire) => ({
      ref: String(wire.card_id),
      order: wire.revision,
      marker: wire.custom_id ?? null,
    })),
    cursor: written(more ? next : { since: place.began, began: 0, state: 0, page: 1 }),
    more,
  };
}

function parse(cursor: string, now: number): Place {
  const [since, began, state, page] = cursor.split('/').map(Number);
  const start = began === undefined || began === 0 ? now : began;
  return { since: since ?? now, began: start, state: state ?? 0, page: page ?? 1 };
}

function written({ since, began, state, page }: Place): string {
  return [since, began, state, page].join('/');
}

/** One page of every card on the boards of the targets. */
export async function inventory(
  api: Api,
  cursor: string | null,
  targets: readonly Target[],
): Promise<InventoryPage> {
  const [index = 0, page = 1] = cursor === null ? [0, 1] : cursor.split('/').map(Number);
  const state = states[index];
  const boards = boardsOf(targets);
  if (state === undefined || boards.length === 0) {
    return { cards: [], cursor: null };
  }
  const query = { board_ids: boards.join(','), state, fields: listFields, per_page: perPage, page };
  const answer = await api.get('/cards', cardList, query);
  const rows = answer.data.data;
  const next = rows.length >= perPage ? `${index}/${page + 1}` : `${index + 1}/1`;
  return {
    cards: rows.map((wire) => ({
      ref: String(wire.card_id),
      marker: wire.custom_id ?? null,
      order: wire.revision,
    })),
    cursor: rows.length < perPage && index + 1 >= states.length ? null : next,
  };
}

function boardsOf(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.flatMap((target) => target['board'] ?? []))];
}
