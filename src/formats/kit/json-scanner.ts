import type { ReadLimits } from '../../contracts/format.ts';
import type { PatternNode } from './json-pattern.ts';
import { JsonValueEnd, scalarEnd, startsScalar } from './json-value-end.ts';
import { Spans } from './spans.ts';

export type Steps = readonly (string | number)[];

/** One value that was asked for, or the begin or end of a container on the way to such values. */
export type Piece =
  | { readonly kind: 'begin'; readonly pattern: string; readonly steps: Steps; readonly array: boolean }
  | { readonly kind: 'value'; readonly pattern: string; readonly steps: Steps; readonly value: unknown }
  | { readonly kind: 'end'; readonly pattern: string; readonly steps: Steps; readonly spans: Spans | null };

/** What is wrong with the text and at which byte; the splitter adds the line. */
export class JsonFault extends Error {
  readonly offset: number;
  readonly steps: Steps;
  readonly hint: string | undefined;

  constructor(message: string, place: { offset: number; steps: Steps; hint?: string }) {
    super(message);
    this.offset = place.offset;
    this.steps = place.steps;
    this.hint = place.hint;
  }
}

interface Level {
  readonly array: boolean;
  readonly node: PatternNode;
  step: string | number;
  /** Where its elements stand, if that is what was asked for. */
  readonly spans: Spans | null;
}

type Expect = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';
type Mode = 'between' | 'key' | 'string' | 'scalar' | 'nested';

const quote = 0x22;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/** Walks the bytes of one JSON text, however they are cut into chunks, and collects pieces. */
export class JsonScanner {
  readonly #limits: ReadLimits;
  readonly #root: PatternNode;
  readonly #levels: Level[] = [];
  #pieces: Piece[] = [];
  #expect: Expect = 'value';
  #offset = 0;
  // The token or value under way.
  #mode: Mode = 'between';
  #capture = false;
  #begunAt = 0;
  #parts: Uint8Array[] = [];
  #length = 0;
  readonly #valueEnd = new JsonValueEnd();

  constructor(root: PatternNode, limits: ReadLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  take(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  feed(bytes: Uint8Array): void {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at < chunk.length) {
      at = this.#mode === 'between' ? this.#between(chunk, at) : this.#within(chunk, at);
    }
    this.#offset += chunk.length;
  }

  finish(): void {
    if (this.#mode === 'scalar' && this.#levels.length === 0) {
      this.#ended(Buffer.alloc(0), 0, 0);
    }
    if (
      this.#offset === 0 ||
      (this.#mode === 'between' && this.#expect === 'value' && this.#levels.length === 0)
    ) {
      throw this.#fault(
        'The report is empty',
        0,
        'Look whether the scanner wrote its output to another file.',
      );
    }
    if (this.#expect !== 'nothing' || this.#mode !== 'between') {
      throw this.#fault(
        'The report ends in the middle: it was cut short',
        0,
        'Upload the whole file the scanner wrote.',
      );
    }
  }

