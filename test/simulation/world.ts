import type { Traits } from '../../src/contracts/tracker.ts';
import type { StatusMapping } from '../../src/core/mapping/status-mapping.ts';
import type { Lease, SyncStore } from '../../src/sync/ports.ts';
import type { VisitResult } from '../../src/sync/visit-result.ts';
import { startActors } from './actors.ts';
import { Database } from './database.ts';
import type { FaultClass, Swarm } from './faults.ts';
import { drawSwarm } from './faults.ts';
import { connectHooks } from './hooks.ts';
import { Kernel } from './kernel.ts';
import { randomMapping } from './mappings.ts';
import { Acts } from './model-acts.ts';
import { ModelQueue } from './model-queue.ts';
import { ModelStore } from './model-store.ts';
import { checkPeace, makePeace } from './peace.ts';
import { Process } from './process.ts';
import type { Profile } from './profiles.ts';
import { profiles } from './profiles.ts';
import { Random } from './random.ts';
import type { Weather } from './session.ts';
import { Sometimes } from './sometimes.ts';
import { SimulatedTracker } from './tracker.ts';
import { Watch } from './watch.ts';
import { Witness } from './witness.ts';
import { Worker } from './worker.ts';

export interface Plan {
  readonly seed: number;
  /** Classes that are left out, whatever the seed draws: for the minimiser. */
  readonly without?: ReadonlySet<FaultClass>;
  /** Length of the storm; default: the seed draws it. */
  readonly stormMs?: number;
  /** Breaks an assumption: searches lag so many times longer than the trait says. */
  readonly lagFactor?: number;
  readonly tracing?: boolean;
}

export interface Outcome {
  readonly violation: Error | null;
  readonly calls: Kernel['calls'];
  readonly events: number;
  readonly virtualMs: number;
  readonly sometimes: Sometimes;
  readonly swarm: Swarm;
  readonly trace: readonly string[];
  readonly stormMs: number;
  /** Markers with more than one card of our making; only where a plan breaks an assumption. */
  readonly twins: number;
  readonly cardWrites: number;
  readonly boardChanges: number;
}

const minuteMs = 60_000;
const quietMs = 50 * minuteMs;

/** One seed: a storm, then a quiet in which everything has to come to rest. */
export class World {
  readonly random: Random;
  readonly kernel: Kernel;
  readonly database: Database;
  readonly queue: ModelQueue;
  readonly store: ModelStore;
  readonly sometimes = new Sometimes();
  readonly watch: Watch;
  readonly witness: Witness;
  readonly acts: Acts;
  readonly swarm: Swarm;
  readonly weather: Weather;
  readonly trackers = new Map<string, SimulatedTracker>();
  readonly workers: Worker[] = [];
  readonly web: Process;
  readonly vulnerabilitiesMax: number;
  /** Whether the comparison of all cards falls into the quiet; it hides what the other ways of repair must do alone. */
  readonly comparesAll: boolean;
  boardChanges = 0;
  stormMs = 0;
  readonly #lagFactor: number;

  constructor(plan: Plan) {
    this.#lagFactor = plan.lagFactor ?? 1;
    this.random = new Random(plan.seed);
    this.kernel = new Kernel({ tracing: plan.tracing ?? false });
    this.swarm = drawSwarm({ main: this.random, apart: new Random(-1 - plan.seed) }, plan.without ?? new Set());
    this.weather = { random: this.random, swarm: this.swarm, stormy: true, databaseAwayUntil: 0 };
    this.database = new Database(() => this.kernel.now);
    this.queue = new ModelQueue(this.database, 2);
    this.store = new ModelStore(this.database, this.queue);
    this.watch = new Watch(this);
    this.witness = new Witness(this);
    this.acts = new Acts(this.store, this.watch);
    this.acts.onDeleted = (connectionId) => this.witness.connectionDeleted(connectionId);
    this.web = new Process(this.kernel, 'web', 0);
    this.vulnerabilitiesMax = this.swarm.has('massLoss') ? this.random.whole(12, 20) : this.random.whole(2, 6);
    this.comparesAll = this.random.chance(0.5);
    this.#listen();
    const first = this.random.whole(0, profiles.length - 1);
    for (let at = 0; at < this.random.pick([1, 1, 2]); at += 1) {
      this.#connect(`c${at + 1}`, at === 0 ? (profiles[first] ?? this.random.pick(profiles)) : this.random.pick(profiles));
    }
    for (let at = 0; at < this.random.whole(2, 3); at += 1) {
      const skew = this.swarm.has('skew') ? this.random.between(-600_000, 600_000) : 0;
      this.workers.push(new Worker(this, new Process(this.kernel, `worker${at + 1}`, skew)));
    }
  }

  async run(plan: Plan): Promise<void> {
    const drawn = this.random.between(8 * minuteMs, 25 * minuteMs);
    this.stormMs = plan.stormMs ?? drawn;
    const { stormMs } = this;
    startActors(this, stormMs);
    await this.kernel.run(this.kernel.began + stormMs);
    makePeace(this);
    await this.kernel.run(this.kernel.now + quietMs);
    checkPeace(this, quietMs);
  }

  tracker(connectionId: string): SimulatedTracker {
    const found = this.trackers.get(connectionId);
    if (found === undefined) {
      throw new Error(`There is no connection ${connectionId}.`);
    }
    return found;
  }

