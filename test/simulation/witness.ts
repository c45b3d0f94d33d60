import type { PaceHint } from '../../src/contracts/tracker.ts';
import type { Lease, SessionRecord } from '../../src/sync/ports.ts';
import type { VisitResult } from '../../src/sync/visit-result.ts';
import type { Database, LinkRow, WorkRow } from './database.ts';
import type { Kernel } from './kernel.ts';
import type { KeptCard } from './tracker.ts';
import type { Watch } from './watch.ts';

interface Witnessed {
  readonly kernel: Kernel;
  readonly database: Database;
  readonly watch: Watch;
}

/** What a commit was asked to rest on. */
export interface Seen {
  readonly version: string;
  readonly configurationId: string;
  readonly configurationVersion: number;
}

const minuteMs = 60_000;
/** What was committed before a person's act may still reach the tracker: the send window, and what executes late. */
const inFlightMs = 200_000;
const standsStillMostMs = 420_000;
const visitsPerMinuteMax = 60;
// behaviour.md, S7; said here once more, because what is watched must not be asked.
const missesUntilLost = 3;
const missingMsUntilLost = 5 * minuteMs;
const isMassLoss = (missing: number, linked: number) => missing >= 10 && missing * 2 > linked;

/** Promises about what the engine is asked to do, beside those about the state of the world. */
export class Witness {
  readonly #world: Witnessed;
  readonly #found = new Map<string, readonly string[]>();
  readonly #detachedAt = new Map<string, number>();
  readonly #deletedAt = new Map<string, number>();
  /** Visits whose settlement was refused. */
  readonly #superseded = new Set<string>();
  readonly #told = new Set<readonly PaceHint[]>();
  readonly #pausedUntil = new Map<string, number>();
  readonly #visits = new Map<string, number[]>();

  constructor(world: Witnessed) {
    this.#world = world;
  }

  /** S7: nothing is sent that rests on what is no longer so. */
  committed(linkId: string, seen: Seen): void {
    const { database, watch } = this.#world;
    const link = database.link(linkId);
    const vulnerability = database.vulnerability(link.vulnerabilityId);
    const { state } = database.connection(link.connectionId);
    if (state !== 'active') {
      watch.broken('S7', `A write of ${linkId} was committed while its connection is ${state}.`);
    }
    if (String(vulnerability.version) !== seen.version) {
      watch.broken('S6', `A write of ${linkId} was committed for version ${seen.version}; it is ${vulnerability.version} by now.`);
    }
    const effective = database.configurationOf(vulnerability.assetId, link.connectionId);
    if (effective?.id !== seen.configurationId || effective.version !== seen.configurationVersion) {
      watch.broken('S6', `A write of ${linkId} was committed through a mapping that does not apply any more.`);
    }
  }

  found(connectionId: string, marker: string, cards: readonly { readonly ref: string }[]): void {
    this.#found.set(`${connectionId}/${marker}`, cards.map((card) => card.ref));
  }

  linkChanged(before: LinkRow, after: LinkRow, by: string): void {
    if (after.state === 'detached' && before.state !== 'detached') {
      this.#detachedAt.set(after.id, this.#world.kernel.now);
    }
    if (by === 'recordCard' && before.cardRef === null && after.cardRef !== null && after.cardCreatedAt === null) {
      this.#adopted(after, after.cardRef);
    }
    if (by === 'setLinkState' && after.state === 'lost' && before.state !== 'lost') {
      this.#lost(after);
    }
  }

