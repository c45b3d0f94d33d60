import { advance } from '../../src/core/lifecycle/advance.ts';
import { isAtLeast } from '../../src/core/vocabulary.ts';
import type { Severity, Status } from '../../src/core/vocabulary.ts';
import type { Database, HoldRow, LinkRow } from './database.ts';
import type { ModelStore } from './model-store.ts';
import type { Watch } from './watch.ts';

/** What scans and people do to the database through the other doors, as ingest/, http/ and sync/link-acts.ts do it. */
export class Acts {
  readonly #database: Database;
  readonly #store: ModelStore;
  readonly #watch: Watch;
  onDeleted: (connectionId: string) => void = () => {};

  constructor(store: ModelStore, watch: Watch) {
    this.#database = store.database;
    this.#store = store;
    this.#watch = watch;
  }

  /** A scan finds something new: a link for each connection whose configuration wants a card of it. */
  identify(id: string, severity: Severity, title: string): void {
    const now = this.#database.clock();
    const assetId = Number(id) % 2 === 0 ? 'even' : 'odd';
    const fresh = { id, assetId, title, severity, causedBy: 'scan', asOf: now, acceptedUntil: null, note: null, version: 1 } as const;
    this.#database.vulnerabilities.set(id, { ...fresh, status: 'identified' });
    for (const connection of this.#database.connections.values()) {
      const configuration = this.#database.configurationOf(assetId, connection.id);
      if (configuration !== null && configuration.severityMapping[severity] !== null && isAtLeast(severity, 'informational')) {
        this.#openLink(id, connection.id, configuration.id);
      }
    }
  }

  scan(id: string, saw: boolean, startedAt: number): void {
    const row = this.#database.vulnerability(id);
    const result = advance(row, { kind: saw ? 'detected' : 'absent', startedAt });
    if (result.kind === 'moves') {
      this.#store.transition(id, result.to, { kind: 'scan', cause: { scan: startedAt }, asOf: startedAt });
    }
  }

  decide(id: string, status: Status, expiresAt: number | null): void {
    const row = this.#database.vulnerability(id);
    const at = this.#database.clock();
    const until = status === 'risk_accepted' ? expiresAt : null;
    const result = advance(row, { kind: 'person', status, at, reason: 'A reason.', expiresAt: until });
    if (result.kind === 'moves') {
      this.#store.transition(id, result.to, { kind: 'person', cause: {}, asOf: at, acceptedUntil: until });
    }
  }

  expire(id: string): void {
    const row = this.#database.vulnerability(id);
    const at = this.#database.clock();
    const result = advance(row, { kind: 'expiry', at });
    if (result.kind === 'moves') {
      this.#store.transition(id, result.to, { kind: 'expiry', cause: {}, asOf: at });
    }
  }

  /** A new title or severity: every card of it shows it. */
  edit(id: string, change: { readonly title?: string; readonly severity?: Severity }): void {
    const row = this.#database.vulnerability(id);
    Object.assign(row, change);
    row.version += 1;
    this.#store.wakeLinksOf(id, null);
  }

  pause(connectionId: string): void {
    const row = this.#database.connection(connectionId);
    if (row.state === 'active') {
      row.state = 'paused';
      this.#database.lanesPausedUntil.set(connectionId, Infinity);
    }
  }

  resume(connectionId: string): void {
    const row = this.#database.connection(connectionId);
    if (row.state === 'deleted') {
      return;
    }
    row.state = 'active';
    this.#database.lanesPausedUntil.set(connectionId, 0);
    for (const link of this.#database.links.values()) {
      if (link.connectionId === connectionId && (link.state === 'pending' || this.#database.waiting(link.id) !== null)) {
        this.#store.wake(link);
      }
    }
    this.#store.queue.onDue(this.#database.clock());
  }

  /** An administrator makes this deployment the one that writes. What waited is visited again. */
  takeOver(): void {
    this.#database.mayWrite = true;
    for (const { id, state } of this.#database.connections.values()) {
      if (state === 'active') {
        this.resume(id);
      }
    }
  }

  deleteConnection(connectionId: string): void {
    this.#database.connection(connectionId).state = 'deleted';
    this.onDeleted(connectionId);
    for (const link of this.#database.links.values()) {
      if (link.connectionId === connectionId) {
        this.#store.change(link, 'a person', { state: 'detached' });
      }
    }
    for (const [key, row] of this.#database.work) {
      if (row.lane === connectionId) {
        this.#database.work.delete(key);
      }
    }
  }

  detach(link: LinkRow): void {
    this.#store.change(link, 'a person', { state: 'detached' });
    const waiting = this.#database.waiting(link.id);
    if (waiting !== null) {
      waiting.outcome = 'superseded';
    }
  }

  /** A new card with a new marker. Refused while the old one may still be on its way. */
  recreate(link: LinkRow): void {
    if (link.state === 'linked' || link.quarantineUntil > this.#database.clock() || this.#database.connection(link.connectionId).state === 'deleted') {
      return;
    }
    const generation = link.generation + 1;
    const cleared = { cardRef: null, card: null, base: null, intent: null, pending: null, drift: null, missedSince: null } as const;
    const marker = markerOf(link.connectionId, link.vulnerabilityId, generation);
    this.#store.change(link, 'a person', { ...cleared, state: 'pending', generation, marker, attempts: 0, misses: 0, recentWrites: [] });
    this.#watch.breakerReset(link.id);
    this.#store.openDelivery(link);
    this.#store.wake(link);
  }

  /** Retry one or all: what failed waits again. */
  retry(link: LinkRow): void {
    if (link.state !== 'detached') {
      this.#store.wake(link);
    }
  }

  decideHold(hold: HoldRow, approve: boolean): void {
    hold.state = approve ? 'approved' : 'rejected';
    const link = hold.linkId === null ? undefined : this.#database.links.get(hold.linkId);
    if (link === undefined) {
      return;
    }
    if (hold.kind === 'breaker') {
      if (link.state === 'held') {
        const state = link.cardRef === null ? 'pending' : 'linked';
        this.#store.change(link, 'a person', { state, recentWrites: [], ...(link.cardRef === null ? { attempts: 1 } : {}) });
        this.#watch.breakerReset(link.id);
        this.#store.wake(link);
      }
    } else if (approve) {
      const { status, among } = hold.detail as { readonly status?: Status; readonly among?: readonly Status[] };
      this.decide(link.vulnerabilityId, status ?? among?.[0] ?? 'risk_accepted', null);
    } else if (link.base !== null) {
      this.#store.change(link, 'a person', { base: { ...link.base, status: null }, drift: null });
      this.#store.wake(link);
    }
  }

  #openLink(vulnerabilityId: string, connectionId: string, configurationId: string): void {
    const id = `${connectionId}-${vulnerabilityId}`;
    if (this.#database.links.has(id)) {
      return;
    }
    const link: LinkRow = {
      id, vulnerabilityId, connectionId, configurationId,
      state: 'pending', marker: markerOf(connectionId, vulnerabilityId, 1), generation: 1,
      cardRef: null, card: null, intent: null, attempts: 0, attemptedAt: null, quarantineUntil: 0, base: null, pending: null,
      misses: 0, missedSince: null, recentWrites: [], drift: null, cardCreatedAt: null, createdAt: this.#database.clock(),
    };
    this.#database.links.set(id, link);
    this.#store.openDelivery(link);
    this.#store.wake(link);
  }
}

function markerOf(connectionId: string, vulnerabilityId: string, generation: number): string {
  return `pb-${connectionId}-${vulnerabilityId}-${generation}`;
}
