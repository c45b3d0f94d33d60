import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import type { Board } from '../../test/links-at-hand.ts';
import { openBoard } from '../../test/links-at-hand.ts';
import type { Delivery, DeliveryCounts } from '../contracts/api/sync.ts';
import { removeOldActivity } from '../store/retention.ts';

let doors: Doors;
let board: Board;

beforeAll(async () => {
  doors = await openDoors();
  board = await openBoard(doors);
});
beforeEach(async () => {
  await sql`delete from deliveries`.execute(doors.store.db);
  await sql`delete from inbox`.execute(doors.store.db);
  await sql`delete from holds`.execute(doors.store.db);
  await sql`delete from links`.execute(doors.store.db);
  await sql`delete from work`.execute(doors.store.db);
});
afterAll(() => doors.close());

const listed = (query = '') => doors.ask<{ items: Delivery[]; nextCursor: string | null }>({ path: `/api/v1/deliveries?${query}` }).then(({ body }) => body.items);
const counts = (query = '') => doors.ask<DeliveryCounts>({ path: `/api/v1/deliveries/counts?${query}` }).then(({ body }) => body);
const outcomes = async (linkId: string) =>
  (await sql<{ outcome: string }>`select outcome from deliveries where link_id = ${linkId}::uuid order by created_at, id`.execute(doors.store.db)).rows.map((row) => row.outcome);
const dueLinks = async () => (await sql<{ key: string }>`select key from work where kind = 'link' order by key`.execute(doors.store.db)).rows.map((row) => row.key);

