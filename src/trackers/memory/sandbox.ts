import type { Sandbox, SandboxOptions, SandboxPeople } from '../kit/sandbox.ts';
import { SandboxEngine } from '../kit/sandbox-engine.ts';
import type { Asked, Desk } from './sandbox-routes.ts';
import { routes } from './sandbox-routes.ts';
import type { Kept, Wish } from './sandbox-shelf.ts';
import { Refusal, Shelf } from './sandbox-shelf.ts';
import { signature } from './webhook.ts';

const token = 'memory-sandbox-token';
const callsPerMinute = 60;

/** The board on the desk. */
export function makeSandbox(options: SandboxOptions = {}): Sandbox {
  const now = options.now ?? Date.now;
  const shelf = new Shelf(now);
  let deliveries = 0;
  let calls: number[] = [];
  const limit = () => {
    calls = [...calls.filter((at) => at > now() - 60_000), now()];
    return options.rateLimit === true ? callsPerMinute - calls.length : null;
  };
  const engine: SandboxEngine = new SandboxEngine(
    {
      answer: async (request, body) => {
        const left = limit();
        return left !== null && left < 0 ? throttled(60) : respond(desk, request, body, left);
      },
      throttled,
      credentialsRefused: () => json(401, refusal('no-entry', 'The token is not accepted.')),
      outage: () => new Response('<h1>Down</h1>', { status: 503, headers: { 'content-type': 'text/html' } }),
      signInPage: () => new Response('<form>Sign in</form>', { headers: { 'content-type': 'text/html' } }),
    },
    options,
  );
  const tell = (event: string, card?: number) => {
    deliveries += 1;
    const body = JSON.stringify({ delivery: String(deliveries), event, card: card ?? null });
    engine.notifyAll(engine.webhooks, ({ url, secret }) => {
      const proof: Record<string, string> =
        secret === undefined ? {} : { 'x-signature': signature(Buffer.from(body), secret) };
      return { url, body, headers: { 'content-type': 'application/json', ...proof } };
    });
  };
  const desk: Desk = {
    ...{ shelf, now, tell },
    searchLagMs: () => engine.searchLagMs,
    ignoresFilters: () => engine.ignoresFilters,
  };
  const cards = () => [...shelf.cards.values()].map((kept) => shelf.shown(kept));
  return {
    handle: (request) => engine.handle(request),
    connection: (url) => ({ settings: { url }, credentials: { token } }),
    example: {
      target: { board: 'web' },
      otherTarget: { board: 'app' },
      statusMapping: {
        ...{ identified: 'todo', inProgress: 'doing', awaitingValidation: 'review' },
        ...{ riskAccepted: 'accepted', falsePositive: 'not-a-bug', fixed: 'done' },
      },
      fieldDefaults: {},
      unmappedState: 'inbox',
    },
    people: peopleOf(shelf, tell),
    cards,
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
    board: () =>
      shelf.columns.map(({ id, name }) => ({
        state: id,
        label: name,
        cards: cards().filter((card) => card.state === id && card.presence === 'active'),
      })),
  };
}

function peopleOf(shelf: Shelf, tell: (event: string, card?: number) => void): SandboxPeople {
  const keptOf = (ref: string): Kept => {
    const kept = shelf.cards.get(Number(ref));
    if (kept === undefined) {
      throw new Error(`The sandbox has no card ${ref}.`);
    }
    return kept;
  };
  const act = async (ref: string, wish: Wish) => {
    const kept = keptOf(ref);
    if (shelf.patch(kept, wish, 'sam')) {
      tell('card-changed', kept.wire.id);
    }
  };
  return {
    move: (ref, column) => act(ref, { column }),
    edit: (ref, change) => act(ref, change),
    comment: (ref, comment) => act(ref, { comment }),
    moveAway: (ref) => act(ref, { board: 'app' }),
    archive: (ref) => act(ref, { state: 'archived' }),
    discard: (ref) => act(ref, { state: 'discarded' }),
    restore: (ref) => act(ref, { state: 'active' }),
    remove: async (ref) => {
      keptOf(ref).deleted = true;
      tell('card-removed', Number(ref));
    },
    clone: async (ref) => {
      const { wire, body } = keptOf(ref);
      return String(shelf.create({ ...wire, body }, 'sam', 0).wire.id);
    },
    hide: async (ref) => {
      keptOf(ref).hidden = true;
    },
    removeState: async (state) => {
      shelf.columns = shelf.columns.filter(({ id }) => id !== state);
      tell('board-changed');
    },
  };
}

function respond(desk: Desk, request: Request, body: string, left: number | null): Response {
  if (request.headers.get('authorization') !== `Bearer ${token}`) {
    return json(401, refusal('no-entry', 'The token is not accepted.'));
  }
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/api(?=\/)/u, '');
  const headers: Record<string, string> = left === null ? {} : { 'x-calls-left': String(left) };
  for (const [method, pattern, answer] of routes) {
    const match = pattern.exec(path);
    if (match !== null && method === request.method) {
      const wish = (body === '' ? {} : JSON.parse(body)) as Wish;
      return attempt(
        () =>
          answer(desk, {
            match,
            query: url.searchParams,
            body: wish,
            ifMatch: request.headers.get('if-match'),
          } satisfies Asked),
        headers,
      );
    }
  }
  return json(404, refusal('no-such-thing', `There is nothing at ${path}.`), headers);
}

function attempt(answer: () => unknown, headers: Readonly<Record<string, string>>): Response {
  try {
    return json(200, answer(), headers);
  } catch (error) {
    if (error instanceof Refusal) {
      return json(error.status, refusal(error.code, error.message, error.field), headers);
    }
    throw error;
  }
}

function refusal(code: string, message: string, field?: string): object {
  return { error: { code, message, ...(field === undefined ? {} : { field }) } };
}

function throttled(seconds: number): Response {
  return json(429, refusal('too-many', 'Too many calls.'), { 'retry-after': String(seconds) });
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}
