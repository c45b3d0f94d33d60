import type { Account } from './sandbox-account.ts';
import { onBoard } from './sandbox-account.ts';
import type { Answered } from './sandbox-answer.ts';
import { failure, invalid, ok } from './sandbox-answer.ts';
import type { CardShelf, Kept, Wish } from './sandbox-cards.ts';

export interface SandboxWebhook {
  webhook_id: number;
  url: string;
  is_enabled: number;
  board_id: number | null;
  secret: string;
}

/** What the routes need of the sandbox around them. */
export interface Desk {
  readonly account: Account;
  readonly shelf: CardShelf;
  readonly webhooks: SandboxWebhook[];
  readonly userId: number;
  readonly searchLagMs: () => number;
  readonly ignoresFilters: () => boolean;
  readonly now: () => number;
  emit(event: string, card: Kept): void;
}

/** Method and path pattern → answer. Unknown query and body names are ignored without a word: that is the trap. */
export type Route = readonly [
  method: string,
  path: RegExp,
  answer: (desk: Desk, match: readonly string[], query: URLSearchParams, body: Wish) => Answered,
];

export const boardRoutes: readonly Route[] = [
  ['GET', /^\/me$/u, ({ account, userId }) => ok(accountOf(account, userId))],
  ['GET', /^\/users$/u, ({ account }, _match, query) => ok(account.users.map((user) => pick(user, query)))],
  [
    'GET',
    /^\/workspaces$/u,
    ({ account }, _match, query) =>
      ok(
        account.workspaces
          .filter((one) => within(query, 'is_archived', one.is_archived))
          .map((one) => pick(one, query)),
      ),
  ],
  ['GET', /^\/boards$/u, boards],
  [
    'GET',
    /^\/boards\/(\d+)\/workflows$/u,
    (desk, [, id]) => withBoard(desk, id, (board) => workflowsOf(desk.account, board)),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/lanes$/u,
    (desk, [, id]) =>
      withBoard(desk, id, (board) =>
        desk.account.lanes.filter((one) => onBoard(desk.account, one.workflow_id, board)),
      ),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/columns$/u,
    (desk, [, id]) =>
      withBoard(desk, id, (board) =>
        desk.account.columns.filter((one) => onBoard(desk.account, one.workflow_id, board)),
      ),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/settings$/u,
    (desk, [, id]) => withBoard(desk, id, (board) => desk.account.settings.get(board)),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/customFields$/u,
    (desk, [, id]) => withBoard(desk, id, (board) => desk.account.boardFields.get(board) ?? []),
  ],
  [
    'GET',
    /^\/boards\/(\d+)\/tags$/u,
    (desk, [, id]) =>
      withBoard(desk, id, (board) =>
        (desk.account.boardTags.get(board) ?? []).map((tag) => ({ tag_id: tag })),
      ),
  ],
  ['GET', /^\/customFields$/u, customFields],
  ['GET', /^\/tags$/u, ({ account }, _match, query) => ok(account.tags.map((one) => pick(one, query)))],
  ['GET', /^\/webhooks$/u, (desk) => ok(desk.webhooks.map(({ secret: _secret, ...shown }) => shown))],
  ['POST', /^\/webhooks$/u, (desk, _match, _query, body) => addWebhook(desk, body)],
  [
    'PATCH',
    /^\/webhooks\/(\d+)$/u,
    (desk, [, id], _query, body) => withWebhook(desk, id, (one) => changeWebhook(one, body)),
  ],
  [
    'DELETE',
    /^\/webhooks\/(\d+)$/u,
    (desk, [, id]) => withWebhook(desk, id, (one) => removeWebhook(desk, one)),
  ],
];

/** Arrays are comma-separated. */
export function wanted(value: string): readonly string[] {
  return value.split(',').filter((one) => one !== '');
}

export function within(query: URLSearchParams, name: string, value: string | number | null): boolean {
  const asked = askedFor(query, name);
  return asked === null || asked.has(String(value));
}

const read = new WeakMap<URLSearchParams, Map<string, ReadonlySet<string> | null>>();

