import type { RichText } from '../core/rich-text.ts';
import type { Choice, SeverityMapping, Target } from './tracker.ts';

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
  /** Of a write: what came of it otherwise than expected without being refused. For people, and no reason to write again. */
  readonly notice?: string;
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
