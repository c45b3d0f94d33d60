import type { Card } from '../../src/contracts/tracker.ts';
import type { Status } from '../../src/core/vocabulary.ts';
import type { Attempt, Settlement } from '../../src/sync/ports.ts';
import type { ConnectionRow, Database, EntryRow, HoldRow, LinkRow, OrphanRow } from './database.ts';
import type { ModelQueue } from './model-queue.ts';
import type { Seen } from './witness.ts';

const hintOverlapMs = 10 * 60_000;

/** What several of the store's statements do to the tables: the triggers, upserts and joins they share. */
export class ModelTables {
  readonly database: Database;
  readonly queue: ModelQueue;
  /** Told of each change of a link, with what it was. */
  onLink: (before: LinkRow, after: LinkRow, by: string) => void = () => {};
  onStatus: (entry: EntryRow) => void = () => {};
  onRecorded: (connectionId: string, ref: string) => void = () => {};
  onHalted: (connectionId: string) => void = () => {};
  onSwept: (before: string | null, since: string | null, after: string | null) => void = () => {};
  onCommitted: (linkId: string, seen: Seen) => void = () => {};

  constructor(database: Database, queue: ModelQueue) {
    this.database = database;
    this.queue = queue;
  }

  supersede(deliveryId: string): void {
    const row = this.database.deliveries.find((delivery) => String(delivery.id) === deliveryId);
    if (row?.outcome === 'waiting') {
      row.outcome = 'superseded';
    }
  }

  /** The one way in which a status changes: entry, version, and every link of it due. */
  transition(vulnerabilityId: string, to: Status, by: { readonly kind: EntryRow['causeKind']; readonly cause: EntryRow['cause']; readonly asOf: number; readonly acceptedUntil?: number | null; readonly exceptLinkId?: string }): void {
    const row = this.database.vulnerability(vulnerabilityId);
    const entry: EntryRow = { vulnerabilityId, at: this.database.clock(), kind: 'status', from: row.status, to, causeKind: by.kind, cause: by.cause };
    this.database.timeline.push(entry);
    row.status = to;
    row.causedBy = by.kind;
    row.asOf = by.asOf;
    row.acceptedUntil = by.acceptedUntil ?? null;
    row.version += 1;
    this.onStatus(entry);
    this.wakeLinksOf(vulnerabilityId, by.exceptLinkId ?? null);
  }

  wakeLinksOf(vulnerabilityId: string, exceptLinkId: string | null): void {
    for (const link of this.database.links.values()) {
      const live = link.state === 'pending' || link.state === 'linked' || link.state === 'lost' || link.state === 'inaccessible';
      if (link.vulnerabilityId === vulnerabilityId && live && link.id !== exceptLinkId) {
        this.openDelivery(link);
        this.wake(link);
      }
    }
  }

  /** Our side changed: a delivery waits from this moment. */
  openDelivery(link: LinkRow): void {
    if (this.database.waiting(link.id) === null) {
      const act = link.cardRef === null ? 'create' : 'update';
      const id = this.database.deliveries.length + 1;
      this.database.deliveries.push({ id, linkId: link.id, direction: 'outbound', act, outcome: 'waiting', attempts: 0, nextAt: null, fault: null, createdAt: this.database.clock() });
    }
  }

  wake(link: LinkRow): void {
    this.queue.markDue('link', link.id, link.connectionId);
  }

  change(row: LinkRow, by: string, change: Partial<LinkRow>): void {
    const before = { ...row };
    Object.assign(row, change);
    this.onLink(before, row, by);
  }

  entry(row: LinkRow, kind: EntryRow['kind'], cause: EntryRow['cause']): void {
    this.database.timeline.push({ vulnerabilityId: row.vulnerabilityId, at: this.database.clock(), kind, causeKind: 'card', cause: { ...cause, connectionId: row.connectionId } });
  }

