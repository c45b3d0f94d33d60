import type { Readable } from 'node:stream';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** An answer that is longer than we read: a bomb, or the wrong address. */
export class TooLong extends Error {
  constructor(bytesMax: number) {
    super(`The answer is longer than ${bytesMax} bytes.`);
  }
}

type Decode = (
  packed: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, bytes: Buffer) => void,
) => void;
const decoders: ReadonlyMap<string, Decode> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', brotliDecompress],
] as const);

/** The whole body as text without BOM. At most so many bytes on the wire, and at most so many when unpacked. */
export async function readText(
  body: Readable,
  encoding: string | undefined,
  bytesMax: number,
): Promise<string> {
  const packed = await readBytes(body, bytesMax);
  const bytes = await unpack(packed, encoding?.trim().toLowerCase() ?? '', bytesMax);
  return bytes.toString('utf8').replace(/^\uFEFF/u, '');
}

async function readBytes(body: Readable, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > bytesMax) {
      body.destroy();
      throw new TooLong(bytesMax);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function unpack(packed: Buffer, encoding: string, bytesMax: number): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity' || packed.length === 0) {
    return packed;
  }
  const decode = decoders.get(encoding);
  if (decode === undefined) {
    throw new Error(`The answer is packed as “${encoding.slice(0, 40)}”, which was not asked for.`);
  }
  return new Promise((resolve, reject) => {
    decode(packed, { maxOutputLength: bytesMax }, (error, bytes) => {
      if (error === null) {
        resolve(bytes);
      } else {
        reject(
          (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLong(bytesMax) : error,
        );
      }
    });
  });
}
