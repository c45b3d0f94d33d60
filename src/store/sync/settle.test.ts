import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Card } from '../../contracts/tracker.ts';
import type { Doors } from '../../../test/doors.ts';
import { openDoors } from '../../../test/doors.ts';
import type { Board } from '../../../test/links-at-hand.ts';
import { openBoard } from '../../../test/links-at-hand.ts';
import { lockStandings } from '../ingest-rows.ts';
import { takeLink } from '../link-acts.ts';
import { markLinksDue } from '../links.ts';
import type { Transaction } from '../open.ts';
import { inTransaction } from '../open.ts';
import { applyTransitions } from '../transitions.ts';
import { commitAtOnce, commitIntent, commitPush } from './commit-write.ts';
import type { SettledLink } from './settle.ts';
import { settleLink } from './settle.ts';
import { recordChanges, recordInventory } from './sweeps.ts';

let doors: Doors;
let board: Board;
let configurationId: string;

beforeAll(async () => {
  doors = await openDoors();
  board = await openBoard(doors);
  const made = await sql<{ id: string }>`
    insert into configurations (id, connection_id, scope, target, status_mapping, create_on)
    values (gen_random_uuid(), ${board.connectionId}::uuid, 'default', '{}', '{}', 'assessment_completed') returning id
  `.execute(doors.store.db);
  configurationId = made.rows[0]?.id ?? '';
});
afterAll(() => doors.close());

test('a person who decides while a visit records its outcome waits for it, or it for her, and neither for each other', async () => {
  const { store } = doors;
  const { id, vulnerabilityId } = await leased();
  const settled = await settlement(id);

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

test.each(['intent', 'write'] as const)('a person who asks for a synchronization while a visit commits its %s waits for it, or it for her, and neither for each other', async (what) => {
  const { store } = doors;
  const { id } = await leased();
  const seen = { deployment: 'any', linkId: id, lease: leaseOf(id), version: '1', configurationVersion: 1 };
  const none = '00000000-0000-4000-8000-000000000000';
  const wishes = {
    intent: () => commitIntent(store, { ...seen, marker: '', intent: { configurationId: none }, quarantineMs: 1 }, (wish) => commitAtOnce(store.db, [wish]).then(([done]) => done === true)),
    write: (tx: Transaction) =>
      commitPush(tx, { ...seen, card: { ref: '' } as never, configurationId: none, pending: {}, agreedBefore: null, base: { order: 1 }, overwritten: [], openMs: 1, conflict: null, note: null }),
  };

  const visit = await inTransaction(store, async (tx) => {
    await takeLink(tx, id, { lock: true });
    const committing = (what === 'intent' ? wishes.intent() : inTransaction(store, wishes.write)).catch((error: unknown) => error);
    await blocked();
    await markLinksDue(tx, [id], 'A person asked for it.');
    return { committing };
  });

  expect(await visit.committing).toBe(false);
});

test.each([
  ['that came during the visit stays asked', 'identified' as const, null],
  ['that the visit knew of is answered by it', null, 'in_progress'],
])('a wish that a refused move be tried again, %s', async (_what, agreedBefore, after) => {
  const { store } = doors;
  const { id } = await leased();
  await sql`update links set base = jsonb_build_object('status', null, 'order', base_order) where id = ${id}::uuid`.execute(store.db);
  const settled = await settlement(id);
  const base = { ...settled.base, status: 'in_progress' };

  await inTransaction(store, (tx) => settleLink(tx, { ...settled, base, agreedBefore }));

  const { rows } = await sql<{ status: string | null }>`select base ->> 'status' as status from links where id = ${id}::uuid`.execute(store.db);
  expect(rows).toEqual([{ status: after }]);
});

test.each([
  ['that wrote nothing is told to look again', [], { kind: 'moved on' }],
  ['that wrote is recorded, and told so', ['priority'], { kind: 'settled', governed: false }],
])('a visit whose configuration is changed while it records its outcome forgets nothing of what that said; one %s', async (_what, pushed, expected) => {
  const { store } = doors;
  const { id } = await leased();
  const settled = { ...(await settlement(id)), pushed };

  const visit = await inTransaction(store, async (tx) => {
    const drift = JSON.stringify({ kind: 'elsewhere', because: 'It belongs elsewhere now.' });
    await sql`update configurations set version = version + 1 where id = ${configurationId}::uuid`.execute(tx);
    await sql`update links set drift = ${drift}::jsonb where id = ${id}::uuid`.execute(tx);
    const recording = inTransaction(store, (other) => settleLink(other, settled));
    recording.catch(() => {});
    await blocked();
    return { recording };
  });

  expect(await visit.recording).toMatchObject(expected);
  const { rows } = await sql<{ kind: string | null }>`select drift ->> 'kind' as kind from links where id = ${id}::uuid`.execute(store.db);
  expect(rows).toEqual([{ kind: 'elsewhere' }]);
});

test.each(['changes', 'all cards'] as const)('a person who resumes a connection while a sweep records %s waits for it, or it for her, and neither for each other', async (what) => {
  const { store } = doors;
  const { id } = await leased();
  const { rows } = await sql<{ card_ref: string }>`select card_ref from links where id = ${id}::uuid`.execute(store.db);
  const ref = rows[0]?.card_ref ?? '';
  const { connectionId } = board;
  const records = {
    changes: (tx: Transaction) => recordChanges(tx, connectionId, { changes: [{ ref, order: null }] as never, cursor: 'next', since: null }),
    'all cards': (tx: Transaction) => recordInventory(tx, connectionId, [{ ref, marker: null, order: null }] as never, Date.now()),
  };

  const sweep = await inTransaction(store, async (tx) => {
    await sql`update connections set updated_at = clock_timestamp() where id = ${connectionId}::uuid`.execute(tx);
    const recording = inTransaction<unknown>(store, records[what]).then(() => 'recorded');
    recording.catch(() => {});
    await blocked();
    await markLinksDue(tx, [id], 'The connection works again.');
    return { recording };
  });

  expect(await sweep.recording).toBe('recorded');
});

const leaseOf = (id: string) => ({ kind: 'link', key: id, token: '7' });

/** What a visit records that found both sides as they were. */
async function settlement(id: string): Promise<SettledLink> {
  const { rows } = await sql<{ card: Card; order: number; version: string }>`
    select l.card, coalesce(l.base_order, 1) as order, c.version from links l, configurations c where l.id = ${id}::uuid and c.id = ${configurationId}::uuid
  `.execute(doors.store.db);
  const [row] = rows;
  return {
    linkId: id,
    lease: leaseOf(id),
    card: row?.card as Card,
    base: { order: Number(row?.order) },
    configurationId,
    configurationVersion: Number(row?.version),
    version: '1',
    ...{ agreedBefore: null, pull: null, hold: null, drift: null, conflict: null, note: null, attempt: null, deliveryId: null },
    ...{ overwritten: [], moved: null, pushed: [] },
  };
}

/** A link with a visit under way. */
async function leased() {
  const link = await board.link('linked', {});
  await sql`
    insert into work (kind, key, lane, due_at, lease_token, lease_until)
    values ('link', ${link.id}, ${board.connectionId}, clock_timestamp(), 7, clock_timestamp() + interval '1 minute')
    on conflict (kind, key) do update set lease_token = 7, lease_until = excluded.lease_until
  `.execute(doors.store.db);
  return link;
}

/** Until somebody waits for a lock. */
async function blocked(): Promise<void> {
  for (;;) {
    const waiting = await sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(doors.store.db);
    if (waiting.rows.length > 0) {
      return;
    }
  }
}
