import { TrackerFault } from '../../src/contracts/tracker-fault.ts';
import type { Tracker } from '../../src/contracts/tracker.ts';
import type { Lease, SessionRecord, SyncEnv, SyncStore } from '../../src/sync/ports.ts';
import { LookAhead } from '../../src/sync/look-ahead.ts';
import { sweep } from '../../src/sync/sweep.ts';
import { syncLink } from '../../src/sync/sync-link.ts';
import type { LinkRow, WorkRow } from './database.ts';
import type { Immediate, ModelStore } from './model-store.ts';
import type { Fate, Process } from './process.ts';
import { doom, happens, openSession } from './session.ts';
import type { World } from './world.ts';

const leaseMs = 30_000;
const handsMax = 2;
const pollMs = 300_000;

/** A worker process: the work loop's habits around the production engine. */
export class Worker {
  readonly process: Process;
  readonly #world: World;
  readonly #env: SyncEnv;
  #inHand = 0;
  #nextLook = Infinity;
  #claiming = false;

  constructor(world: World, process: Process) {
    this.#world = world;
    this.process = process;
    this.#env = this.#makeEnv();
    process.onStart = () => {
      this.#inHand = 0;
      this.#claiming = false;
      this.#nextLook = Infinity;
      this.#env.looks.clear();
      this.lookAt(world.kernel.now);
    };
  }

  /** Something may be due then. */
  lookAt(moment: number): void {
    const { kernel, random } = this.#world;
    const at = Math.max(moment, kernel.now) + random.between(1, 40);
    if (at >= this.#nextLook) {
      return;
    }
    this.#nextLook = at;
    const { life } = this.process;
    kernel.at(at, () => {
      if (this.#nextLook === at) {
        this.#nextLook = Infinity;
        this.process.resume(life, () => void this.#look());
      }
    });
  }

  async #look(): Promise<void> {
    if (this.#claiming || this.#inHand >= handsMax) {
      return;
    }
    this.#claiming = true;
    try {
      const claims = await this.#call(() => {
        const claimed = this.#world.queue.claim(handsMax - this.#inHand, leaseMs);
        claimed.forEach((claim) => this.#world.witness.claimed(claim));
        return claimed;
      });
      this.#world.kernel.say(this.process.name, () => `claimed ${claims.map((claim) => `${claim.key} ${claim.token}`).join(', ')}`);
      for (const claim of claims) {
        this.#world.watch.claimed(claim);
        this.#inHand += 1;
        void this.#visit(claim);
      }
    } catch {
      this.lookAt(this.#world.kernel.now + 1_000);
    }
    this.#claiming = false;
    this.#lookLater();
  }

  #lookLater(): void {
    const next = this.#world.queue.nextAt();
    if (next !== null && this.#inHand < handsMax) {
      // The slow poll beneath all notifications.
      this.lookAt(Math.max(next, this.#world.kernel.now + 50));
    }
  }

  async #visit(claim: WorkRow): Promise<void> {
    const { life } = this.process;
    let ended = false;
    const beat = () => {
      this.#world.kernel.after(leaseMs / 3, () =>
        this.process.resume(life, () => {
          if (!ended) {
            this.#call(() => this.#world.queue.extend(claim, leaseMs)).catch(() => {});
            beat();
          }
        }),
      );
    };
    beat();
    try {
      const wish = await this.#handle(claim);
      await this.#call(() => this.#finish(claim, wish));
    } catch (error) {
      this.#world.kernel.say(this.process.name, () => `work failed: ${String(error)}`);
      if (!(error instanceof DatabaseError)) {
        this.#world.sometimes.saw('a visit ended with an error that is no fault');
        if (!(error instanceof PoisonError)) {
          this.#world.kernel.fail(error);
        }
      }
      const nextAt = this.#world.kernel.now + 100 + this.#world.random.between(0, 1_000 * 2 ** Math.min(claim.attempts, 9));
      await this.#call(() => this.#finish(claim, { nextAt, attempts: claim.attempts + 1 })).catch(() => {});
    }
    ended = true;
    this.#inHand -= 1;
    this.lookAt(this.#world.kernel.now);
  }

