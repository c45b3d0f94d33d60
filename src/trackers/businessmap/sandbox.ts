import type { Sandbox, SandboxOptions, SandboxPeople } from '../kit/sandbox.ts';
import { SandboxEngine } from '../kit/sandbox-engine.ts';
import type { Account } from './sandbox-account.ts';
import { freshAccount, labelOf, ourUser, shownColumns, somebody } from './sandbox-account.ts';
import type { Answered } from './sandbox-answer.ts';
import { failure, html, json, Quota, Refusal, throttled } from './sandbox-answer.ts';
import { cardRoutes, eventOf } from './sandbox-card-routes.ts';
import type { Kept, Wish } from './sandbox-cards.ts';
import { CardShelf } from './sandbox-cards.ts';
import type { Desk, SandboxWebhook } from './sandbox-routes.ts';
import { boardRoutes } from './sandbox-routes.ts';

const apiKey = 'sandbox-api-key';
const shownWorkflow = 100;
const shownBoard = 10;

export interface BusinessMapSandbox extends Sandbox {
  /** Boards, columns, settings, fields: tests change them as administrators would. */
  readonly account: Account;
}

/** BusinessMap on the desk: speaks API v2 and sends board webhooks, traps included. */
export function makeSandbox(options: SandboxOptions = {}): BusinessMapSandbox {
  const now = options.now ?? Date.now;
  const account = freshAccount();
  const shelf = new CardShelf(account, now);
  const webhooks: SandboxWebhook[] = [];
  const quota = options.rateLimit === true ? new Quota(now) : null;
  const headers = () => ({ 'x-kanbanize-version': 'v0907', ...quota?.headers() });
  const engine: SandboxEngine = new SandboxEngine(
    {
      answer: async (request, body) => respond(desk, request, body, quota, headers),
      throttled: (seconds) => throttled(seconds, headers()),
      credentialsRefused: () => json(failure(401, 'A002', 'Invalid API key provided'), headers()),
      outage: () => html(503, 'Service Temporarily Unavailable'),
      signInPage: () => html(200, 'Log in'),
    },
    options,
  );
  const tell = (event: string, board: number, user: number, cardId?: number) => {
    const pasted = engine.webhooks.map(({ url, secret }) => ({ url, secret }));
    const registered = webhooks.filter(
      (one) => one.is_enabled === 1 && (one.board_id === null || one.board_id === board),
    );
    const card = cardId === undefined ? {} : { card_id: cardId };
    const body = JSON.stringify({ company: 'Sandbox', event, board_id: board, ...card, user_id: user });
    engine.notifyAll([...pasted, ...registered], ({ url, secret }) => {
      const proof: Record<string, string> = secret === undefined ? {} : { 'x-kanbanize-secret': secret };
      return { url, body, headers: { 'content-type': 'application/json', ...proof } };
    });
  };
  const desk: Desk = {
    ...{ account, shelf, webhooks, now },
    userId: ourUser,
    searchLagMs: () => engine.searchLagMs,
    ignoresFilters: () => engine.ignoresFilters,
    emit: (event, { card }) => tell(event, card.board_id, ourUser, card.card_id),
  };
  return {
    account,
    handle: (request) => engine.handle(request),
    connection: (baseUrl) => ({ settings: { url: baseUrl }, credentials: { apiKey } }),
    example: {
      target: { workspace: '1', board: String(shownBoard), workflow: String(shownWorkflow), lane: '200' },
      otherTarget: { workspace: '1', board: '11', workflow: '110', lane: '210' },
      statusMapping: {
        identified: '301',
        inProgress: '303',
        awaitingValidation: '305',
        riskAccepted: '307',
        falsePositive: '308',
        fixed: '306',
      },
      fieldDefaults: {},
      unmappedState: '300',
    },
    people: peopleOf(shelf, tell),
    cards: () => [...shelf.kept.values()].map((kept) => shelf.shown(kept)),
    misbehave: (mischief) => engine.misbehave(mischief),
    requests: engine.requests,
    addWebhook: (webhook) => void engine.webhooks.push(webhook),
    get deliver() {
      return engine.deliver;
    },
    set deliver(deliver) {
      engine.deliver = deliver;
    },
    settled: () => engine.settled(),
    board: () => {
      const cards = [...shelf.kept.values()]
        .map((kept) => shelf.shown(kept))
        .filter((card) => card.presence === 'active');
      return shownColumns(account, shownWorkflow).map(({ column_id: id }) => ({
        state: String(id),
        label: labelOf(account, id),
        cards: cards.filter((card) => card.state === String(id)),
      }));
    },
  };
}

type Tell = (event: string, board: number, user: number, cardId?: number) => void;

