import type { Features } from './features.ts';
import { digestOfSqueezed } from './texts.ts';
import type { Profile } from './texts.ts';
import { dice, profileOf } from './texts.ts';
import { weights } from './weights.ts';

/** A finding on either side of a match: its features as numbers that compare fast, each with how much an equal one says. */
export interface Sighted {
  readonly features: Features;
  /** Rule (by its newest name) and the names beside it: only within one group is anything the same vulnerability. */
  readonly group: number;
  readonly place: number;
  /** 0: no text. */
  readonly text: number;
  readonly message: number;
  /** Digest of the flagged line alone. */
  readonly flagged: number;
  /** Lines around, nearest first; 0: a line without a word. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Counts what is common and what is rare in the two scans of a match. Both sides are added before anything is asked. */
export class Census {
  readonly #groups = new Map<string, number>();
  readonly #places = new Map<string, number>();
  readonly #textNumbers = new Map<string, number>();
  /** By the number of the text. */
  readonly #flagged: number[] = [-1];
  readonly #messages = new Map<string, number>();
  readonly #lineNumbers = new Map<string, number>();
  readonly #counts = new Map<number, number>();
  readonly #groupSizes = new Map<number, number>();
  readonly #groupTexts = new Map<number, Set<number>>();
  readonly #texts = new Map<number, string>();
  /** Made when a text is first compared: most are never. */
  readonly #profiles = new Map<number, Profile>();
  readonly #likeness = new Map<number, number>();
  readonly #strangers = new Map<number, readonly number[]>();
  readonly #newNames = new Map<string, string>();
  #lines = 0;

  /** Names that rules had before, with the new ones. */
  renameRules(features: readonly Features[]): void {
    for (const one of features) {
      for (const alias of one.aliases) {
        this.#newNames.set(alias, one.rule);
      }
    }
  }

  add(features: Features): Sighted {
    const rule = this.#newNames.get(features.rule) ?? features.rule;
    const group = numberIn(this.#groups, features.extra === '' ? rule : `${rule}\u0001${features.extra}`);
    const line = (digest: string) => (digest === '' ? 0 : numberIn(this.#lineNumbers, digest));
    const text = features.text === '' ? 0 : numberIn(this.#textNumbers, features.text);
    this.#flagged[text] ??= line(digestOfSqueezed(features.text.split('\n', 1)[0] as string));
    const sighted: Sighted = {
      features,
      group,
      place: numberIn(this.#places, features.place),
      text,
      message: numberIn(this.#messages, features.message),
      flagged: this.#flagged[text] as number,
      before: features.before.map(line),
      after: features.after.map(line),
    };
    this.#count(sighted);
    return sighted;
  }

  #count(one: Sighted): void {
    const raise = (key: number) => this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#groupSizes.set(one.group, (this.#groupSizes.get(one.group) ?? 0) + 1);
    if (one.text !== 0) {
      raise(keyOf(one.group, 0, one.text));
      const texts = this.#groupTexts.get(one.group);
      if (texts === undefined) {
        this.#groupTexts.set(one.group, new Set([one.text]));
      } else {
        texts.add(one.text);
      }
      this.#texts.set(one.text, one.features.text);
    }
    raise(keyOf(one.group, 1, one.message));
    raise(keyOf(one.group, 2, one.features.column));
    raise(keyOf(one.group, 3, one.features.width));
    for (const line of [...one.before, ...one.after]) {
      if (line !== 0) {
        this.#lines += 1;
        raise(keyOf(0, 4, line));
      }
    }
  }

  /** What an equal text, message, column or width says: much where few of the group have it. */
  surprise(what: 'text' | 'message' | 'column' | 'width', one: Sighted): number {
    const [kind, value] =
      what === 'text'
        ? [0, one.text]
        : what === 'message'
          ? [1, one.message]
          : what === 'column'
            ? [2, one.features.column]
            : [3, one.features.width];
    const unseen = what === 'text' ? Math.min(one.features.text.length, weights.longText) : 0;
    return this.#surprise(keyOf(one.group, kind, value), (this.#groupSizes.get(one.group) ?? 0) + 2 * unseen, weights[`${what}Most`]);
  }

  lineSurprise(line: number): number {
    return this.#surprise(keyOf(0, 4, line), this.#lines, weights.lineMost);
  }

  /** Counts are of both sides together: half of each is a side's. */
  #surprise(key: number, all: number, most: number): number {
    const count = (this.#counts.get(key) ?? 2) / 2;
    return Math.min(most, Math.log((all / 2 + 5) / (Math.max(0, count - 1) + 0.5)));
  }

  /** 1 the same text, 0 nothing in common. */
  likeness(a: number, b: number): number {
    if (a === b) {
      return 1;
    }
    const key = a < b ? a * 0x400_0000 + b : b * 0x400_0000 + a;
    const known = this.#likeness.get(key);
    if (known !== undefined) {
      return known;
    }
    const one = this.#texts.get(a);
    const other = this.#texts.get(b);
    const value = one === undefined || other === undefined ? 0 : dice(this.#profile(a, one), one.length, this.#profile(b, other), other.length);
    if (this.#likeness.size > likenessKeptMax) {
      this.#likeness.clear();
    }
    this.#likeness.set(key, value);
    return value;
  }

  #profile(number: number, text: string): Profile {
    const known = this.#profiles.get(number);
    if (known !== undefined) {
      return known;
    }
    if (this.#profiles.size > profilesKeptMax) {
      this.#profiles.clear();
    }
    const profile = profileOf(text);
    this.#profiles.set(number, profile);
    return profile;
  }

  /** The share of pairs of different texts in the group that are at least as alike, never zero: how little it says. */
  asAlike(group: number, likeness: number): number {
    const strangers = this.#strangersOf(group);
    let at = strangers.length;
    while (at > 0 && (strangers[at - 1] as number) >= likeness) {
      at -= 1;
    }
    const usual = Math.exp(-weights.strangersFall * likeness);
    return (weights.strangersKnown * usual + strangers.length - at) / (weights.strangersKnown + strangers.length);
  }

  /** Likenesses of some pairs of the group's texts, rising. */
  #strangersOf(group: number): readonly number[] {
    const known = this.#strangers.get(group);
    if (known !== undefined) {
      return known;
    }
    const texts = [...(this.#groupTexts.get(group) ?? [])];
    const pairs = Math.min(strangersMax, (texts.length * (texts.length - 1)) / 2);
    const values = Array.from({ length: pairs }, (_none, turn) => {
      const i = (turn * 7_919) % texts.length;
      const j = (i + 1 + ((turn * 104_729) % (texts.length - 1))) % texts.length;
      return this.likeness(texts[i] as number, texts[j] as number);
    }).toSorted((a, b) => a - b);
    this.#strangers.set(group, values);
    return values;
  }
}

/** From 1 on: 0 is nothing. */
function numberIn(numbers: Map<string, number>, word: string): number {
  const known = numbers.get(word);
  if (known !== undefined) {
    return known;
  }
  numbers.set(word, numbers.size + 1);
  return numbers.size;
}

const likenessKeptMax = 500_000;
const profilesKeptMax = 50_000;
const strangersMax = 300;

/** One number for a value of some kind in a group: below 2^53 for all that memory can hold. */
function keyOf(group: number, kind: number, value: number): number {
  return (group * 5 + kind) * 0x400_0000 + (value + 0x10_0000) % 0x400_0000;
}
