import type { z } from 'zod';
import type { RichText } from '../core/rich-text.ts';
import type { Severity } from '../core/vocabulary.ts';

/**
 * A tracker: it translates, and does nothing else. It does not loop over cards, retry, match, map or decide.
 * A tracker folder's `index.ts` has it as its default export. What differs between trackers is data here,
 * so that no caller ever asks for a tracker's name.
 */
export interface Tracker {
  /** `businessmap`, `azure-boards`, `servicenow`, `memory`: the folder's name. */
  readonly id: string;
  readonly title: string;
  /** One line for the Integrations page. */
  readonly summary: string;
  /** The tracker's own words, for the web app: `{ card: 'work item', cards: 'work items', remoteState: 'column' }`. */
  readonly words: { readonly card: string; readonly cards: string; readonly remoteState: string };
  /**
   * Parses what a person typed (a pasted site URL in any form) into the stored settings.
   * JSON Schema for the forms is made of it; use `.meta({ title, description, examples })`.
   */
  readonly settings: z.ZodType<Settings>;
  /** Write-only. Each field with `.meta({ title, description, secret: true })`. A union where there are several ways in. */
  readonly credentials: z.ZodType<Credentials>;
  /** The origin (`https://host[:port]`) that credentials of these settings may be sent to. Sealing is bound to it. */
  origin(settings: Settings): string;
  /** Origins beside `origin` that this tracker talks to with these settings (token endpoints). */
  otherOrigins?(settings: Settings, environment: TrackerEnvironment): readonly string[];
  readonly targetSteps: readonly TargetStep[];
  /** What a severity may be mapped to; `null` in a mapping means "no card". */
  readonly severityChoices: readonly Choice[];
  readonly defaultSeverityMapping: SeverityMapping;
  readonly traits: Traits;
  readonly webhook: Webhook | null;
  readonly oauth: OAuth | null;
  open(context: SessionContext): Session;
}

export type Settings = Readonly<Record<string, unknown>>;
export type Credentials = Readonly<Record<string, unknown>>;
/** Step id → value, as chosen. */
export type Target = Readonly<Record<string, string>>;
export type SeverityMapping = Readonly<Record<Severity, string | null>>;

export interface Choice {
  readonly value: string;
  /** The tracker's own name. */
  readonly label: string;
  readonly description?: string;
}

export interface TargetStep {
  readonly id: string;
  readonly label: string;
  readonly optional?: boolean;
  /** A value that discovery does not list may be typed. */
  readonly freeEntry?: boolean;
}

/** Facts on which the sync engine rests, per tracker. Times in milliseconds. */
export interface Traits {
  /** `update` with a revision fails as `stale` when the card moved on. Else the engine detects gaps by revision. */
  readonly conditionalWrite: boolean;
  /** How long after a create the marker search may still miss the card. */
  readonly searchLagMs: number;
  /** `find` sees a card that was archived or deleted softly. */
  readonly findsHidden: boolean;
  /** A missing card and a forbidden one look alike. */
  readonly hidesForbidden: boolean;
  /** `changes` exists and is worth asking; false: only the inventory finds changes. */
  readonly changeCursor: boolean;
  /** Titles longer than this (UTF-16 units) are cut by the renderer before `create` sees them. */
  readonly titleMax: number;
  /** Starting pace; learned limits replace it. */
  readonly pace: Pace;
  /** Lifetime of a card's history the adapter can give (`history`). */
  readonly history: boolean;
  /** The longest webhook address the tracker takes. */
  readonly webhookUrlMax: number | null;
  /** How an address of a webhook is made known to the tracker: `api` (subscriptions verbs exist), `manual`, `none`. */
  readonly subscriptions: 'api' | 'manual' | 'none';
  /** Most cards of one `findMany` or `createMany`, where the adapter has them. */
  readonly bulkMax?: number;
}

export interface Pace {
  readonly concurrency: number;
  readonly callsPerMinute: number | null;
  readonly callsPerHour: number | null;
}

