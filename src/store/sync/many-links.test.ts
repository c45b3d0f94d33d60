import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Doors } from '../../../test/doors.ts';
import { openDoors } from '../../../test/doors.ts';
import type { Board } from '../../../test/links-at-hand.ts';
import { openBoard } from '../../../test/links-at-hand.ts';
import { inTransaction } from '../open.ts';
import { commitAtOnce } from './commit-write.ts';
import { selectVisits } from './load-visit.ts';
import type { FoundCard } from './record-card.ts';
import { areHinted, lockLink, recordPlainly } from './record-card.ts';

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

const attempt = { act: 'create', fault: null, errorClass: null, message: null, hint: null, exchanges: [], detail: { state: 'Ready' } };

async function found(linkId: string, ref: string): Promise<FoundCard> {
  const rows = await sql<{ marker: string }>`select marker from links where id = ${linkId}::uuid`.execute(doors.store.db);
  const card = { ref, key: `#${ref}`, url: `https://example.kanbanize.com/${ref}`, marker: rows.rows[0]?.marker ?? '', order: 1 };
  return { linkId, connectionId: board.connectionId, card: card as unknown as FoundCard['card'], base: { order: 1 }, configurationId, attempt, duplicates: [] };
}

async function shown(linkIds: readonly string[]) {
  const rows = await sql`
    select l.id, l.state, l.card_ref, d.outcome, d.attempts,
      (select count(*)::integer from delivery_attempts a where a.delivery_id = d.id) as kept,
      (select string_agg(t.note, ' ') from timeline t where t.vulnerability_id = l.vulnerability_id and t.kind = 'link') as told
    from links l left join deliveries d on d.link_id = l.id where l.id = any (${linkIds}::uuid[])
  `.execute(doors.store.db);
  return linkIds.map((id) => rows.rows.filter((row) => (row as { id: string }).id === id));
}

test('cards of many links are recorded in one statement, each with its own; where something else is to be done, nothing of that one is', async () => {
  const { store } = doors;
  const [waited, silent, linked, detached, hinted] = await Promise.all([
    board.link('pending'),
    board.link('pending'),
    board.link('linked', { card_ref: '900' }),
    board.link('detached', { card_ref: null }),
    board.link('pending'),
  ]);
  await board.delivery(waited.id, { act: 'create' });
  await sql`
    insert into inbox (id, connection_id, delivery_key, body, event, refs, state) values (gen_random_uuid(), ${board.connectionId}::uuid, 'k', '', 'moved', array['105'], 'unmatched')
  `.execute(store.db);
  const links = [waited.id, silent.id, linked.id, detached.id, hinted.id];
  const cards = await Promise.all(links.map((id, nth) => found(id, `10${nth + 1}`)));

  expect(await areHinted(store.db, cards)).toEqual([false, false, false, false, true]);
  expect(await recordPlainly(store.db, cards)).toEqual([true, true, false, false, false]);

  const untold = { outcome: null, kept: 0, told: null };
  expect(await shown(links)).toMatchObject([
    [{ state: 'linked', card_ref: '101', outcome: 'succeeded', attempts: 1, kept: 1, told: 'Card #101 was created.' }],
    [{ state: 'linked', card_ref: '102', outcome: 'succeeded', attempts: 1, kept: 1, told: 'Card #102 was created.' }],
    [{ state: 'linked', card_ref: '900', ...untold }],
    [{ state: 'detached', card_ref: null, ...untold }],
    [{ state: 'pending', card_ref: null, ...untold }],
  ]);
});

test('a card with another marker than its link’s is not taken', async () => {
  const link = await board.link('pending');
  const one = await found(link.id, '201');

  expect(await recordPlainly(doors.store.db, [{ ...one, card: { ...one.card, marker: 'pb-another' } }])).toEqual([false]);
});

