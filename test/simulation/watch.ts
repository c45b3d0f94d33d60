import type { Patch } from '../../src/contracts/tracker.ts';
import type { Kernel } from './kernel.ts';
import type { Database, EntryRow, LinkRow, WorkRow } from './database.ts';
import { tokenOf } from './database.ts';
import type { ModelQueue } from './model-queue.ts';
import type { Sometimes } from './sometimes.ts';
import type { KeptCard, SimulatedTracker } from './tracker.ts';
import { us } from './tracker.ts';

/** A promise that was broken, at a moment of a run. */
export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}

/** A person's move that a write of ours replaced before anybody could know of it; it must be told in the end. */
export interface Replaced {
  readonly connectionId: string;
  readonly ref: string;
  readonly order: number;
}

interface Watched {
  readonly kernel: Kernel;
  readonly database: Database;
  readonly queue: ModelQueue;
  readonly trackers: ReadonlyMap<string, SimulatedTracker>;
  readonly sometimes: Sometimes;
}

const hourMs = 3_600_000;
/** After the storm, before fairness is judged: leases of the dead run out, pauses end. */
const settlesWithinMs = 10 * 60_000;
const waitsAtMostMs = 60_000;
export const automaticChangesPerHour = 10;

/** The invariants that hold after every step. They look at the world themselves, not at what the engine says of it. */
export class Watch {
  readonly #world: Watched;
  readonly replaced: Replaced[] = [];
  readonly acknowledged = new Map<string, number>();
  /** When our writes reached each card. */
  readonly ourWrites = new Map<string, number[]>();
  readonly #wokenAt = new Map<string, number>();
  readonly #loadedAt = new Map<string, number>();
  readonly #pushes = new Map<string, number[]>();

  readonly #statuses = new Map<string, string>();
  /** Something changed in the database in this step. */
  dirty = false;
  toleratesTwins = false;
  twins = 0;
  /** When the storm ended; null: it has not. */
  quietSince: number | null = null;

  constructor(world: Watched) {
    this.#world = world;
  }

