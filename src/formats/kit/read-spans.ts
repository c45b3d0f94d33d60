import type { ReportSource } from '../../contracts/format.ts';
import { JsonFault } from './json-scanner.ts';
import type { Spans } from './spans.ts';
import type { Steps } from './split-json.ts';
import { explained } from './split-json.ts';

/** Enough to make each call of the parser worth it, little enough to keep garbage young. */
const batchBytes = 64 * 1024;

export interface LocatedList {
  /** Where the list stands. */
  readonly steps: Steps;
  readonly spans: Spans;
}

export interface Batch {
  /** Which of the lists, and which of its elements comes first. */
  readonly list: number;
  readonly first: number;
  readonly values: readonly unknown[];
}

/** Parses what an earlier reading has located, several neighbours at once, without scanning the text again. */
export async function* readSpans(source: ReportSource, lists: readonly LocatedList[]): AsyncIterable<Batch> {
  const bytes = new Window(source.open());
  try {
    for (const [list, { steps, spans }] of lists.entries()) {
      for (const { from, to, first, count } of spans.batches(batchBytes)) {
        const text = bytes.has(to) ? bytes.text(from, to) : await bytes.fetch(from, to);
        yield { list, first, values: parsed(text, { from, first, count, steps }) };
      }
    }
  } catch (error) {
    throw error instanceof JsonFault ? await explained(error, source) : error;
  } finally {
    await bytes.close();
  }
}

function parsed(
  text: string,
  at: { from: number; first: number; count: number; steps: Steps },
): readonly unknown[] {
  try {
    const values = JSON.parse(`[${text}]`) as unknown[];
    if (values.length === at.count) {
      return values;
    }
  } catch (error) {
    // The engine's own message quotes the text, which may hold a secret.
    const position = Number(/at position (\d+)/u.exec(String(error))?.[1] ?? 1);
    const inside = Buffer.byteLength(text.slice(0, Math.max(0, position - 1)));
    throw new JsonFault('The report is not valid JSON: a value is malformed.', {
      offset: at.from + inside,
      steps: [...at.steps, at.first],
    });
  }
  throw new JsonFault('The report is not valid JSON: a value is malformed.', {
    offset: at.from,
    steps: [...at.steps, at.first],
  });
}

/** A stream of bytes of which parts are taken in order, copied only where they cross from one chunk into the next. */
class Window {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);
  #begin = 0;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#iterator = bytes[Symbol.asyncIterator]();
  }

  has(to: number): boolean {
    return to <= this.#begin + this.#chunk.length;
  }

  text(from: number, to: number): string {
    return this.#chunk.toString('utf8', from - this.#begin, to - this.#begin);
  }

  async fetch(from: number, to: number): Promise<string> {
    const parts: Uint8Array[] = [];
    while (!this.has(to)) {
      const end = this.#begin + this.#chunk.length;
      if (end > from) {
        parts.push(this.#chunk.subarray(Math.max(0, from - this.#begin)));
      }
      const next = await this.#iterator.next();
      if (next.done === true) {
        throw new JsonFault('The report changed while it was read.', { offset: end, steps: [] });
      }
      this.#begin = end;
      this.#chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
    const last = this.#chunk.subarray(Math.max(0, from - this.#begin), to - this.#begin);
    return parts.length === 0 ? last.toString('utf8') : Buffer.concat([...parts, last]).toString('utf8');
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
