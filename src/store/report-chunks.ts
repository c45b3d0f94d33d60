import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { sql } from 'kysely';
import type { Store } from './open.ts';

const packed = promisify(zstdCompress);

/** A part of a report is at most so long. */
export const chunkBytes = 256 * 1024;

/** Reports are mostly JSON and shrink to a tenth in no time; what is packed already stays as it is. */
export async function pack(bytes: Uint8Array): Promise<{ readonly bytes: Uint8Array; readonly packed: boolean }> {
  const small = await packed(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return small.length < bytes.length * 0.9 ? { bytes: small, packed: true } : { bytes, packed: false };
}

const chunksAhead = 3;
/** A chunk comes out in one go, with room to spare, and on the thread that reads it: a tenth of a millisecond is less than the way to another thread and back. */
const unpacking = { maxOutputLength: chunkBytes, chunkSize: chunkBytes + 64 };

/**
 * The uploaded bytes of a scan, so many, a chunk at a time, as they came; the next ones are asked for while one is read. As text: asked for
 * in binary, the driver takes bytes for UTF-8 (pg-protocol 1.16, `parseDataRowMessage`), and what is packed or UTF-16 would come out broken.
 */
export async function* readReport({ db }: Pick<Store, 'db'>, scanId: string, length: number): AsyncIterable<Uint8Array> {
  const ask = async (seq: number) => {
    const rows = await sql<{ bytes: Buffer; packed: boolean }>`
      select bytes, packed from report_chunks where scan_id = ${scanId}::uuid and seq = ${seq}::integer
    `.execute(db);
    const [row] = rows.rows;
    return row?.packed === true ? zstdDecompressSync(row.bytes, unpacking) : row?.bytes;
  };
  const ahead: Promise<Buffer | undefined>[] = [];
  let asked = 0;
  for (let read = 0; read < length; ) {
    while (ahead.length === 0 || (ahead.length < chunksAhead && asked * chunkBytes < length)) {
      const next = ask(asked);
      // Whoever waits for it hears of a failure.
      next.catch(() => {});
      ahead.push(next);
      asked += 1;
    }
    const bytes = await ahead.shift();
    if (bytes === undefined) {
      throw new Error(`Of the report of scan ${scanId} there are ${read} of ${length} bytes.`);
    }
    read += bytes.length;
    yield bytes;
  }
}
