import type { InventoryPage } from '../../src/contracts/tracker.ts';
import { advance } from '../../src/core/lifecycle/advance.ts';
import type { Hint, ReadChanges, Settled, Settlement, SweepStart, SyncStore, Visit } from '../../src/sync/ports.ts';
import type { LinkRow } from './database.ts';
import { tokenOf } from './database.ts';
import { ModelTables } from './model-tables.ts';
import { stillAsked, visitOf } from './model-visit.ts';

/** The store port without its promises: every method is one transaction, and takes effect at once or not at all. */
export type Immediate<Port> = {
  readonly [Verb in keyof Port]: Port[Verb] extends (...words: infer Words) => Promise<infer Answer> ? (...words: Words) => Answer : never;
};

const hourMs = 3_600_000;

/** What the SQL of src/store/sync does, statement by statement; model.test.ts compares the two. */
export class ModelStore extends ModelTables implements Immediate<SyncStore> {
  loadVisit(linkId: string): Visit | null {
    return visitOf(this.database, linkId);
  }

  commitIntent(wish: Parameters<SyncStore['commitIntent']>[0]): boolean {
    const { database } = this;
    const now = database.clock();
    const row = database.links.get(wish.linkId);
    const seen = { ...wish, configurationId: wish.intent.configurationId };
    const fits = row !== undefined && row.cardRef === null && row.quarantineUntil <= now && row.marker === wish.marker;
    if (!this.queue.holds(wish.lease) || !fits || !this.isAsSeen(row, seen)) {
      return false;
    }
    this.change(row, 'commitIntent', {
      attempts: row.attempts + 1,
      intent: wish.intent,
      attemptedAt: now,
      configurationId: wish.intent.configurationId,
      quarantineUntil: now + wish.quarantineMs,
    });
    this.onCommitted(wish.linkId, seen);
    return true;
  }

  withdrawIntent(linkId: string, lease: Settlement['lease']): void {
    const row = this.database.links.get(linkId);
    if (row !== undefined && row.cardRef === null && this.queue.isStill(lease)) {
      this.change(row, 'withdrawIntent', { attempts: Math.max(0, row.attempts - 1), intent: null, quarantineUntil: 0 });
    }
  }

  commitPush(wish: Parameters<SyncStore['commitPush']>[0]): boolean {
    const row = this.database.links.get(wish.linkId);
    const fits = row !== undefined && row.cardRef === wish.card.ref && row.base?.order === wish.base.order;
    if (!this.queue.holds(wish.lease) || !fits || !this.isAsSeen(row, wish)) {
      return false;
    }
    this.change(row, 'commitPush', { base: row.pending === null ? row.base : stillAsked(row.base, wish), pending: { ...wish.pending, until: this.database.clock() + wish.openMs } });
    const cause = { card: wish.card.ref, order: wish.card.order, theirs: wish.card.state };
    this.tellReplaced(row, { ...cause, state: wish.card.state }, wish.overwritten);
    if (wish.conflict !== null) {
      this.entry(row, 'conflict', cause);
    }
    if (wish.note !== null) {
      this.entry(row, 'card', cause);
    }
    this.onCommitted(wish.linkId, wish);
    return true;
  }

  withdrawPush(linkId: string, lease: Settlement['lease']): void {
    const row = this.database.links.get(linkId);
    if (row !== undefined && this.queue.isStill(lease)) {
      this.change(row, 'withdrawPush', { pending: null });
    }
  }

  recordCard(found: Parameters<SyncStore['recordCard']>[0]): boolean {
    const { card } = found;
    const row = this.database.link(found.linkId);
    const now = this.database.clock();
    const linked = row.cardRef === null && (card.marker === null || card.marker === row.marker);
    if (linked) {
      this.change(row, 'recordCard', {
        cardRef: card.ref,
        card,
        base: found.base,
        configurationId: found.configurationId,
        state: row.state === 'detached' ? 'detached' : 'linked',
        intent: null,
        pending: null,
        quarantineUntil: 0,
        misses: 0,
        missedSince: null,
        cardCreatedAt: found.attempt.act === 'create' ? now : null,
      });
    }
    for (const orphan of linked ? found.duplicates : [card]) {
      this.noteOrphan(row, orphan, linked ? 'duplicate' : 'late');
    }
    this.onRecorded(row.connectionId, card.ref);
    if (linked) {
      this.finishDelivery(row, found.attempt, { outcome: 'succeeded', nextAt: null });
      this.database.orphans.delete(`${row.connectionId}/${card.ref}`);
      this.leaveDetached(this.database.link(found.linkId), card);
      this.matchWaitingHints(row, card.ref);
      this.entry(row, 'link', { card: card.ref });
    }
    return linked;
  }