describe('Sync activity', () => {
  test('has a tab for what failed, what was tried and never completed, what is held, and what waits', async () => {
    const failing = await board.link('linked');
    await board.delivery(failing.id, { outcome: 'failed', error_class: 'validation', attempts: 1 });
    const trying = await board.link('linked');
    await board.delivery(trying.id, { attempts: 3, error_class: 'unavailable' });
    const held = await board.link('held');
    await board.delivery(held.id, { attempts: 1 });
    const fresh = await board.link('pending');
    await board.delivery(fresh.id, {});
    const done = await board.link('linked');
    await board.delivery(done.id, { outcome: 'succeeded' });

    expect(await counts()).toEqual({ all: 5, failed: 1, neverCompleted: 1, held: 1, waiting: 1 });
    expect((await listed('group=held')).map(({ linkId, outcome }) => [linkId, outcome])).toEqual([[held.id, 'held']]);
    expect((await listed('group=neverCompleted')).map(({ linkId }) => linkId)).toEqual([trying.id]);
    expect((await listed('outcome=waiting')).map(({ linkId }) => linkId).toSorted()).toEqual([trying.id, fresh.id].toSorted());
  });

  test('counts a board decision among what is held only while a person is asked', async () => {
    const link = await board.link('linked');
    await board.delivery(link.id, { direction: 'inbound', act: 'pull', outcome: 'succeeded', detail: JSON.stringify({ held: 'board_decision' }) });
    await sql`insert into holds (id, kind, link_id, summary) values (gen_random_uuid(), 'board_decision', ${link.id}::uuid, 'Decide.')`.execute(doors.store.db);
    expect((await counts()).held).toBe(1);

    await sql`update holds set state = 'approved'`.execute(doors.store.db);

    expect((await counts()).held).toBe(0);
    expect((await listed()).map(({ outcome }) => outcome)).toEqual(['succeeded']);
  });

  test.each([
    ['a class of error', 'errorClass=workflow', 1],
    ['the tracker’s own words, whatever is in them', `q=${encodeURIComponent('100%_of')}`, 1],
    ['a card’s key', `q=${encodeURIComponent('#7')}`, 2],
    ['a title', 'q=thing', 2],
    ['a direction', 'direction=inbound', 0],
    ['a connection there is not', 'connectionId=nowhere', 0],
    ['a vulnerability there is not', 'vulnerabilityId=no-number', 0],
  ])('is narrowed by %s', async (_what, query, expected) => {
    await board.delivery((await board.link('linked')).id, { outcome: 'failed', error_class: 'workflow', message: 'The limit is reached: 100%_of 3.' });
    await board.delivery((await board.link('linked')).id, { outcome: 'failed', error_class: 'validation', message: '100 percent of it is wrong.' });

    expect(await listed(query)).toHaveLength(expected);
    expect((await counts(query)).all).toBe(expected);
  });

  test('shows every webhook: read, waiting for its card, and unreadable with its size and hash', async () => {
    const link = await board.link('linked', { card_ref: '41' });
    const send = (body: string) => doors.ask({ method: 'POST', path: board.webhookPath, body, as: null, headers: { 'content-type': 'application/json' } });
    await send(JSON.stringify({ event: 'Card moved', board_id: 7, card_id: 41 }));
    await send(JSON.stringify({ event: 'Card moved', board_id: 7, card_id: 999 }));
    await send('{"card_id":');

    const [dead, unmatched, read] = await listed('direction=inbound');

    expect(read).toMatchObject({ act: 'webhook', outcome: 'succeeded', vulnerabilityId: link.vulnerabilityId, detail: { event: 'Card moved', cards: ['41'] } });
    expect(unmatched).toMatchObject({ act: 'webhook', outcome: 'waiting', linkId: null });
    expect(unmatched?.message).toContain('999');
    expect(dead).toMatchObject({ outcome: 'failed', detail: { bytes: 11, sha256: createHash('sha256').update('{"card_id":').digest('hex') } });
    expect(await counts()).toMatchObject({ all: 3, failed: 1, waiting: 1 });
    expect(await listed(`vulnerabilityId=${link.vulnerabilityId}`)).toHaveLength(1);
    const one = await doors.ask<Delivery>({ path: `/api/v1/deliveries/${read?.id}` });
    expect(one.body).toMatchObject({ id: read?.id, attemptList: [] });
  });

  test('pages over deliveries and webhooks without repeating or skipping one', async () => {
    const link = await board.link('linked', { card_ref: '41' });
    for (const number of [1, 2, 3]) {
      await board.delivery(link.id, { outcome: 'succeeded', message: `Delivery ${number}` });
      await doors.ask({ method: 'POST', path: board.webhookPath, body: { event: 'Card moved', number, board_id: 7, card_id: 41 }, as: null });
    }

    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: Delivery[]; nextCursor: string | null } = (await doors.ask<{ items: Delivery[]; nextCursor: string | null }>({ path: `/api/v1/deliveries?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}` })).body;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }

    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
  });
});