  traits(id: string): Traits {
    const found = profiles.find((profile) => profile.id === id);
    if (found === undefined) {
      throw new Error(`There is no tracker ${id}.`);
    }
    return found.traits;
  }

  /** A vulnerability of which the tracker takes nothing, ever. */
  isPoisoned(vulnerabilityId: string): boolean {
    return this.swarm.has('poison') && vulnerabilityId === '1';
  }

  visited(lease: Lease, result: VisitResult, isOwner: boolean): void {
    this.witness.visited(lease, result, isOwner);
    this.sometimes.saw(`visit: ${result.because.replace(/[#\d]+/gu, 'N').slice(0, 70)}`);
  }

  /** What the store answered, for the events that must happen now and then. */
  heard(verb: keyof SyncStore, answer: unknown): void {
    if (verb === 'settle' && answer !== 'settled') {
      this.sometimes.saw(`a settlement was ${String(answer)}`);
    }
    if (verb === 'recordCard' && answer === false) {
      this.sometimes.saw('a card came too late and is listed');
    }
    if ((verb === 'commitIntent' || verb === 'commitPush') && answer === false) {
      this.sometimes.saw(`${verb} was refused`);
    }
  }

  #listen(): void {
    const { store, queue, watch, witness } = this;
    this.kernel.onStep = () => watch.step();
    store.onLink = (before, after, by) => {
      watch.dirty = true;
      watch.linkChanged(before, after, by);
      witness.linkChanged(before, after, by);
      if (before.state !== after.state) {
        this.sometimes.saw(`a link became ${after.state}`);
      }
    };
    store.onRecorded = (connectionId, ref) => witness.late(connectionId, ref);
    store.onHalted = (connectionId) => witness.halted(connectionId, this.tracker(connectionId).tokenValid);
    store.onSwept = (before, since, after) => witness.swept(before, since, after);
    store.onCommitted = (linkId, seen) => witness.committed(linkId, seen);
    store.onStatus = (entry) => {
      this.kernel.say('database', () => `vulnerability ${entry.vulnerabilityId}: ${entry.from} → ${entry.to} by ${entry.causeKind}`);
      watch.statusChanged(entry);
      this.sometimes.saw(`${entry.causeKind} set ${entry.to}`);
    };
    queue.onDue = (at) => {
      for (const worker of this.workers) {
        worker.lookAt(at);
      }
    };
    queue.onWake = (row) => {
      this.kernel.say('database', () => `${row.kind} ${row.key} is due`);
      watch.woken(row);
    };
    queue.onRest = (row) => watch.rested(row);
  }

  #connect(id: string, profile: Profile): void {
    const tracker = new SimulatedTracker(id, profile, this.kernel, this.random);
    this.trackers.set(id, tracker);
    tracker.lagMs *= this.#lagFactor;
    this.watch.toleratesTwins = this.#lagFactor > 1;
    tracker.staleReads = this.swarm.has('staleRead') ? 0.3 : 0;
    tracker.refuses = (title) => this.swarm.has('poison') && title.startsWith('[SIM] 1 ');
    tracker.onCreate = (card) => this.watch.created(tracker, card);
    tracker.onFound = (marker, cards) => this.witness.found(id, marker, cards);
    tracker.onOurWrite = (card, before, patch) => {
      this.watch.written(id, tracker, card, before, patch);
      this.witness.written(id, card);
    };
    connectHooks(this, id, tracker);
    this.database.connections.set(id, { id, tracker: profile.id, state: 'active', stateChangedAt: 0, cursor: null, inventoryAt: null, sweptAt: null, throttledUntil: null });
    this.addConfiguration(id, 'default', []);
    this.queue.markDue('sweep', id, id);
  }

  addConfiguration(connectionId: string, scope: 'default' | 'custom', assetIds: readonly string[]): void {
    const id = `${connectionId}-k${this.database.configurations.size + 1}`;
    const statusMapping: StatusMapping = randomMapping(this.random);
    this.database.configurations.set(id, {
      id, connectionId, scope, assetIds, statusMapping,
      version: 1,
      target: { board: scope },
      severityMapping: { critical: '1', high: '2', medium: '3', low: '4', informational: null },
      boardDecisions: this.swarm.has('boardAsk') ? 'ask' : 'apply',
      attention: null,
      deleted: false,
    });
  }
}

/** Runs one seed from its beginning to its end. Never throws: a violation is an answer. */
export async function runSeed(plan: Plan): Promise<Outcome> {
  const world = new World(plan);
  const unhandled = (error: unknown) => world.watch.broken('L1', `Nobody handled an error; a process would have ended by it: ${String(error)}`);
  process.on('unhandledRejection', unhandled);
  let violation: Error | null = null;
  try {
    await world.run(plan);
  } catch (error) {
    violation = error instanceof Error ? error : new Error(String(error));
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  const { kernel } = world;
  const writes = [...world.watch.ourWrites.values()].reduce((sum, at) => sum + at.length, 0);
  return {
    violation,
    calls: kernel.calls,
    events: kernel.events,
    virtualMs: kernel.now - kernel.began,
    sometimes: world.sometimes,
    swarm: world.swarm,
    trace: kernel.trace ?? [],
    stormMs: world.stormMs,
    twins: world.watch.twins,
    cardWrites: writes,
    boardChanges: world.boardChanges,
  };
}
