import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Doors } from '../../../test/doors.ts';
import { openDoors } from '../../../test/doors.ts';
import type { Board } from '../../../test/links-at-hand.ts';
import { openBoard } from '../../../test/links-at-hand.ts';
import { lockStandings } from '../ingest-rows.ts';
import { inTransaction } from '../open.ts';
import { applyTransitions } from '../transitions.ts';
import { settleLink } from './settle.ts';

let doors: Doors;
let board: Board;

beforeAll(async () => {
  doors = await openDoors();
  board = await openBoard(doors);
});
afterAll(() => doors.close());

test('a person who decides while a visit records its outcome waits for it, or it for her, and neither for each other', async () => {
  const { store } = doors;
  const { id, vulnerabilityId } = await board.link('linked', {});
  await sql`
    insert into work (kind, key, lane, due_at, lease_token, lease_until)
    values ('link', ${id}, ${board.connectionId}, clock_timestamp(), 7, clock_timestamp() + interval '1 minute')
    on conflict (kind, key) do update set lease_token = 7, lease_until = excluded.lease_until
  `.execute(store.db);
  const { rows } = await sql<{ card: never }>`select card from links where id = ${id}::uuid`.execute(store.db);
  const settled = {
    linkId: id,
    lease: { kind: 'link', key: id, token: '7' },
    card: rows[0]?.card as never,
    base: { order: 1 },
    // No configuration: it was deleted meanwhile.
    configurationId: null as never,
    configurationVersion: 1,
    version: '1',
    ...{ pull: null, hold: null, drift: null, conflict: null, note: null, attempt: null, deliveryId: null },
    ...{ overwritten: [], moved: null, pushed: [] },
  };

  const visit = await inTransaction(store, async (tx) => {
    const [standing] = await lockStandings(tx, [vulnerabilityId]);
    const recording = inTransaction(store, (other) => settleLink(other, settled)).catch((error: unknown) => error);
    await blocked();
    const at = Date.now();
    await applyTransitions(tx, [
      { vulnerabilityId: standing?.id ?? '', to: 'in_progress', at, asOf: at, actor: { kind: 'person', name: 'Ada' }, cause: { kind: 'person' }, note: null },
    ]);
    return { recording };
  });

  expect(await visit.recording).toMatchObject({ kind: 'settled', status: 'in_progress' });
});

/** Until somebody waits for a lock. */
async function blocked(): Promise<void> {
  for (;;) {
    const waiting = await sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(doors.store.db);
    if (waiting.rows.length > 0) {
      return;
    }
  }
}
