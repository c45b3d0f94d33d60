import type { Answered } from './sandbox-answer.ts';
import { failure, ok } from './sandbox-answer.ts';
import type { Kept, StoredCard, Wish } from './sandbox-cards.ts';
import { referenceOf, stateOf } from './sandbox-cards.ts';
import type { Desk, Route } from './sandbox-routes.ts';
import { wanted, within } from './sandbox-routes.ts';

export const cardRoutes: readonly Route[] = [
  ['GET', /^\/cards$/u, list],
  ['POST', /^\/cards$/u, (desk, _match, _query, body) => create(desk, body)],
  ['GET', /^\/cards\/(\d+)$/u, (desk, [, id]) => withCard(desk, id, (kept) => ok(whole(kept.card)))],
  ['PATCH', /^\/cards\/(\d+)$/u, patch],
  ['DELETE', /^\/cards\/(\d+)$/u, (desk, [, id]) => withCard(desk, id, (kept) => remove(desk, kept))],
  ['POST', /^\/cards\/(\d+)\/comments$/u, comment],
  [
    'GET',
    /^\/cards\/(\d+)\/revisions$/u,
    (desk, [, id]) => withCard(desk, id, (kept) => ok(revisionsOf(kept))),
  ],
  ['GET', /^\/cards\/(\d+)\/revisions\/(\d+)$/u, revision],
];

function withCard(desk: Desk, id: string | undefined, act: (kept: Kept) => Answered): Answered {
  const kept = desk.shelf.kept.get(Number(id));
  if (kept === undefined || kept.deleted) {
    const more = { reference: 'GE-C101', details: { card_id: Number(id) } };
    return failure(404, 'C101', `A card with id ${id} does not exist.`, more);
  }
  return kept.hidden
    ? failure(
        403,
        'A003',
        'You do not have the permissions required to access this resource or to perform this action.',
      )
    : act(kept);
}

/** Twelve fields unless others are asked for; the state is active unless said. A name that is not known is ignored. */
const defaultFields =
  'card_id,custom_id,board_id,workflow_id,title,owner_user_id,type_id,color,section,column_id,lane_id,position';
const perPageMax = 1_000;

function list(desk: Desk, _match: readonly string[], query: URLSearchParams): Answered {
  const state = query.get('state') ?? 'active';
  const since = Date.parse(query.get('last_modified_from') ?? '1970-01-01T00:00:00Z');
  const fits = ({ card }: Kept) =>
    within(query, 'custom_ids', card.custom_id) &&
    within(query, 'card_ids', card.card_id) &&
    within(query, 'board_ids', card.board_id) &&
    Date.parse(card.last_modified) >= since;
  const rows = [...desk.shelf.kept.values()]
    .filter((kept) => !kept.deleted && !kept.hidden && kept.foundFrom <= desk.now())
    .filter(({ card }) => stateOf(card) === state)
    .filter((kept) => desk.ignoresFilters() || fits(kept))
    .toSorted((a, b) => b.card.card_id - a.card.card_id);
  const perPage = Math.min(Number(query.get('per_page') ?? 200), perPageMax);
  const page = Number(query.get('page') ?? 1);
  const fields = [...wanted(query.get('fields') ?? defaultFields), ...wanted(query.get('expand') ?? '')];
  const shown = rows.slice((page - 1) * perPage, page * perPage).map(({ card }) => picked(card, fields));
  const pagination = {
    all_pages: Math.max(1, Math.ceil(rows.length / perPage)),
    current_page: page,
    results_per_page: perPage,
  };
  return { status: 200, body: { data: { pagination, data: shown } } };
}

function picked(card: StoredCard, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(card).filter(([name]) => fields.includes(name)));
}

/** A card as its own address, POST and PATCH show it: without a word on whether it is archived or discarded. */
function whole({ archived_at: _archived, discarded_at: _discarded, ...card }: StoredCard): object {
  const lists = {
    stickers: [],
    co_owner_ids: [],
    watcher_ids: [],
    annotations: [],
    attachments: [],
    outcomes: [],
    subtasks: [],
    linked_cards: [],
  };
  const stats = {
    child_card_size_sum: 0,
    finished_bottom_child_card_size_sum: 0,
    unfinished_bottom_child_card_size_sum: 0,
    has_unfinished_child_cards: false,
    last_unfinished_child_card_deadline: null,
  };
  return {
    ...card,
    child_card_stats: stats,
    finished_subtask_count: 0,
    unfinished_subtask_count: 0,
    ...lists,
  };
}

function create(desk: Desk, body: Wish): Answered {
  const kept = desk.shelf.create(body, { user: desk.userId, foundAfterMs: desk.searchLagMs() });
  desk.emit('Card created', kept);
  return ok([{ ...whole(kept.card), reference: referenceOf(body) }]);
}

function patch(desk: Desk, [, id]: readonly string[], _query: URLSearchParams, body: Wish): Answered {
  return withCard(desk, id, (kept) => {
    const before = kept.card;
    if (!desk.shelf.patch(kept, body, desk.userId)) {
      return ok([]);
    }
    desk.emit(eventOf(before, kept.card), kept);
    return ok([whole(kept.card)]);
  });
}

/** The event that a change of a card is told as. */
export function eventOf(before: StoredCard, after: StoredCard): string {
  if (before.discarded_at !== after.discarded_at) {
    return after.discarded_at === null ? 'Card is restored' : 'Card is discarded';
  }
  if (before.archived_at !== after.archived_at) {
    return after.archived_at === null ? 'Card is unarchived' : 'Card archived';
  }
  return before.column_id === after.column_id && before.lane_id === after.lane_id
    ? 'Card details changed'
    : 'Card moved';
}

function remove(desk: Desk, kept: Kept): Answered {
  kept.deleted = true;
  desk.emit('Card deleted', kept);
  return { status: 204, body: null };
}

function comment(desk: Desk, [, id]: readonly string[], _query: URLSearchParams, body: Wish): Answered {
  return withCard(desk, id, (kept) => {
    const text = String(body['text'] ?? '');
    kept.comments.push(text);
    desk.emit('Comment created', kept);
    const at = desk.shelf.stamp();
    const more = { created_at: at, last_modified: at };
    return ok({ comment_id: kept.comments.length, type: 'plain', text, ...more });
  });
}

function revisionsOf(kept: Kept): object[] {
  return kept.replaced.map(({ card, user_id, replaced_at }) => ({
    revision: card.revision,
    user_id,
    replaced_at,
  }));
}

function revision(desk: Desk, [, id, number]: readonly string[]): Answered {
  return withCard(desk, id, (kept) => {
    const old = kept.replaced.find(({ card }) => card.revision === Number(number));
    if (old === undefined) {
      return failure(404, 'C102', `The card has no revision ${number}.`);
    }
    // By the document the custom fields of an old version come without their ids.
    const fields = old.card.custom_fields.map(({ field_id: _id, ...value }) => value);
    return ok({
      ...whole(old.card),
      custom_fields: fields,
      user_id: old.user_id,
      replaced_at: old.replaced_at,
    });
  });
}