export interface SessionContext {
  readonly settings: Settings;
  readonly credentials: Credentials;
  /** The current access token of an OAuth connection; refreshes by itself. Rejects with TrackerFault `unauthorized`. */
  readonly accessToken: (options?: { readonly rejected?: string }) => Promise<string>;
  readonly http: HttpClient;
  /** Milliseconds since the epoch, from the Env. */
  readonly now: () => number;
  /** Adapters report what the tracker's headers say, also on success. */
  readonly onPace: (hint: PaceHint) => void;
  readonly environment: TrackerEnvironment;
}

/** Operator's settings which a tracker may need; from config.ts. */
export interface TrackerEnvironment {
  readonly entraAuthority: string;
}

export interface PaceHint {
  /** Ask nothing of this connection before so many milliseconds have gone. */
  readonly pauseMs?: number;
  readonly callsPerMinute?: number;
  readonly callsPerHour?: number;
  readonly callsLeftThisMinute?: number;
  readonly callsLeftThisHour?: number;
  readonly because?: string;
}

/** One signed-in conversation. Every verb may throw a TrackerFault and nothing else. */
export interface Session {
  /** A checklist, in order, each line with what it means and how to mend it. Writes nothing. Never throws. */
  check(targets: readonly CheckTarget[]): AsyncIterable<CheckStep>;
  /** The card as it is now. `gone` if it cannot be seen. Archived and discarded cards are read, not gone. */
  read(ref: string): Promise<Card>;
  /** Several at once, in as few calls as the tracker allows. A card that cannot be seen is `null`. */
  readMany(refs: readonly string[]): Promise<ReadonlyMap<string, Card | null>>;
  /**
   * Every card that carries exactly this marker, archived and deleted ones too where the tracker can tell,
   * lowest (oldest) first. Each hit is verified: a filter that the tracker ignored must not adopt a stranger's card.
   * An error while looking is a fault, never an empty answer.
   */
  find(marker: string, target: Target): Promise<readonly Card[]>;
  /** One card, with its marker from birth. One write attempt; no retry inside. */
  create(draft: Draft, options: WriteOptions): Promise<Card>;
  /** `find` for many markers in as few calls as `find` needs for one; for backfills. At most `bulkMax` markers. */
  findMany?(markers: readonly string[], target: Target): Promise<ReadonlyMap<string, readonly Card[]>>;
  /**
   * Many cards of one target in one write. Every draft has its own outcome: its card, or a fault. `uncertain` where nobody can
   * know, also after a refusal, since no tracker promises that a refused batch left nothing behind. At most `bulkMax` drafts.
   */
  createMany?(
    drafts: readonly Draft[],
    options: WriteOptions,
  ): Promise<ReadonlyMap<string, Card | TrackerFault>>;
  /**
   * One logical change. `revision` is that of the card on which the decision rests: with `conditionalWrite`
   * a card that moved on is `stale` and nothing is written. Returns the card after it.
   */
  update(ref: string, patch: Patch, options: UpdateOptions): Promise<Card>;
  /** Cards changed since the cursor, `null` meaning from now on. May repeat a card; must never skip one. */
  changes(cursor: string | null, targets: readonly Target[]): Promise<ChangePage>;
  /** Every card of the targets that carries any marker: for the id comparison and the duplicate sweep. */
  inventory(cursor: string | null, targets: readonly Target[]): Promise<InventoryPage>;
  /** What happened to a card after `sinceOrder`, oldest first. Only with the `history` trait. */
  history?(ref: string, sinceOrder: number): Promise<readonly HistoryEntry[]>;
  /** Options of one target step, given the earlier choices, in the tracker's own order. */
  targetOptions(step: string, chosen: Target): Promise<readonly Choice[]>;
  /** Remote states of a target in board order. */
  remoteStates(target: Target): Promise<readonly RemoteState[]>;
  /** Fields which the target demands and which we do not fill by ourselves. */
  requiredFields(target: Target): Promise<readonly RequiredField[]>;
  /** Severity choices as this target has them, where they differ from the tracker's general ones. */
  severityChoices?(target: Target): Promise<readonly Choice[]>;
  /**
   * What is wrong with a configuration as the tracker is today: a column that is gone (with the name it had, if known),
   * a state that the workflow never lets us reach, a required field without a value. Empty: all is well.
   */
  validate(configuration: ConfigurationFacts): Promise<readonly Problem[]>;
  /** What the card would be on the wire, for the preview. Pure; no call. */
  render(
    draft: Draft,
  ): Promise<{
    readonly title: string;
    readonly body: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }>;
  /** Only where traits.subscriptions is `api`. Lists before it creates; never makes a second one. */
  ensureSubscriptions?(wanted: SubscriptionWish): Promise<readonly Subscription[]>;
  inspectSubscriptions?(wanted: SubscriptionWish): Promise<readonly Subscription[]>;
  removeSubscriptions?(wanted: SubscriptionWish): Promise<void>;
}