  /** I1: of several cards with one marker, the first one is the link's. */
  #adopted(link: LinkRow, ref: string): void {
    const refs = this.#found.get(`${link.connectionId}/${link.marker}`) ?? [ref];
    if (Number(ref) > Math.min(...refs.map(Number))) {
      this.#world.watch.broken('I1', `${link.id} adopted card ${ref}, and ${refs.join(', ')} carry its marker.`);
    }
  }

  /** S7: a refusal is no verdict. */
  #lost(link: LinkRow): void {
    const { kernel, database, watch } = this.#world;
    const since = link.missedSince ?? kernel.now;
    if (link.misses < missesUntilLost || kernel.now - since < missingMsUntilLost) {
      watch.broken('S7', `${link.id} is lost after ${link.misses} misses in ${Math.round((kernel.now - since) / 1_000)} s.`);
    }
    const all = [...database.links.values()].filter((one) => one.connectionId === link.connectionId && one.cardRef !== null);
    // Others may have gone out of sight since the visit counted them, and it may have stood still meanwhile.
    const countedAt = kernel.now - standsStillMostMs;
    const missing = all.filter((one) => one.missedSince !== null && one.missedSince > kernel.now - 60 * minuteMs && one.missedSince < countedAt);
    if (isMassLoss(missing.length - 2, all.length)) {
      watch.broken('S7', `${link.id} is lost while ${missing.length} of ${all.length} cards of its connection cannot be seen.`);
    }
  }

  connectionDeleted(connectionId: string): void {
    this.#deletedAt.set(connectionId, this.#world.kernel.now);
  }

  /** S7: what a person took out of sync is left alone. */
  written(connectionId: string, card: KeptCard): void {
    const { kernel, database, watch } = this.#world;
    const since = (at: number | undefined) => at !== undefined && kernel.now - at > inFlightMs;
    if (since(this.#deletedAt.get(connectionId))) {
      watch.broken('S7', `Card ${card.ref} was written to after its connection was deleted.`);
    }
    for (const link of database.links.values()) {
      if (link.connectionId === connectionId && link.marker === card.marker && link.state === 'detached' && since(this.#detachedAt.get(link.id))) {
        watch.broken('S7', `Card ${card.ref} was written to after a person detached it.`);
      }
    }
  }

  /** I4: what is acknowledged is stored, and every link that it names is due. */
  hinted(connectionId: string, key: string, refs: readonly string[]): void {
    const { database, watch } = this.#world;
    if (!database.inbox.has(key)) {
      watch.broken('I4', `The webhook ${key} was acknowledged and is not stored.`);
    }
    for (const link of database.links.values()) {
      if (link.connectionId === connectionId && link.cardRef !== null && refs.includes(link.cardRef) && !watch.wasJustWoken(link.id)) {
        watch.broken('I4', `The webhook ${key} names the card of ${link.id}, which is not due.`);
      }
    }
  }

  /** I12: a visit that was taken over changes nothing of its link any more, except to tell of a card. */
  strangers(verb: string, before: LinkRow | undefined, after: LinkRow | undefined): void {
    if (before !== undefined && after !== undefined && JSON.stringify(before) !== JSON.stringify(after)) {
      this.#world.watch.broken('I12', `${verb} by a visit that was taken over changed ${after.id}.`);
    }
  }

  settled({ key, token }: Lease, answer: unknown): void {
    if (answer === 'superseded' && this.#world.database.link(key).state !== 'detached') {
      this.#superseded.add(`${key}/${token}`);
    }
  }

  /** I14: a card that cannot be linked is listed. */
  late(connectionId: string, ref: string): void {
    const { database, watch } = this.#world;
    const linked = [...database.links.values()].some((link) => link.connectionId === connectionId && link.cardRef === ref);
    if (!linked && !database.orphans.has(`${connectionId}/${ref}`)) {
      watch.broken('I14', `Card ${ref} came too late for its link and is not listed.`);
    }
  }

  /** S7: only the login that is refused stops a connection, and none that a person renewed meanwhile. */
  halted(connectionId: string, works: boolean): void {
    if (works) {
      this.#world.watch.broken('S7', `Connection ${connectionId} waits for a login that works.`);
    }
  }

  /** A tracker asked for a pause, with a refusal or beside an answer, and the database was told. */
  asked(connectionId: string, hints: readonly PaceHint[]): void {
    this.#told.add(hints);
    const pauseMs = Math.max(0, ...hints.map((hint) => hint.pauseMs ?? 0));
    const until = this.#world.kernel.now + pauseMs;
    this.#pausedUntil.set(connectionId, Math.max(until, this.#pausedUntil.get(connectionId) ?? 0));
  }

  /** S7: a pause that a tracker asked for beside an answer is not thrown away with it. */
  heeded(records: readonly SessionRecord[]): void {
    for (const { hints } of records) {
      if (hints.length > 0 && !this.#told.has(hints)) {
        this.#world.watch.broken('S7', `A tracker asked for a pause of ${hints.at(-1)?.pauseMs} ms beside an answer, and nobody kept it.`);
      }
    }
  }

  /** S7: while a tracker wants a pause, nothing more of its connection is begun. */
  claimed({ kind, key, lane }: WorkRow): void {
    const pausedMs = (this.#pausedUntil.get(lane) ?? 0) - this.#world.kernel.now;
    if (pausedMs > 1) {
      this.#world.watch.broken('S7', `${kind} ${key} was begun ${Math.round(pausedMs)} ms before the pause that its tracker asked for is over.`);
    }
  }

  /** I4: the cursor moves on from where the changes before it were read, and not past them. */
  swept(before: string | null, since: string | null, after: string | null): void {
    if (before !== after && before !== null && (since === null || Number(since) > Number(before))) {
      this.#world.watch.broken('I4', `The cursor went from ${before} to ${after} with the changes since ${since}.`);
    }
  }

  /** S7: a login that ended fails nothing. */
  failed(fault: string | null, nextAt: number | null): void {
    if (fault === 'unauthorized' && nextAt === null) {
      this.#world.watch.broken('S7', 'A delivery failed because a login had ended.');
    }
  }

  /** L2: no link keeps a hand busy by being visited again and again. */
  visited(lease: Lease, result: VisitResult, isOwner: boolean): void {
    const linkId = lease.key;
    if (result.kind === 'rest' && isOwner && this.#superseded.has(`${linkId}/${lease.token}`)) {
      this.#world.watch.broken('I7', `${linkId} rests, and the outcome of its visit was not recorded.`);
    }
    if (result.kind === 'rest' && /^(?:The connection is (?:paused|unauthorized)|This database is a copy)/u.test(result.because)) {
      this.#world.watch.broken('I7', `${linkId} rests, and what woke it was not looked at: ${result.because}`);
    }
    const { now } = this.#world.kernel;
    const visits = (this.#visits.get(linkId) ?? []).filter((at) => at > now - minuteMs);
    visits.push(now);
    this.#visits.set(linkId, visits);
    if (visits.length > visitsPerMinuteMax) {
      this.#world.watch.broken('L2', `${linkId} was visited ${visits.length} times within a minute.`);
    }
  }
}
