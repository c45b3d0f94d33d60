import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { patternTree } from './json-pattern.ts';
import type { Piece, Steps } from './json-scanner.ts';
import { JsonFault, JsonScanner } from './json-scanner.ts';

export type { Piece, Steps } from './json-scanner.ts';

export interface SplitOptions {
  /**
   * Patterns of values to parse whole, an asterisk for any index or key. What lies on the way to them is walked,
   * everything else is skipped. Where a container is expected on the way but a scalar stands, the scalar is a piece.
   */
  readonly wanted: readonly string[];
  /** Patterns of list elements of which only the place is noted: the end of the list brings its `spans`. */
  readonly located?: readonly string[];
  /** Lists without which the report is not what it claims to be; absence must never look like “nothing found”. */
  readonly lists?: readonly string[];
  readonly limits: ReadLimits;
}

/** Cuts a JSON text of any length into the values asked for, in order, with memory for one chunk of them at a time. */
export async function* splitJson(source: ReportSource, options: SplitOptions): AsyncIterable<Piece> {
  const scanner = new JsonScanner(patternTree(options.wanted, options.located), options.limits);
  const missing = new Set(options.lists);
  try {
    for await (const chunk of source.open()) {
      scanner.feed(chunk);
      for (const piece of scanner.take()) {
        if (piece.kind === 'begin' && piece.array) {
          missing.delete(piece.pattern);
        }
        yield piece;
      }
    }
    scanner.finish();
    for (const piece of scanner.take()) {
      yield piece;
    }
  } catch (error) {
    throw error instanceof JsonFault ? await explained(error, source) : error;
  }
  for (const name of missing) {
    throw lacking(name);
  }
}

/** The error for a report in which a list is missing that every report of its kind has. */
export function lacking(name: string): ReportError {
  const what = name === '' ? 'The report is not a list' : `The report has no list “${name}”`;
  return new ReportError(`${what}: it is not a complete report of this format.`, {
    where: pointer(name === '' ? [] : name.split('/')),
    hint: 'Look whether the scanner failed, and whether this is the file that it wrote.',
  });
}

/** The same place as RFC 6901 writes it; the whole text is “the root”. */
export function pointer(steps: Steps): string {
  const escaped = steps.map((step) => String(step).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1'));
  return escaped.length === 0 ? 'the root' : `/${escaped.join('/')}`;
}

/** The error for a fault in the text, with its line. */
export async function explained(fault: JsonFault, source: ReportSource): Promise<ReportError> {
  const line = await lineOf(source, fault.offset);
  const where = `${pointer(fault.steps)}, line ${line}, byte ${fault.offset}`;
  return new ReportError(fault.message, { where, hint: fault.hint });
}

/** The line in which a byte stands, counted only when something is wrong, by reading again. */
export async function lineOf(source: ReportSource, offset: number): Promise<number> {
  let line = 1;
  let from = 0;
  for await (const bytes of source.open()) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, offset - from));
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) {
      line += 1;
    }
    from += bytes.length;
    if (from >= offset) {
      break;
    }
  }
  return line;
}
