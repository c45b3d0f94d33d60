import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What is kept of a body, and what it was where that is not all of it. */
export interface WebhookBody {
  readonly kept: Buffer;
  /** Null: all of it is kept. */
  readonly oversize: { readonly bytes: number; readonly sha256: string } | null;
}

const keptMax = 1024 ** 2;
const readMax = 16 * 1024 ** 2;

/**
 * Reads a body in bounded memory. One that is too long is counted and not refused: a tracker takes a refusal for our trouble,
 * and stops sending.
 */
export async function readWebhookBody(request: IncomingMessage): Promise<WebhookBody | 'endless'> {
  const digest = createHash('sha256');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (bytes < keptMax) {
      chunks.push(chunk.subarray(0, keptMax - bytes));
    }
    bytes += chunk.length;
    digest.update(chunk);
    if (bytes > readMax) {
      return 'endless';
    }
  }
  const kept = Buffer.concat(chunks);
  return { kept, oversize: bytes > keptMax ? { bytes, sha256: digest.digest('hex') } : null };
}
