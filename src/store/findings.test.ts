import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import { ofScan } from './findings.ts';
import { inTransaction } from './open.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const scanId = '00000000-0000-4000-8000-000000000001';

test('what a scan has of a vulnerability is not looked for among all that the scan has, whatever the statistics say', async () => {
  await inTransaction(database.store, async (tx) => {
    await sql`
      insert into occurrences (scan_id, ordinal, vulnerability_id, scope_id) select ${scanId}::uuid, n, n / 2, ${scanId}::uuid from generate_series(1, 5000) n
    `.execute(tx);
    await sql`set local enable_seqscan = off`.execute(tx);
    const found = await sql<{ ordinal: number }>`select ordinal from occurrences o where ${ofScan(sql`2500`, sql`${scanId}::uuid`)} order by ordinal`.execute(tx);
    const plan = await sql<{ 'QUERY PLAN': string }>`explain select true from occurrences o where ${ofScan(sql`2500`, sql`${scanId}::uuid`)} limit 1`.execute(tx);

    expect(found.rows).toEqual([{ ordinal: 5000 }]);
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('occurrences_vulnerability');
  });
});
