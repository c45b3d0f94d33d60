import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import type { Format } from '../contracts/format.ts';
import { findFormats } from '../formats/index.ts';
import type { ScanSummary } from '../store/scans.ts';
import { nextScan } from '../store/scans.ts';
import { processScan } from './process-scan.ts';
import { storeReport } from './store-report.ts';

/** What a scan did not look at stays where it is: only a scan of everything knows that a file is gone. */

let database: TestDatabase;
let formats: readonly Format[];
beforeAll(async () => {
  [database, formats] = await Promise.all([createTestDatabase(), findFormats()]);
});
afterAll(() => database.drop());

interface Line {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly fingerprint?: string;
}

async function assetOf(name: string): Promise<string> {
  const rows = await sql<{ id: string }>`insert into assets (id, name, key) values (gen_random_uuid(), ${name}, ${name}) returning id`.execute(database.store.db);
  return rows.rows[0]?.id ?? '';
}

async function scan(assetId: string, report: object, coverage: 'complete' | 'partial'): Promise<ScanSummary> {
  const upload = { trigger: 'ci', format: null, tool: null, branch: null, category: null, commit: null, startedAt: null, idempotencyKey: null, uploadedBy: 'CI' } as const;
  await storeReport(database.store, { ...upload, coverage, assetId, bytes: Readable.from([Buffer.from(JSON.stringify(report))]) });
  const next = await nextScan(database.store.db, assetId);
  if (next === null) {
    throw new Error('A scan waits.');
  }
  const done = await processScan({ store: database.store, formats, digestKey: new Uint8Array(32) }, next);
  if (done.kind === 'broken') {
    throw new Error(done.message);
  }
  return done.summary;
}

function sarif(lines: readonly Line[], invocations?: readonly object[]): object {
  const results = lines.map(({ path, line, text, fingerprint }) => ({
    ruleId: 'overflow',
    message: { text: 'It may overflow.' },
    fingerprints: fingerprint === undefined ? {} : { 'tool/v1': fingerprint },
    locations: [{ physicalLocation: { artifactLocation: { uri: path }, region: { startLine: line, snippet: { text } } } }],
  }));
  return { version: '2.1.0', runs: [{ tool: { driver: { name: 'Parts' } }, invocations, results }] };
}

/** The same text in each line of the file: where it stands, only the path says. */
function fileOf(path: string, length = 12): readonly Line[] {
  return Array.from({ length }, (_none, index) => ({ path, line: 10 + index * 3, text: `copy_of_everything(target_${index}, source_${index}, sizeof(source_${index}));` }));
}

/** So many that they are not matched in one go. */
const many: readonly Line[] = Array.from({ length: 5_200 }, (_none, index) => ({ path: `many/file${index % 200}.c`, line: 5 + index, text: `other_${index}(argument_${index}, ${index * 7});` }));

async function pathsOf(assetId: string): Promise<Readonly<Record<string, number>>> {
  const rows = await sql<{ path: string; count: number }>`
    select location ->> 'path' as path, count(*)::integer as count from vulnerabilities
    where asset_id = ${assetId}::uuid and status = 'identified' and location ->> 'path' not like 'many/%' group by 1 order by 1
  `.execute(database.store.db);
  return Object.fromEntries(rows.rows.map(({ path, count }) => [path, count]));
}

