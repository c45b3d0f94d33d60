import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * How many requests one process may have out at once in a lane: as many as it holds places there. More visits than that are in hand,
 * since a visit spends half of its time with the database; each waits here until a request may go out.
 */
export class Wires {
  /** Visits in hand on each place. */
  readonly #places = new Map<number, number>();
  #out = 0;
  #turns = 0;
  /** In the order in which they may go on. */
  #waiting: { readonly turn: number; readonly next: () => void }[] = [];

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
      await this.#wait(-1);
    }
  }

  /** For one visit, when it begins. */
  turn(): number {
    this.#turns += 1;
    return this.#turns;
  }

  /**
   * Until a request may go out. Whoever was let through calls what it is given, once, when the answer is read. A visit that began
   * earlier comes first with each of its requests: in turns, all of them would end late, and a process that is ended again and again
   * before that would never end any.
   */
  async take(turn = this.turn()): Promise<() => void> {
    while (this.#out >= this.#places.size) {
      await this.#wait(turn);
    }
    this.#out += 1;
    return () => {
      this.#out -= 1;
      this.#wake();
    };
  }

  #wait(turn: number): Promise<void> {
    return new Promise((next) => {
      const later = this.#waiting.findIndex((one) => one.turn > turn);
      this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, { turn, next });
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach(({ next }) => next());
  }
}

/** More than a card takes. A longer visit, a sweep, lets those pass then that began meanwhile: their cards would wait for its end. */
const requestsATurn = 8;

const ofThisWork = new AsyncLocalStorage<{ readonly wires: Wires; turn: number; sent: number }>();

/** Every request that `act`, a visit, makes to a tracker goes over these. */
export function overWires<Result>(wires: Wires, act: () => Promise<Result>): Promise<Result> {
  return ofThisWork.run({ wires, turn: wires.turn(), sent: 0 }, act);
}

/** Until the work in hand may send a request. Outside the queue, for a person who waits for the answer, at once. */
export async function takeWire(): Promise<() => void> {
  const own = ofThisWork.getStore();
  if (own === undefined) {
    return () => {};
  }
  own.turn = own.sent > 0 && own.sent % requestsATurn === 0 ? own.wires.turn() : own.turn;
  own.sent += 1;
  return own.wires.take(own.turn);
}