/** Whoever drags a card to another workflow drops it in a lane of that one. */
function laneOf(shelf: CardShelf, ref: string, columnId: number): Wish {
  const { account } = shelf;
  const workflow = account.columns.find(({ column_id: id }) => id === columnId)?.workflow_id;
  const lane = account.lanes.find(({ workflow_id: id }) => id === workflow);
  return lane === undefined || workflow === keptOf(shelf, ref).card.workflow_id ? {} : { lane_id: lane.lane_id };
}

function peopleOf(shelf: CardShelf, tell: Tell): SandboxPeople {
  const act = async (ref: string, wish: Wish) => {
    const kept = keptOf(shelf, ref);
    const before = kept.card;
    if (shelf.patch(kept, { exceeding_reason: 'By hand', ...wish }, somebody)) {
      tell(eventOf(before, kept.card), kept.card.board_id, somebody, kept.card.card_id);
    }
  };
  return {
    move: (ref, state) => act(ref, { column_id: Number(state), ...laneOf(shelf, ref, Number(state)) }),
    edit: (ref, change) => act(ref, editOf(shelf.account, change)),
    comment: async (ref, text) => {
      const kept = keptOf(shelf, ref);
      kept.comments.push(text);
      tell('Comment created', kept.card.board_id, somebody, kept.card.card_id);
    },
    moveAway: (ref) => act(ref, { column_id: 321, lane_id: 220 }),
    archive: (ref) => act(ref, { is_archived: 1 }),
    discard: (ref) => act(ref, { is_discarded: 1 }),
    restore: (ref) => act(ref, { is_archived: 0, is_discarded: 0 }),
    remove: async (ref) => {
      const kept = keptOf(shelf, ref);
      kept.deleted = true;
      tell('Card deleted', kept.card.board_id, somebody, kept.card.card_id);
    },
    clone: async (ref) => {
      const { card } = keptOf(shelf, ref);
      const wish = { ...card, priority: card.priority ?? undefined, exceeding_reason: 'By hand' };
      const copy = shelf.create(wish, { user: somebody, foundAfterMs: 0 });
      tell('Card created', copy.card.board_id, somebody, copy.card.card_id);
      return String(copy.card.card_id);
    },
    hide: async (ref) => void Object.assign(keptOf(shelf, ref), { hidden: true }),
    removeState: async (state) => {
      shelf.account.columns = shelf.account.columns.filter((column) => String(column.column_id) !== state);
      tell('Board structure changed', shownBoard, somebody);
    },
  };
}

function keptOf(shelf: CardShelf, ref: string): Kept {
  const kept = shelf.kept.get(Number(ref));
  if (kept === undefined) {
    throw new Error(`The sandbox has no card ${ref}.`);
  }
  return kept;
}

function editOf(account: Account, change: Parameters<SandboxPeople['edit']>[1]): Wish {
  const tags = (change.labels ?? []).flatMap(
    (label) => account.tags.find((tag) => tag.label === label)?.tag_id ?? [],
  );
  return {
    ...(change.title === undefined ? {} : { title: change.title }),
    ...(change.priority === undefined
      ? {}
      : { priority: change.priority === null ? null : Number(change.priority) }),
    ...(change.assignee === undefined ? {} : { owner_user_id: change.assignee === null ? null : somebody }),
    ...(tags.length === 0 ? {} : { tag_ids_to_add: tags }),
  };
}

const routes = [...cardRoutes, ...boardRoutes];

function respond(
  desk: Desk,
  request: Request,
  body: string,
  quota: Quota | null,
  headers: () => Record<string, string>,
): Response {
  const waitSeconds = quota?.take() ?? null;
  if (waitSeconds !== null) {
    return throttled(waitSeconds, headers());
  }
  if (request.headers.get('apikey') !== apiKey) {
    return json(failure(401, 'A002', 'Invalid API key provided'), headers());
  }
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/api\/v2(?=\/)/u, '');
  for (const [method, pattern, answer] of path === url.pathname ? [] : routes) {
    const match = pattern.exec(path);
    if (match !== null && method === request.method) {
      return json(
        attempt(() => answer(desk, match, url.searchParams, parsed(body))),
        headers(),
      );
    }
  }
  const known = routes.filter(([, pattern]) => pattern.test(path)).map(([method]) => method);
  if (known.length === 0 || path === url.pathname) {
    return json(failure(404, 'RNF', 'This resource does not exist at the moment.'), headers());
  }
  const refused = `The method ${request.method} is not allowed for this resource.`;
  const more = { reference: `GE-RMNA-${request.method}`, details: { method: request.method } };
  return json(failure(405, 'RMNA', refused, more), { ...headers(), allow: ['OPTIONS', ...known].join(', ') });
}

function attempt(act: () => Answered): Answered {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) {
      return failure(
        400,
        error.code,
        error.message,
        error.details === undefined ? {} : { details: error.details },
      );
    }
    throw error;
  }
}

function parsed(body: string): Wish {
  try {
    return body === '' ? {} : (JSON.parse(body) as Wish);
  } catch {
    throw new Refusal('The request body is not valid JSON.');
  }
}