  protected tellReplaced(row: LinkRow, cause: EntryRow['cause'], moves: Settlement['overwritten']): void {
    for (const { order, state } of moves) {
      this.entry(row, 'conflict', { ...cause, order, theirs: state });
    }
  }

  /** One open hold of a kind per link, or per connection where it concerns no single link. */
  protected keepHold({ kind, connectionId, linkId, detail }: Pick<HoldRow, 'kind' | 'connectionId' | 'linkId' | 'detail'>): void {
    const { holds } = this.database;
    const open = holds.some((row) => row.state === 'open' && row.kind === kind && row.connectionId === connectionId && row.linkId === linkId);
    if (!open) {
      holds.push({ id: holds.length + 1, state: 'open', kind, connectionId, linkId, detail });
    }
  }

  protected isAsSeen(row: LinkRow, seen: { readonly version: string; readonly configurationId: string; readonly configurationVersion: number }): boolean {
    const { database } = this;
    const vulnerability = database.vulnerability(row.vulnerabilityId);
    return (
      row.state !== 'detached' && row.state !== 'held' && row.state !== 'duplicated' &&
      database.connection(row.connectionId).state === 'active' &&
      String(vulnerability.version) === seen.version &&
      this.isGoverned(row, seen)
    );
  }

  protected isGoverned(row: LinkRow, seen: { readonly configurationId: string; readonly configurationVersion: number }): boolean {
    const { database } = this;
    const effective = database.configurationOf(database.vulnerability(row.vulnerabilityId).assetId, row.connectionId);
    return effective?.id === seen.configurationId && effective.version === seen.configurationVersion;
  }

  protected showRefusal(row: LinkRow, refusal: string | null): void {
    const isNew = row.drift?.kind !== 'refused';
    if (refusal !== null) {
      this.change(row, 'recordFault', { drift: { kind: 'refused', because: refusal } });
    }
    if (refusal !== null && isNew) {
      this.entry(row, 'drift', { card: row.card?.key, state: row.card?.stateLabel });
    }
  }

  protected tell(row: LinkRow, settlement: Settlement, driftBefore: string | null): void {
    const { card, attempt, pushed, conflict, drift, hold } = settlement;
    const cause = { card: card.ref, order: card.order, state: card.state };
    if (conflict?.winner === 'theirs') {
      this.entry(row, 'conflict', { ...cause, ours: conflict.ours });
    }
    this.tellReplaced(row, cause, settlement.overwritten);
    if (settlement.note !== null) {
      this.entry(row, 'card', cause);
    }
    if (drift !== null && drift.kind !== driftBefore) {
      this.entry(row, 'drift', cause);
    }
    const stands = drift?.kind === 'held' || drift?.kind === 'discarded';
    const asked = this.database.holds.filter((one) => one.linkId === row.id && one.state === 'open' && one.kind !== 'breaker');
    if (driftBefore !== null && asked.some((one) => !stands || one.detail['state'] !== card.state)) {
      this.supersedeHolds(row);
    }
    if (pushed.includes('state')) {
      this.entry(row, 'card', { ...cause, ours: true });
    }
    if (hold !== null) {
      this.openDecision(row, hold);
    }
    if (attempt !== null) {
      const direction = pushed.length === 0 ? 'inbound' : 'outbound';
      this.finishDelivery(row, attempt, { outcome: 'succeeded', nextAt: null, direction });
    }
    if (pushed.length === 0 && settlement.deliveryId !== null) {
      this.supersede(settlement.deliveryId);
    }
  }

  /** Nobody should decide on what is not so any more. */
  supersedeHolds(row: LinkRow): void {
    for (const hold of this.database.holds) {
      hold.state = hold.linkId === row.id && hold.state === 'open' ? 'superseded' : hold.state;
    }
  }