describe('retry', () => {
  test('takes all that match, visits each link once, and says how many', async () => {
    const first = await board.link('linked');
    await board.delivery(first.id, { outcome: 'failed', error_class: 'validation' });
    await board.delivery(first.id, { outcome: 'failed', error_class: 'validation' });
    const second = await board.link('linked');
    await board.delivery(second.id, { outcome: 'failed', error_class: 'validation' });
    const other = await board.link('linked');
    await board.delivery(other.id, { outcome: 'failed', error_class: 'permission' });

    const answer = await doors.ask<{ retried: number }>({ path: '/api/v1/deliveries/retry', body: { errorClass: 'validation' } });

    expect(answer.body).toEqual({ retried: 3 });
    expect(await outcomes(first.id)).toEqual(['superseded', 'waiting']);
    expect(await outcomes(second.id)).toEqual(['waiting']);
    expect(await outcomes(other.id)).toEqual(['failed']);
    expect(await dueLinks()).toEqual([first.id, second.id].toSorted());
    const audit = await sql<{ detail: object }>`select detail from audit_log where act = 'deliveries retried'`.execute(doors.store.db);
    expect(audit.rows.map(({ detail }) => detail)).toEqual([{ errorClass: 'validation', retried: 3 }]);
  });

  test('of one that failed, where another of its link waits already, leaves it to that one', async () => {
    const link = await board.link('linked');
    const failed = await board.delivery(link.id, { outcome: 'failed' });
    await board.delivery(link.id, { outcome: 'waiting' });

    const answer = await doors.ask<Delivery>({ method: 'POST', path: `/api/v1/deliveries/${failed}/retry` });

    expect(answer.body.outcome).toBe('superseded');
    expect(await dueLinks()).toEqual([link.id]);
  });

  test('of a webhook that nobody could read asks the tracker for everything instead', async () => {
    const dead = await board.delivery(null, { direction: 'inbound', act: 'webhook', outcome: 'failed', error_class: 'validation' });

    const answer = await doors.ask<Delivery>({ method: 'POST', path: `/api/v1/deliveries/${dead}/retry` });

    expect(answer.body.outcome).toBe('superseded');
    expect((await sql`select 1 from work where kind = 'sweep' and key = ${board.connectionId}`.execute(doors.store.db)).rows).toHaveLength(1);
  });

  test('is refused for what is over, held, or about a card that nobody knows', async () => {
    const link = await board.link('held');
    const held = await board.delivery(link.id, { outcome: 'failed' });
    const done = await board.delivery(link.id, { outcome: 'succeeded' });
    await doors.ask({ method: 'POST', path: board.webhookPath, body: { event: 'Card moved', board_id: 7, card_id: 999 }, as: null });
    const [webhook] = await listed('direction=inbound');

    for (const id of [held, done, webhook?.id]) {
      expect((await doors.ask({ method: 'POST', path: `/api/v1/deliveries/${id}/retry` })).status).toBe(409);
    }
    expect(await dueLinks()).toEqual([]);
  });
});

describe('discard', () => {
  test('needs a reason, keeps it with who said it, and nothing is sent any more', async () => {
    const link = await board.link('linked');
    const id = await board.delivery(link.id, {});
    await doors.ask({ method: 'POST', path: `/api/v1/links/${link.id}/sync` });
    const path = `/api/v1/deliveries/${id}/discard`;

    expect((await doors.ask({ path, body: { reason: ' ' } })).status).toBe(400);
    const answer = await doors.ask<Delivery>({ path, body: { reason: 'The board is closed.' } });

    expect(answer.body).toMatchObject({ outcome: 'discarded', discardedBecause: 'The board is closed.' });
    expect(answer.body.discardedBy).not.toBeNull();
    expect(await dueLinks()).toEqual([]);
    expect((await doors.ask({ path, body: { reason: 'Again.' } })).status).toBe(409);
  });

  test('takes a webhook about a stranger’s card too', async () => {
    await doors.ask({ method: 'POST', path: board.webhookPath, body: { event: 'Card moved', board_id: 7, card_id: 999 }, as: null });
    const [webhook] = await listed();

    const answer = await doors.ask<Delivery>({ path: `/api/v1/deliveries/${webhook?.id}/discard`, body: { reason: 'Not ours.' } });

    expect(answer.body).toMatchObject({ outcome: 'discarded', discardedBecause: 'Not ours.' });
    expect((await counts()).waiting).toBe(0);
  });
});

test('what is over is kept for as long as the setting says, and what waits or failed is kept on', async () => {
  const link = await board.link('linked');
  for (const outcome of ['succeeded', 'failed', 'superseded', 'waiting']) {
    await board.delivery(link.id, { outcome, created_at: new Date(Date.now() - 30 * 86_400_000) });
  }
  await board.delivery(link.id, { outcome: 'succeeded' });
  await doors.ask({ method: 'PATCH', path: '/api/v1/settings', body: { activityDays: 20 } });

  await removeOldActivity(doors.store);

  expect((await outcomes(link.id)).toSorted()).toEqual(['failed', 'succeeded', 'waiting']);
});