export interface CheckTarget {
  readonly name: string;
  readonly target: Target;
  readonly remoteStates: readonly string[];
}

export interface CheckStep {
  readonly name: string;
  /** `unknown`: cannot be proved without writing; said honestly. */
  readonly outcome: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly message: string;
  readonly hint?: string;
}

/** A card as read. Marker and place are the tracker's truth, not our memory. */
export interface Card {
  /** Immutable id in the tracker; what links hold. */
  readonly ref: string;
  /** What people call it: `#12`, `INC0010001`. */
  readonly key: string;
  readonly url: string;
  /** Opaque; equal revisions are the same state of the card. */
  readonly revision: string;
  /** Grows with every change of this card; never compared between cards. */
  readonly order: number;
  readonly marker: string | null;
  readonly presence: 'active' | 'archived' | 'discarded';
  /** Value of the remote state, as `remoteStates` lists them. */
  readonly state: string;
  readonly stateLabel: string;
  /** Where the card is now, in target steps as far as the card tells. */
  readonly place: Target;
  readonly title: string;
  /** Value among the severity choices; null: none, or a value we must leave alone. */
  readonly priority: string | null;
  readonly assignee: string | null;
  readonly labels: readonly string[];
  /** RFC 3339, UTC. */
  readonly changedAt: string | null;
}

export interface Draft {
  readonly marker: string;
  readonly target: Target;
  readonly state: string;
  readonly title: string;
  readonly body: RichText;
  readonly priority: string | null;
  /** Link back to the vulnerability. */
  readonly url: string;
  /** RFC 3339; only if the configuration wants it. */
  readonly dueAt?: string | null;
  /** The configuration's fieldDefaults. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Only what is given is changed. All of it goes in one write where the tracker allows. */
export interface Patch {
  readonly state?: string;
  /** Where to move the card, with `state`: lane, workflow …; only when the user asked to move it. */
  readonly target?: Target;
  readonly title?: string;
  readonly body?: RichText;
  readonly priority?: string | null;
  readonly dueAt?: string | null;
  /** Seen by people on the card: why it moved. */
  readonly comment?: RichText;
  /** Bring an archived or discarded card back before the change. */
  readonly restore?: boolean;
  /** Fields that a state asks for (close code, resolution), from the configuration. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface WriteOptions {
  /** The request is not handed to the socket after this `performance.now()`-like moment of `HttpClient.now()`. */
  readonly sendBefore: number;
}

export interface UpdateOptions extends WriteOptions {
  readonly revision: string;
  /** The card as it was read, for adapters which need its place or type to write. */
  readonly card: Card;
}

export interface ChangePage {
  readonly changes: readonly {
    readonly ref: string;
    readonly order: number | null;
    readonly marker?: string | null;
  }[];
  readonly cursor: string;
  readonly more: boolean;
}

export interface InventoryPage {
  readonly cards: readonly {
    readonly ref: string;
    readonly marker: string | null;
    readonly order: number | null;
  }[];
  /** Null: that was the last page. */
  readonly cursor: string | null;
}

export interface HistoryEntry {
  readonly order: number;
  readonly at: string | null;
  readonly by: string | null;
  /** The state after this change, where it tells. */
  readonly state: string | null;
}

export interface RemoteState extends Choice {
  readonly category?: 'waiting' | 'requested' | 'in_progress' | 'done' | 'removed';
  /** Fields which the tracker demands on the way into this state. */
  readonly requiredFields?: readonly RequiredField[];
}

export interface RequiredField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'number' | 'date' | 'choice' | 'boolean' | 'user';
  readonly choices?: readonly Choice[];
  readonly default?: string | null;
  /** Asked for only when the card moves into this remote state. */
  readonly onState?: string;
}

