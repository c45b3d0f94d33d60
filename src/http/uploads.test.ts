import { createHash, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { administratorToken, openDoors } from '../../test/doors.ts';
import { readReport } from '../store/report-chunks.ts';
import { findScan } from '../store/scans.ts';

const report = JSON.stringify({
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'Sample' } }, results: [] }],
});

let doors: Doors;
let assetId: string;

beforeAll(async () => {
  doors = await openDoors();
  const made = await doors.ask<{ id: string }>({
    path: '/api/v1/assets',
    body: { name: 'Uploads', key: 'uploads' },
  });
  assetId = made.body.id;
});
afterAll(() => doors.close());

interface Scan {
  readonly id: string;
  readonly status: string;
  readonly assetId: string;
  readonly detail?: string;
}

function upload(wish: {
  readonly query?: string;
  readonly body: string | Buffer;
  readonly headers?: Record<string, string>;
}) {
  const headers = { 'content-type': 'application/octet-stream', ...wish.headers };
  return doors.ask<Scan>({
    method: 'POST',
    path: `/api/v1/assets/key:uploads/scans${wish.query ?? ''}`,
    body: wish.body,
    headers,
  });
}

async function stored(scanId: string): Promise<Buffer> {
  const scan = await findScan(doors.store.db, scanId);
  return buffer(readReport(doors.store, scanId, Number(scan?.report_bytes)));
}

describe('an upload', () => {
  test('is answered at once with a scan that waits, and what was asked of it', async () => {
    const query =
      '?trigger=scheduled&coverage=partial&branch=release&category=api&tool=Sample&commit=abc&startedAt=2026-11-24T08:00:00Z';
    const answer = await upload({ query, body: report });

    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      assetId,
      status: 'queued',
      trigger: 'scheduled',
      coverage: 'partial',
      branch: 'release',
      category: 'api',
      tool: 'Sample',
      commit: 'abc',
      startedAt: '2026-11-24T08:00:00.000Z',
    });
    expect((await stored(answer.body.id)).toString()).toBe(report);
  });

  test.each([
    'application/json',
    'application/octet-stream',
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
  ])('is taken as it is, whatever its type says: %s', async (type) => {
    const answer = await upload({ body: report, headers: { 'content-type': type } });

    expect(answer.status).toBe(202);
    expect((await stored(answer.body.id)).toString()).toBe(report);
  });

  test('may come as the field “report” of a form', async () => {
    const answer = await upload({
      body: form('report', report),
      headers: { 'content-type': 'multipart/form-data; boundary=line' },
    });

    expect(answer.status).toBe(202);
    expect((await stored(answer.body.id)).toString()).toBe(report);
  });

  test('as another field of a form is an error that names the right one', async () => {
    const answer = await upload({
      body: form('file', report),
      headers: { 'content-type': 'multipart/form-data; boundary=line' },
    });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain('report');
  });

  test('may be compressed', async () => {
    const packed = gzipSync(report);
    const answer = await upload({ body: packed, headers: { 'content-encoding': 'gzip' } });

    expect(answer.status).toBe(202);
    expect((await stored(answer.body.id)).equals(packed)).toBe(true);
  });

  test('without a report is an error', async () => {
    const answer = await upload({ body: Buffer.alloc(0) });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/no report/u);
  });

  test('to an asset that there is not is 404, and nothing is kept', async () => {
    const answer = await doors.ask({ method: 'POST', path: '/api/v1/assets/key:nobody/scans', body: report });

    expect(answer.status).toBe(404);
  });

  test('with the same idempotency key gives the same scan, also ten at once', async () => {
    const headers = { 'idempotency-key': 'pipeline 17' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload({ body: report, headers })));
    const later = await upload({ body: report, headers });

    expect(new Set([...answers, later].map((answer) => answer.body.id)).size).toBe(1);
    const rows = await sql<{
      count: number;
    }>`select count(*)::integer as count from scans where idempotency_key = 'pipeline 17'`.execute(
      doors.store.db,
    );
    expect(rows.rows[0]?.count).toBe(1);
  });

  test('of which a query field is wrong keeps nothing', async () => {
    const before = await scans();
    const answer = await upload({ query: '?coverage=most', body: report });

    expect(answer.status).toBe(400);
    expect(await scans()).toBe(before);
  });

  test('of 32 MB goes through in pieces: the process never holds it, and not a byte is lost', async () => {
    await doors.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = doors.app.server.address() as AddressInfo;
    const piece = randomBytes(1024 ** 2);
    const pieces = 32;
    const expected = createHash('sha256');
    let ahead = 0;
    async function* bytes() {
      for (let n = 0; n < pieces; n += 1) {
        expected.update(piece);
        if (n % 4 === 0) {
          ahead = Math.max(ahead, n * piece.length - (await bytesStored()));
        }
        yield piece;
      }
    }

    const response = await fetch(`http://127.0.0.1:${port}/api/v1/assets/key:uploads/scans`, {
      method: 'POST',
      headers: { authorization: `Bearer ${administratorToken}`, 'content-type': 'application/octet-stream' },
      body: Readable.toWeb(Readable.from(bytes())) as unknown as ReadableStream,
      duplex: 'half',
    } as RequestInit);

    expect(response.status).toBe(202);
    const { id } = (await response.json()) as Scan;
    const rows = await sql<{
      length: number;
    }>`select report_bytes::integer as length from scans where id = ${id}::uuid`.execute(doors.store.db);
    expect(rows.rows[0]?.length).toBe(pieces * piece.length);
    expect(
      createHash('sha256')
        .update(await stored(id))
        .digest('hex'),
    ).toBe(expected.digest('hex'));
    // What was sent and is not stored yet stands in buffers: of the sockets, of the sender, and of the server.
    expect(ahead).toBeLessThan(16 * piece.length);
  });
});

/** Reports are kept in chunks of at least a quarter of a megabyte. */
async function bytesStored(): Promise<number> {
  const rows = await sql<{ bytes: string }>`
    select count(*) * 262144 as bytes from report_chunks
    where scan_id = (select id from scans order by received_at desc limit 1)
  `.execute(doors.store.db);
  return Number(rows.rows[0]?.bytes ?? 0);
}

async function scans(): Promise<number> {
  const rows = await sql<{ count: number }>`select count(*)::integer as count from scans`.execute(
    doors.store.db,
  );
  return rows.rows[0]?.count ?? 0;
}

function form(field: string, content: string): Buffer {
  return Buffer.from(
    `--line\r\ncontent-disposition: form-data; name="${field}"; filename="report.sarif"\r\ncontent-type: application/json\r\n\r\n${content}\r\n--line--\r\n`,
  );
}