  settle(settlement: Settlement): Settled {
    const { database } = this;
    const row = database.links.get(settlement.linkId);
    if (!this.queue.holds(settlement.lease) || row === undefined || row.state === 'detached') {
      return 'superseded';
    }
    const vulnerability = database.vulnerability(row.vulnerabilityId);
    const governed = this.isGoverned(row, settlement);
    const moved = String(vulnerability.version) !== settlement.version || !governed;
    if (((settlement.pull !== null || settlement.hold !== null) && moved) || (!governed && settlement.pushed.length === 0)) {
      return 'moved on';
    }
    const now = database.clock();
    if ((row.base !== null && row.base.order > settlement.base.order) || row.cardRef !== settlement.card.ref) {
      return 'superseded';
    }
    const driftBefore = row.drift?.kind ?? null;
    const said = governed ? settlement : { ...settlement, drift: row.drift };
    const automatic = settlement.pushed.length > 0;
    this.change(row, 'settle', {
      card: settlement.card,
      base: stillAsked(row.base, settlement),
      configurationId: settlement.configurationId,
      state: 'linked',
      misses: 0,
      missedSince: null,
      pending: null,
      drift: said.drift,
      recentWrites: automatic ? [...row.recentWrites.filter((at) => at > now - hourMs), now] : row.recentWrites,
    });
    this.tell(row, said, driftBefore);
    if (settlement.pull !== null) {
      const standing = { status: vulnerability.status, asOf: vulnerability.asOf, acceptedUntil: null };
      const allowed = advance(standing, { kind: 'card', status: settlement.pull.status });
      if (allowed.kind === 'moves') {
        const cause = { linkId: row.id, order: settlement.card.order, state: settlement.card.state };
        this.transition(row.vulnerabilityId, allowed.to, { kind: 'card', cause, asOf: now, exceptLinkId: row.id });
      }
    }
    return governed ? 'settled' : 'reconfigured';
  }

  recordFault({ linkId, lease, attempt, nextAt, refusal }: Parameters<SyncStore['recordFault']>[0]): void {
    if (!this.queue.isStill(lease)) {
      return;
    }
    const row = this.database.link(linkId);
    this.finishDelivery(row, attempt, { outcome: nextAt === null ? 'failed' : 'waiting', nextAt });
    this.showRefusal(row, refusal);
  }

  recordMiss(linkId: string, lease: Settlement['lease']): Awaited<ReturnType<SyncStore['recordMiss']>> {
    if (!this.queue.isStill(lease)) {
      return null;
    }
    const row = this.database.link(linkId);
    const now = this.database.clock();
    this.change(row, 'recordMiss', { misses: row.misses + 1, missedSince: row.missedSince ?? now });
    const links = [...this.database.links.values()].filter((link) => link.connectionId === row.connectionId);
    const others = links.filter((link) => link.id !== linkId && link.missedSince !== null && link.missedSince > now - hourMs);
    const linked = links.filter((link) => link.cardRef !== null).length;
    return { misses: row.misses, missedSince: row.missedSince ?? now, missing: others.length + 1, linked };
  }

  setLinkState({ linkId, lease, cardRef, state }: Parameters<SyncStore['setLinkState']>[0]): void {
    const row = this.database.links.get(linkId);
    if (row !== undefined && row.cardRef === cardRef && row.state !== 'detached' && this.queue.isStill(lease) && (state !== 'lost' || row.misses > 0)) {
      this.change(row, 'setLinkState', { state });
    }
  }

  holdLink({ linkId, lease, cardRef, detail }: Parameters<SyncStore['holdLink']>[0]): void {
    const row = this.database.links.get(linkId);
    if (row !== undefined && row.cardRef === cardRef && row.state !== 'detached' && this.queue.isStill(lease)) {
      this.keepHold({ kind: 'breaker', connectionId: row.connectionId, linkId, detail });
      this.change(row, 'holdLink', { state: 'held' });
    }
  }

  openHold({ kind, connectionId, detail }: Parameters<SyncStore['openHold']>[0]): void {
    this.keepHold({ kind, connectionId, linkId: null, detail });
  }

  haltConnection(connectionId: string, state: 'unauthorized', _because: string, asOf: number): void {
    const row = this.database.connection(connectionId);
    if (row.state === 'active' && row.stateChangedAt <= asOf + 1) {
      this.database.lanesPausedUntil.set(connectionId, Infinity);
      Object.assign(row, { state, stateChangedAt: this.database.clock() });
      this.onHalted(connectionId);
    }
  }

