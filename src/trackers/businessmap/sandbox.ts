import type { Sandbox, SandboxOptions } from '../kit/sandbox.ts';
import { SandboxEngine } from '../kit/sandbox-engine.ts';
import type { Kept } from './sandbox-cards.ts';
import { CardShelf, Refusal } from './sandbox-cards.ts';
import type { Answered, Desk, SandboxWebhook } from './sandbox-routes.ts';
import { failure, routes } from './sandbox-routes.ts';

const apiKey = 'sandbox-api-key';
const ourUser = 5;
const somebody = 9;
const limits = { minute: 30, hour: 600 };

/** BusinessMap on the desk: speaks API v2 and sends board webhooks, traps included. */
export function makeSandbox(options: SandboxOptions = {}): Sandbox {
  const now = options.now ?? Date.now;
  const shelf = new CardShelf(now);
  const hooks: SandboxWebhook[] = [];
  const calls: number[] = [];
  const engine: SandboxEngine = new SandboxEngine(
    {
      answer: async (request, body) =>
        respond(desk, request, body, options.rateLimit === true ? calls : null),
      throttled: (seconds) => throttled(seconds),
      credentialsRefused: () => json(failure(401, 'A002', 'Invalid API key provided')),
      outage: () =>
        new Response('<html><body>503 Service Temporarily Unavailable</body></html>', {
          status: 503,
          headers: { 'content-type': 'text/html' },
        }),
      signInPage: () =>
        new Response('<!doctype html><title>Log in</title><form></form>', {
          headers: { 'content-type': 'text/html' },
        }),
    },
    options,
  );
  const desk: Desk = {
    shelf,
    webhooks: hooks,
    userId: ourUser,
    now,
    searchLagMs: () => engine.searchLagMs,
    emit: (event, kept) => emit(event, kept, ourUser),
  };
  const emit = (event: string, { card }: Kept, user: number) => {
    const pasted = engine.webhooks.map((one) => ({ url: one.url, secret: one.secret }));
    const registered = hooks.filter(
      (one) => one.is_enabled === 1 && (one.board_id === null || one.board_id === card.board_id),
    );
    const body = JSON.stringify({
      company: 'Sandbox',
      event,
      board_id: card.board_id,
      card_id: card.card_id,
      user_id: user,
    });
    engine.notifyAll([...pasted, ...registered], ({ url, secret }) => ({
      url,
      body,
      headers: {
        'content-type': 'application/json',
        ...(secret === undefined ? {} : { 'x-kanbanize-secret': secret }),
      },
    }));
  };
  const act = async (ref: string, event: string, wish: Record<string, unknown>) => {
    const kept = keptOf(shelf, ref);
    if (shelf.patch(kept, wish, somebody)) {
      emit(event, kept, somebody);
    }
  };
  return {
    handle: (request) => engine.handle(request),
    connection: (baseUrl) => ({ settings: { url: baseUrl }, credentials: { apiKey } }),
    example: {
      target: { workspace: '1', board: '10', workflow: '100', lane: '200' },
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
    people: {
      move: (ref, state) => act(ref, 'Card moved', { column_id: Number(state) }),
      edit: (ref, change) => act(ref, 'Card details changed', editOf(change)),
      comment: async (ref, text) => {
        keptOf(shelf, ref).comments.push(text);
        emit('Comment created', keptOf(shelf, ref), somebody);
      },
      moveAway: (ref) => act(ref, 'Card moved', { column_id: 311, lane_id: 210 }),
      archive: (ref) => act(ref, 'Card archived', { is_archived: 1 }),
      discard: (ref) => act(ref, 'Card is discarded', { is_discarded: 1 }),
      restore: (ref) => act(ref, 'Card is restored', { is_archived: 0, is_discarded: 0 }),
      remove: async (ref) => void Object.assign(keptOf(shelf, ref), { deleted: true }),
      clone: async (ref) => String(shelf.create({ ...keptOf(shelf, ref).card }, 0).card.card_id),
      hide: async (ref) => void Object.assign(keptOf(shelf, ref), { hidden: true }),
      removeState: async (state) => {
        shelf.columns = shelf.columns.filter((column) => String(column.column_id) !== state);
      },
    },
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
    board: () => boardOf(shelf),
  };
}

function keptOf(shelf: CardShelf, ref: string): Kept {
  const kept = shelf.kept.get(Number(ref));
  if (kept === undefined) {
    throw new Error(`The sandbox has no card ${ref}.`);
  }
  return kept;
}

function editOf(change: {
  title?: string;
  priority?: string | null;
  assignee?: string | null;
}): Record<string, unknown> {
  return {
    ...(change.title === undefined ? {} : { title: change.title }),
    ...(change.priority === undefined
      ? {}
      : { priority: change.priority === null ? null : Number(change.priority) }),
    ...(change.assignee === undefined ? {} : { owner_user_id: change.assignee === null ? null : somebody }),
  };
}

function boardOf(shelf: CardShelf) {
  const parents = new Set(shelf.columns.map((column) => column.parent_column_id));
  const cards = [...shelf.kept.values()]
    .map((kept) => shelf.shown(kept))
    .filter((card) => card.presence === 'active');
  return shelf.columns
    .filter((column) => column.workflow_id === 100 && !parents.has(column.column_id))
    .map((column) => ({
      state: String(column.column_id),
      label: shelf.labelOf(column.column_id),
      cards: cards.filter((card) => card.state === String(column.column_id)),
    }));
}

function respond(desk: Desk, request: Request, body: string, calls: number[] | null): Response {
  const url = new URL(request.url);
  const headers = calls === null ? {} : countCall(calls, desk.now());
  if (calls !== null && calls.filter((at) => at > desk.now() - 60_000).length > limits.minute) {
    return throttled(30, headers);
  }
  if (request.headers.get('apikey') !== apiKey) {
    return json(failure(401, 'A002', 'Invalid API key provided'), headers);
  }
  const path = url.pathname.replace(/^\/api\/v2/u, '');
  for (const [method, pattern, route] of routes) {
    const match = pattern.exec(path);
    if (match !== null && method === request.method) {
      return json(
        attempt(() => route(desk, match, url.searchParams, parsed(body))),
        headers,
      );
    }
  }
  const known = routes.filter(([, pattern]) => pattern.test(path)).map(([method]) => method);
  const refused = `The method ${request.method} is not allowed for this resource.`;
  return known.length > 0
    ? json(failure(405, 'RMNA', refused, { reference: `GE-RMNA-${request.method}` }), {
        ...headers,
        allow: ['OPTIONS', ...known].join(', '),
      })
    : json(failure(404, 'R404', 'This resource does not exist at the moment.'), headers);
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

function parsed(body: string): Record<string, unknown> {
  return body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
}

function countCall(calls: number[], now: number): Record<string, string> {
  calls.push(now);
  const lastMinute = calls.filter((at) => at > now - 60_000).length;
  const lastHour = calls.filter((at) => at > now - 3_600_000).length;
  return {
    'x-ratelimit-perminute-limit': String(limits.minute),
    'x-ratelimit-perminute-remaining': String(Math.max(0, limits.minute - lastMinute)),
    'x-ratelimit-perhour-limit': String(limits.hour),
    'x-ratelimit-perhour-remaining': String(Math.max(0, limits.hour - lastHour)),
  };
}

function throttled(seconds: number, headers: Record<string, string> = {}): Response {
  const body = failure(429, 'RL02', 'You have sent too many requests recently.', {
    details: { retry_after: seconds },
  });
  return json(body, { ...headers, 'retry-after': String(seconds) });
}

function json(answered: Answered, headers: Record<string, string> = {}): Response {
  if (answered.status === 204) {
    return new Response(null, { status: 204, headers });
  }
  return new Response(JSON.stringify(answered.body), {
    status: answered.status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}