export interface ConfigurationFacts {
  readonly target: Target;
  /** Remote states that the mapping names, with the label each had when it was saved. */
  readonly remoteStates: readonly {
    readonly value: string;
    readonly label: string | null;
    readonly status: string;
  }[];
  readonly severityMapping: SeverityMapping;
  readonly fieldDefaults: Readonly<Record<string, unknown>>;
}

export interface Problem {
  /** `blocking`: no card can be created or moved; `warning`: shown, allowed. */
  readonly kind: 'blocking' | 'warning';
  /** Dot path in the configuration: `target.lane`, `statusMapping.fixed`, `fieldDefaults.x`. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export interface SubscriptionWish {
  readonly url: string;
  readonly secret: string;
  readonly targets: readonly Target[];
  /** Ids and tracker-made secrets which we stored of earlier ones. */
  readonly known: readonly { readonly id: string; readonly secret?: string }[];
}

export interface Subscription {
  readonly id: string;
  readonly state: 'active' | 'degraded' | 'disabled' | 'missing';
  readonly describes: string;
  /** Where the tracker itself makes the secret and shows it once. */
  readonly secret?: string;
  readonly message?: string;
}

export interface Webhook {
  /** How the sender may prove itself, beside the token in the address. */
  readonly secret: 'header' | 'basic' | 'hmac' | 'none';
  /** Steps in the tracker's own words, Markdown, with `{url}` and `{secret}` to fill. */
  readonly instructions: string;
  /** Constant-time. Called only when a secret is set for the connection. */
  isGenuine(request: WebhookRequest, secrets: readonly string[]): boolean;
  /**
   * When the sender says that it signed, in milliseconds since the epoch; null: it does not say. Only where a signature
   * covers the time; whoever has a clock refuses what is older than five minutes.
   */
  signedAt?(request: WebhookRequest): number | null;
  /** Reads a genuine request. Never throws: garbage is an answer. */
  read(request: WebhookRequest): WebhookMessage;
}

