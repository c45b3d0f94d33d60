import {
  boardFieldRows,
  boardRows,
  fieldRows,
  laneRows,
  workflowRows,
  workspaceRows,
} from './sandbox-board.ts';
import type { CardShelf, Kept } from './sandbox-cards.ts';

export interface SandboxWebhook {
  webhook_id: number;
  url: string;
  is_enabled: number;
  board_id: number | null;
  secret: string;
}

/** What the routes need of the sandbox around them. */
export interface Desk {
  readonly shelf: CardShelf;
  readonly webhooks: SandboxWebhook[];
  readonly userId: number;
  readonly searchLagMs: () => number;
  readonly now: () => number;
  emit(event: string, card: Kept): void;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

const ok = (data: unknown): Answered => ({ status: 200, body: { data } });
export const failure = (status: number, code: string, message: string, more: object = {}): Answered => ({
  status,
  body: { error: { code, message, reference: 'SANDBOX1', ...more } },
});

type Route = (
  desk: Desk,
  match: readonly string[],
  query: URLSearchParams,
  body: Record<string, unknown>,
) => Answered;

/** Method and path pattern → answer. Unknown query and body names are ignored without a word: that is the trap. */
export const routes: readonly (readonly [string, RegExp, Route])[] = [
  [
    'GET',
    /^\/me$/u,
    () =>
      ok({
        user_id: 5,
        email: 'patchboard@example.com',
        username: 'patchboard',
        realname: 'Patchboard',
        is_enabled: 1,
        is_confirmed: 1,
        is_tfa_enabled: 0,
        avatar: null,
        registration_date: '2023-01-01',
        timezone: 'UTC',
        language: 'en',
      }),
  ],
  ['GET', /^\/workspaces$/u, () => ok(workspaceRows)],
  [
    'GET',
    /^\/boards$/u,
    (_desk, _match, query) =>
      ok(
        boardRows.filter(
          (board) =>
            within(query, 'board_ids', board.board_id) && within(query, 'workspace_ids', board.workspace_id),
        ),
      ),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/workflows$/u,
    (_desk, [, board]) => ok(workflowRows.filter((one) => one.board_id === Number(board))),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/lanes$/u,
    (_desk, [, board]) => ok(laneRows.filter((lane) => onBoard(lane.workflow_id, board))),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/columns$/u,
    (desk, [, board]) => ok(desk.shelf.columns.filter((column) => onBoard(column.workflow_id, board))),
  ],
  ['GET', /^\/boards\/(\d+)\/customFields$/u, (_desk, [, board]) => ok(boardFieldRows[Number(board)] ?? [])],
  ['GET', /^\/customFields$/u, () => ok(fieldRows)],
  ['GET', /^\/cards$/u, list],
  ['POST', /^\/cards$/u, create],
  ['GET', /^\/cards\/(\d+)$/u, (desk, [, id]) => withCard(desk, id, (kept) => ok(kept.card))],
  ['PATCH', /^\/cards\/(\d+)$/u, patch],
  ['POST', /^\/cards\/(\d+)\/comments$/u, comment],
  ['GET', /^\/cards\/(\d+)\/revisions$/u, (desk, [, id]) => withCard(desk, id, (kept) => ok(kept.history))],
  ['GET', /^\/webhooks$/u, (desk) => ok(desk.webhooks.map(({ secret: _secret, ...shown }) => shown))],
  ['POST', /^\/webhooks$/u, addWebhook],
  [
    'PATCH',
    /^\/webhooks\/(\d+)$/u,
    (desk, [, id], _query, body) =>
      withWebhook(desk, id, (one) =>
        ok(Object.assign(one, { is_enabled: Number(body['is_enabled'] ?? one.is_enabled) })),
      ),
  ],
  ['DELETE', /^\/webhooks\/(\d+)$/u, (desk, [, id]) => withWebhook(desk, id, (one) => removed(desk, one))],
];

function within(query: URLSearchParams, name: string, value: string | number | null): boolean {
  const wanted = query.get(name);
  return wanted === null || wanted === '' || wanted.split(',').includes(String(value));
}

function onBoard(workflow: number, board: string | undefined): boolean {
  return workflowRows.some((one) => one.workflow_id === workflow && one.board_id === Number(board));
}

function withCard(desk: Desk, id: string | undefined, act: (kept: Kept) => Answered): Answered {
  const kept = desk.shelf.kept.get(Number(id));
  if (kept === undefined || kept.deleted) {
    return failure(404, 'C101', `A card with id ${id} does not exist.`, {
      reference: 'GE-C101',
      details: { card_id: Number(id) },
    });
  }
  return kept.hidden
    ? failure(
        403,
        'A003',
        'You do not have the permissions required to access this resource or to perform this action.',
      )
    : act(kept);
}

function withWebhook(
  desk: Desk,
  id: string | undefined,
  act: (webhook: SandboxWebhook) => Answered,
): Answered {
  const found = desk.webhooks.find((one) => one.webhook_id === Number(id));
  return found === undefined ? failure(404, 'WH01', `A webhook with id ${id} does not exist.`) : act(found);
}

function removed(desk: Desk, webhook: SandboxWebhook): Answered {
  desk.webhooks.splice(desk.webhooks.indexOf(webhook), 1);
  return { status: 204, body: null };
}

/** Twelve fields unless others are asked for; state is active unless said. */
const defaultFields =
  'card_id,custom_id,board_id,workflow_id,title,owner_user_id,type_id,color,section,column_id,lane_id,position';

function list(desk: Desk, _match: readonly string[], query: URLSearchParams): Answered {
  const state = query.get('state') ?? 'active';
  const since = Date.parse(query.get('last_modified_from') ?? '1970-01-01T00:00:00Z');
  const rows = [...desk.shelf.kept.values()]
    .filter((kept) => !kept.deleted && !kept.hidden && kept.foundFrom <= desk.now())
    .filter(({ card }) => stateOf(card) === state)
    .filter(
      ({ card }) => within(query, 'custom_ids', card.custom_id) && within(query, 'card_ids', card.card_id),
    )
    .filter(
      ({ card }) => within(query, 'board_ids', card.board_id) && Date.parse(card.last_modified) >= since,
    )
    .sort((a, b) => b.card.card_id - a.card.card_id);
  const perPage = Math.min(Number(query.get('per_page') ?? 200), 1_000);
  const page = Number(query.get('page') ?? 1);
  const fields = (query.get('fields') ?? defaultFields).split(',');
  const shown = rows.slice((page - 1) * perPage, page * perPage).map(({ card }) => picked(card, fields));
  const pages = Math.max(1, Math.ceil(rows.length / perPage));
  const pagination = { all_pages: pages, current_page: page, results_per_page: perPage };
  return { status: 200, body: { data: { pagination, data: shown } } };
}

function stateOf(card: Kept['card']): string {
  return card.discarded_at !== null ? 'discarded' : card.archived_at !== null ? 'archived' : 'active';
}

function picked(card: object, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(card).filter(([name]) => fields.includes(name)));
}

