import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import type { Board } from '../../test/links-at-hand.ts';
import { openBoard } from '../../test/links-at-hand.ts';
import type { Hold } from '../contracts/api/sync.ts';
import { supersedeAnswered } from '../store/holds.ts';

let doors: Doors;
let board: Board;

beforeAll(async () => {
  doors = await openDoors();
  board = await openBoard(doors);
});
beforeEach(async () => {
  await sql`delete from holds`.execute(doors.store.db);
  await sql`delete from deliveries`.execute(doors.store.db);
  await sql`delete from links`.execute(doors.store.db);
  await sql`delete from work`.execute(doors.store.db);
});
afterAll(() => doors.close());

async function hold(kind: string, linkId: string | null, detail: object = {}): Promise<string> {
  const rows = await sql<{ id: string }>`
    insert into holds (id, kind, link_id, connection_id, vulnerability_id, summary, detail)
    values (gen_random_uuid(), ${kind}, ${linkId}::uuid, ${board.connectionId}::uuid, (select vulnerability_id from links where id = ${linkId}::uuid),
      'Something happened.', ${JSON.stringify(detail)}::jsonb) returning id
  `.execute(doors.store.db);
  return rows.rows[0]?.id ?? '';
}
const decide = (id: string, verb: 'approve' | 'reject', body: object = {}) => doors.ask<Hold>({ path: `/api/v1/holds/${id}/${verb}`, body });
const links = async () => (await sql<{ state: string; generation: number }>`select state, generation from links order by created_at, id`.execute(doors.store.db)).rows.map(({ state, generation }) => `${state} ${generation}`);
const due = async () => (await sql`select 1 from work where kind = 'link'`.execute(doors.store.db)).rows.length;
const holdState = async (id: string) => (await sql<{ state: string; note: string | null }>`select state, note from holds where id = ${id}::uuid`.execute(doors.store.db)).rows[0];
const missing = { missed_since: new Date() };

test('a hold says what either answer would do, and between what a person chooses', async () => {
  const link = await board.link('linked');
  await hold('ambiguous_state', link.id, { among: ['risk_accepted', 'false_positive'], state: '1' });

  const { body } = await doors.ask<{ items: Hold[] }>({ path: '/api/v1/holds?kind=ambiguous_state' });

  expect(body.items[0]).toMatchObject({
    choices: ['risk_accepted', 'false_positive'],
    ifApproved: 'It becomes what you choose: risk accepted or false positive.',
    connectionName: 'Board',
    vulnerabilityId: link.vulnerabilityId,
  });
  expect(body.items[0]?.ifRejected).toContain(body.items[0]?.card?.key);
});

describe('a link that stopped', () => {
  test('goes on when that is approved, also one that never had a card', async () => {
    const withCard = await board.link('held', { card_ref: '5', card: '{"key": "#5", "url": "https://x"}' });
    const without = await board.link('held', { card_ref: null });

    for (const { id } of [withCard, without]) {
      expect((await decide(await hold('breaker', id), 'approve')).body.state).toBe('approved');
    }

    expect(await links()).toEqual(['linked 1', 'pending 1']);
    expect(await due()).toBe(2);
  });

  test('is detached when that is rejected', async () => {
    const link = await board.link('held');

    const answer = await decide(await hold('breaker', link.id), 'reject', { note: 'Their automation moves it back.' });

    expect(answer.body).toMatchObject({ state: 'rejected', note: 'Their automation moves it back.' });
    expect(await links()).toEqual(['detached 1']);
    expect(await due()).toBe(0);
  });
});

describe('cards that cannot be seen at once', () => {
  beforeEach(async () => {
    await board.link('inaccessible', { card_ref: '1', card: '{"key": "#1", "url": "https://x"}', ...missing });
    await board.link('inaccessible', { card_ref: '2', card: '{"key": "#2", "url": "https://x"}', ...missing });
    await board.link('linked');
  });

  test('are lost when a person confirms it, and none is made anew', async () => {
    await decide(await hold('lost_cards', null), 'approve');

    expect(await links()).toEqual(['lost 1', 'lost 1', 'linked 1']);
    expect(await due()).toBe(0);
  });

  test('are made anew only when that is said', async () => {
    await decide(await hold('lost_cards', null), 'approve', { recreate: true });

    expect(await links()).toEqual(['pending 2', 'pending 2', 'linked 1']);
    expect(await due()).toBe(2);
    const orphans = await doors.ask<{ items: { kind: string }[] }>({ path: `/api/v1/orphan-cards?connectionId=${board.connectionId}` });
    expect(orphans.body.items.map(({ kind }) => kind)).toEqual(['replaced', 'replaced']);
  });

  test('are looked at again when a person says that they are there', async () => {
    await decide(await hold('lost_cards', null), 'reject');

    expect(await links()).toEqual(['linked 1', 'linked 1', 'linked 1']);
    expect(await due()).toBe(2);
  });

  test('are no question any more once they can be seen', async () => {
    const id = await hold('lost_cards', null);
    await sql`update links set missed_since = null, misses = 0, state = 'linked'`.execute(doors.store.db);

    await supersedeAnswered(doors.store.db);

    expect(await holdState(id)).toEqual({ state: 'superseded', note: 'The cards can be seen again.' });
  });
});

test('a decision whose card was moved on is nobody’s to approve any more', async () => {
  const link = await board.link('linked');
  const id = await hold('board_decision', link.id, { status: 'risk_accepted', state: 'elsewhere' });

  const answer = await decide(id, 'approve');

  expect(answer.status).toBe(409);
  expect(answer.text).toContain('moved on');
  expect((await doors.ask<{ status: string }>({ path: `/api/v1/vulnerabilities/${link.vulnerabilityId}` })).body.status).toBe('identified');
});

test('what is still asked stays asked', async () => {
  const link = await board.link('linked');
  const open = await hold('board_decision', link.id, { status: 'risk_accepted', state: '1' });
  const held = await board.link('held');
  const breaker = await hold('breaker', held.id);

  await supersedeAnswered(doors.store.db);

  expect((await holdState(open))?.state).toBe('open');
  expect((await holdState(breaker))?.state).toBe('open');
});
