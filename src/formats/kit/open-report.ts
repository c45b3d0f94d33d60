import { PassThrough, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';

/** More than this many times its own size, a compressed report is a bomb. */
const ratioMax = 1_200;

/** A source of clean UTF-8 bytes: gzip opened, byte-order mark dropped, UTF-16 turned into UTF-8, all within bounds. */
export function openReport(open: () => AsyncIterable<Uint8Array>, limits: Pick<ReadLimits, 'bytesMax'>): ReportSource {
  return { open: () => decoded(bounded(unzipped(open()), limits.bytesMax)) };
}

async function* unzipped(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { head, rest } = await peek(bytes, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* rest;
    return;
  }
  let packed = 0;
  let plain = 0;
  const counted = async function* () {
    for await (const chunk of rest) {
      packed += chunk.length;
      yield chunk;
    }
  };
  const gunzip = createGunzip();
  const source = Readable.from(counted());
  source.on('error', (error) => gunzip.destroy(error));
  const out = source.pipe(gunzip).pipe(new PassThrough());
  gunzip.on('error', (error) => out.destroy(error));
  try {
    for await (const chunk of out as AsyncIterable<Uint8Array>) {
      plain += chunk.length;
      if (plain > 1024 ** 2 && plain > packed * ratioMax) {
        throw new ReportError('The compressed report grows out of all proportion: it is refused.', { where: `byte ${plain}` });
      }
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof ReportError) {
      throw cause;
    }
    throw new ReportError('The compressed report is broken or was cut short.', { hint: 'Upload the whole file.', cause });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function* bounded(bytes: AsyncIterable<Uint8Array>, most: number): AsyncIterable<Uint8Array> {
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > most) {
      throw new ReportError(`The report is longer than ${most} bytes.`, { hint: 'Split it into several scans with a category each.' });
    }
    yield chunk;
  }
}

async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { head, rest } = await peek(bytes, 3);
  const [first, second, third] = head;
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  if (encoding !== null) {
    yield* transcoded(rest, encoding);
    return;
  }
  let skip = first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
  for await (const chunk of rest) {
    const used = Math.min(skip, chunk.length);
    skip -= used;
    yield chunk.subarray(used);
  }
}

async function* transcoded(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: false });
  for await (const chunk of bytes) {
    yield Buffer.from(decoder.decode(chunk, { stream: true }));
  }
  yield Buffer.from(decoder.decode());
}

async function peek(bytes: AsyncIterable<Uint8Array>, count: number): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  let done = false;
  while (head.length < count && !done) {
    const next = await iterator.next();
    done = next.done === true;
    head = done ? head : Buffer.concat([head, next.value as Uint8Array]);
  }
  const rest = async function* () {
    yield head;
    while (!done) {
      const next = await iterator.next();
      if (next.done === true) {
        return;
      }
      yield next.value;
    }
  };
  return { head, rest: rest() };
}
