import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * How many requests one process may have out at once in a lane: as many as it holds places there. More visits than that are in hand,
 * since a visit spends half of its time with the database; each waits here until a request may go out.
 */
export class Wires {
  /** Visits in hand on each place. */
  readonly #places = new Map<number, number>();
  #out = 0;
  #waiting: (() => void)[] = [];

  enter(place: number): void {
    this.#places.set(place, (this.#places.get(place) ?? 0) + 1);
    this.#wake();
  }

  /** Before the place is given up in the database: the last visit on it waits until one request fewer is out. */
  async leave(place: number): Promise<void> {
    const others = (this.#places.get(place) ?? 1) - 1;
    if (others > 0) {
      this.#places.set(place, others);
      return;
    }
    this.#places.delete(place);
    while (this.#out > this.#places.size) {
      await new Promise<void>((next) => this.#waiting.unshift(next));
    }
  }

  /** Until a request may go out. Whoever was let through calls what it is given, once, when the answer is read. */
  async take(): Promise<() => void> {
    while (this.#out >= this.#places.size) {
      await new Promise<void>((next) => this.#waiting.push(next));
    }
    this.#out += 1;
    return () => {
      this.#out -= 1;
      this.#wake();
    };
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach((next) => next());
  }
}

const ofThisWork = new AsyncLocalStorage<Wires>();

/** Every request that `act` makes to a tracker goes over these. */
export function overWires<Result>(wires: Wires, act: () => Promise<Result>): Promise<Result> {
  return ofThisWork.run(wires, act);
}

/** Until the work in hand may send a request. Outside the queue, for a person who waits for the answer, at once. */
export async function takeWire(): Promise<() => void> {
  return (await ofThisWork.getStore()?.take()) ?? (() => {});
}