  /** Between tokens: one step. */
  #between(chunk: Buffer, at: number): number {
    const byte = chunk[at] as number;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      return at + 1;
    }
    const expect = this.#expect;
    if (byte === comma && expect === 'comma or end') {
      const level = this.#levels.at(-1) as Level;
      if (level.array) {
        level.step = (level.step as number) + 1;
      }
      this.#expect = level.array ? 'value' : 'key';
      return at + 1;
    }
    if (byte === colon && expect === 'colon') {
      this.#expect = 'value';
      return at + 1;
    }
    if ((byte === closeBrace || byte === closeBracket) && expect.endsWith('or end')) {
      return this.#close(byte, at);
    }
    if (byte === quote && expect.startsWith('key')) {
      this.#begin('key', true, at);
      return this.#within(chunk, at);
    }
    if (expect.startsWith('value')) {
      return this.#beginValue(chunk, at, byte);
    }
    throw this.#fault(`The report is not valid JSON: unexpected ${shown(byte)}`, at);
  }

  #close(byte: number, at: number): number {
    const level = this.#levels.pop();
    if (level === undefined || level.array !== (byte === closeBracket)) {
      throw this.#fault(`The report is not valid JSON: unexpected ${shown(byte)}`, at);
    }
    this.#pieces.push({ kind: 'end', pattern: level.node.pattern, steps: this.#steps(), spans: level.spans });
    this.#after();
    return at + 1;
  }

  #beginValue(chunk: Buffer, at: number, byte: number): number {
    const node = this.#node();
    const container = byte === openBrace || byte === openBracket;
    const walked = node !== null && !node.wanted && !node.located;
    if (container && walked) {
      if (this.#levels.length >= this.#limits.depthMax) {
        this.#refuseDepth(at);
      }
      const array = byte === openBracket;
      this.#pieces.push({ kind: 'begin', pattern: node.pattern, steps: this.#steps(), array });
      const spans = array && node.any?.located === true ? new Spans(this.#offset + at) : null;
      this.#levels.push({ array, node, step: array ? 0 : '', spans });
      this.#expect = array ? 'value or end' : 'key or end';
      return at + 1;
    }
    if (!container && byte !== quote && !startsScalar(byte)) {
      throw this.#fault(`The report is not valid JSON: unexpected ${shown(byte)}`, at);
    }
    // Every scalar is parsed, so that `NaN` or `nul` never pass; strings only where they are asked for.
    const scalar = !container && byte !== quote;
    const captured = (node !== null && !node.located) || scalar;
    this.#begin(container ? 'nested' : scalar ? 'scalar' : 'string', captured, at);
    return this.#within(chunk, at);
  }

  #begin(mode: Mode, capture: boolean, at: number): void {
    this.#mode = mode;
    this.#capture = capture;
    this.#begunAt = this.#offset + at;
    this.#parts = [];
    this.#length = 0;
    this.#valueEnd.begin();
  }

  /** Inside a token or value: runs to its end or to the end of the chunk. */
  #within(chunk: Buffer, from: number): number {
    const deepest = this.#limits.depthMax - this.#levels.length;
    const end =
      this.#mode === 'scalar'
        ? scalarEnd(chunk, from)
        : this.#valueEnd.find(chunk, from, deepest, this.#refuseDepth);
    if (end < 0) {
      this.#keep(chunk, from, chunk.length);
      return chunk.length;
    }
    this.#ended(chunk, from, end);
    return end;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    this.#measure(to - from);
    if (this.#capture) {
      this.#parts.push(chunk.subarray(from, to));
    }
  }

  #measure(bytes: number): void {
    this.#length += bytes;
    const most =
      this.#mode === 'key' || this.#mode === 'scalar' ? this.#limits.stringMax : this.#limits.elementMax;
    if (this.#capture && this.#length > most) {
      throw this.#tooLarge(most);
    }
  }

  #tooLarge(most: number): JsonFault {
    const hint = 'A scanner option often leaves out what makes it so large (code flows, embedded files).';
    return this.#fault(`One element of the report is larger than ${most} bytes`, 0, hint);
  }

  #ended(chunk: Buffer, from: number, end: number): void {
    const mode = this.#mode;
    const value = this.#capture ? this.#parse(chunk, from, end) : undefined;
    this.#mode = 'between';
    if (mode === 'key') {
      (this.#levels.at(-1) as Level).step = String(value);
      this.#expect = 'colon';
      return;
    }
    const node = this.#node();
    if (node?.located === true) {
      this.#locate(end);
    } else if (node !== null) {
      this.#pieces.push({ kind: 'value', pattern: node.pattern, steps: this.#steps(), value });
    }
    this.#after();
  }

  #locate(end: number): void {
    const to = this.#offset + end;
    if (to - this.#begunAt > this.#limits.elementMax) {
      throw this.#tooLarge(this.#limits.elementMax);
    }
    const spans = this.#levels.at(-1)?.spans;
    spans?.add(this.#begunAt, to);
    if (spans !== null && spans !== undefined && spans.length > this.#limits.findingsMax) {
      throw this.#fault(
        `The report has more than ${this.#limits.findingsMax} findings`,
        0,
        'Split it into several scans with a category each.',
      );
    }
  }

  #parse(chunk: Buffer, from: number, end: number): unknown {
    this.#measure(end - from);
    const whole = this.#parts.length === 0;
    const text = whole
      ? chunk.toString('utf8', from, end)
      : Buffer.concat([...this.#parts, chunk.subarray(from, end)]).toString('utf8');
    this.#parts = [];
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      // The engine's own message quotes the text, which may hold a secret.
      const position = Number(/at position (\d+)/u.exec(String(error))?.[1] ?? 0);
      const inside = Buffer.byteLength(text.slice(0, position));
      throw new JsonFault('The report is not valid JSON: a value is malformed.', {
        offset: this.#begunAt + inside,
        steps: this.#steps(),
      });
    }
  }

  #after(): void {
    this.#expect = this.#levels.length === 0 ? 'nothing' : 'comma or end';
  }

  /** Which pattern the value about to begin follows; null: nobody asked for it. */
  #node(): PatternNode | null {
    const level = this.#levels.at(-1);
    if (level === undefined) {
      return this.#root;
    }
    return (level.array ? undefined : level.node.named.get(level.step as string)) ?? level.node.any;
  }

  #steps(): Steps {
    return this.#levels.map((level) => level.step);
  }

  readonly #refuseDepth = (at: number): never => {
    throw this.#fault(`The report is nested deeper than ${this.#limits.depthMax} levels`, at);
  };

  #fault(message: string, at: number, hint?: string): JsonFault {
    return new JsonFault(`${message}.`, { offset: this.#offset + at, steps: this.#steps(), hint });
  }
}

function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `“${String.fromCharCode(byte)}”` : `byte 0x${byte.toString(16)}`;
}