  throttle(connectionId: string, pauseMs: number): void {
    const until = this.database.clock() + pauseMs;
    this.database.lanesPausedUntil.set(connectionId, Math.max(this.database.lanesPausedUntil.get(connectionId) ?? 0, until));
    const row = this.database.connection(connectionId);
    row.throttledUntil = Math.max(row.throttledUntil ?? 0, until);
    this.queue.onDue(until);
  }

  learnPace(connectionId: string, hints: Parameters<SyncStore['learnPace']>[1]): void {
    const pauseMs = Math.max(0, ...hints.map((hint) => hint.pauseMs ?? 0));
    if (pauseMs > 0) this.throttle(connectionId, pauseMs);
  }

  noteConnection(): void {}

  flagConfiguration(configurationId: string, attention: string): void {
    const row = this.database.configurations.get(configurationId);
    if (row !== undefined) {
      row.attention = attention;
    }
  }

  loadSweep(connectionId: string): SweepStart | null {
    const row = this.database.connections.get(connectionId);
    if (row === undefined || row.state === 'deleted') return null;
    const targets = [...this.database.configurations.values()].filter((one) => one.connectionId === connectionId && !one.deleted).map((one) => one.target);
    const connection = { id: row.id, tracker: row.tracker, settings: {}, credentials: { token: tokenOf(row.id) }, state: row.state };
    return { asOf: this.database.clock(), connection, targets, cursor: row.cursor, inventoryAt: row.inventoryAt };
  }

  recordChanges(connectionId: string, { changes, cursor, since }: ReadChanges): boolean {
    const orders = new Map(changes.map((change) => [change.ref, change.order]));
    for (const link of this.database.links.values()) {
      if (link.connectionId !== connectionId || link.cardRef === null || !orders.has(link.cardRef)) {
        continue;
      }
      if (isUnseen(link, orders.get(link.cardRef) ?? null)) {
        this.wake(link);
      }
    }
    const row = this.database.connection(connectionId);
    this.matchLateHints(row);
    const { cursor: before } = row;
    const moves = before === since;
    Object.assign(row, moves ? { cursor, sweptAt: this.database.clock() } : {});
    this.onSwept(before, since, row.cursor);
    return moves;
  }

  recordInventory(connectionId: string, cards: InventoryPage['cards'], beganAt: number): void {
    const links = [...this.database.links.values()];
    for (const card of cards) {
      const link = links.find((one) => one.marker === card.marker);
      const known = links.some((one) => one.connectionId === connectionId && one.cardRef === card.ref);
      if (!known && (link === undefined || link.cardRef !== null || link.state !== 'pending')) {
        const kind = link === undefined ? 'unknown' : link.cardRef === null ? 'late' : 'duplicate';
        this.keepOrphan({ connectionId, cardRef: card.ref, kind, linkId: link?.id ?? null });
      }
      if (link?.connectionId === connectionId && link.cardRef === null && link.state === 'pending') {
        this.change(link, 'recordInventory', { attempts: Math.max(1, link.attempts) });
      }
    }
    for (const link of links) {
      if (link.connectionId !== connectionId || link.createdAt >= beganAt) {
        continue;
      }
      const card = cards.find((one) => one.ref === link.cardRef);
      const unseen = link.cardRef !== null && (card === undefined || isUnseen(link, card.order));
      if (link.state === 'lost' || link.state === 'inaccessible' || (link.state === 'linked' && unseen) || (link.state === 'pending' && link.attempts > 0)) {
        this.wake(link);
      }
    }
    const row = this.database.connection(connectionId);
    row.inventoryAt = Math.max(row.inventoryAt ?? 0, beganAt);
  }

  keepHint({ connectionId, message, deliveryKey }: Hint): void {
    const refs = message.kind === 'cards' ? message.refs : [];
    const links = [...this.database.links.values()].filter((link) => link.connectionId === connectionId && link.cardRef !== null && refs.includes(link.cardRef));
    const unmatched = refs.some((ref) => !links.some((link) => link.cardRef === ref));
    const [state, key] = [message.kind === 'garbage' ? 'dead' : unmatched ? 'unmatched' : 'done', deliveryKey ?? `arrival ${this.database.inbox.size}`] as const;
    if (!this.database.inbox.has(key)) {
      this.database.inbox.set(key, { connectionId, key, refs, state, receivedAt: this.database.clock() });
      if (state === 'dead') {
        // After a message that nobody understands, everything is asked for soon.
        this.queue.markDue('sweep', connectionId, connectionId, this.database.clock() + 10_000);
      }
    }
    for (const link of links) {
      this.wake(link);
    }
  }
}

function isUnseen(link: LinkRow, order: number | null): boolean {
  if (link.state === 'lost' || link.state === 'inaccessible') {
    return true;
  }
  return link.state === 'linked' && (order === null || link.base === null || order > link.base.order);
}
