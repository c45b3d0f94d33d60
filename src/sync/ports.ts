import type { Card, ChangePage, Exchange, FaultKind, InventoryPage, PaceHint, Session, Target, Tracker, WebhookMessage } from '../contracts/tracker.ts';
import type { CardLayout } from '../core/mapping/card-text.ts';
import type { Overwritten, Pending } from '../core/sync/pending.ts';
import type { Base, Conflict, Drift, Hold } from '../core/sync/reconcile.ts';
import type { LinkState, Status } from '../core/vocabulary.ts';
import type { ConfigurationFacts, ConnectionFacts, VulnerabilityFacts } from './facts.ts';
import type { LookAhead } from './look-ahead.ts';

/**
 * All time, randomness and I/O of the sync engine. Production and the deterministic simulation differ in this object
 * alone. Times are milliseconds since the epoch, unless `monotonic`.
 */
export interface SyncEnv {
  readonly now: () => number;
  /** For deadlines; the same clock as HttpClient.now(). */
  readonly monotonic: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly digest: (text: string) => string;
  readonly store: SyncStore;
  /** Signs in to a tracker; what it exchanges and learns of the pace is collected in `record`. */
  readonly openSession: (connection: ConnectionFacts, record: SessionRecord) => Session;
  readonly tracker: (id: string) => Tracker;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly looks: LookAhead;
  readonly bounds: Bounds;
  /** Address of the web app, for links back. */
  readonly publicUrl: string;
}

/** The times on which "exactly one card" rests; printed in the docs. Milliseconds. */
export interface Bounds {
  /** From the intent's commit to the moment the request is handed to the socket. */
  readonly sendWindowMs: number;
  /**
   * How long nobody may conclude that a write of unknown outcome did not happen: the send window, the longest time after
   * which a tracker still executes what it was sent, and a minute until a search shows it.
   */
  readonly quarantineMs: number;
}

export interface SessionRecord {
  readonly exchanges: Exchange[];
  readonly hints: PaceHint[];
  calls: number;
}

export interface LinkFacts {
  readonly id: string;
  readonly state: LinkState;
  readonly marker: string;
  readonly cardRef: string | null;
  readonly base: Base | null;
  readonly intent: Intent | null;
  readonly attempts: number;
  readonly quarantineUntil: number;
  readonly misses: number;
  readonly missedSince: number | null;
  readonly recentWrites: readonly number[];
  readonly drift: (Drift & { readonly since?: string }) | null;
  /** A change of the card that was about to be sent and whose outcome is not recorded. */
  readonly pending: Pending | null;
  /** Marker of another card which was created after this link's last try: a search that shows it has caught up. */
  readonly probe: string | null;
  /** A person asked that the card be moved to where its configuration says. */
  readonly moveWanted: boolean;
  /** The outbound delivery that waits for this visit, if any. */
  readonly deliveryId: string | null;
}

/** What a create was sent with: the base is made of it, not of what comes back. */
export interface Intent {
  readonly configurationId: string;
  readonly base: Omit<Base, 'order' | 'revision'>;
}

/** Everything one visit decides on, read in one statement. */
export interface Visit {
  /** The database's clock at the read. No worker's own clock decides anything. */
  readonly asOf: number;
  readonly link: LinkFacts;
  readonly connection: ConnectionFacts;
  /** Null: no configuration applies any more. */
  readonly configuration: ConfigurationFacts | null;
  readonly vulnerability: VulnerabilityFacts;
  /** False: another deployment owns the trackers (a copied database); nothing is written to them. */
  readonly mayWrite: boolean;
  readonly titlePrefix: string;
  readonly cardLayout: CardLayout;
}

/** Names the visit, so that only the owner of the lease records its outcome. */
export interface Lease {
  readonly kind: string;
  readonly key: string;
  readonly token: string;
}

