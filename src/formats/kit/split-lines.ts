import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';

export interface Line {
  readonly number: number;
  readonly text: string;
  /** False: the file ends before the line does, as whole files and cut ones may. */
  readonly ended: boolean;
}

/** The lines of a text, one at a time; empty ones are left out. */
export async function* splitLines(source: ReportSource, limits: ReadLimits): AsyncIterable<Line> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of source.open()) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      const text = Buffer.concat([...parts, chunk.subarray(from, at)])
        .toString('utf8')
        .trim();
      if (text !== '') {
        yield { number, text, ended: true };
      }
      number += 1;
      parts = [];
      length = 0;
      from = at + 1;
    }
    length += chunk.length - from;
    if (length > limits.elementMax) {
      throw new ReportError(`One line of the report is longer than ${limits.elementMax} bytes.`, {
        where: `line ${number}`,
      });
    }
    if (from < chunk.length) {
      parts.push(chunk.subarray(from));
    }
  }
  const text = Buffer.concat(parts).toString('utf8').trim();
  if (text !== '') {
    yield { number, text, ended: false };
  }
}

/** JSON lines: one value a line. */
export async function* splitJsonLines(
  source: ReportSource,
  limits: ReadLimits,
): AsyncIterable<Line & { readonly value: unknown }> {
  for await (const line of splitLines(source, limits)) {
    yield { ...line, value: valueOf(line, limits) };
  }
}

function valueOf(line: Line, limits: ReadLimits): unknown {
  if (deeperThan(line.text, limits.depthMax)) {
    throw new ReportError(`A line of the report is nested deeper than ${limits.depthMax} levels.`, {
      where: `line ${line.number}`,
    });
  }
  try {
    return JSON.parse(line.text) as unknown;
  } catch {
    const message = line.ended
      ? 'A line of the report is not valid JSON.'
      : 'The last line of the report is not valid JSON: it was cut short.';
    throw new ReportError(message, {
      where: `line ${line.number}`,
      hint: 'The format is one JSON value a line. Upload the whole file.',
    });
  }
}

/** V8 parses any depth, and then others recurse. */
function deeperThan(text: string, most: number): boolean {
  if (text.length < most) {
    return false;
  }
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      at += code === 0x5c ? 1 : 0;
      inString = code !== 0x22;
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > most) {
        return true;
      }
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    }
  }
  return false;
}
