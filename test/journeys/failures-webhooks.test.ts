import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';
import { stageTrackers } from './stage-trackers.ts';

/** What each tracker's webhook door does with what it cannot use, or cannot keep. */
describe.each(stageTrackers)('$name', (tracker) => {
  let stage: Stage;
  let webhookUrl: string;

  beforeEach(async () => {
    stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, pollMs: 60_000 });
    ({ webhookUrl } = await connect(stage));
  });
  afterEach(() => stage.close());

  const send = (body: string) => fetch(webhookUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(({ status }) => status);
  const inbox = () => sql<{ state: string; refs: string[] }>`select state, refs from inbox order by received_at, id`.execute(stage.database.store.db).then(({ rows }) => rows);

  test('Poison payload: what makes no sense, or is too large, is taken with 2xx, kept as a dead letter and shown', async () => {
    const answers = [await send('<html>not JSON</html>'), await send('x'.repeat(1024 ** 2 + 1))];

    expect(answers).toEqual([200, 200]);
    expect(await inbox()).toEqual([
      { state: 'dead', refs: [] },
      { state: 'dead', refs: [] },
    ]);
    const { items } = await stage.call<{ items: { outcome: string; message: string }[] }>('GET', '/api/v1/deliveries?direction=inbound&outcome=failed');
    expect(items.map(({ message }) => message).join(' ')).toMatch(/1048577 bytes/u);
  });

  test('Disk full: what cannot be stored is answered 503 and comes again', async () => {
    const { db } = stage.database.store;
    await sql`alter table inbox rename to inbox_away`.execute(db);
    const refused = await send('{"of":"nothing"}');
    await sql`alter table inbox_away rename to inbox`.execute(db);

    expect([refused, await send('{"of":"nothing"}')]).toEqual([503, 200]);
    expect(await inbox()).toHaveLength(1);
  });

  test('Webhook before the link exists: stored in the moment in which the link is recorded, it is matched by the next sweep at the latest', async () => {
    const { db } = stage.database.store;
    await stage.call('POST', '/api/v1/assets', { name: 'Shop', key: 'shop' }, 201);
    await stage.scan('key:shop', [{ rule: 'injection', path: 'src/search.ts', line: 3, text: 'query(input)' }]);
    await stage.until('the link is linked', () => sql<{ state: string }>`select state from links`.execute(db), ({ rows }) => rows[0]?.state === 'linked');
    // What the race leaves behind: neither transaction saw the other's row.
    await sql`
      insert into inbox (id, connection_id, delivery_key, body, refs, state)
      select gen_random_uuid(), connection_id, 'early', ''::bytea, array[card_ref], 'unmatched' from links
    `.execute(db);
    await sql`update work set due_at = now() where kind = 'sweep'`.execute(db);
    await sql`select pg_notify('work', '')`.execute(db);

    const early = () => sql<{ state: string }>`select state from inbox where delivery_key = 'early'`.execute(db);
    await stage.until('the sweep came by', early, ({ rows }) => rows[0]?.state === 'done');
  });
});
