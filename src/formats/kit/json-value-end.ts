const quote = 0x22;
const backslash = 0x5c;

/** Strings longer than this are worth calls into native code to find their end. */
const longString = 1_024;

/** What a byte outside a string means; a table is read faster than it is compared. */
const opens = 1;
const closes = 2;
const begins = 3;
const meanings = new Uint8Array(256);
meanings[quote] = begins;
meanings[0x7b] = opens;
meanings[0x5b] = opens;
meanings[0x7d] = closes;
meanings[0x5d] = closes;

/** Finds where a string, list or object ends, over any number of chunks, without looking at what is in it. */
export class JsonValueEnd {
  #depth = 0;
  #inString = false;
  #escaped = false;

  begin(): void {
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /**
   * The index behind the quote or bracket that ends the value; -1: it is not in this chunk. Where brackets are nested
   * deeper than `deepest`, `tooDeep` is called, which must throw.
   */
  find(chunk: Buffer, from: number, deepest: number, tooDeep: (at: number) => never): number {
    let at = from;
    let depth = this.#depth;
    let inString = this.#inString;
    const end = chunk.length;
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
      let meaning = 0;
      while (at < end && (meaning = meanings[chunk[at] as number] as number) === 0) {
        at += 1;
      }
      if (at >= end) {
        break;
      }
      at += 1;
      if (meaning === begins) {
        inString = true;
      } else if (meaning === opens) {
        depth += 1;
        if (depth > deepest) {
          tooDeep(at - 1);
        }
      } else {
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
    for (;;) {
      const near = Math.min(end, at + longString);
      let byte = 0;
      while (at < near && (byte = chunk[at] as number) !== quote) {
        at += byte === backslash ? 2 : 1;
      }
      if (at < near) {
        return at + 1;
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
    }
  }
}

/** The index behind the last byte of a number or word; -1: it is not in this chunk. */
export function scalarEnd(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk[at] as number;
    if (byte === 0x2c || byte === 0x7d || byte === 0x5d || byte <= 0x20) {
      return at;
    }
  }
  return -1;
}

/** Whether a number, `true`, `false` or `null` may begin so. */
export function startsScalar(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x74 || byte === 0x66 || byte === 0x6e;
}
