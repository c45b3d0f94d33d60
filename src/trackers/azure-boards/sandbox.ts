import type { Sandbox, SandboxOptions } from '../kit/sandbox.ts';
import { SandboxEngine } from '../kit/sandbox-engine.ts';
import type { PatState } from './sandbox-access.ts';
import { personalAccessToken } from './sandbox-access.ts';
import { outage, refused, signInPage, unauthorized } from './sandbox-answer.ts';
import { ApiError } from './sandbox-errors.ts';
import { client, SandboxEntra } from './sandbox-entra.ts';
import type { ExampleName } from './sandbox-examples.ts';
import { exampleOf, halvesOf, placeOfExample } from './sandbox-examples.ts';
import { SandboxHooks } from './sandbox-hooks.ts';
import { WorkItems } from './sandbox-items.ts';
import type { Organization } from './sandbox-organization.ts';
import { people, tenantId } from './sandbox-organization.ts';
import { pace, Throttle } from './sandbox-pace.ts';
import { cardOf, peopleOf } from './sandbox-people.ts';
import { freshOrganization } from './sandbox-projects.ts';
import { respond } from './sandbox-respond.ts';
import { isoOf } from './sandbox-rules.ts';

export interface AzureBoardsSandboxOptions extends SandboxOptions {
  /** The process of the example's project: `agile` if nothing is said. */
  readonly example?: ExampleName;
  /** What a person would type to connect: a personal access token, or the app of their directory. */
  readonly signIn?: 'token' | 'entra' | 'service-principal';
  readonly accessSeconds?: number;
  /** What a pasted webhook address stands for: every event, or the two filtered hooks alone. */
  readonly pastedHooks?: 'every' | 'filtered';
}

export interface AzureBoardsSandbox extends Sandbox {
  /** Projects, boards, processes, rights: tests change them as administrators would. */
  readonly organization: Organization;
  readonly items: WorkItems;
  readonly hooks: SandboxHooks;
  readonly entra: SandboxEntra;
  readonly pat: PatState;
}

/** Azure DevOps on the desk: work items, boards, queries, service hooks, Entra's pages, traps included. */
export function makeSandbox(options: AzureBoardsSandboxOptions = {}): AzureBoardsSandbox {
  const signIn = options.signIn ?? (options.login === 'person' ? 'entra' : 'token');
  const now = options.now ?? Date.now;
  const organization = freshOrganization();
  const place = placeOfExample(organization, options.example ?? 'agile');
  const entra = new SandboxEntra({ accessSeconds: options.accessSeconds ?? 4_799 }, now);
  const pat: PatState = { state: 'valid' };
  const throttle = options.rateLimit === true ? new Throttle(now) : null;
  const asked = { who: people.integration, version: null, session: null };
  const engine: SandboxEngine = new SandboxEngine(
    {
      answer: async (request, body) => {
        hooks.tick();
        return respond({ ...house, throttle }, request, body);
      },
      throttled: (seconds) => throttled(seconds, now()),
      credentialsRefused: () => unauthorized({ ...asked, who: null }),
      outage,
      signInPage: () => signInPage(200, { ...asked, who: null }),
    },
    options,
  );
  const site = { organization, base: 'https://dev.azure.com/fabrikam' };
  const hooks: SandboxHooks = new SandboxHooks({
    now,
    site: () => site,
    send: (deliveries) => {
      engine.notifyAll(deliveries, (delivery) => delivery);
    },
  });
  const items = new WorkItems(organization, now, () => engine.searchLagMs);
  items.emit = (event, item, update) => {
    hooks.notify({ event, item, update, at: isoOf(now()) });
  };
  const house = {
    ...{ organization, items, hooks, entra, pat, site, now },
    ignoresFilters: () => engine.ignoresFilters,
  };
  const post = { deliver: engine.deliver };
  engine.deliver = (delivery) => hooks.carry(delivery, (one) => post.deliver(one));
  if (options.now === undefined) {
    // Nobody moves this clock by hand: retries and probes look after themselves.
    setInterval(() => hooks.tick(), 1_000).unref();
  }
  const credentials =
    signIn === 'token'
      ? { personalAccessToken }
      : {
          ...{ clientId: client.id, clientSecret: client.secret, tenantId },
          ...(signIn === 'service-principal' ? { identity: 'service-principal' } : {}),
        };
  const who = signIn === 'service-principal' ? people.service : people.integration;
  let token = '';
  const signedIn = () => (token = entra.whoHas(token) === null ? entra.grant(who) : token);
  const cards = () => [...items.all.values()].map((item) => cardOf(items, items.ripe(item), place));
  return {
    ...{ organization, items, hooks, entra, pat },
    handle: (request) => engine.handle(request),
    ...('clientId' in credentials ? { accessToken: async () => signedIn() } : {}),
    connection: (baseUrl) => ({ settings: { organization: organization.name, url: baseUrl }, credentials }),
    example: exampleOf(organization, options.example ?? 'agile'),
    people: peopleOf(items, place),
    cards,
    misbehave: (mischief) => engine.misbehave(mischief),
    requests: engine.requests,
    addWebhook: (webhook) => pasted(hooks, webhook, options.pastedHooks ?? 'every'),
    get deliver() {
      return post.deliver;
    },
    set deliver(deliver) {
      post.deliver = deliver;
    },
    settled: async () => {
      hooks.tick();
      await engine.settled();
    },
    board: () =>
      halvesOf(place.board).map(({ state, label }) => ({
        ...{ state, label },
        cards: cards().filter((card) => card.state === state && card.presence === 'active'),
      })),
  };
}

/** What a person sets up by hand with an address and a password. */
function pasted(
  hooks: SandboxHooks,
  { url, secret }: { readonly url: string; readonly secret?: string },
  kind: 'every' | 'filtered',
): void {
  const basic: Record<string, string> =
    secret === undefined ? {} : { basicAuthUsername: 'patchboard', basicAuthPassword: secret };
  const subscribe = (eventType: string, publisherInputs: Record<string, string>) =>
    hooks.subscribe(
      { eventType, resourceVersion: '1.0', publisherInputs, consumerInputs: { url, ...basic } },
      people.sam,
    );
  if (kind === 'filtered') {
    subscribe('workitem.updated', { changedFields: 'System.BoardColumn' });
    subscribe('workitem.updated', { changedFields: 'System.State' });
    return;
  }
  for (const event of ['created', 'updated', 'deleted', 'restored']) {
    subscribe(`workitem.${event}`, {});
  }
}

function throttled(seconds: number, now: number): Response {
  const words =
    'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource Boards in namespace 3f0a4d0e.';
  const headers = { 'retry-after': String(seconds), ...pace(0, Math.ceil(now / 1_000) + seconds) };
  return refused(
    new ApiError(429, 'RequestBlockedException', words),
    { who: people.integration, version: null, session: null },
    headers,
  );
}