  /** What holds of the database as a whole, after each step that changed it. */
  step(): void {
    if (!this.dirty) {
      return;
    }
    this.dirty = false;
    const { vulnerabilities, links, holds } = this.#world.database;
    for (const { id, status } of vulnerabilities.values()) {
      if (status !== (this.#statuses.get(id) ?? 'identified')) {
        this.broken('I11', `Vulnerability ${id} is ${status}, and no entry of its history says so.`);
      }
    }
    const owners = new Set<string>();
    for (const { id, state, connectionId, cardRef } of links.values()) {
      if (state === 'held' && !holds.some((hold) => hold.linkId === id && hold.state === 'open')) {
        this.broken('L1', `${id} is held, and nobody is asked.`);
      }
      const card = `${connectionId}/${cardRef}`;
      if (cardRef !== null && owners.has(card)) {
        this.broken('I1', `Two links claim card ${card}.`);
      }
      owners.add(card);
    }
  }

  /** I9: a credential is only ever sent to where it belongs. */
  signedIn(connectionId: string, credentials: Readonly<Record<string, unknown>>): void {
    if (credentials['token'] !== tokenOf(connectionId)) {
      this.broken('I9', `Connection ${connectionId} was signed in to with a ${String(credentials['token'])}.`);
    }
  }

  /** L2: when all is quiet, nothing that is due waits behind something else. */
  claimed({ kind, key, dueAt }: WorkRow): void {
    const { now } = this.#world.kernel;
    if (this.quietSince !== null && now - this.quietSince > settlesWithinMs && now - dueAt > waitsAtMostMs) {
      this.broken('L2', `${kind} ${key} was due for ${Math.round((now - dueAt) / 1000)} s before anybody took it up.`);
    }
  }

  broken(invariant: string, message: string): void {
    const { kernel } = this.#world;
    kernel.say('VIOLATION', () => `${invariant}: ${message}`);
    kernel.fail(new Violation(invariant, message));
  }

  /** I1: at most one living card of our making per marker. */
  created(tracker: SimulatedTracker, card: KeptCard): void {
    const twins = [...tracker.cards.values()].filter((one) => one.ours && !one.deleted && linkOf(one.marker) === linkOf(card.marker));
    if (twins.length > 1 && this.toleratesTwins) {
      this.twins += 1;
    } else if (twins.length > 1) {
      this.broken('I1', `${twins.length} cards carry ${card.marker}: ${twins.map((one) => one.ref).join(', ')}.`);
    }
    if (!this.#world.database.mayWrite) {
      this.broken('S1', 'A copied database made a card.');
    }
    if (card.marker?.startsWith(`pb-${tracker.id}-`) !== true) {
      this.broken('I9', `A card of another connection (${card.marker}) was sent to ${tracker.id}.`);
    }
  }

  /** I6: what a person did to the position is known to us, or told, before a write of ours replaces it. */
  written(connectionId: string, tracker: SimulatedTracker, card: KeptCard, before: KeptCard, patch: Patch): void {
    if (!this.#world.database.mayWrite) {
      this.broken('S1', `A copied database wrote to card ${card.ref}.`);
    }
    const writes = this.ourWrites.get(`${connectionId}/${card.ref}`) ?? [];
    writes.push(this.#world.kernel.now);
    this.ourWrites.set(`${connectionId}/${card.ref}`, writes);
    if (before.presence === 'discarded' && (tracker.profile.traits.conditionalWrite || this.isKnown(connectionId, card.ref, discardedAt(before)))) {
      this.broken('S6', `A discarded card (${card.ref}) was written to.`);
    }
    if (patch.state === undefined || before.state === card.state) {
      return;
    }
    const last = before.history.findLast((change) => change.moved && change.order <= before.order);
    if (last === undefined || last.by === us || this.isKnown(connectionId, card.ref, last.order)) {
      return;
    }
    if (tracker.profile.traits.conditionalWrite) {
      this.broken('I6', `The move of card ${card.ref} to ${before.state} (change ${last.order}) was overwritten silently.`);
    }
    this.replaced.push({ connectionId, ref: card.ref, order: last.order });
  }

  isKnown(connectionId: string, ref: string, order: number): boolean {
    const { links, timeline } = this.#world.database;
    for (const link of links.values()) {
      if (link.connectionId === connectionId && link.cardRef === ref && link.base !== null && link.base.order >= order) {
        return true;
      }
    }
    return timeline.some((entry) => entry.kind !== 'status' && entry.cause['connectionId'] === connectionId && entry.cause['card'] === ref && Number(entry.cause['order']) >= order && entry.cause['ours'] !== true);
  }

  linkChanged(before: LinkRow, after: LinkRow, by: string): void {
    const sameCard = before.cardRef !== null && before.cardRef === after.cardRef;
    if (sameCard && before.base !== null && (after.base === null || after.base.order < before.base.order)) {
      this.broken('I8', `The base of ${after.id} went from ${before.base.order} to ${after.base?.order ?? 'nothing'}.`);
    }
    if (before.cardRef === null && before.attempts > 0 && after.marker !== before.marker) {
      this.broken('I1', `${after.id} has another marker, and a try of unknown outcome may have left a card with ${before.marker}.`);
    }
    if (by === 'settle') {
      this.#settled(before, after);
    }
    if (before.state === 'detached' && after.state !== 'detached' && by !== 'a person') {
      this.broken('S7', `The link ${after.id} was detached by a person and is ${after.state} by ${by}.`);
    }
    if (before.cardRef !== null && after.cardRef !== before.cardRef && by !== 'a person') {
      this.broken('I12', `The link ${after.id} changed from card ${before.cardRef} to ${after.cardRef} by ${by}.`);
    }
  }

  /** S5: the breaker; I12: an outcome is recorded by the owner of the lease. */
  #settled(before: LinkRow, after: LinkRow): void {
    const row = this.#world.database.work.get(`link/${after.id}`);
    if (row === undefined || row.leaseUntil === null || row.leaseUntil <= this.#world.kernel.now) {
      this.broken('I12', `The link ${after.id} was settled by somebody without a lease.`);
    }
    if (after.recentWrites === before.recentWrites) {
      return;
    }
    const now = this.#world.kernel.now;
    const pushes = (this.#pushes.get(after.id) ?? []).filter((at) => at > now - hourMs);
    pushes.push(now);
    this.#pushes.set(after.id, pushes);
    if (pushes.length > automaticChangesPerHour) {
      this.broken('S5', `The link ${after.id} changed by itself ${pushes.length} times within an hour.`);
    }
  }

  breakerReset(linkId: string): void {
    this.#pushes.delete(linkId);
  }

  /** I3, I11, I13: statuses and their causes. */
  statusChanged(entry: EntryRow): void {
    this.dirty = true;
    if ((this.#statuses.get(entry.vulnerabilityId) ?? 'identified') !== entry.from) {
      this.broken('I11', `Vulnerability ${entry.vulnerabilityId} went from ${entry.from} to ${entry.to}, and its history does not join.`);
    }
    this.#statuses.set(entry.vulnerabilityId, String(entry.to));
    if (entry.to === 'fixed' && entry.causeKind !== 'scan') {
      this.broken('I3', `Vulnerability ${entry.vulnerabilityId} became fixed by ${entry.causeKind}.`);
    }
    if (entry.causeKind === 'card' && (entry.from === 'fixed' || entry.from === 'risk_accepted' || entry.from === 'false_positive')) {
      this.broken('S3', `A card undid ${entry.from} of vulnerability ${entry.vulnerabilityId}.`);
    }
    const link = this.#world.database.links.get(String(entry.cause['linkId']));
    const card = link?.cardRef === undefined || link.cardRef === null ? undefined : this.#world.trackers.get(link.connectionId)?.cards.get(link.cardRef);
    const mover = card?.history.findLast((change) => change.moved && change.order <= Number(entry.cause['order']))?.by;
    if (entry.causeKind === 'card' && mover === us) {
      this.broken('S5', `A move of our own set vulnerability ${entry.vulnerabilityId} to ${entry.to}.`);
    }
    if (entry.causeKind === 'card' && link !== undefined && (entry.to === 'risk_accepted' || entry.to === 'false_positive')) {
      const vulnerability = this.#world.database.vulnerability(entry.vulnerabilityId);
      const configuration = this.#world.database.configurationOf(vulnerability.assetId, link.connectionId);
      if (configuration?.boardDecisions === 'ask') {
        this.broken('I13', `The board decided ${entry.to} for vulnerability ${entry.vulnerabilityId} without approval.`);
      }
    }
  }

  woken(row: WorkRow): void {
    this.#wokenAt.set(`${row.kind}/${row.key}`, this.#world.kernel.now);
  }

  wasJustWoken(linkId: string): boolean {
    return this.#wokenAt.get(`link/${linkId}`) === this.#world.kernel.now;
  }

  loaded(linkId: string, token: string): void {
    this.#loadedAt.set(`${linkId}/${token}`, this.#world.kernel.now);
  }

  /** I7: a link that rests was visited after it was last woken. */
  rested(row: WorkRow): void {
    if (row.kind !== 'link') {
      return;
    }
    const woken = this.#wokenAt.get(`link/${row.key}`) ?? 0;
    const loaded = this.#loadedAt.get(`${row.key}/${row.token}`) ?? 0;
    if (loaded < woken) {
      this.broken('I7', `The link ${row.key} rests, and what woke it at ${woken} was never looked at.`);
    }
  }
}

/** The change with which people took it off the board. */
function discardedAt(before: KeptCard): number {
  // The list of a card's changes is one and the same before and after a write.
  const history = before.history.filter((change) => change.order <= before.order);
  return history[history.findLastIndex((change) => change.presence !== 'discarded') + 1]?.order ?? 0;
}

/** Link and generation that a marker names, whatever else a broken engine writes into it. */
function linkOf(marker: string | null): string {
  return (marker ?? '').split('-').slice(0, 4).join('-').toLowerCase();
}