export interface Attempt {
  readonly act: 'create' | 'update' | 'adopt' | 'pull' | 'read';
  readonly fault: FaultKind | null;
  readonly errorClass: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly exchanges: readonly Exchange[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Settlement {
  readonly linkId: string;
  readonly lease: Lease;
  readonly card: Card;
  readonly base: Base;
  readonly configurationId: string;
  readonly configurationVersion: number;
  /** The vulnerability's version on which the visit decided. */
  readonly version: string;
  /** The base's status when the visit read it. If there is none by now, a person asked that what was refused be tried again: it stays asked. */
  readonly agreedBefore: Status | null;
  readonly pull: { readonly status: Status; readonly because: string; readonly by: string } | null;
  readonly hold: Hold | null;
  readonly drift: Drift | null;
  readonly conflict: Conflict | null;
  /** People's moves that our write replaced unseen, as the card's history tells afterwards. */
  readonly overwritten: readonly Overwritten[];
  readonly note: string | null;
  readonly pushed: readonly string[];
  /** What became of a wish that the card be moved; null: there is none, or it stands. */
  readonly moved: 'moved' | 'left' | null;
  readonly attempt: Attempt | null;
  readonly deliveryId: string | null;
}

export type Settled =
  | 'settled'
  /** What was read does not hold any more, visit again: nothing was recorded, or (`reconfigured`) all but how the card differs. */
  | 'moved on'
  | 'reconfigured'
  /** Another visit owns the link now, or its base is newer: nothing was recorded. */
  | 'superseded';

/** Each method is one short transaction; none is open during a network call. */
export interface SyncStore {
  loadVisit(linkId: string): Promise<Visit | null>;
  /** Beside this link: those of a configuration that are due and for which no card was ever sent. The longest due first. */
  untriedLinks(linkId: string, configurationId: string, most: number): Promise<readonly { readonly id: string; readonly marker: string }[]>;
  /**
   * Before a create is sent: attempt counted, values kept, quarantine begun. False: the lease, the link, the connection or
   * the configuration is no longer what the visit saw; nothing may be sent.
   */
  commitIntent(wish: {
    readonly linkId: string;
    readonly lease: Lease;
    readonly marker: string;
    readonly version: string;
    readonly configurationVersion: number;
    readonly intent: Intent;
    readonly quarantineMs: number;
  }): Promise<boolean>;
  /** The create surely did not happen. Nothing is withdrawn if another visit has taken over: the try is no longer ours. */
  withdrawIntent(linkId: string, lease: Lease): Promise<void>;
  /**
   * A card is known for a link. Compare-and-set on "no card yet", even from a stale lease: it is true information.
   * Answers false if another card is linked already; this one is then listed as an orphan.
   */
  recordCard(found: {
    readonly linkId: string;
    /** Where it is listed if the link is gone by now. */
    readonly connectionId: string;
    readonly card: Card;
    readonly base: Base;
    readonly configurationId: string;
    readonly attempt: Attempt;
    readonly duplicates: readonly Card[];
  }): Promise<boolean>;
  /**
   * Before a change of a card is sent: what will have been written, and the loser's value of a conflict, are in the database.
   * False: the lease, the link, the vulnerability, the connection or the configuration is no longer what the visit saw;
   * nothing may be sent.
   */
  commitPush(wish: {
    readonly linkId: string;
    readonly lease: Lease;
    readonly card: Card;
    readonly version: string;
    readonly configurationId: string;
    readonly configurationVersion: number;
    readonly pending: Omit<Pending, 'until'>;
    /** As in a settlement. */
    readonly agreedBefore: Status | null;
    /** The last agreement in the light of an earlier write, whose outcome is known by now and which this one replaces. */
    readonly base: Base;
    /** People's moves that the earlier write replaced unseen. */
    readonly overwritten: readonly Overwritten[];
    /** How long its outcome may stay open. */
    readonly openMs: number;
    readonly conflict: Conflict | null;
    readonly note: string | null;
  }): Promise<boolean>;
  /** The change surely did not happen. As with an intent, only the visit that committed it withdraws it. */
  withdrawPush(linkId: string, lease: Lease): Promise<void>;
  settle(settlement: Settlement): Promise<Settled>;
  /**
   * A visit that could not finish: kept for Sync activity, with when it is tried again (null: it waits for a person). After a
   * takeover nothing is kept: nobody comes back for what a visit that is not the owner any more would say is waiting.
   */
  recordFault(failed: {
    readonly linkId: string;
    readonly lease: Lease;
    readonly attempt: Attempt;
    readonly deliveryId: string | null;
    readonly nextAt: number | null;
    /** Why the tracker's workflow does not let the card go where it belongs: the difference is shown as long as it lasts. */
    readonly refusal: string | null;
  }): Promise<void>;
  /** The visit found nothing to do for a waiting delivery. */
  supersede(deliveryId: string, because: string): Promise<void>;
  /** Null: the visit was taken over, and what it did not see says nothing any more. */
  recordMiss(linkId: string, lease: Lease): Promise<MissCount | null>;
  /** Not applied by a visit that was taken over, nor to a link that a person detached, or gave another card, meanwhile. */
  setLinkState(change: {
    readonly linkId: string;
    readonly lease: Lease;
    readonly cardRef: string | null;
    readonly state: 'lost' | 'inaccessible';
    readonly because: string;
  }): Promise<void>;
  /** The link waits, and a person is asked, in one transaction: neither is ever without the other. Like `setLinkState`. */
  holdLink(hold: {
    readonly linkId: string;
    readonly lease: Lease;
    readonly cardRef: string | null;
    readonly because: string;
    readonly summary: string;
    readonly detail: Readonly<Record<string, unknown>>;
  }): Promise<void>;
  openHold(hold: {
    readonly kind: 'lost_cards';
    readonly connectionId: string;
    readonly summary: string;
    readonly detail: Readonly<Record<string, unknown>>;
  }): Promise<void>;
  /** `unauthorized` stops the connection's outgoing work; nothing fails, all of it resumes after the login. */
  haltConnection(connectionId: string, state: 'unauthorized', because: string, asOf: number): Promise<void>;
  /** Nothing of the connection is asked for so long, by the database's clock. */
  throttle(connectionId: string, pauseMs: number): Promise<void>;
  learnPace(connectionId: string, hints: readonly PaceHint[]): Promise<void>;
  noteConnection(
    connectionId: string,
    note: { readonly pushed?: boolean; readonly pulled?: boolean; readonly fault?: string | null },
  ): Promise<void>;
  flagConfiguration(configurationId: string, attention: string): Promise<void>;
  loadSweep(connectionId: string): Promise<SweepStart | null>;
  /**
   * Links whose base is older than the change are due, and the cursor moves, in one transaction. False: the cursor is not
   * where this sweep found it, so another sweep goes on from there; ours must not carry it past what nobody has read.
   */
  recordChanges(connectionId: string, page: ReadChanges): Promise<boolean>;
  /** Cards with a marker of ours against links: strangers are listed, differences are visited. */
  recordInventory(connectionId: string, cards: InventoryPage['cards'], beganAt: number): Promise<void>;
  /** Stores a webhook and marks the cards it names due. It is kept once, however often it comes. */
  keepHint(hint: Hint): Promise<void>;
}

export interface ReadChanges extends Pick<ChangePage, 'changes' | 'cursor'> {
  /** The cursor with which they were asked for. */
  readonly since: string | null;
}

/** How often a card was not seen, and how many of its connection are not seen just now. */
export interface MissCount {
  readonly misses: number;
  readonly missedSince: number;
  readonly missing: number;
  readonly linked: number;
}

/** What a sweep of a connection starts from. */
export interface SweepStart {
  /** The database's clock. */
  readonly asOf: number;
  readonly connection: ConnectionFacts;
  readonly targets: readonly Target[];
  readonly cursor: string | null;
  /** When the last comparison of all cards began; null: never. */
  readonly inventoryAt: number | null;
}

/** A genuine webhook, as read by its tracker. Nothing in it is believed. */
export interface Hint {
  readonly connectionId: string;
  readonly message: WebhookMessage;
  /** Null: the sender gives none, and every message is its own. */
  readonly deliveryKey: string | null;
  readonly body: Uint8Array;
  readonly tracker: string;
}

// What a visit reads has a file of its own.
export type { ConfigurationFacts, ConnectionFacts, VulnerabilityFacts } from './facts.ts';