describe.each([
  { size: 'matched in one go', others: [] },
  { size: 'of more than 5,000 findings', others: many },
])('a partial scan $size', ({ size, others }) => {
  test('takes nothing of a file that it did not look at as renamed to one where the same stands', async () => {
    const asset = await assetOf(`renamed ${size}`);
    await scan(asset, sarif([...fileOf('lib/copy.c'), ...others]), 'complete');

    const done = await scan(asset, sarif([...fileOf('src/copy.c'), ...others]), 'partial');

    expect(done).toMatchObject({ created: 12, matched: others.length, fixed: 0 });
    expect(await pathsOf(asset)).toEqual({ 'lib/copy.c': 12, 'src/copy.c': 12 });
    expect(await scan(asset, sarif([...fileOf('lib/copy.c'), ...fileOf('src/copy.c'), ...others]), 'complete')).toMatchObject({ created: 0, matched: 24 + others.length, fixed: 0 });
  });

  test('takes nothing of such a file as moved into a file that was known, nor by what the tool calls the same', async () => {
    const asset = await assetOf(`moved ${size}`);
    const own: Line = { path: 'src/main.c', line: 3, text: 'starts_here(all_of_it);', fingerprint: 'own' };
    const here = fileOf('src/main.c').map((one, index) => ({ ...one, line: one.line + 500, fingerprint: `print-${index}` }));
    const there = fileOf('lib/copy.c').map((one, index) => ({ ...one, fingerprint: `print-${index}` }));
    await scan(asset, sarif([own, ...there, ...others]), 'complete');

    const done = await scan(asset, sarif([own, ...here, ...others]), 'partial');

    expect(done).toMatchObject({ created: 12, matched: 1 + others.length });
    expect(await pathsOf(asset)).toEqual({ 'lib/copy.c': 12, 'src/main.c': 13 });
  });

  test('that has failed knows no more of it than one that is called partial', async () => {
    const asset = await assetOf(`failed ${size}`);
    await scan(asset, sarif([...fileOf('lib/copy.c'), ...others]), 'complete');

    await scan(asset, sarif([...fileOf('src/copy.c'), ...others], [{ executionSuccessful: false }]), 'complete');

    expect(await pathsOf(asset)).toEqual({ 'lib/copy.c': 12, 'src/copy.c': 12 });
  });

  test('still follows what moved between files that it looked at', async () => {
    const asset = await assetOf(`between ${size}`);
    const stays = ['src/a.c', 'src/b.c'].map((path): Line => ({ path, line: 3, text: `stays_in("${path}");` }));
    await scan(asset, sarif([...stays, ...fileOf('src/a.c'), ...others]), 'complete');

    const done = await scan(asset, sarif([...stays, ...fileOf('src/b.c'), ...others]), 'partial');

    expect(done).toMatchObject({ created: 0, matched: 14 + others.length });
    expect(await pathsOf(asset)).toEqual({ 'src/a.c': 1, 'src/b.c': 13 });
  });

  test('a complete scan follows a renamed file', async () => {
    const asset = await assetOf(`complete ${size}`);
    await scan(asset, sarif([...fileOf('lib/copy.c'), ...others]), 'complete');

    expect(await scan(asset, sarif([...fileOf('src/copy.c'), ...others]), 'complete')).toMatchObject({ created: 0, matched: 12 + others.length });
    expect(await pathsOf(asset)).toEqual({ 'src/copy.c': 12 });
  });
});

test('an advisory of a package in a manifest that a partial scan did not read is not the one of another manifest', async () => {
  const asset = await assetOf('manifests');
  const audit = (...targets: readonly string[]) => ({
    SchemaVersion: 2,
    ArtifactName: '.',
    ArtifactType: 'filesystem',
    Results: targets.map((Target) => ({
      Target,
      Class: 'lang-pkgs',
      Type: 'npm',
      Vulnerabilities: [{ VulnerabilityID: 'CVE-2021-23337', PkgName: 'lodash', InstalledVersion: '4.17.20', Title: 'Command injection', Severity: 'HIGH' }],
    })),
  });
  await scan(asset, audit('front/package-lock.json'), 'complete');

  expect(await scan(asset, audit('back/package-lock.json'), 'partial')).toMatchObject({ created: 1, matched: 0 });
  expect(await pathsOf(asset)).toEqual({ 'back/package-lock.json': 1, 'front/package-lock.json': 1 });
  expect(await scan(asset, audit('front/package-lock.json', 'back/package-lock.json'), 'complete')).toMatchObject({ created: 0, matched: 2, fixed: 0 });
});
