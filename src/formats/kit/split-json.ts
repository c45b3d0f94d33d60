import type { ReadLimits } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';

/** One value that was asked for, parsed; or the end of a container on the way to such values. */
export interface Piece {
  readonly kind: 'value' | 'end';
  /** `runs/0/results/17`. */
  readonly path: string;
  /** The same with `*` for every index: `runs/‹n›/results/‹n›`. */
  readonly pattern: string;
  readonly value: unknown;
}

export interface SplitOptions {
  /** Patterns of values to parse whole. What lies on the way to them is walked, everything else is skipped. */
  readonly wanted: readonly string[];
  readonly limits: ReadLimits;
}

/** Cuts a JSON text of any length into the values asked for, in order, with memory for one of them at a time. */
export async function* splitJson(bytes: AsyncIterable<Uint8Array>, options: SplitOptions): AsyncIterable<Piece> {
  const scanner = new Scanner(options);
  for await (const chunk of bytes) {
    scanner.feed(chunk);
    yield* scanner.take();
  }
  scanner.finish();
  yield* scanner.take();
}

interface Level {
  readonly array: boolean;
  readonly path: string;
  readonly pattern: string;
  index: number;
  key: string;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

type Expect = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

class Scanner {
  readonly #wanted: ReadonlySet<string>;
  readonly #onTheWay: ReadonlySet<string>;
  readonly #limits: ReadLimits;
  readonly #levels: Level[] = [];
  #pieces: Piece[] = [];
  #expect: Expect = 'value';
  #offset = 0;
  // A value or key under way.
  #mode: 'between' | 'key' | 'string' | 'scalar' | 'nested' = 'between';
  #capture = false;
  #parts: Uint8Array[] = [];
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor({ wanted, limits }: SplitOptions) {
    this.#wanted = new Set(wanted);
    this.#onTheWay = new Set(wanted.flatMap((pattern) => prefixes(pattern)));
    this.#limits = limits;
  }

  take(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#mode === 'between' ? this.#between(chunk, at) : this.#within(chunk, at);
    }
    this.#offset += chunk.length;
  }

  finish(): void {
    if (this.#mode === 'scalar' && this.#levels.length === 0) {
      this.#ended(new Uint8Array(), 0, 0);
    }
    if (this.#expect !== 'nothing' || this.#mode !== 'between') {
      throw this.#error('The report ends in the middle: it was cut short', 0, 'Upload the whole file the scanner wrote.');
    }
  }