export interface WebhookRequest {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** A webhook is a hint: it says where to look, and nothing in it is believed. */
export type WebhookMessage =
  | {
      readonly kind: 'cards';
      readonly refs: readonly string[];
      readonly deliveryId: string | null;
      readonly event: string;
    }
  | { readonly kind: 'structure'; readonly deliveryId: string | null; readonly event: string }
  | { readonly kind: 'test'; readonly event: string }
  | { readonly kind: 'ignored'; readonly event: string; readonly because: string }
  | { readonly kind: 'garbage'; readonly because: string };

/** OAuth 2.0, authorization code or client credentials. The engine keeps the tokens and refreshes them once for all. */
export interface OAuth {
  /** Path under PATCHBOARD_PUBLIC_URL to which the browser comes back. */
  readonly callbackPath: string;
  /** Whether these credentials go through a login (else the adapter uses them directly, as with a personal access token). */
  applies(credentials: Credentials): boolean;
  /** `interactive`: a person logs in; `unattended`: `refresh` works from the credentials alone (client credentials). */
  flow(credentials: Credentials): 'interactive' | 'unattended';
  authorizationUrl(
    request: OAuthRequest & { readonly state: string; readonly codeChallenge: string },
  ): string;
  /** Exchanges the code. Faults: `unauthorized` (final), `unavailable`, `throttled`, `nonsense`. */
  exchange(request: OAuthRequest & { readonly code: string; readonly codeVerifier: string }): Promise<Tokens>;
  /** `unauthorized` means: log in again. A passing trouble is `unavailable` or `throttled`. */
  refresh(request: OAuthRequest & { readonly refreshToken: string | null }): Promise<Tokens>;
  revoke?(request: OAuthRequest & { readonly tokens: Tokens }): Promise<void>;
  /** A person's words for an `error` which came back on the redirect. */
  explain(error: string, description: string | null): string;
}

export interface OAuthRequest {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly redirectUri: string;
  readonly http: HttpClient;
  readonly environment: TrackerEnvironment;
  readonly now: () => number;
}

/** Kept sealed. Times in milliseconds since the epoch. */
export interface Tokens {
  readonly accessToken: string;
  /** Null where the tracker gave none and an older one stays valid. */
  readonly refreshToken: string | null;
  readonly expiresAt: number;
  /** When the refresh token ends for good; null: unknown or sliding. */
  readonly refreshExpiresAt: number | null;
}

// ---- Faults: the closed list of ways to fail, for which the sync engine has one answer each. ----

export const faultKinds = [
  'unauthorized', // who we are is not accepted: pause the connection, log in again. Nothing was written.
  'forbidden', // known, but not allowed. Nothing was written.
  'rejected', // this content or transition is refused: a person must mend it. Nothing was written.
  'gone', // the card (or target) cannot be seen.
  'stale', // the card moved on since the revision. Nothing was written.
  'throttled', // too many calls; retryAfterMs. Nothing was written.
  'unavailable', // nothing was written, try later.
  'uncertain', // a write that may or may not have happened.
  'nonsense', // an answer to a read that is not what the API says (sign-in page, sleeping instance, wrong shape).
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What behaviour.md names an error's class for people. */
export const errorClasses = [
  'auth',
  'permission',
  'not_found',
  'validation',
  'workflow',
  'conflict',
  'throttled',
  'unavailable',
  'timeout',
  'bug',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

export interface FaultDetail {
  readonly errorClass?: ErrorClass;
  readonly httpStatus?: number;
  readonly retryAfterMs?: number;
  /** The tracker's own message, cut to 2,000 characters, without secrets. */
  readonly trackerMessage?: string;
  /** The tracker's own error code or support reference. */
  readonly trackerCode?: string;
  /** How a person mends it. */
  readonly hint?: string;
  readonly fields?: readonly { readonly name: string; readonly message: string }[];
  readonly cause?: unknown;
}

const classOfKind: Record<FaultKind, ErrorClass> = {
  unauthorized: 'auth',
  forbidden: 'permission',
  rejected: 'validation',
  gone: 'not_found',
  stale: 'conflict',
  throttled: 'throttled',
  unavailable: 'unavailable',
  uncertain: 'timeout',
  nonsense: 'unavailable',
};

export class TrackerFault extends Error {
  readonly kind: FaultKind;
  readonly detail: FaultDetail & { readonly errorClass: ErrorClass };

  constructor(kind: FaultKind, message: string, detail: FaultDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'TrackerFault';
    this.kind = kind;
    this.detail = { ...detail, errorClass: detail.errorClass ?? classOfKind[kind] };
  }
}

// ---- The one guarded client (made by trackers/kit/http.ts; faked by no test, only by the simulation's wire). ----

export interface HttpClient {
  /**
   * One request, one attempt: no retry, no redirect, no cookie. Checks the origin against those of the connection, the address
   * that is really used, the deadline, the size. Returns any HTTP answer, whatever its status. Throws TrackerFault:
   * `unavailable` when surely nothing was executed, `uncertain` when a write may have been, `nonsense`/`unavailable` for reads.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Monotonic milliseconds. */
  now(): number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is; anything else as JSON. */
  readonly body?: unknown;
  /** `write`: its outcome matters after a lost answer. A POST that only reads (a query) is a `read`. */
  readonly purpose: 'read' | 'write';
  /** For writes; see WriteOptions. */
  readonly sendBefore?: number;
  /** Header and body field names whose values are never recorded. The client adds the usual ones. */
  readonly secretFields?: readonly string[];
  readonly timeoutMs?: number;
  /** Only addresses inside the operator's allowed networks: for hosts that are not the tracker vendor's own. */
  readonly ownNetworkOnly?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; several values of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded text without BOM; at most the client's limit. */
  readonly text: string;
}

/** What Sync activity keeps of one exchange: redacted, bounded. */
export interface Exchange {
  readonly at: string;
  readonly method: string;
  /** Without query values that are secret. */
  readonly url: string;
  readonly requestBody: string | null;
  readonly status: number | null;
  readonly responseBody: string | null;
  readonly durationMs: number;
  readonly error: string | null;
}