/** Read once for all rows that are compared with it. Null: any will do. */
function askedFor(query: URLSearchParams, name: string): ReadonlySet<string> | null {
  const names = read.get(query) ?? new Map<string, ReadonlySet<string> | null>();
  read.set(query, names);
  const known = names.get(name);
  if (known !== undefined) {
    return known;
  }
  const text = query.get(name) ?? '';
  const asked = text === '' ? null : new Set(wanted(text));
  names.set(name, asked);
  return asked;
}

function pick(row: object, query: URLSearchParams): object {
  const fields = query.get('fields');
  return fields === null
    ? row
    : Object.fromEntries(Object.entries(row).filter(([name]) => wanted(fields).includes(name)));
}

function accountOf(account: Account, id: number): object {
  const user = account.users.find((one) => one.user_id === id);
  const rest = { avatar: '', is_tfa_enabled: 0, is_enabled: 1, is_confirmed: 1 };
  return { ...user, ...rest, registration_date: '2023-01-01', timezone: 'UTC', language: 'en' };
}

function boards(
  { account, ignoresFilters }: Desk,
  _match: readonly string[],
  query: URLSearchParams,
): Answered {
  const fits = account.boards.filter(
    (one) =>
      ignoresFilters() ||
      (within(query, 'board_ids', one.board_id) &&
        within(query, 'workspace_ids', one.workspace_id) &&
        within(query, 'is_archived', one.is_archived)),
  );
  return ok(fits.map((one) => pick(one, query)));
}

function withBoard(desk: Desk, id: string | undefined, rows: (board: number) => unknown): Answered {
  return desk.account.boards.some((one) => one.board_id === Number(id))
    ? ok(rows(Number(id)))
    : failure(404, 'B101', `A board with id ${id} does not exist.`, { reference: 'GE-B101' });
}

function workflowsOf(account: Account, board: number): object[] {
  return account.workflows
    .filter((one) => one.board_id === board)
    .map(({ board_id: _board, ...shown }) => shown);
}

function customFields({ account }: Desk, _match: readonly string[], query: URLSearchParams): Answered {
  const expanded = wanted(query.get('expand') ?? '').includes('allowed_values');
  const fits = account.fields.filter((one) => within(query, 'field_ids', one.field_id));
  return ok(
    fits.map(({ allowed_values: values, ...field }) =>
      expanded && values !== undefined ? { ...field, allowed_values: values } : field,
    ),
  );
}

function withWebhook(
  desk: Desk,
  id: string | undefined,
  act: (webhook: SandboxWebhook) => Answered,
): Answered {
  const found = desk.webhooks.find((one) => one.webhook_id === Number(id));
  return found === undefined ? failure(404, 'WH01', `A webhook with id ${id} does not exist.`) : act(found);
}

const urlMax = 250;

/** Duplicates are not refused. The secret is in this answer and in no other. */
function addWebhook(desk: Desk, body: Wish): Answered {
  const url = String(body['url'] ?? '');
  if (url === '' || url.length > urlMax) {
    throw invalid({ url: [`The length must be between 1 and ${urlMax}.`] });
  }
  const id = 1 + Math.max(0, ...desk.webhooks.map((one) => one.webhook_id));
  const board = body['board_id'] === undefined ? null : Number(body['board_id']);
  const secret = `sandbox-secret-${id}`;
  const webhook = {
    webhook_id: id,
    url,
    is_enabled: Number(body['is_enabled'] ?? 1),
    board_id: board,
    secret,
  };
  desk.webhooks.push(webhook);
  return ok(webhook);
}

function changeWebhook(webhook: SandboxWebhook, body: Wish): Answered {
  webhook.url = body['url'] === undefined ? webhook.url : String(body['url']);
  webhook.is_enabled = body['is_enabled'] === undefined ? webhook.is_enabled : Number(body['is_enabled']);
  const { secret: _secret, webhook_id: _id, ...shown } = webhook;
  return ok(shown);
}

function removeWebhook(desk: Desk, webhook: SandboxWebhook): Answered {
  desk.webhooks.splice(desk.webhooks.indexOf(webhook), 1);
  return { status: 204, body: null };
}
