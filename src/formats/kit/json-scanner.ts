import type { ReadLimits } from '../../contracts/format.ts';
import type { PatternNode } from './json-pattern.ts';

export type Steps = readonly (string | number)[];

/** One value that was asked for, or the begin or end of a container on the way to such values. */
export type Piece =
  | { readonly kind: 'begin'; readonly pattern: string; readonly steps: Steps; readonly array: boolean }
  | { readonly kind: 'value'; readonly pattern: string; readonly steps: Steps; readonly value: unknown }
  | { readonly kind: 'end'; readonly pattern: string; readonly steps: Steps };

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
}

type Expect = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';
type Mode = 'between' | 'key' | 'string' | 'scalar' | 'nested';

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

// Strings longer than this are worth a call into native code to find their end.
const shortString = 48;

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
  #depth = 0;
  #inString = false;
  #escaped = false;

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
    this.#pieces.push({ kind: 'end', pattern: level.node.pattern, steps: this.#steps() });
    this.#after();
    return at + 1;
  }

  #beginValue(chunk: Buffer, at: number, byte: number): number {
    const node = this.#node();
    const container = byte === openBrace || byte === openBracket;
    const walked = node !== null && !node.wanted;
    if (container && walked) {
      if (this.#levels.length >= this.#limits.depthMax) {
        throw this.#tooDeep(at);
      }
      const array = byte === openBracket;
      this.#pieces.push({ kind: 'begin', pattern: node.pattern, steps: this.#steps(), array });
      this.#levels.push({ array, node, step: array ? 0 : '' });
      this.#expect = array ? 'value or end' : 'key or end';
      return at + 1;
    }
    if (!container && byte !== quote && !startsScalar(byte)) {
      throw this.#fault(`The report is not valid JSON: unexpected ${shown(byte)}`, at);
    }
    // Every scalar is parsed, so that `NaN` or `nul` never pass; strings only where they are asked for.
    const scalar = !container && byte !== quote;
    this.#begin(container ? 'nested' : scalar ? 'scalar' : 'string', node !== null || scalar, at);
    return this.#within(chunk, at);
  }

  #begin(mode: Mode, capture: boolean, at: number): void {
    this.#mode = mode;
    this.#capture = capture;
    this.#begunAt = this.#offset + at;
    this.#parts = [];
    this.#length = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /** Inside a token or value: runs to its end or to the end of the chunk. */
  #within(chunk: Buffer, from: number): number {
    const end = this.#mode === 'scalar' ? scalarEnd(chunk, from) : this.#closing(chunk, from);
    if (end < 0) {
      this.#keep(chunk, from, chunk.length);
      return chunk.length;
    }
    this.#ended(chunk, from, end);
    return end;
  }

  /** The index behind the quote or bracket that ends the value under way; -1: not in this chunk. */
  #closing(chunk: Buffer, from: number): number {
    let at = from;
    let depth = this.#depth;
    let inString = this.#inString;
    const end = chunk.length;
    const deepest = this.#limits.depthMax - this.#levels.length;
    while (at < end) {
      if (inString) {
        at = this.#stringEnd(chunk, at);
        if (at < 0) {
          break;
        }
        inString = false;
        if (depth === 0) {
          return at;
        }
      }
      // Most bytes outside strings are white space and digits.
      let byte = 0;
      while (at < end && (byte = chunk[at] as number) !== quote && (byte | 0x26) !== 0x7f) {
        at += 1;
      }
      if (at >= end) {
        break;
      }
      at += 1;
      if (byte === quote) {
        inString = true;
      } else if (byte === openBrace || byte === openBracket) {
        depth += 1;
        if (depth > deepest) {
          throw this.#tooDeep(at);
        }
      } else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1;
        if (depth === 0) {
          return at;
        }
      }
    }
    this.#inString = inString;
    this.#depth = depth;
    return -1;
  }

  /** The index behind the closing quote; -1: not in this chunk. */
  #stringEnd(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    const end = chunk.length;
    let near = Math.min(end, at + shortString);
    for (;;) {
      while (at < near) {
        const byte = chunk[at] as number;
        if (byte === quote) {
          return at + 1;
        }
        if (byte === backslash) {
          at += 1;
          near = Math.min(end, Math.max(near, at + shortString));
        }
        at += 1;
      }
      if (at >= end) {
        // One beyond: the chunk ends between a backslash and what it escapes.
        this.#escaped = at > end;
        return -1;
      }
      const found = chunk.indexOf(quote, at);
      const until = found < 0 ? end : found;
      const slash = chunk.subarray(at, until).indexOf(backslash);
      if (slash < 0) {
        return found < 0 ? -1 : found + 1;
      }
      at += slash;
      near = Math.min(end, at + shortString);
    }
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
      const hint = 'A scanner option often leaves out what makes it so large (code flows, embedded files).';
      throw this.#fault(`One element of the report is larger than ${most} bytes`, 0, hint);
    }
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
    if (node !== null) {
      this.#pieces.push({ kind: 'value', pattern: node.pattern, steps: this.#steps(), value });
    }
    this.#after();
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

  #tooDeep(at: number): JsonFault {
    return this.#fault(`The report is nested deeper than ${this.#limits.depthMax} levels`, at);
  }

  #fault(message: string, at: number, hint?: string): JsonFault {
    return new JsonFault(`${message}.`, { offset: this.#offset + at, steps: this.#steps(), hint });
  }
}

function startsScalar(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x74 || byte === 0x66 || byte === 0x6e;
}

function scalarEnd(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk[at] as number;
    if (byte === comma || byte === closeBrace || byte === closeBracket || byte <= 0x20) {
      return at;
    }
  }
  return -1;
}

function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `“${String.fromCharCode(byte)}”` : `byte 0x${byte.toString(16)}`;
}
