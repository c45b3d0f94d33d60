import { align } from './align.ts';
import type { Features } from './features.ts';

export interface Known {
  readonly id: string;
  readonly features: Features;
  /** Seen by the latest scans; what is not is tried last (it reappeared). */
  readonly detected: boolean;
}

export interface Pair {
  /** Index into the findings. */
  readonly found: number;
  readonly id: string;
  readonly stage: Stage;
}

export type Stage = 'same place' | 'same file' | 'advisory' | 'moved' | 'repeated';

export interface Matching {
  readonly pairs: readonly Pair[];
  /** Findings that nobody knew; one vulnerability each. */
  readonly fresh: readonly number[];
  /** Known ones that were not found. */
  readonly missed: readonly string[];
}

/**
 * Pairs the findings of a scan with what is known, one to one, surest first: same place, same file in order, same advisory
 * of a package, same text elsewhere. The result does not depend on the order of either list.
 */
export function match(known: readonly Known[], found: readonly Features[]): Matching {
  const state = new State(found);
  for (const detected of [true, false]) {
    const some = known.filter((one) => one.detected === detected);
    state.pairEqual(some, 'same place', ({ rule, place, line, column, text, message, extra }) =>
      [rule, place, extra, line, column, text, message].join('\u0001'),
    );
    state.pairAligned(some);
    state.pairEqual(some, 'advisory', (features) => advisoryKey(features));
    state.pairEqual(some, 'moved', ({ rule, text, message, extra }) => (text === '' ? null : [rule, extra, text, message].join('\u0001')));
  }
  return state.result(known);
}

function advisoryKey(features: Features): string | null {
  const [first] = features.advisories.toSorted();
  return first === undefined ? null : `${first}\u0001${features.place.split('|')[0]}`;
}

class State {
  readonly #found: readonly Features[];
  readonly #order: readonly number[];
  readonly #free: Set<number>;
  readonly #taken = new Map<string, Pair>();

  constructor(found: readonly Features[]) {
    this.#found = found;
    // One order, whatever order the report has.
    this.#order = found.map((_features, index) => index).toSorted((a, b) => compare(found[a] as Features, found[b] as Features) || a - b);
    this.#free = new Set(this.#order);
  }

  /** Pairs what has the same key, in order of position; a key held by unequal numbers pairs as many as it can. */
  pairEqual(known: readonly Known[], stage: Stage, keyOf: (features: Features) => string | null): void {
    const waiting = new Map<string, Known[]>();
    for (const one of sorted(known)) {
      const key = this.#taken.has(one.id) ? null : keyOf(one.features);
      if (key !== null) {
        waiting.set(key, [...(waiting.get(key) ?? []), one]);
      }
    }
    for (const index of this.#order) {
      const key = this.#free.has(index) ? keyOf(this.#found[index] as Features) : null;
      const next = key === null ? undefined : waiting.get(key)?.shift();
      if (next !== undefined) {
        this.#take(index, next.id, stage);
      }
    }
  }

  /** Inside one rule and place, findings keep their order while lines move and texts are edited. */
  pairAligned(known: readonly Known[]): void {
    const bucket = ({ rule, place, extra }: Features) => [rule, place, extra].join('\u0001');
    const olds = new Map<string, Known[]>();
    for (const one of sorted(known)) {
      if (!this.#taken.has(one.id)) {
        const key = bucket(one.features);
        const list = olds.get(key);
        if (list === undefined) {
          olds.set(key, [one]);
        } else {
          list.push(one);
        }
      }
    }
    const news = new Map<string, number[]>();
    for (const index of this.#order) {
      const key = bucket(this.#found[index] as Features);
      if (this.#free.has(index) && olds.has(key)) {
        news.set(key, [...(news.get(key) ?? []), index]);
      }
    }
    for (const [key, indexes] of news) {
      const candidates = olds.get(key) ?? [];
      const features = indexes.map((index) => this.#found[index] as Features);
      for (const [old, fresh] of align(candidates.map((one) => one.features), features)) {
        this.#take(indexes[fresh] as number, (candidates[old] as Known).id, 'same file');
      }
    }
  }

  #take(index: number, id: string, stage: Stage): void {
    this.#free.delete(index);
    this.#taken.set(id, { found: index, id, stage });
  }

  result(known: readonly Known[]): Matching {
    const pairs = [...this.#taken.values()];
    // The very same result twice in one report is one vulnerability seen twice.
    const owner = new Map(pairs.map((pair) => [identity(this.#found[pair.found] as Features), pair.id]));
    const firsts = new Set<string>();
    const fresh: number[] = [];
    for (const index of this.#order.filter((one) => this.#free.has(one))) {
      const key = identity(this.#found[index] as Features);
      const id = owner.get(key);
      if (id !== undefined) {
        pairs.push({ found: index, id, stage: 'repeated' });
      } else if (!firsts.has(key)) {
        firsts.add(key);
        fresh.push(index);
      }
    }
    return { pairs, fresh, missed: known.filter((one) => !this.#taken.has(one.id)).map((one) => one.id) };
  }
}

/** Everything there is of a finding: equal twice in one scan is a repetition, not a second vulnerability. */
export function identity(features: Features): string {
  const { rule, place, extra, line, column, text, message } = features;
  return [rule, place, extra, line, column, text, message].join('\u0001');
}

function sorted(known: readonly Known[]): readonly Known[] {
  return known.toSorted((a, b) => compare(a.features, b.features) || (a.id < b.id ? -1 : 1));
}

function compare(a: Features, b: Features): number {
  return (
    order(a.place, b.place) || a.line - b.line || a.column - b.column || order(a.rule, b.rule) || order(a.text, b.text) || order(a.message, b.message) || order(a.extra, b.extra)
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