function create(
  desk: Desk,
  _match: readonly string[],
  _query: URLSearchParams,
  body: Record<string, unknown>,
): Answered {
  const kept = desk.shelf.create(body, desk.searchLagMs());
  desk.emit('Card created', kept);
  return ok([{ ...kept.card, reporter: { type: 'internal', value: desk.userId }, reference: 'CCR' }]);
}

function patch(
  desk: Desk,
  [, id]: readonly string[],
  _query: URLSearchParams,
  body: Record<string, unknown>,
): Answered {
  return withCard(desk, id, (kept) => {
    const column = kept.card.column_id;
    if (!desk.shelf.patch(kept, body, desk.userId)) {
      return ok([]);
    }
    desk.emit(kept.card.column_id === column ? 'Card details changed' : 'Card moved', kept);
    return ok([kept.card]);
  });
}

function comment(
  desk: Desk,
  [, id]: readonly string[],
  _query: URLSearchParams,
  body: Record<string, unknown>,
): Answered {
  return withCard(desk, id, (kept) => {
    kept.comments.push(String(body['text'] ?? ''));
    desk.emit('Comment created', kept);
    const at = desk.shelf.stamp();
    return ok({
      comment_id: kept.comments.length,
      type: 'plain',
      text: String(body['text']),
      attachments: [],
      created_at: at,
      last_modified: at,
    });
  });
}

function addWebhook(
  desk: Desk,
  _match: readonly string[],
  _query: URLSearchParams,
  body: Record<string, unknown>,
): Answered {
  const url = String(body['url'] ?? '');
  if (url === '' || url.length > 250) {
    return failure(400, 'VE02', 'The parameters in the request body did not pass validation.', {
      details: { url: ['The length must be between 1 and 250.'] },
    });
  }
  const id = 1 + Math.max(0, ...desk.webhooks.map((one) => one.webhook_id));
  const board = body['board_id'] === undefined ? null : Number(body['board_id']);
  const webhook = {
    webhook_id: id,
    url,
    is_enabled: Number(body['is_enabled'] ?? 1),
    board_id: board,
    secret: `sandbox-secret-${id}`,
  };
  desk.webhooks.push(webhook);
  return ok(webhook);
}
