import type { Card } from '../../src/contracts/tracker.ts';
import { advance } from '../../src/core/lifecycle/advance.ts';
import type { LinkAct } from '../../src/core/sync/link-acts.ts';
import { whyNot } from '../../src/core/sync/link-acts.ts';
import { isAtLeast } from '../../src/core/vocabulary.ts';
import type { Severity, Status } from '../../src/core/vocabulary.ts';
import type { Database, HoldRow, LinkRow } from './database.ts';
import type { ModelStore } from './model-store.ts';
import type { Watch } from './watch.ts';

/** What scans and people do to the database through the other doors, as ingest/, http/ and sync/link-acts.ts do it. */
export class Acts {
  readonly #database: Database;
  readonly #store: ModelStore;
  readonly #watch: Pick<Watch, 'breakerReset'>;
  onDeleted: (connectionId: string) => void = () => {};

  constructor(store: ModelStore, watch: Pick<Watch, 'breakerReset'>) {
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
      Object.assign(row, { state: 'paused', stateChangedAt: this.#database.clock() });
      this.#database.lanesPausedUntil.set(connectionId, Infinity);
    }
  }

  /** What waited resumes; what the tracker asked for still holds. */
  resume(connectionId: string): void {
    const row = this.#database.connection(connectionId);
    if (row.state === 'deleted') {
      return;
    }
    const now = this.#database.clock();
    Object.assign(row, { state: 'active', stateChangedAt: now });
    this.#database.lanesPausedUntil.set(connectionId, row.throttledUntil !== null && row.throttledUntil > now ? row.throttledUntil : 0);
    for (const link of this.#database.links.values()) {
      const waiting = this.#database.waiting(link.id);
      if (link.connectionId === connectionId && (link.state === 'pending' || waiting !== null)) {
        this.#store.queue.markDue('link', link.id, link.connectionId, waiting?.createdAt ?? link.createdAt);
      }
    }
    this.#store.queue.onDue(now);
  }

  /** A person renews the login. True: the connection waited for it. Where it goes on, a refusal of the old login is no news. */
  login(connectionId: string): boolean {
    const row = this.#database.connection(connectionId);
    const waited = row.state === 'unauthorized';
    if (waited) {
      this.resume(connectionId);
    } else if (row.state === 'active') {
      row.stateChangedAt = this.#database.clock();
    }
    if (row.state !== 'deleted') {
      this.#store.queue.markDue('sweep', connectionId, connectionId);
    }
    return waited;
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
        const waiting = this.#database.waiting(link.id);
        Object.assign(waiting ?? {}, { outcome: 'discarded' });
      }
    }
    for (const [key, row] of this.#database.work) {
      if (row.lane === connectionId) {
        this.#database.work.delete(key);
      }
    }
  }

  detach(link: LinkRow): void {
    if (link.state === 'detached') {
      return;
    }
    this.#store.change(link, 'a person', { state: 'detached', drift: null });
    const waiting = this.#database.waiting(link.id);
    if (waiting !== null) {
      Object.assign(waiting, { outcome: 'superseded', nextAt: null });
    }
    this.#store.supersedeHolds(link);
    this.#store.entry(link, 'link', {});
  }

  /** A new card with a new marker; the old one is listed as nobody's. Without a card the marker stays. */
  recreate(link: LinkRow): void {
    if (this.#whyNot('recreate', link) !== null) {
      return;
    }
    this.#leaveCard(link);
    const generation = link.generation + 1;
    const marker = markerOf(link.connectionId, link.vulnerabilityId, generation);
    const afresh = link.cardRef === null ? { attempts: Math.min(link.attempts, 1), drift: null } : { ...unbound, generation, marker, cardRef: null, card: null, base: null };
    this.#store.change(link, 'a person', { ...afresh, state: 'pending' });
    this.#bound(link);
  }

  /** Ties the link to a card that is there, as a person read it a moment ago. */
  attach(link: LinkRow, card: Card): void {
    const others = [...this.#database.links.values()].filter((one) => one.id !== link.id && one.connectionId === link.connectionId);
    const taken = others.some((one) => one.cardRef === card.ref || (card.marker !== null && one.marker === card.marker));
    const foreign = card.marker !== null && card.marker !== link.marker && !card.marker.startsWith(`pb-${link.connectionId}-${link.vulnerabilityId}-`);
    const outdated = link.cardRef === card.ref && link.base !== null && link.base.order > card.order;
    if (taken || foreign || outdated || this.#whyNot('attach', link) !== null) {
      return;
    }
    if (link.cardRef !== card.ref) {
      this.#leaveCard(link);
    }
    const base = { status: null, state: card.state, order: card.order, revision: card.revision, titleDigest: '', bodyDigest: '', priority: { ours: null, theirs: card.priority } };
    const pending = link.cardRef === card.ref ? link.pending : null;
    this.#store.change(link, 'a person', { ...unbound, pending, state: 'linked', cardRef: card.ref, card, base });
    this.#database.orphans.delete(`${link.connectionId}/${card.ref}`);
    this.#store.matchWaitingHints(link, card.ref);
    this.#bound(link);
  }

  #whyNot(act: LinkAct, link: LinkRow): string | null {
    return whyNot(act, {
      state: link.state,
      hasCard: link.cardRef !== null,
      discarded: link.card?.presence === 'discarded',
      quarantined: link.quarantineUntil > this.#database.clock(),
      status: this.#database.vulnerability(link.vulnerabilityId).status,
      connectionDeleted: this.#database.connection(link.connectionId).state === 'deleted',
    });
  }

  #leaveCard({ id, connectionId, cardRef }: LinkRow): void {
    if (cardRef !== null) {
      this.#database.orphans.set(`${connectionId}/${cardRef}`, { connectionId, cardRef, kind: 'replaced', linkId: id });
    }
  }

  #bound(link: LinkRow): void {
    this.#watch.breakerReset(link.id);
    this.#store.supersedeHolds(link);
    this.#store.entry(link, 'link', {});
    this.#store.openDelivery(link);
    this.#store.wake(link);
  }

  /** Retry one or all: what failed waits again. */
  retry(link: LinkRow): void {
    if (link.state === 'detached') {
      return;
    }
    if (link.base !== null && link.drift?.kind === 'refused') {
      // What a workflow refused is tried again: our side counts as not told yet.
      this.#store.change(link, 'a person', { base: { ...link.base, status: null } });
    }
    this.#store.wake(link);
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
        this.#store.change(link, 'a person', { state, recentWrites: [], ...(link.cardRef === null ? { attempts: Math.min(link.attempts, 1) } : {}) });
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

/** What a link knows of tries and losses of the card it had. */
const unbound = {
  intent: null, pending: null, attempts: 0, quarantineUntil: 0, misses: 0, missedSince: null, drift: null, recentWrites: [], cardCreatedAt: null,
} as const;

function markerOf(connectionId: string, vulnerabilityId: string, generation: number): string {
  return `pb-${connectionId}-${vulnerabilityId}-${generation}`;
}
