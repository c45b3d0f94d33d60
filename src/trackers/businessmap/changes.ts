import type { ChangePage, InventoryPage, Target } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { timeOf } from './face.ts';
import { cardStates, sweepFields, sweepList } from './wire.ts';

export const sweepPerPage = 1_000;
/** Times are in seconds, clocks differ, lists lag: each round looks back a little. */
const overlapMs = 10 * 60_000;

interface Round {
  /** Milliseconds since which changes are asked for. */
  readonly since: number;
  /** When this round began, which is the next one's `since`; 0: it has not begun. */
  readonly began: number;
  readonly state: number;
  readonly page: number;
  /** The most pages that a state had in this round. */
  readonly pages: number;
  /** This round is the second look at the same time. */
  readonly second: number;
}

/**
 * One page of cards changed since the cursor, over active, archived and discarded ones. Pages are numbered over a set that
 * moves: a card that leaves a page shifts the next one's first card out of sight, so a round of several pages is made twice.
 */
export async function changes(
  api: Api,
  cursor: string | null,
  targets: readonly Target[],
  now: number,
): Promise<ChangePage> {
  if (cursor === null) {
    return { changes: [], cursor: written(startOf(now)), more: false };
  }
  const kept = parse(cursor, now);
  const round = kept.began === 0 ? { ...kept, began: now } : kept;
  const boards = boardsOf(targets);
  const state = cardStates[round.state];
  if (boards.length === 0 || state === undefined) {
    return { changes: [], cursor: written(startOf(round.began)), more: false };
  }
  const answer = await api.get('/cards', sweepList, {
    board_ids: boards.join(','),
    last_modified_from: timeOf(round.since - overlapMs),
    state,
    fields: sweepFields,
    per_page: sweepPerPage,
    page: round.page,
  });
  const rows = answer.data.data;
  const { next, more } = after(round, rows.length);
  return {
    changes: rows.map((wire) => ({
      ref: String(wire.card_id),
      order: wire.revision,
      marker: wire.custom_id ?? null,
    })),
    cursor: written(next),
    more,
  };
}

function after(round: Round, rows: number): { next: Round; more: boolean } {
  const pages = Math.max(round.pages, round.page);
  if (rows >= sweepPerPage) {
    return { next: { ...round, pages, page: round.page + 1 }, more: true };
  }
  if (round.state + 1 < cardStates.length) {
    return { next: { ...round, pages, state: round.state + 1, page: 1 }, more: true };
  }
  if (pages > 1 && round.second === 0) {
    return { next: { ...round, state: 0, page: 1, pages: 1, second: 1 }, more: true };
  }
  return { next: startOf(round.began), more: false };
}

function startOf(since: number): Round {
  return { since, began: 0, state: 0, page: 1, pages: 1, second: 0 };
}

/** A cursor that cannot be read begins a day ago: telling too much is allowed. */
function parse(cursor: string, now: number): Round {
  const numbers = cursor.split('/').map(Number);
  const [since, began, state, page, pages, second] = numbers;
  if (numbers.some((one) => !Number.isSafeInteger(one)) || since === undefined) {
    return startOf(now - 24 * 3_600_000);
  }
  return {
    since,
    began: began ?? 0,
    state: state ?? 0,
    page: page ?? 1,
    pages: pages ?? 1,
    second: second ?? 0,
  };
}

function written({ since, began, state, page, pages, second }: Round): string {
  return [since, began, state, page, pages, second].join('/');
}

/** One page of every card with a marker on the boards of the targets. */
export async function inventory(
  api: Api,
  cursor: string | null,
  targets: readonly Target[],
): Promise<InventoryPage> {
  const [index = 0, page = 1] = cursor === null ? [0, 1] : cursor.split('/').map(Number);
  const state = cardStates[index];
  const boards = boardsOf(targets);
  if (state === undefined || boards.length === 0) {
    return { cards: [], cursor: null };
  }
  const query = { board_ids: boards.join(','), state, fields: sweepFields, per_page: sweepPerPage, page };
  const rows = (await api.get('/cards', sweepList, query)).data.data;
  const full = rows.length >= sweepPerPage;
  const last = !full && index + 1 >= cardStates.length;
  return {
    cards: rows
      .filter((wire) => (wire.custom_id ?? null) !== null)
      .map((wire) => ({ ref: String(wire.card_id), marker: wire.custom_id ?? null, order: wire.revision })),
    cursor: last ? null : full ? `${index}/${page + 1}` : `${index + 1}/1`,
  };
}

function boardsOf(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.flatMap((target) => target['board'] ?? []))];
}
