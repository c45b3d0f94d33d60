import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { Features } from '../../src/core/matching/features.ts';
import { featureVersion } from '../../src/core/matching/features.ts';
import { noteFeatureVersion, staleFeatures, staleScopes, writeFeatures } from '../../src/store/features.ts';
import { inTransaction } from '../../src/store/open.ts';
import type { FakeFinding, Stage } from './stage.ts';
import { openStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ pollMs: 60_000 });
});
afterAll(() => stage.close());

/** Everything that an operator sees of an asset’s vulnerabilities. */
async function picture(): Promise<unknown> {
  const { items } = await stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities?sort=created');
  const rows = await sql`select vulnerability_id, scope_id, state, missed_at from detections order by 1, 2`.execute(stage.database.store.db);
  const entries = await sql`select count(*) from timeline`.execute(stage.database.store.db);
  return [items.map(({ id, status, statusChangedAt, title }) => [id, status, statusChangedAt, title]), rows.rows, entries.rows];
}

/** As an older version of the matching would have left it: other fields, and keys of its own. */
async function age(assetId: string): Promise<void> {
  const older = featureVersion - 1;
  await inTransaction(stage.database.store, async (tx) => {
    for (const scope of await staleScopes(tx, assetId, featureVersion + 1)) {
      const rows = await staleFeatures(tx, scope, '0', 1_000);
      await writeFeatures(tx, scope, rows.map(({ vulnerability }) => ({ vulnerability, features: { version: older, hash: 'what was enough then' } as unknown as Features })));
      await noteFeatureVersion(tx, scope, older);
    }
    await sql`delete from match_keys`.execute(tx);
  });
}

test('a new version of the matching makes its memory again from the evidence; it creates, closes and tells nothing', async () => {
  const { id } = await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: 'Shop', key: 'shop' }, 201);
  const holes = (shift: number): FakeFinding[] =>
    [1, 2, 3, 4].map((n) => ({ rule: 'sql-injection', path: `src/${n % 2}.ts`, line: n * 10 + shift, text: `db.query(request.body.name${n})` }));
  await stage.scan('key:shop', holes(0));
  await stage.scan('key:shop', holes(0).slice(1));
  await stage.call('POST', '/api/v1/assets/key:shop/vulnerabilities', { title: 'Found by hand', description: 'A weakness.', severity: 'high', location: { path: 'src/0.ts', startLine: 5 } }, 201);
  const before = await picture();

  await age(id);
  const after = await stage.scan('key:shop', holes(3).slice(1));

  expect(after.summary).toMatchObject({ created: 0, reappeared: 0, fixed: 0, held: 0, unchanged: 3 });
  expect(await picture()).toEqual(before);

  // And what was fixed is still known, too.
  await age(id);
  expect((await stage.scan('key:shop', holes(6))).summary).toMatchObject({ created: 0, reappeared: 1, fixed: 0 });
});
