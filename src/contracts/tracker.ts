import type { z } from 'zod';
import type { Severity } from '../core/vocabulary.ts';
import type { Card, ChangePage, ConfigurationFacts, Draft, HistoryEntry, InventoryPage, Patch, Problem, RemoteState, RequiredField, Subscription, SubscriptionWish, UpdateOptions, WriteOptions } from './tracker-card.ts';
import type { HttpClient } from './tracker-http.ts';
import type { OAuth, Webhook } from './tracker-webhook.ts';

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
  /** The parts of a configuration in the order in which a person is asked for them; each once, the target first. */
  readonly stepOrder: readonly ConfigurationStep[];
  /** What a severity may be mapped to; `null` in a mapping means "no card". */
  readonly severityChoices: readonly Choice[];
  readonly defaultSeverityMapping: SeverityMapping;
  readonly traits: Traits;
  readonly webhook: Webhook | null;
  readonly oauth: OAuth | null;
  open(context: SessionContext): Session;
}

/** `fields`: those which the target demands and we do not fill. */
export const configurationSteps = ['target', 'fields', 'severity', 'status'] as const;
export type ConfigurationStep = (typeof configurationSteps)[number];

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
  /** People move cards about among its values as among remote states: another value is no other place. */
  readonly loose?: boolean;
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
  /** Whose secret a subscription sends: `ours`, as wished (the default), or one that the tracker makes and shows once. */
  readonly subscriptionSecret?: 'ours' | 'theirs';
  /** Most markers of one `findMany`, where the adapter has it. */
  readonly bulkMax?: number;
  /** What one `find` or `findMany` costs while there is no card, and one `changes` of one target when nothing changed. For estimates. */
  readonly calls: { readonly find: number; readonly changes: number };
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
  /** `find` for many markers in as few calls as `find` needs for one. At most `bulkMax` markers. */
  findMany?(markers: readonly string[], target: Target): Promise<ReadonlyMap<string, readonly Card[]>>;
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
  /** As configured; absent: not known. */
  readonly fieldDefaults?: Readonly<Record<string, unknown>>;
}

export interface CheckStep {
  readonly name: string;
  /** `unknown`: cannot be proved without writing; said honestly. */
  readonly outcome: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly message: string;
  readonly hint?: string;
}

// The parts of the contract that have a file of their own.
export type { Card, ChangePage, ConfigurationFacts, Draft, HistoryEntry, InventoryPage, Patch, Problem, RemoteState, RequiredField, Subscription, SubscriptionWish, UpdateOptions, WriteOptions } from './tracker-card.ts';
export type { ErrorClass, FaultDetail, FaultKind } from './tracker-fault.ts';
export { TrackerFault, errorClasses, faultKinds } from './tracker-fault.ts';
export type { Exchange, HttpClient, HttpRequest, HttpResponse } from './tracker-http.ts';
export type { OAuth, OAuthRequest, Tokens, Webhook, WebhookMessage, WebhookRequest } from './tracker-webhook.ts';
