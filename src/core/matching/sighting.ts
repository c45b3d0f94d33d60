import type { Features } from './features.ts';
import { Remembered } from './remembered.ts';
import { dice, digestOfSqueezed, profileOf } from './texts.ts';
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
  /** By group and value. */
  readonly #counts = { text: new Map<number, number>(), message: new Map<number, number>(), column: new Map<number, number>(), width: new Map<number, number>() };
  readonly #lineCounts = new Map<number, number>();
  readonly #groupSizes = new Map<number, number>();
  readonly #groupTexts = new Map<number, Set<number>>();
  readonly #texts = new Map<number, string>();
  /** Made when a text is first compared: most are never. */
  readonly #profiles = new Remembered(profilesKeptMax, (text) => profileOf(this.#texts.get(text) ?? ''));
  readonly #likeness = new Remembered(likenessKeptMax, (both) => this.#compared(Math.floor(both / numbersMax), both % numbersMax));
  readonly #strangers = new Map<number, readonly number[]>();
  readonly #newNames = new Map<string, string>();
  readonly #sighted = new Map<Features, Sighted>();
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
    const sighted = this.#sighted.get(features) ?? this.#sight(features);
    this.#count(sighted);
    return sighted;
  }

  /** What was found as it is remembered is taken apart once for both sides. */
  #sight(features: Features): Sighted {
    const rule = this.#newNames.get(features.rule) ?? features.rule;
    const group = numberIn(this.#groups, `${rule}\u0001${features.extra}`);
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
      before: features.before.length === 0 ? noLines : features.before.map(line),
      after: features.after.length === 0 ? noLines : features.after.map(line),
    };
    this.#sighted.set(features, sighted);
    return sighted;
  }

  #count(one: Sighted): void {
    raise(this.#groupSizes, one.group);
    if (one.text !== 0) {
      raise(this.#counts.text, keyOf(one.group, one.text));
      const texts = this.#groupTexts.get(one.group);
      if (texts === undefined) {
        this.#groupTexts.set(one.group, new Set([one.text]));
      } else {
        texts.add(one.text);
      }
      this.#texts.set(one.text, one.features.text);
    }
    for (const what of ['message', 'column', 'width'] as const) {
      raise(this.#counts[what], keyOf(one.group, valueOf(what, one)));
    }
    for (const lines of [one.before, one.after]) {
      for (const line of lines) {
        if (line !== 0) {
          this.#lines += 1;
          raise(this.#lineCounts, line);
        }
      }
    }
  }

  /** What an equal text, message, column or width says: much where few of the group have it. */
  surprise(what: Told, one: Sighted): number {
    const count = this.#counts[what].get(keyOf(one.group, valueOf(what, one)));
    const unseen = what === 'text' ? Math.min(one.features.text.length, weights.longText) : 0;
    return surpriseOf(count, (this.#groupSizes.get(one.group) ?? 0) + 2 * unseen, weights[`${what}Most`]);
  }

  lineSurprise(line: number): number {
    return surpriseOf(this.#lineCounts.get(line), this.#lines, weights.lineMost);
  }

  /** 1 the same text, 0 nothing in common. */
  likeness(a: number, b: number): number {
    return a === b ? 1 : this.#likeness.of(Math.min(a, b) * numbersMax + Math.max(a, b));
  }

  #compared(a: number, b: number): number {
    return dice(this.#profiles.of(a), this.#profiles.of(b));
  }

  /** The share of pairs of different texts in the group that are at least as alike, never zero: how little it says. */
  asAlike(group: number, likeness: number): number {
    const strangers = this.#strangersOf(group);
    const lessAlike = strangers.findLastIndex((value) => value < likeness) + 1;
    const usual = Math.exp(-weights.strangersFall * likeness);
    return (weights.strangersKnown * usual + strangers.length - lessAlike) / (weights.strangersKnown + strangers.length);
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
      // Few of them are asked for again: nothing is remembered of them.
      return this.#compared(texts[i] as number, texts[j] as number);
    }).toSorted((a, b) => a - b);
    this.#strangers.set(group, values);
    return values;
  }
}

const noLines: readonly number[] = [];

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

/** Above any number of a group, a text or a place in a line; its square is a number still. */
const numbersMax = 0x400_0000;
const [groupBits, valueBits] = [12, 18];

/** One number for both, a short one where it can be: those cost nothing to keep. */
function keyOf(group: number, value: number): number {
  const isShort = group < 1 << groupBits && value < 1 << valueBits;
  return isShort ? (value << groupBits) | group : -1 - group * numbersMax - value;
}

type Told = 'text' | 'message' | 'column' | 'width';

function valueOf(what: Told, one: Sighted): number {
  return what === 'text' || what === 'message' ? one[what] : one.features[what];
}

function raise(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts are of both sides together: half of each is a side's. */
function surpriseOf(counted: number | undefined, all: number, most: number): number {
  const count = (counted ?? 2) / 2;
  return Math.min(most, Math.log((all / 2 + 5) / (Math.max(0, count - 1) + 0.5)));
}
