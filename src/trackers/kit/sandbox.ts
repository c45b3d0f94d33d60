import type { Credentials, Settings, Target } from '../../contracts/tracker.ts';

/**
 * A tracker on the desk: speaks the tracker's own HTTP, keeps cards, has people who use it, and can be told to misbehave.
 * A tracker folder's `sandbox.ts` exports `makeSandbox(options): Sandbox`.
 */
export interface Sandbox {
  /** The tracker's HTTP. A rejection means that the connection is cut without an answer. */
  handle(request: Request): Promise<Response>;
  /** What a person would type to connect to this sandbox when it is served at `baseUrl`. */
  connection(baseUrl: string): { readonly settings: Settings; readonly credentials: Credentials };
  /** Ready-made choices on the sandbox's first board, for tests and the demo. */
  readonly example: SandboxExample;
  readonly people: SandboxPeople;
  /** Every card there ever was, deleted ones too, oldest first. */
  cards(): readonly SandboxCard[];
  /** Adds a fault; it applies to matching requests until its times are used up. Returns a function that ends it. */
  misbehave(mischief: Mischief): () => void;
  /** Every request so far, oldest first, for contract and pace checks (bounded to the last 10,000). */
  readonly requests: readonly SandboxRequest[];
  /** The sandbox's webhooks as a person pasted them; API-made ones appear too. */
  addWebhook(webhook: { readonly url: string; readonly secret?: string }): void;
  /** How webhook deliveries leave. Tests replace it; the default posts over HTTP. */
  deliver: (delivery: SandboxDelivery) => Promise<number>;
  /** Resolves when no webhook delivery is under way. */
  settled(): Promise<void>;
  /** For the demo's board page: columns in order with their cards. */
  board(): readonly SandboxColumn[];
  /** Where the tracker wants a login: an access token as a connection holds it after one. */
  accessToken?(): Promise<string>;
}

export interface SandboxExample {
  readonly target: Target;
  /** Another valid place (board, lane, table) where there is one. */
  readonly otherTarget?: Target;
  /** Status → remote state value, in the six names of the API's statusMapping. */
  readonly statusMapping: Readonly<{
    identified: string;
    inProgress: string;
    awaitingValidation: string;
    riskAccepted: string;
    falsePositive: string;
    fixed: string;
  }>;
  readonly fieldDefaults: Readonly<Record<string, unknown>>;
  /** A remote state of the target to which the mapping gives no status. */
  readonly unmappedState: string;
}

export interface SandboxPeople {
  move(ref: string, state: string): Promise<void>;
  edit(
    ref: string,
    change: { title?: string; priority?: string | null; assignee?: string | null; labels?: string[] },
  ): Promise<void>;
  comment(ref: string, text: string): Promise<void>;
  /** Moves it to another board, lane or table, if the tracker has such. */
  moveAway(ref: string): Promise<void>;
  archive(ref: string): Promise<void>;
  discard(ref: string): Promise<void>;
  restore(ref: string): Promise<void>;
  /** For good, or as far as the tracker's people can. */
  remove(ref: string): Promise<void>;
  /** Makes a copy with the same marker; returns its ref. */
  clone(ref: string): Promise<string>;
  /** The integration's account no longer sees the card. */
  hide(ref: string): Promise<void>;
  /** Deletes (or renames away) a remote state of the board. */
  removeState(state: string): Promise<void>;
}

export interface SandboxCard {
  readonly ref: string;
  readonly key: string;
  readonly marker: string | null;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly stateLabel: string;
  readonly priority: string | null;
  readonly presence: 'active' | 'archived' | 'discarded' | 'deleted';
  readonly revision: number;
  readonly comments: readonly string[];
  /** Fields as the tracker's JSON has them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SandboxColumn {
  readonly state: string;
  readonly label: string;
  readonly cards: readonly SandboxCard[];
}

export interface SandboxRequest {
  readonly at: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly status: number | null;
}

export interface SandboxDelivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Mischief = {
  /** Which requests; default all. */
  readonly when?: (request: {
    readonly method: string;
    readonly path: string;
    readonly body: string | null;
  }) => boolean;
  /** How often; default 1; Infinity until ended. */
  readonly times?: number;
} & (
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body: string;
      readonly executed?: boolean;
    }
  /** The request is executed and its answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** The connection is cut before anything is executed. */
  | { readonly kind: 'lose-request' }
  /** 200 with a sign-in page. */
  | { readonly kind: 'sign-in-page'; readonly executed?: boolean }
  /** The tracker's own way to say 429. */
  | { readonly kind: 'throttle'; readonly retryAfterSeconds: number }
  /** The tracker's own way to refuse the credentials. */
  | { readonly kind: 'refuse-credentials' }
  /** The tracker's own way to be down or asleep. */
  | { readonly kind: 'outage' }
  | { readonly kind: 'latency'; readonly ms: number }
  /** New cards are not found by searches for so long. */
  | { readonly kind: 'search-lag'; readonly ms: number }
  /** Filters of lists and searches are ignored without a word, as after a renamed field: strangers' cards come back. */
  | { readonly kind: 'ignore-filters' }
  /** Executed only after so long, while the answer is lost at once. */
  | { readonly kind: 'late'; readonly ms: number }
  | {
      readonly kind: 'webhooks';
      readonly lose?: number;
      readonly duplicate?: number;
      readonly delayMs?: number;
    }
);

export interface SandboxOptions {
  /** Milliseconds since the epoch; tests give their own. */
  readonly now?: () => number;
  /** Default: no rate limit, so that tests are quick; the conformance and demo sandboxes set the real one. */
  readonly rateLimit?: boolean;
  readonly latencyMs?: number;
  /** Who connects: a person who logs in, where the tracker has that beside a key. Default: as each sandbox says. */
  readonly login?: 'person';
  /** In [0, 1); tests and simulations give their own. */
  readonly random?: () => number;
}