  #finish(claim: WorkRow, wish: { readonly nextAt: number | null; readonly attempts: number }): void {
    this.#world.kernel.say(this.process.name, () => `finish ${claim.key} ${claim.token}: ${wish.nextAt === null ? 'rest' : `again in ${Math.round(wish.nextAt - this.#world.kernel.now)} ms`}`);
    this.#world.queue.finish(claim, wish);
  }

  async #handle(claim: WorkRow): Promise<{ readonly nextAt: number | null; readonly attempts: number }> {
    const records: SessionRecord[] = [];
    const openOne: SyncEnv['openSession'] = (connection, record) => {
      records.push(record);
      return this.#env.openSession(connection, record);
    };
    const env = { ...this.#env, openSession: openOne };
    if (claim.kind === 'sweep') {
      const visited = await sweep({ env, options: { pollMs } }, claim.key, claim.attempts);
      this.#world.witness.heeded(records);
      return { nextAt: visited.nextAt?.getTime() ?? null, attempts: visited.failed === true ? claim.attempts + 1 : 0 };
    }
    const result = await syncLink(env, { kind: claim.kind, key: claim.key, token: String(claim.token) }, claim.attempts);
    const lease = { kind: claim.kind, key: claim.key, token: String(claim.token) };
    this.#world.witness.heeded(records);
    this.#world.visited(lease, result, this.#world.queue.isStill(lease));
    return result.kind === 'rest' ? { nextAt: null, attempts: 0 } : { nextAt: result.at, attempts: claim.attempts + 1 };
  }

  /** One call to the database, with all that may become of it. */
  #call<Answer>(effect: () => Answer, calls: 'store' | 'queue' = 'queue'): Promise<Answer> {
    const { weather, random, kernel } = this.#world;
    let failure: Fate['failure'];
    if (kernel.now < weather.databaseAwayUntil || happens(weather, 'databaseError', 0.005)) {
      failure = { error: () => new DatabaseError('The database is away.'), when: 'before' };
    } else if (happens(weather, 'databaseDoubt', 0.005)) {
      failure = { error: () => new DatabaseError('The connection ended during the commit.'), when: 'after' };
    }
    const fate: Fate = { calls, thereMs: random.between(0.1, 3), backMs: random.between(0.1, 3), ...(failure === undefined ? {} : { failure }), ...doom(weather) };
    return this.process.ask(effect, fate, () => random.between(500, 30_000));
  }

  #makeEnv(): SyncEnv {
    const { process } = this;
    const world = this.#world;
    const { random, kernel, weather, sometimes } = world;
    return {
      now: () => process.now(),
      monotonic: () => kernel.now,
      random: () => random.next(),
      digest: (text) => shortDigest(text),
      store: this.#port(world.store),
      openSession: ({ id, credentials }, record) => {
        world.watch.signedIn(id, credentials);
        return openSession({ process, tracker: world.tracker(id), weather, sometimes, record });
      },
      tracker: (id) => ({ traits: world.traits(id), targetSteps: [] as Tracker['targetSteps'] }) as Tracker,
      looks: new LookAhead(),
      log: (message, facts) => kernel.say(process.name, () => `${message} ${JSON.stringify(facts)}`),
      bounds: { sendWindowMs: 5_000, quarantineMs: 185_000 },
      publicUrl: 'sim://patchboard',
    };
  }

  #port(store: ModelStore): SyncStore {
    const immediate: Immediate<SyncStore> = store;
    const port: Record<string, (...words: never[]) => Promise<unknown>> = {};
    for (const verb of verbs) {
      const act = (immediate[verb] as (...words: never[]) => unknown).bind(store);
      port[verb] = (...words) => this.#call(() => this.#effect(verb, words, act), 'store');
    }
    return port as unknown as SyncStore;
  }

  #effect(verb: keyof SyncStore, words: never[], act: (...words: never[]) => unknown): unknown {
    const world = this.#world;
    if (verb === 'loadVisit') {
      const linkId = String(words[0]);
      const row = world.database.work.get(`link/${linkId}`);
      world.watch.loaded(linkId, String(row?.token));
    }
    if (verb === 'recordFault') {
      const [failed] = words as unknown as Parameters<SyncStore['recordFault']>;
      world.witness.failed(failed.attempt.fault, failed.nextAt);
    }
    if (verb === 'learnPace') {
      const [connectionId, hints] = words as unknown as Parameters<SyncStore['learnPace']>;
      world.witness.asked(connectionId, hints);
    }
    if (verb === 'throttle') {
      const [connectionId, pauseMs] = words as unknown as Parameters<SyncStore['throttle']>;
      world.witness.asked(connectionId, [{ pauseMs }]);
    }
    const [first, second] = words as unknown as readonly [Partial<{ linkId: string; lease: Lease }> | string | undefined, Lease | undefined];
    const linkId = typeof first === 'string' ? first : first?.linkId;
    const lease = typeof first === 'string' ? second : first?.lease;
    const isStranger = lease !== undefined && linkId !== undefined && !world.queue.isStill(lease);
    const before = isStranger ? { ...world.database.links.get(linkId) } : undefined;
    const answer = act(...words);
    if (verb === 'settle' && lease !== undefined) {
      world.witness.settled(lease, answer);
    }
    if (isStranger) {
      world.witness.strangers(verb, before as LinkRow, world.database.links.get(linkId));
    }
    world.kernel.say(this.process.name, () => `${verb}(${JSON.stringify(words).slice(0, 300)}) → ${JSON.stringify(answer)?.slice(0, 200)}`);
    world.heard(verb, answer);
    return answer;
  }
}

/** The database did not answer, or not in time. */
export class DatabaseError extends Error {}
/** A bug that one vulnerability brings out. */
export class PoisonError extends Error {}

const verbs: readonly (keyof SyncStore)[] = [
  'loadVisit', 'untriedLinks', 'commitIntent', 'withdrawIntent', 'commitPush', 'withdrawPush', 'recordCard', 'settle', 'recordFault', 'supersede',
  'recordMiss', 'setLinkState', 'holdLink', 'openHold', 'haltConnection', 'throttle', 'learnPace', 'noteConnection', 'flagConfiguration',
  'loadSweep', 'recordChanges', 'recordInventory', 'keepHint',
];

/** Enough to tell texts apart (FNV-1a); production uses SHA-256. */
function shortDigest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

export function isFault(error: unknown): boolean {
  return error instanceof TrackerFault;
}
