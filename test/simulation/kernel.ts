/** Where virtual time begins; any moment will do. */
const beginning = 1_800_000_000_000;

interface Event {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void;
}

/**
 * The seeded scheduler. Nothing runs but what an event started, one event at a time, in the order of virtual time; after each
 * the microtasks are drained. A process that crashed is one whose continuations are never resumed.
 */
export class Kernel {
  now = beginning;
  events = 0;
  /** Calls of the engine's processes to the outside, each with its own fate, by what was called. */
  readonly calls = { tracker: 0, store: 0, queue: 0, webhook: 0 };
  /** Told after each event, when all that it started has run. */
  onStep: () => void = () => {};
  readonly began = beginning;
  #heap: Event[] = [];
  #sequence = 0;
  #failure: unknown = null;
  readonly trace: string[] | null;

  constructor(options: { readonly tracing: boolean }) {
    this.trace = options.tracing ? [] : null;
  }

  at(moment: number, run: () => void): void {
    this.#sequence += 1;
    this.#push({ at: Math.max(moment, this.now), sequence: this.#sequence, run });
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.now + delayMs, run);
  }

  /** Stops the run with a violation, from wherever it was found. */
  fail(failure: unknown): void {
    this.#failure ??= failure;
  }

  say(who: string, what: () => string): void {
    this.trace?.push(`${((this.now - beginning) / 1000).toFixed(3).padStart(10)}  ${who.padEnd(10)} ${what()}`);
  }

  async run(until: number): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      this.now = next.at;
      this.events += 1;
      next.run();
      await drained();
      this.onStep();
      if (this.#failure !== null) {
        throw this.#failure;
      }
    }
    this.now = until;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) {
        break;
      }
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) {
      return;
    }
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) {
        break;
      }
      let smaller = left;
      if (right !== undefined && isBefore(right, left)) {
        child += 1;
        smaller = right;
      }
      if (!isBefore(smaller, last)) {
        break;
      }
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
}

/** All microtasks that are waiting, and those they start. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
