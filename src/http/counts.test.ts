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

/** The last day of the trend less the one before: all that happened is of today. */
async function openedToday(): Promise<Record<string, number>> {
  const { body } = await doors.ask<{ trend: ({ day: string } & Record<string, number>)[] }>({ path: '/api/v1/overview' });
  const [before, now] = body.trend.slice(-2);
  return Object.fromEntries(['critical', 'high', 'medium', 'low'].map((severity) => [severity, (now?.[severity] ?? 0) - (before?.[severity] ?? 0)]));
}

/** The same by status. */
async function changedToday(): Promise<Record<string, number>> {
  const { body } = await doors.ask<{ trendByStatus: ({ day: string } & Record<string, number>)[] }>({ path: '/api/v1/overview' });
  const [before, now] = body.trendByStatus.slice(-2);
  return Object.fromEntries(open.map((status) => [status, (now?.[status] ?? 0) - (before?.[status] ?? 0)]));
}

const open = ['identified', 'in_progress', 'awaiting_validation'];

async function standingNow(): Promise<Record<string, number>> {
  const rows = await sql<{ status: string; n: number }>`
    select s as status, (select count(*)::integer from vulnerabilities where status = s and merged_into is null) as n from unnest(${open}::text[]) as s
  `.execute(doors.store.db);
  return Object.fromEntries(rows.rows.map(({ status, n }) => [status, n]));
}

async function openNow(): Promise<Record<string, number>> {
  const rows = await sql<{ severity: string; n: number }>`
    select s as severity, (select count(*)::integer from vulnerabilities where severity = s and merged_into is null and status in ('identified', 'in_progress', 'awaiting_validation')) as n
    from unnest(array['critical', 'high', 'medium', 'low']) as s
  `.execute(doors.store.db);
  return Object.fromEntries(rows.rows.map(({ severity, n }) => [severity, n]));
}

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
  expect(await openedToday()).toEqual(await openNow());
  expect(await changedToday()).toEqual(await standingNow());

  await doors.ask({ method: 'DELETE', path: '/api/v1/assets/key:one' });
  await gatherCounts(db);
  const byAsset = await doors.ask<{ byStatus: Record<string, number> }>({ path: '/api/v1/vulnerabilities/counts?assetId=key:two' });
  expect(await kept()).toEqual(await counted());
  expect(Object.values(byAsset.body.byStatus).reduce((sum, n) => sum + n, 0)).toBe((await kept()).reduce((sum, line) => sum + Number(line.split(' ')[2]), 0));
});

test('what was open over time follows every change, and what was fixed says how long it took', async () => {
  const { db } = doors.store;
  const [one, two] = (await doors.ask<{ items: { id: string }[] }>({ path: '/api/v1/vulnerabilities?status=identified' })).body.items;
  const asset = 'key:two';
  expect((await doors.ask<{ meanDaysToRemediate: number | null }>({ path: '/api/v1/overview' })).body.meanDaysToRemediate).toBeNull();
  await sql`update vulnerabilities set first_seen_at = first_seen_at - interval '4 days' where id = ${one?.id ?? ''}::bigint`.execute(db);
  await sql`update vulnerabilities set first_seen_at = first_seen_at - interval '2 days' where id = ${two?.id ?? ''}::bigint`.execute(db);
  await doors.ask({ path: `/api/v1/assets/${asset}/retests`, body: { results: [one, two].map((each) => ({ vulnerabilityId: each?.id, outcome: 'not_detected' })) } });

  expect(await openedToday()).toEqual(await openNow());
  expect(await changedToday()).toEqual(await standingNow());
  await gatherCounts(db);
  const { body } = await doors.ask<{ meanDaysToRemediate: number }>({ path: '/api/v1/overview' });
  expect(body.meanDaysToRemediate).toBeCloseTo(3, 1);
  expect(await openedToday()).toEqual(await openNow());
  expect(await changedToday()).toEqual(await standingNow());
  const rows = await sql`select 1 from daily_figures group by day, severity, status having count(*) > 1`.execute(db);
  expect(rows.rows).toEqual([]);
});
