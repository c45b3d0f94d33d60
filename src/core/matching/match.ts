import { isAlike } from './evidence.ts';
import type { Features } from './features.ts';
import { pairByFingerprint } from './fingerprints.ts';
import { movedFindings } from './moves.ts';
import { pairings } from './named.ts';
import type { Ground } from './renames.ts';
import { renamedFiles } from './renames.ts';
import { alignFile } from './same-file.ts';
import type { Sighted } from './sighting.ts';
import { Census } from './sighting.ts';

export interface Known {
  readonly id: string;
  readonly features: Features;
  /** Seen by the latest scans; what is not is tried last, and only where its content is the same (it reappeared). */
  readonly detected: boolean;
  /** Remembered by another scope than the one that is matched: taken only where the scope’s own memory has nobody. */
  readonly foreign?: boolean;
}

export interface Pair {
  /** Index into the findings. */
  readonly found: number;
  readonly id: string;
  readonly stage: Stage;
}

export type Stage = 'named' | 'same file' | 'fingerprint' | 'renamed file' | 'moved' | 'repeated';

export interface Matching {
  readonly pairs: readonly Pair[];
  /** Findings that nobody knew; one vulnerability each. */
  readonly fresh: readonly number[];
  /** Findings that say the same as one of `fresh`, with its index. */
  readonly echoes: readonly (readonly [number, number])[];
  /** Known ones that were not found. */
  readonly missed: readonly string[];
}

/** Where only a part of a scan is matched: which files are gone or born in all of it. */
export type WiderGround = (detected: boolean) => Ground;

/**
 * Pairs the findings of a scan with what is known, one to one, surest first: by name, in the same file, by the tool's
 * fingerprint, in a renamed file, moved. The result does not depend on the order of either list.
 */