test('of many, a link that somebody holds just now is left to itself and keeps nobody waiting', async () => {
  const { store } = doors;
  const [held, free] = await Promise.all([board.link('pending'), board.link('pending')]);
  const cards = await Promise.all([found(held.id, '301'), found(free.id, '302')]);

  const recorded = await inTransaction(store, async (tx) => {
    await lockLink(tx, held.id);
    return recordPlainly(store.db, cards);
  });

  expect(recorded).toEqual([false, true]);
  expect(await shown([held.id, free.id])).toMatchObject([[{ card_ref: null }], [{ card_ref: '302' }]]);
});

test('intents of many links are committed in one statement: each with its own lease, marker and configuration', async () => {
  const { store } = doors;
  const links = await Promise.all(Array.from({ length: 4 }, () => board.link('pending')));
  const rows = await selectVisits(store, links.map(({ id }) => id));
  await sql`
    insert into work (kind, key, lane, due_at, lease_token, lease_until)
    select 'link', id, ${board.connectionId}, clock_timestamp(), 7, clock_timestamp() + interval '1 minute' from unnest(${links.map(({ id }) => id)}::text[]) as u (id)
  `.execute(store.db);
  const wishes = rows.map((row, nth) => ({
    deployment: row?.sync_owner ?? '',
    linkId: row?.link_id ?? '',
    lease: { kind: 'link', key: row?.link_id ?? '', token: nth === 1 ? '6' : '7' },
    marker: nth === 2 ? 'pb-another' : (row?.marker ?? ''),
    version: row?.version ?? '',
    configurationVersion: nth === 3 ? 2 : 1,
    intent: { configurationId, of: nth },
    quarantineMs: 60_000,
  }));

  expect(await commitAtOnce(store.db, wishes)).toEqual([true, false, false, false]);

  const intents = await sql<{ intent: { of: number } | null; attempts: number }>`
    select l.intent, l.attempts from unnest(${links.map(({ id }) => id)}::uuid[]) with ordinality as u (id, nth) join links l on l.id = u.id order by u.nth
  `.execute(store.db);
  expect(intents.rows.map(({ intent, attempts }) => [intent?.of ?? null, attempts])).toEqual([[0, 1], [null, 0], [null, 0], [null, 0]]);
});

test('of two visits of one link, in one statement, only one may send: that which holds the lease, if it is the first', async () => {
  const { store } = doors;
  const { id } = await board.link('pending');
  const [row] = await selectVisits(store, [id]);
  await sql`
    insert into work (kind, key, lane, due_at, lease_token, lease_until) values ('link', ${id}, ${board.connectionId}, clock_timestamp(), 7, clock_timestamp() + interval '1 minute')
  `.execute(store.db);
  const wish = (token: string) => ({
    deployment: row?.sync_owner ?? '',
    linkId: id,
    lease: { kind: 'link', key: id, token },
    marker: row?.marker ?? '',
    version: row?.version ?? '',
    configurationVersion: 1,
    intent: { configurationId },
    quarantineMs: 60_000,
  });

  expect(await commitAtOnce(store.db, [wish('6'), wish('7')])).toEqual([false, false]);
  expect(await commitAtOnce(store.db, [wish('7'), wish('6')])).toEqual([true, false]);
});

test('of two cards of one link, in one statement, one is taken', async () => {
  const { id } = await board.link('pending');
  const cards = await Promise.all([found(id, '401'), found(id, '402')]);

  expect(await recordPlainly(doors.store.db, cards)).toEqual([true, false]);
  expect(await shown([id])).toMatchObject([[{ card_ref: '401', attempts: 1, kept: 1, told: 'Card #401 was created.' }]]);
});

test('visits of many links are read in the order in which they are asked for, and one that is gone is null', async () => {
  const [one, other] = await Promise.all([board.link('pending'), board.link('pending')]);
  const gone = '00000000-0000-4000-8000-000000000000';

  const rows = await selectVisits(doors.store, [other.id, gone, one.id]);

  expect(rows.map((row) => row?.link_id ?? null)).toEqual([other.id, null, one.id]);
});