  /** Between tokens: one step. */
  #between(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] as number;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      return at + 1;
    }
    const expect = this.#expect;
    if (byte === comma && expect === 'comma or end') {
      const level = this.#levels.at(-1) as Level;
      level.index += 1;
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
      this.#begin('key', true);
      return this.#within(chunk, at);
    }
    if (expect.startsWith('value')) {
      return this.#beginValue(chunk, at, byte);
    }
    throw this.#error(`The report is not valid JSON: unexpected ${shown(byte)}`, at);
  }

  #close(byte: number, at: number): number {
    const level = this.#levels.pop();
    if (level === undefined || level.array !== (byte === closeBracket)) {
      throw this.#error(`The report is not valid JSON: unexpected ${shown(byte)}`, at);
    }
    this.#pieces.push({ kind: 'end', path: level.path, pattern: level.pattern, value: undefined });
    this.#after();
    return at + 1;
  }

  #beginValue(chunk: Uint8Array, at: number, byte: number): number {
    const { path, pattern } = this.#place();
    const wanted = this.#wanted.has(pattern);
    const container = byte === openBrace || byte === openBracket;
    if (container && !wanted && this.#onTheWay.has(pattern)) {
      if (this.#levels.length >= this.#limits.depthMax) {
        throw this.#error(`The report is nested deeper than ${this.#limits.depthMax} levels`, at);
      }
      this.#levels.push({ array: byte === openBracket, path, pattern, index: 0, key: '' });
      this.#expect = byte === openBracket ? 'value or end' : 'key or end';
      return at + 1;
    }
    if (!container && byte !== quote && !/[-\dtfn]/u.test(String.fromCharCode(byte))) {
      throw this.#error(`The report is not valid JSON: unexpected ${shown(byte)}`, at);
    }
    this.#begin(container ? 'nested' : byte === quote ? 'string' : 'scalar', wanted);
    return this.#within(chunk, at);
  }

  #begin(mode: 'key' | 'string' | 'scalar' | 'nested', capture: boolean): void {
    this.#mode = mode;
    this.#capture = capture;
    this.#parts = [];
    this.#length = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /** Inside a token or a skipped or captured value: runs to its end or to the end of the chunk. */
  #within(chunk: Uint8Array, from: number): number {
    const end = this.#mode === 'scalar' ? scalarEnd(chunk, from) : this.#closing(chunk, from);
    if (end < 0) {
      this.#keep(chunk, from, chunk.length);
      return chunk.length;
    }
    this.#ended(chunk, from, end);
    return end;
  }

  /** Position after the end of a string or container that may have begun in an earlier chunk; -1: not in this one. */
  #closing(chunk: Uint8Array, from: number): number {
    let { inString, escaped, depth } = { inString: this.#inString, escaped: this.#escaped, depth: this.#depth };
    const deepest = this.#limits.depthMax - this.#levels.length;
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (inString) {
        if (escaped) {
          escaped = false;
        } else if (byte === backslash) {
          escaped = true;
        } else if (byte === quote) {
          inString = false;
          if (depth === 0) {
            return at + 1;
          }
        }
      } else if (byte === quote) {
        inString = true;
      } else if (byte === openBrace || byte === openBracket) {
        depth += 1;
        if (depth > deepest) {
          throw this.#error(`The report is nested deeper than ${this.#limits.depthMax} levels`, at);
        }
      } else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1;
        if (depth === 0) {
          return at + 1;
        }
      }
    }
    this.#inString = inString;
    this.#escaped = escaped;
    this.#depth = depth;
    return -1;
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    if (!this.#capture) {
      return;
    }
    this.#length += to - from;
    if (this.#length > this.#limits.elementMax) {
      throw this.#error(`One element of the report is larger than ${this.#limits.elementMax} bytes`, from);
    }
    this.#parts.push(chunk.slice(from, to));
  }

  #ended(chunk: Uint8Array, from: number, end: number): void {
    const mode = this.#mode;
    this.#mode = 'between';
    if (!this.#capture) {
      this.#after();
      return;
    }
    const value = this.#parse(chunk, from, end);
    if (mode === 'key') {
      (this.#levels.at(-1) as Level).key = String(value);
      this.#expect = 'colon';
      return;
    }
    this.#pieces.push({ kind: 'value', ...this.#place(), value });
    this.#after();
  }

  #parse(chunk: Uint8Array, from: number, end: number): unknown {
    this.#keep(chunk, from, end);
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only !== undefined ? Buffer.from(only.buffer, only.byteOffset, only.length) : Buffer.concat(this.#parts);
    this.#parts = [];
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch (cause) {
      const where = `${this.#place().path || 'the root'}, near byte ${this.#offset + from}`;
      throw new ReportError(`The report is not valid JSON: ${(cause as Error).message.slice(0, 200)}`, { where, cause });
    }
  }

  #after(): void {
    this.#expect = this.#levels.length === 0 ? 'nothing' : 'comma or end';
  }

  #place(): { path: string; pattern: string } {
    const level = this.#levels.at(-1);
    if (level === undefined) {
      return { path: '', pattern: '' };
    }
    const step = level.array ? String(level.index) : level.key;
    return { path: join(level.path, step), pattern: join(level.pattern, level.array ? '*' : step) };
  }

  #error(message: string, at: number, hint?: string): ReportError {
    const { path } = this.#place();
    return new ReportError(`${message}.`, { where: `${path === '' ? 'the root' : path}, byte ${this.#offset + at}`, hint });
  }
}

function scalarEnd(chunk: Uint8Array, from: number): number {
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk[at] as number;
    if (byte === comma || byte === closeBrace || byte === closeBracket || byte <= 0x20) {
      return at;
    }
  }
  return -1;
}

function join(path: string, step: string): string {
  return path === '' ? step : `${path}/${step}`;
}

// The empty path, then runs, then runs and its elements, … up to but without the pattern itself.
function prefixes(pattern: string): readonly string[] {
  const steps = pattern.split('/');
  return steps.map((_step, index) => steps.slice(0, index).join('/'));
}

function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `“${String.fromCharCode(byte)}”` : `byte 0x${byte.toString(16)}`;
}