export function match(known: readonly Known[], found: readonly Features[], wider?: WiderGround): Matching {
  const steps = matchStepwise(known, found, wider);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** As `match`, a few milliseconds at a time: in between, whoever matches many can look after what else is under way. */
export function* matchStepwise(known: readonly Known[], found: readonly Features[], wider?: WiderGround): Generator<undefined, Matching> {
  const state = new State(known, found, wider);
  yield;
  state.named();
  for (const detected of [true, false]) {
    yield* state.sameFile(detected);
  }
  for (const detected of [true, false]) {
    yield;
    state.byFingerprint(detected);
    state.renamed(detected);
    state.moved(detected);
  }
  return state.result();
}

/** So many findings are paired in one step, and those of the last file beyond. */
const stepFindings = 150;

interface KnownSighted extends Sighted {
  readonly id: string;
  readonly detected: boolean;
  readonly foreign: boolean;
}

interface FoundSighted extends Sighted {
  readonly index: number;
}

class State {
  readonly #census = new Census();
  readonly #known: readonly KnownSighted[];
  readonly #found: readonly FoundSighted[];
  readonly #taken = new Map<string, Pair>();
  readonly #used = new Set<number>();

  readonly #wider: WiderGround | undefined;

  constructor(known: readonly Known[], found: readonly Features[], wider?: WiderGround) {
    this.#wider = wider;
    this.#census.renameRules(found);
    this.#known = known
      .toSorted((a, b) => compare(a.features, b.features) || compareIds(a.id, b.id))
      .map((one) => ({ ...this.#census.add(one.features), id: one.id, detected: one.detected, foreign: one.foreign === true }));
    const sorted = found.map((features, index) => ({ features, index })).toSorted((a, b) => compare(a.features, b.features) || a.index - b.index);
    // The very same result twice in one report is one vulnerability seen twice; in this order they are neighbours.
    const different = sorted.filter(({ features }, at) => at === 0 || compare((sorted[at - 1] as { features: Features }).features, features) !== 0);
    this.#found = different.map(({ features, index }) => ({ ...this.#census.add(features), index }));
    this.#all = sorted;
  }

  readonly #all: readonly { readonly features: Features; readonly index: number }[];

  #freeOlds(detected: boolean, isFile: boolean): KnownSighted[] {
    return this.#known.filter((one) => one.detected === detected && (one.features.kind === 'file') === isFile && !this.#taken.has(one.id));
  }

  #freeNews(isFile: boolean): FoundSighted[] {
    return this.#found.filter((one) => (one.features.kind === 'file') === isFile && !this.#used.has(one.index));
  }

  #ground(detected: boolean): Ground {
    if (this.#wider !== undefined) {
      return this.#wider(detected);
    }
    const oldPlaces = new Set(this.#known.filter((one) => one.detected === detected).map((one) => one.features.place));
    const newPlaces = new Set(this.#found.map((one) => one.features.place));
    return { isGone: (place) => !newPlaces.has(place), isBorn: (place) => !oldPlaces.has(place) };
  }

  /** The surest name first, whoever knows it and whether or not it was seen of late: a name does not wear out. */
  named(): void {
    for (const pairing of pairings) {
      for (const foreign of [false, true]) {
        for (const detected of [true, false]) {
          const olds = this.#freeOlds(detected, false).filter((one) => one.foreign === foreign);
          const news = this.#freeNews(false);
          for (const [old, fresh] of pairing(olds, news)) {
            this.#take(olds[old] as KnownSighted, news[fresh] as FoundSighted, 'named');
          }
        }
      }
    }
  }

  *sameFile(detected: boolean): Generator<undefined, void> {
    const olds = byPlace(this.#freeOlds(detected, true));
    let paired = 0;
    for (const [place, news] of byPlace(this.#freeNews(true))) {
      const before = olds.get(place);
      if (before !== undefined) {
        this.#align(before, news, 'same file');
        paired += news.length;
      }
      if (paired > stepFindings) {
        paired = 0;
        yield;
      }
    }
  }

  #align(olds: readonly KnownSighted[], news: readonly FoundSighted[], stage: Stage): void {
    for (const { old, fresh } of alignFile(olds, news, this.#census)) {
      this.#take(olds[old] as KnownSighted, news[fresh] as FoundSighted, stage);
    }
  }

  byFingerprint(detected: boolean): void {
    const olds = this.#freeOlds(detected, true);
    const news = this.#freeNews(true);
    for (const [old, fresh] of pairByFingerprint(olds, news, { known: this.#known, found: this.#found }, this.#census)) {
      this.#take(olds[old] as KnownSighted, news[fresh] as FoundSighted, 'fingerprint');
    }
  }

  renamed(detected: boolean): void {
    const olds = byPlace(this.#freeOlds(detected, true));
    const news = byPlace(this.#freeNews(true));
    for (const [from, to] of renamedFiles(olds, news, this.#ground(detected))) {
      this.#align(olds.get(from) as readonly KnownSighted[], news.get(to) as readonly FoundSighted[], 'renamed file');
    }
  }

  moved(detected: boolean): void {
    const olds = this.#freeOlds(detected, true);
    const news = this.#freeNews(true);
    for (const one of movedFindings(olds, news, this.#census, this.#ground(detected))) {
      this.#take(olds[one.old] as KnownSighted, news[one.fresh] as FoundSighted, 'moved');
    }
  }

  #take(old: KnownSighted, fresh: FoundSighted, stage: Stage): void {
    if (old.detected || stage === 'named' || stage === 'fingerprint' || isAlike(old, fresh, this.#census)) {
      this.#used.add(fresh.index);
      this.#taken.set(old.id, { found: fresh.index, id: old.id, stage });
    }
  }

  result(): Matching {
    const pairs = [...this.#taken.values()];
    const rest = this.#all.filter((one) => !this.#used.has(one.index));
    const owners = this.#ownersAt(new Set(rest.map((one) => one.features.place)), pairs);
    const firsts = new Map<string, number>();
    const fresh: number[] = [];
    const echoes: (readonly [number, number])[] = [];
    for (const { features, index } of rest) {
      const keys = echoKeys(features);
      const id = keys.map((key) => owners.get(key)).find((owner) => owner !== undefined);
      const first = keys.map((key) => firsts.get(key)).find((one) => one !== undefined);
      if (id !== undefined) {
        pairs.push({ found: index, id, stage: 'repeated' });
      } else if (first !== undefined) {
        echoes.push([index, first]);
      } else {
        fresh.push(index);
        keys.forEach((key) => firsts.set(key, index));
      }
    }
    return { pairs, fresh, echoes, missed: this.#known.filter((one) => !this.#taken.has(one.id)).map((one) => one.id) };
  }

  /** Whose it is that says what, at these places alone: what says the same stands at the same place, unless it is a secret. */
  #ownersAt(places: ReadonlySet<string>, pairs: readonly Pair[]): ReadonlyMap<string, string> {
    const byIndex = new Map(this.#found.map((one) => [one.index, one.features]));
    const owners = new Map<string, string>();
    for (const { found, id } of pairs) {
      const features = byIndex.get(found);
      if (features !== undefined && (places.has(features.place) || features.kind === 'secret')) {
        echoKeys(features).forEach((key) => owners.set(key, id));
      }
    }
    return owners;
  }
}

/** By any of these a finding says the same as another of its scan: all of it, one advisory of one package in one place, or one secret. */
function echoKeys(features: Features): readonly string[] {
  const named = features.kind === 'package' ? features.advisories.map((id) => `${id} ${features.place} ${features.extra}`) : [];
  const secret = features.kind === 'secret' ? [`${features.rule} ${features.extra}`] : [];
  return [identity(features), ...named, ...secret];
}

/** Everything there is of a finding: equal twice in one scan is a repetition, not a second vulnerability. */
function identity(features: Features): string {
  const { rule, place, extra, line, column, width, text, message } = features;
  return [rule, place, extra, line, column, width, text, message].join('\u0001');
}

function byPlace<One extends Sighted>(all: readonly One[]): Map<string, One[]> {
  const places = new Map<string, One[]>();
  for (const one of all) {
    const list = places.get(one.features.place);
    if (list === undefined) {
      places.set(one.features.place, [one]);
    } else {
      list.push(one);
    }
  }
  return places;
}

function compareIds(a: string, b: string): number {
  return a.length - b.length || order(a, b);
}

function compare(a: Features, b: Features): number {
  return (
    order(a.place, b.place) ||
    a.line - b.line ||
    a.column - b.column ||
    order(a.rule, b.rule) ||
    order(a.text, b.text) ||
    a.width - b.width ||
    order(a.message, b.message) ||
    order(a.extra, b.extra)
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
