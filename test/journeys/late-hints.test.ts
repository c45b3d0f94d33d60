import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test('a webhook that was stored in the moment in which its link was recorded is matched by the next sweep', async () => {
  await connect(stage);
  const asset = await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: 'Shop' });
  await stage.scan(asset.id, [{ rule: 'injection', path: 'src/search.ts', line: 3, text: 'query(input)' }]);
  const { pool } = stage.database.store;
  await stage.until(
    'the link is linked',
    async () => (await pool.query<{ state: string }>('select state from links')).rows,
    (rows) => rows[0]?.state === 'linked',
  );
  const known = randomUUID();
  const unknown = randomUUID();
  // What the race leaves behind: neither transaction saw the other's row.
  await pool.query(
    `insert into inbox (id, connection_id, delivery_key, body, refs, state)
     select h.id, l.connection_id, h.id::text, ''::bytea, h.refs || array[l.card_ref], 'unmatched'
     from links l, (values ($1::uuid, '{}'::text[]), ($2::uuid, '{999999}'::text[])) as h (id, refs)`,
    [known, unknown],
  );

  const states = async () =>
    new Map(
      (await pool.query<{ id: string; state: string }>('select id, state from inbox')).rows.map((row) => [row.id, row.state]),
    );
  await stage.until('the sweep came by', states, (now) => now.get(known) === 'done');

  expect((await states()).get(unknown)).toBe('unmatched');
});
