import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import type { Format } from '../contracts/format.ts';
import { findFormats } from '../formats/index.ts';
import { locationNow, snippetNow } from '../store/moved-places.ts';
import type { ScanSummary } from '../store/scans.ts';
import { nextScan } from '../store/scans.ts';
import { processScan } from './process-scan.ts';
import { storeReport } from './store-report.ts';

let database: TestDatabase;
let formats: readonly Format[];
beforeAll(async () => {
  [database, formats] = await Promise.all([createTestDatabase(), findFormats()]);
});
afterAll(() => database.drop());

interface Line {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly text: string;
}

async function assetOf(name: string): Promise<string> {
  const rows = await sql<{ id: string }>`insert into assets (id, name, key) values (gen_random_uuid(), ${name}, ${name}) returning id`.execute(database.store.db);
  return rows.rows[0]?.id ?? '';
}

async function scan(assetId: string, report: string, findingsAtOnce?: number) {
  const upload = { trigger: 'ci', coverage: 'complete', format: null, tool: null, branch: null, category: null, commit: null, startedAt: null, idempotencyKey: null, uploadedBy: 'CI' } as const;
  await storeReport(database.store, { ...upload, assetId, bytes: Readable.from([Buffer.from(report)]) });
  const next = await nextScan(database.store.db, assetId);
  if (next === null) {
    throw new Error('A scan waits.');
  }
  return processScan({ store: database.store, formats, digestKey: new Uint8Array(32), findingsAtOnce }, next);
}

const numbersOf = ({ kind, ...rest }: Awaited<ReturnType<typeof scan>>) => {
  const { summary } = rest as { readonly summary: ScanSummary };
  return { kind, created: summary.created, matched: summary.matched, fixed: summary.fixed, held: summary.held, reappeared: summary.reappeared };
};

function sarif(lines: readonly Line[], suppressed: readonly string[] = []): string {
  const results = lines.map(({ path, line, rule, text }) => ({
    ruleId: rule,
    suppressions: suppressed.includes(rule) ? [{ kind: 'inSource' }] : [],
    message: { text: `${rule} here.` },
    locations: [{ physicalLocation: { artifactLocation: { uri: path }, region: { startLine: line, snippet: { text } } } }],
  }));
  return JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Parts' } }, results }] });
}

/** What is known, named by its text: by which id it went, where it stands now. */
async function stateOf(assetId: string) {
  const rows = await sql<{ nth: string; status: string; path: string; line: number; text: string }>`
    select row_number() over (order by id) as nth, status, ${locationNow} ->> 'path' as path, (${locationNow} ->> 'startLine')::integer as line, ${snippetNow} as text
    from vulnerabilities v where asset_id = ${assetId}::uuid order by id
  `.execute(database.store.db);
  return rows.rows;
}

describe('a report that is matched in parts', () => {
  const files = 12;
  const before: readonly Line[] = Array.from({ length: files * 6 }, (_none, index) => {
    const file = index % files;
    return { path: `src/file${file}.c`, line: 10 + index, rule: `rule-${index % 5}`, text: `call_${index}(argument_${index}, ${index * 7});` };
  });
  /** Lines moved down, one file renamed, one finding moved to another file, one edited, one gone, one new. */
  const after = before
    .filter((_one, index) => index !== 40)
    .map((one) => ({ ...one, line: one.line + (one.path.endsWith('3.c') ? 9 : 0), path: one.path === 'src/file5.c' ? 'src/renamed5.c' : one.path }))
    .map((one) => (one.text.startsWith('call_18(') ? { ...one, path: 'src/file7.c', line: 300 } : one))
    .map((one) => (one.text.startsWith('call_20(') ? { ...one, text: 'call_20(argument_20, 140 - 1);' } : one))
    .concat({ path: 'src/file2.c', line: 900, rule: 'rule-9', text: 'unheard_of(all_of_it);' });
  const shuffled = after.toReversed().toSorted((a, b) => (a.text.length % 3) - (b.text.length % 3));

  test('says what all of it at once says', async () => {
    const findingsAtOnce = 20;
    const whole = await assetOf('whole');
    const parts = await assetOf('parts');

    const first = [await scan(whole, sarif(before)), await scan(parts, sarif(before), findingsAtOnce)].map(numbersOf);
    const second = [await scan(whole, sarif(after)), await scan(parts, sarif(shuffled), findingsAtOnce)].map(numbersOf);
    const third = numbersOf(await scan(parts, sarif(after), findingsAtOnce));

    expect(first[0]).toMatchObject({ kind: 'recorded', created: before.length, matched: 0 });
    expect(first[1]).toEqual(first[0]);
    expect(second[0]?.matched).toBeGreaterThan(after.length - 4);
    expect(second[1]).toEqual(second[0]);
    expect(third).toMatchObject({ created: 0, matched: after.length, fixed: 0 });
    const bySight = (all: Awaited<ReturnType<typeof stateOf>>) => all.map(({ status, path, line, text }) => `${text} ${path}:${line} ${status}`).toSorted();
    expect(bySight(await stateOf(parts))).toEqual(bySight(await stateOf(whole)));
  });
});

test('a report cut short fails its scan with place and reason, and nothing of it is kept', async () => {
  const asset = await assetOf('cut');
  const whole = sarif(Array.from({ length: 3_000 }, (_none, index) => ({ path: `a${index}.c`, line: 1, rule: 'r', text: `x${index}` })));

  const done = await scan(asset, whole.slice(0, -200));

  expect(done).toMatchObject({ kind: 'broken', message: expect.stringMatching(/\w/u), where: expect.stringMatching(/\w/u) });
  const left = await sql<{ count: string }>`
    select (select count(*) from vulnerabilities where asset_id = ${asset}::uuid) + (select count(*) from findings f join scans s on s.id = f.scan_id where s.asset_id = ${asset}::uuid) as count
  `.execute(database.store.db);
  expect(left.rows[0]?.count).toBe('0');
});

test('what is suppressed at the source opens nothing, closes nothing, and reopens nothing', async () => {
  const asset = await assetOf('suppressed');
  const lines = ['known', 'fixed', 'stays'].map((rule, index): Line => ({ path: `${rule}.c`, line: 5 + index, rule, text: `${rule}(buffer, ${index});` }));
  const statuses = async () => {
    const rows = await sql<{ rule: string; status: string }>`select rule_id as rule, status from vulnerabilities where asset_id = ${asset}::uuid`.execute(database.store.db);
    return Object.fromEntries(rows.rows.map(({ rule, status }) => [rule, status]));
  };
  await scan(asset, sarif(lines));
  await scan(asset, sarif(lines.filter((one) => one.rule !== 'fixed')));
  const fresh: Line = { path: 'new.c', line: 1, rule: 'new', text: 'new(thing);' };

  const done = await scan(asset, sarif([...lines, fresh], ['known', 'fixed', 'new']));

  expect(numbersOf(done)).toMatchObject({ created: 0, matched: 1, fixed: 0, reappeared: 0 });
  expect(await statuses()).toEqual({ known: 'identified', fixed: 'fixed', stays: 'identified' });
  expect(numbersOf(await scan(asset, sarif(lines.filter((one) => one.rule === 'stays'))))).toMatchObject({ fixed: 1 });
  expect(await statuses()).toEqual({ known: 'fixed', fixed: 'fixed', stays: 'identified' });
});
