import { PassThrough, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ReportError } from '../../contracts/format.ts';
import { peek } from './peek.ts';

/** More than this many times its own size, a compressed report is a bomb. Deflate itself ends at 1,032. */
const ratioMax = 400;
/** Below this size any ratio will do. */
const harmlessBytes = 8 * 1024 ** 2;

/** The bytes as they are, or, where they begin as gzip does, decompressed within bounds. */
export async function* decompressed(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { head, rest } = await peek(bytes, 4);
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04) {
    throw new ReportError('The report is a ZIP archive.', {
      where: 'byte 0',
      hint: 'Upload the report inside it, plain or as gzip.',
    });
  }
  yield* head[0] === 0x1f && head[1] === 0x8b ? unzipped(rest) : rest;
}

async function* unzipped(rest: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let packed = 0;
  let plain = 0;
  const counted = async function* () {
    for await (const chunk of rest) {
      packed += chunk.length;
      yield chunk;
    }
  };
  const source = Readable.from(counted());
  const gunzip = createGunzip();
  const out = new PassThrough();
  // What goes wrong on one side must reach whoever reads the other.
  source.on('error', (error) => out.destroy(error));
  gunzip.on('error', (error) => out.destroy(error));
  source.pipe(gunzip).pipe(out);
  try {
    for await (const chunk of out as AsyncIterable<Uint8Array>) {
      plain += chunk.length;
      if (plain > harmlessBytes && plain > packed * ratioMax) {
        const hint = 'Upload it uncompressed if it is genuine.';
        throw new ReportError('The compressed report grows out of all proportion: it is refused.', {
          where: `byte ${plain}`,
          hint,
        });
      }
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_')) {
      const where = `byte ${plain} of what it holds`;
      throw new ReportError('The compressed report is broken or was cut short.', {
        where,
        hint: 'Upload the whole file.',
      });
    }
    throw cause;
  } finally {
    source.destroy();
    gunzip.destroy();
    out.destroy();
  }
}
