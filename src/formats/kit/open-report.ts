import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { decompressed } from './decompress.ts';
import { peek } from './peek.ts';

const headBytes = 64 * 1024;

/** A source of clean UTF-8 bytes: gzip opened, byte-order mark dropped, UTF-16 turned into UTF-8, all within bounds. */
export function openReport(
  open: () => AsyncIterable<Uint8Array>,
  limits: Pick<ReadLimits, 'bytesMax'>,
): ReportSource {
  return { open: () => inUtf8(bounded(decompressed(open()), limits.bytesMax)) };
}

/** The first 64 KiB as text: what a format is recognised by. */
export async function headOf(source: ReportSource): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source.open()) {
    parts.push(part);
    length += part.length;
    if (length >= headBytes) {
      break;
    }
  }
  return Buffer.concat(parts).subarray(0, headBytes).toString('utf8');
}

async function* bounded(bytes: AsyncIterable<Uint8Array>, most: number): AsyncIterable<Uint8Array> {
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > most) {
      const hint = 'Split it into several scans with a category each.';
      throw new ReportError(`The report is longer than ${most} bytes.`, { where: `byte ${most}`, hint });
    }
    yield chunk;
  }
}

async function* inUtf8(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { head, rest } = await peek(bytes, 4);
  const encoding = utf16(head);
  if (encoding !== null) {
    yield* transcoded(rest, encoding);
    return;
  }
  let skip = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  for await (const chunk of rest) {
    const used = Math.min(skip, chunk.length);
    skip -= used;
    yield chunk.subarray(used);
  }
}

/** By its byte-order mark, or by the NUL bytes beside the first two characters, which are ASCII in every report. */
function utf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [first = 1, second = 1, third = 1, fourth = 1] = head;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && third !== 0 && fourth === 0)) {
    return 'utf-16le';
  }
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && third === 0 && fourth !== 0)) {
    return 'utf-16be';
  }
  return null;
}

async function* transcoded(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) {
    yield Buffer.from(decoder.decode(chunk, { stream: true }));
  }
  yield Buffer.from(decoder.decode());
}
