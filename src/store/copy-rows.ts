import type { Writable } from 'node:stream';
import type pg from 'pg';

/** The part of the driver's connection that a COPY speaks to. */
interface CopyConnection {
  query(text: string): void;
  readonly stream: Writable;
  endCopyFrom(): void;
}

/** The row that all of them hang on: a query that locks it, by its id. */
export interface Held {
  readonly hold: string;
  readonly id: string;
}

/**
 * Rows into a table by COPY: each of them is JSON and numbers, already in the text form of COPY (see `copyText`). All of
 * them or none. Throws where what they hang on is gone.
 */
export async function copyRows(pool: pg.Pool, into: string, lines: string, { hold, id }: Held): Promise<void> {
  const client = await pool.connect();
  try {
    // Nothing rests on these rows before a later commit that waits for the disk, and then for them too.
    await client.query('begin; set local synchronous_commit = off');
    const held = await client.query(hold, [id]);
    if (held.rowCount === 0) {
      throw new Error('What these rows belong to was deleted meanwhile.');
    }
    await new Promise<void>((resolve, reject) => {
      client.query(new Copy(`copy ${into} from stdin`, Buffer.from(lines), resolve, reject) as unknown as pg.Submittable);
    });
    await client.query('commit');
    client.release();
  } catch (error) {
    // Whatever state the conversation is in, nobody goes on with it.
    client.release(true);
    throw error;
  }
}

/** JSON as a field of a COPY: it has no raw tab or line break, only backslashes to double. */
export function copyText(json: string): string {
  return json.includes('\\') ? json.replaceAll('\\', '\\\\') : json;
}

class Copy {
  readonly #text: string;
  readonly #lines: Buffer;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;

  constructor(text: string, lines: Buffer, resolve: () => void, reject: (error: unknown) => void) {
    this.#text = text;
    this.#lines = lines;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: CopyConnection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    // As the driver's `sendCopyFromChunk` does, which would copy all of it once more: CopyData, its length, the lines.
    const head = Buffer.from([0x64, 0, 0, 0, 0]);
    head.writeUInt32BE(4 + this.#lines.length, 1);
    const { stream } = connection;
    stream.cork();
    stream.write(head);
    stream.write(this.#lines);
    connection.endCopyFrom();
    stream.uncork();
  }

  handleCommandComplete(): void {
    // The server says so once more when it is ready.
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }
}
