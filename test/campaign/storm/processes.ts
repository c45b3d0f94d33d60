import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOf } from '../../../scripts/built.mjs';

export const token = 'a-token-for-the-campaign-of-32-characters';
const root = resolve(import.meta.dirname, '../../..');
const stopMaxMs = 60_000;

export interface Fleet {
  /** Addresses of the web processes. */
  readonly urls: readonly string[];
  /** Starts that gave up by themselves, and were made again: on a busy machine the database may be slow to answer. */
  readonly failedStarts: readonly string[];
  /** What those said that ended by themselves in the middle of their work. They were started again. */
  readonly crashes: readonly string[];
  /** Seconds that each SIGSTOP lasted in truth, of those that were not killed in their sleep. */
  readonly sleeps: readonly number[];
  /** Kills one (kill -9), be it frozen or not, and starts it again, without waiting for it. */
  kill(index: number): Promise<void>;
  /** Stops one (SIGSTOP) for so long. */
  freeze(index: number, ms: number): void;
  doing(index: number): Doing;
  /** Whether it is the only one of its kind, web or worker, that is at work. */
  isAlone(index: number): boolean;
  readonly size: number;
  /** Wakes all that are frozen, and waits until every one is up. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** What a process is at. */
export type Doing = 'working' | 'starting' | 'frozen';

interface Told {
  readonly failedStarts: string[];
  readonly crashes: string[];
  readonly sleeps: number[];
}

export interface FleetOptions {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly webs: number;
  readonly workers: number;
  readonly quarantineSeconds: number;
}

/** One process as a supervisor keeps it: started again when it ends without having been told to. */
class Member {
  readonly #start: () => ChildProcess;
  readonly #told: Told;
  #child: ChildProcess;
  #works = false;
  #frozenFrom: number | null = null;
  #wake: NodeJS.Timeout | undefined;
  #generation = 0;
  ready: Promise<void>;

  constructor(start: () => ChildProcess, told: Told) {
    this.#start = start;
    this.#told = told;
    this.#child = start();
    this.ready = this.#keep(0);
  }

  get doing(): Doing {
    return this.#frozenFrom !== null ? 'frozen' : this.#works ? 'working' : 'starting';
  }

  async kill(): Promise<void> {
    this.#generation += 1;
    clearTimeout(this.#wake);
    this.#frozenFrom = null;
    this.#works = false;
    this.#child.kill('SIGKILL');
    await ended(this.#child);
    this.#child = this.#start();
    this.ready = this.#keep(this.#generation);
  }

  freeze(ms: number): void {
    this.#frozenFrom = Date.now();
    this.#child.kill('SIGSTOP');
    this.#wake = setTimeout(() => this.wake(), ms);
  }

  wake(): void {
    clearTimeout(this.#wake);
    if (this.#frozenFrom !== null) {
      this.#told.sleeps.push((Date.now() - this.#frozenFrom) / 1_000);
    }
    this.#frozenFrom = null;
    this.#child.kill('SIGCONT');
  }

  /** Answers when it is gone, in order or not. */
  async stop(): Promise<void> {
    this.#generation += 1;
    this.wake();
    this.#child.kill('SIGTERM');
    await Promise.race([ended(this.#child), sleep(stopMaxMs, undefined, { ref: false })]);
    this.#child.kill('SIGKILL');
  }

  /** Resolves when it is ready, or another one has taken its place. */
  async #keep(generation: number): Promise<void> {
    const isOurs = () => generation === this.#generation;
    while (isOurs()) {
      const child = this.#child;
      const because = await readiness(child);
      if (because === null) {
        this.#works ||= isOurs();
        void ended(child).then(() => {
          if (isOurs()) {
            this.#works = false;
            this.#told.crashes.push(`${child.exitCode ?? child.signalCode}`);
            this.#child = this.#start();
            this.ready = this.#keep(generation);
          }
        });
        return;
      }
      if (isOurs()) {
        this.#told.failedStarts.push(because);
        this.#child = this.#start();
      }
    }
  }
}

/** Web and worker processes on one database, as an operator would run them. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const ports = await Promise.all(Array.from({ length: options.webs }, freePort));
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const told: Told = { failedStarts: [], crashes: [], sleeps: [] };
  const open = (role: 'web' | 'worker', port: number) =>
    new Member(() => launch(options, role, port, urls[0] ?? ''), told);
  const members = [
    ...ports.map((port) => open('web', port)),
    ...Array.from({ length: options.workers }, () => open('worker', 0)),
  ];
  const at = (index: number): Member => {
    const member = members[index];
    if (member === undefined) {
      throw new Error(`There is no process ${index}.`);
    }
    return member;
  };
  await Promise.all(members.map((member) => member.ready));
  return {
    urls,
    ...told,
    size: members.length,
    kill: (index) => at(index).kill(),
    freeze: (index, ms) => at(index).freeze(ms),
    doing: (index) => at(index).doing,
    isAlone: (index) => {
      const kind = index < options.webs ? members.slice(0, options.webs) : members.slice(options.webs);
      return kind.filter(({ doing }) => doing === 'working').length === 1 && at(index).doing === 'working';
    },
    async restore() {
      members.forEach((member) => member.wake());
      await Promise.all(members.map((member) => member.ready));
    },
    async stop() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

function launch(options: FleetOptions, role: 'web' | 'worker', port: number, publicUrl: string): ChildProcess {
  return spawn(process.execPath, [programOf(root, 'src/main.ts').file, role === 'web' ? 'serve' : 'work'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATABASE_URL: options.databaseUrl,
      PATCHBOARD_DATA: options.folder,
      PATCHBOARD_ROLES: role,
      PATCHBOARD_PORT: String(port),
      PATCHBOARD_PUBLIC_URL: publicUrl,
      PATCHBOARD_SECRET_KEY: 'a-secret-key-for-the-campaign-of-many-characters',
      PATCHBOARD_BOOTSTRAP_TOKEN: token,
      PATCHBOARD_ALLOWED_NETWORKS: '127.0.0.0/8',
      PATCHBOARD_QUARANTINE_SECONDS: String(options.quarantineSeconds),
      PATCHBOARD_POLL_SECONDS: '5',
      PATCHBOARD_LOG: 'error',
    },
  });
}

/** Both kinds of process say so when they are at work: null then, and what it said last where it ended first. */
function readiness(child: ChildProcess): Promise<string | null> {
  return new Promise((settle) => {
    let said = '';
    child.stderr?.on('data', (part: Buffer) => {
      said = part.toString();
    });
    child.stdout?.on('data', (part: Buffer) => {
      if (/ready at|works in the background/u.test(part.toString())) {
        settle(null);
      }
    });
    child.once('exit', (code, signal) => settle(`${code ?? signal}: ${said.trim().slice(0, 300)}`));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((done) => child.once('exit', done));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
