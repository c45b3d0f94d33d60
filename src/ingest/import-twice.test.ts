import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import type { Format, ReportEvent } from '../contracts/format.ts';
import { findFormats } from '../formats/index.ts';
import { locationNow, snippetNow } from '../store/moved-places.ts';
import type { ScanSummary } from '../store/scans.ts';
import { nextScan } from '../store/scans.ts';
import { processScan } from './process-scan.ts';
import { storeReport } from './store-report.ts';

/** import(x); import(x) is nothing, for every format and each of its samples; and with the results in any other order. */

const formats = await findFormats();
const folder = join(import.meta.dirname, '../formats');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function samplesOf(format: Format): Promise<readonly string[]> {
  const names = await readdir(join(folder, format.id, 'samples'));
  return names.filter((name) => name.startsWith('findings')).toSorted();
}

describe.each(formats.map((format) => ({ id: format.id, format })))('$id', ({ format }) => {
  test('a report that comes again, as it was, packed or in another order, changes nothing', async () => {
    for (const name of await samplesOf(format)) {
      const bytes = await readFile(join(folder, format.id, 'samples', name));
      const asset = await assetOf(`${format.id} ${name}`);
      const first = await scan(asset, bytes, format);
      expect(first.created, name).toBeGreaterThan(0);
      const before = await stateOf(asset);

      const nothing = { created: 0, matched: first.created, unchanged: first.created, reappeared: 0, fixed: 0, held: 0 };
      expect(await scan(asset, bytes, format), name).toMatchObject(nothing);
      expect(await stateOf(asset), name).toEqual(before);
      expect(await scan(asset, gzipSync(bytes), format), `${name}, packed`).toMatchObject(nothing);
      expect(await stateOf(asset), name).toEqual(before);
      await fc.assert(
        fc.asyncProperty(fc.infiniteStream(fc.nat()), async (numbers) => {
          expect(await scan(asset, bytes, shuffled(format, numbers)), name).toMatchObject(nothing);
          expect(await stateOf(asset), name).toEqual(before);
        }),
        // One order a sample and run of the suite; another one each time.
        { numRuns: 1, endOnFailure: true },
      );
    }
  });
});

/** The same format, whose findings come in another order within each run. */
function shuffled(format: Format, numbers: Iterable<number>): Format {
  const next = numbers[Symbol.iterator]();
  return {
    ...format,
    recognise: (head) => format.recognise(head),
    async *read(source, options): AsyncIterable<ReportEvent> {
      let waiting: ReportEvent[] = [];
      for await (const event of format.read(source, options)) {
        if (event.kind === 'run' || event.kind === 'end') {
          yield* waiting.map((one) => ({ one, at: Number(next.next().value) })).toSorted((a, b) => a.at - b.at).map(({ one }) => one);
          waiting = [];
          yield event;
        } else {
          waiting.push(event);
        }
      }
      yield* waiting;
    },
  };
}

async function assetOf(name: string): Promise<string> {
  const rows = await sql<{ id: string }>`insert into assets (id, name, key) values (gen_random_uuid(), ${name}, ${name}) returning id`.execute(database.store.db);
  return rows.rows[0]?.id ?? '';
}

async function scan(assetId: string, bytes: Uint8Array, format: Format): Promise<ScanSummary> {
  const upload = { trigger: 'ci', coverage: 'complete', tool: null, branch: null, category: null, commit: null, startedAt: null, idempotencyKey: null, uploadedBy: 'CI' } as const;
  await storeReport(database.store, { ...upload, assetId, format: format.id, bytes: Readable.from([bytes]) });
  const next = await nextScan(database.store.db, assetId);
  if (next === null) {
    throw new Error('A scan waits.');
  }
  // Each began after the one before, whatever the report says of itself.
  const done = await processScan({ store: database.store, formats: [format], digestKey: new Uint8Array(32) }, { ...next, started_at_given: true });
  if (done.kind === 'broken') {
    throw new Error(done.message);
  }
  return done.summary;
}

/** All that a person or a card may show, and all that is to be told to trackers. */
async function stateOf(assetId: string) {
  const vulnerabilities = await sql`
    select id, title, description, severity, status, status_entry_id, ${locationNow} as location, ${snippetNow} as snippet, cwe, cve, version, merged_into from vulnerabilities v where asset_id = ${assetId}::uuid order by id
  `.execute(database.store.db);
  const counts = await sql`
    select (select count(*) from timeline t join vulnerabilities v on v.id = t.vulnerability_id where v.asset_id = ${assetId}::uuid) as timeline,
      (select count(*) from deliveries) as deliveries, (select count(*) from links) as links, (select count(*) from holds where asset_id = ${assetId}::uuid) as holds
  `.execute(database.store.db);
  return { vulnerabilities: vulnerabilities.rows, counts: counts.rows };
}
