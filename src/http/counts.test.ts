import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import { gatherCounts, keptCounts } from '../store/vulnerability-counts.ts';

let doors: Doors;

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

async function counted(): Promise<readonly string[]> {
  const rows = await sql<{ line: string }>`
    select format('%s %s %s', status, severity, count(*)) as line from vulnerabilities where merged_into is null group by status, severity
  `.execute(doors.store.db);
  return rows.rows.map(({ line }) => line).sort();
}

const kept = async () => (await keptCounts(doors.store.db)).map(({ status, severity, n }) => `${status} ${severity} ${n}`).sort();
const rowsKept = async () => (await sql<{ n: number }>`select count(*)::integer as n from vulnerability_counts`.execute(doors.store.db)).rows[0]?.n ?? 0;

test('counts follow every change, are gathered by several at once, and are what counting gives', async () => {
  const { db } = doors.store;
  const assets = ['one', 'two'];
  for (const key of assets) {
    await doors.ask({ path: '/api/v1/assets', body: { name: key, key } });
  }
  const severities = ['critical', 'high', 'low'];
  const ids: string[] = [];
  for (let n = 0; n < 12; n += 1) {
    const body = { title: `Number ${n}`, description: 'A place of its own.', severity: severities[n % 3], location: { url: `https://shop.example.com/${n}` } };
    ids.push((await doors.ask<{ id: string }>({ path: `/api/v1/assets/key:${assets[n % 2]}/vulnerabilities`, body })).body.id);
  }
  expect(await kept()).toEqual(await counted());

  const changes = ids.slice(0, 8).map((id, n) => doors.ask({ path: `/api/v1/vulnerabilities/${id}/status`, body: { status: n % 2 === 0 ? 'in_progress' : 'false_positive', reason: 'Looked at.' } }));
  await Promise.all([...changes, gatherCounts(db), gatherCounts(db)]);
  await sql`update vulnerabilities set severity = 'medium' where id = ${ids[9]}::bigint`.execute(db);
  await sql`update vulnerabilities set merged_into = ${ids[11]}::bigint where id = ${ids[10]}::bigint`.execute(db);
  expect(await kept()).toEqual(await counted());
  const total = await doors.ask<{ total: number }>({ path: '/api/v1/vulnerabilities?count=true&status=in_progress&status=identified' });
  expect(total.body.total).toBe(4 + 3);

  await gatherCounts(db);
  expect(await kept()).toEqual(await counted());
  expect(await rowsKept()).toBeLessThanOrEqual(12);

  await doors.ask({ method: 'DELETE', path: '/api/v1/assets/key:one' });
  await gatherCounts(db);
  const byAsset = await doors.ask<{ byStatus: Record<string, number> }>({ path: '/api/v1/vulnerabilities/counts?assetId=key:two' });
  expect(await kept()).toEqual(await counted());
  expect(Object.values(byAsset.body.byStatus).reduce((sum, n) => sum + n, 0)).toBe((await kept()).reduce((sum, line) => sum + Number(line.split(' ')[2]), 0));
});