  protected openDecision(row: LinkRow, hold: NonNullable<Settlement['hold']>): void {
    const open = this.database.holds.find((one) => one.state === 'open' && one.kind === hold.kind && one.linkId === row.id);
    if (open === undefined) {
      const { holds } = this.database;
      holds.push({ id: holds.length + 1, kind: hold.kind, state: 'open', connectionId: row.connectionId, linkId: row.id, detail: { ...hold } });
    } else {
      open.detail = { ...hold };
    }
  }

  protected finishDelivery(
    row: LinkRow,
    attempt: Attempt,
    done: { readonly outcome: 'waiting' | 'succeeded' | 'failed'; readonly nextAt: number | null; readonly direction?: 'inbound' | 'outbound' },
  ): void {
    const direction = done.direction ?? 'outbound';
    const waiting = this.database.waiting(row.id, direction);
    const kept = { act: attempt.act, outcome: done.outcome, nextAt: done.nextAt, fault: attempt.fault };
    if (waiting === null) {
      const { deliveries } = this.database;
      deliveries.push({ id: deliveries.length + 1, linkId: row.id, direction, attempts: 1, createdAt: this.database.clock(), ...kept });
    } else {
      Object.assign(waiting, kept, { attempts: waiting.attempts + 1 });
    }
  }

  protected noteOrphan(row: LinkRow, card: Card, kind: 'late' | 'duplicate'): void {
    if (row.cardRef !== card.ref) {
      this.keepOrphan({ connectionId: row.connectionId, cardRef: card.ref, kind, linkId: row.id });
    }
  }

  /** A card that was made for a link which was detached by then. */
  protected leaveDetached({ id, state, connectionId }: LinkRow, card: Card): void {
    if (state === 'detached') {
      this.keepOrphan({ connectionId, cardRef: card.ref, kind: 'late', linkId: id });
    }
  }

  protected keepOrphan(orphan: { readonly connectionId: string; readonly cardRef: string; readonly kind: OrphanRow['kind']; readonly linkId: string | null }): void {
    const key = `${orphan.connectionId}/${orphan.cardRef}`;
    if (!this.database.orphans.has(key)) {
      this.database.orphans.set(key, orphan);
    }
  }

  /** A webhook that was stored in the moment in which the link of its card was recorded: neither saw the other. */
  protected matchLateHints({ id, sweptAt }: ConnectionRow): void {
    const owners = new Map([...this.database.links.values()].filter((link) => link.connectionId === id).map((link) => [link.cardRef, link]));
    const late = new Set<LinkRow>();
    for (const hint of this.database.inbox.values()) {
      const isRecent = hint.receivedAt > (sweptAt ?? Number.NEGATIVE_INFINITY) - hintOverlapMs;
      if (hint.connectionId === id && hint.state === 'unmatched' && isRecent && hint.refs.every((ref) => owners.has(ref))) {
        hint.state = 'done';
        hint.refs.flatMap((ref) => owners.get(ref) ?? []).forEach((link) => late.add(link));
      }
    }
    late.forEach((link) => this.wake(link));
  }

  matchWaitingHints(row: LinkRow, ref: string): void {
    let matched = false;
    for (const hint of this.database.inbox.values()) {
      if (hint.connectionId === row.connectionId && hint.state === 'unmatched' && hint.refs.includes(ref)) {
        hint.state = 'done';
        matched = true;
      }
    }
    if (matched) {
      this.wake(row);
    }
  }

  untriedLinks(linkId: string, configurationId: string, most: number): readonly { readonly id: string; readonly marker: string }[] {
    const { links, work, clock } = this.database;
    const due = (row: LinkRow) => work.get(`link/${row.id}`)?.dueAt ?? Infinity;
    return [...links.values()]
      .filter((row) => row.configurationId === configurationId && row.id !== linkId && row.state === 'pending' && row.cardRef === null && row.attempts === 0 && due(row) <= clock())
      .toSorted((one, other) => due(one) - due(other) || one.id.localeCompare(other.id))
      .slice(0, most)
      .map(({ id, marker }) => ({ id, marker }));
  }
}
