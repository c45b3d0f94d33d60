import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { watchTimeline } from '../../src/store/ownership.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';
import type { TableTracker } from './stage-trackers.ts';
import { stageTrackers } from './stage-trackers.ts';

interface Instance {
  readonly writesToTrackers: boolean;
  readonly because: string | null;
  readonly epoch: number;
}

const finding = (line: number) => ({ rule: 'sql-injection', path: `src/orders-${line}.ts`, line, text: `db.query("select ${line}" + id)` });

async function begin(tracker: TableTracker): Promise<{ readonly stage: Stage; readonly connectionId: string }> {
  const stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, deployment: 'production', pollMs: 200 });
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
  const { connectionId } = await connect(stage);
  await stage.scan('key:web-shop', [finding(1)]);
  await stage.until('the link knows its card', () => linksOf(stage), (links) => links.length === 1 && links.every(({ state }) => state === 'linked'));
  return { stage, connectionId };
}

const linksOf = (stage: Stage) =>
  sql<{ state: string; card_ref: string }>`select state, card_ref from links`.execute(stage.database.store.db).then(({ rows }) => rows);
const written = (stage: Stage) => stage.sandbox.requests.filter(({ method }) => method !== 'GET').length;
const instance = (stage: Stage) => stage.call<Instance>('GET', '/api/v1/instance');

describe.each(stageTrackers)('Cloned DB: $name', (tracker) => {
  test('a copy that is started elsewhere reads and never writes, until an administrator takes over', { timeout: 60_000 }, async () => {
    const { stage: production, connectionId } = await begin(tracker);
    await production.house.close();
    const copied = await production.database.copy();
    const stage = await openStage({ database: copied, deployment: 'staging', beside: production, tracker: { id: tracker.id, sandbox: production.sandbox }, pollMs: 200, quarantineMs: 500 });
    const before = written(production);
    const swept = () => sql<{ at: Date | null }>`select swept_at as at from connections`.execute(copied.store.db).then(({ rows }) => rows[0]?.at?.getTime() ?? 0);
    const lastSweep = await swept();

    await stage.scan('key:web-shop', [finding(1), finding(2)]);
    await stage.until('the copy sweeps', swept, (at) => at > lastSweep);
    await stage.call('PATCH', `/api/v1/connections/${connectionId}`, { name: 'Renamed in staging' });
    const reading = await instance(stage);
    const writtenByCopy = written(production) - before;
    const taken = await stage.call<Instance>('POST', '/api/v1/instance/take-over', {});
    await stage.until('the second card is made', async () => stage.sandbox.cards(), (cards) => cards.length === 2);
    const audit = await stage.call<{ items: { act: string }[] }>('GET', '/api/v1/audit');

    expect(reading).toMatchObject({ writesToTrackers: false, because: expect.stringContaining('copy of another installation') });
    expect(writtenByCopy).toBe(0);
    expect(taken).toMatchObject({ writesToTrackers: true, because: null, epoch: reading.epoch + 1 });
    expect(audit.items.map(({ act }) => act)).toContain('synchronization taken over');
    await stage.close();
    await production.close();
  });
});

describe.each(stageTrackers)('DB failover with lost tail: $name', (tracker) => {
  test('a card that no row tells of any more is found and adopted, and none is made twice', { timeout: 60_000 }, async () => {
    const { stage } = await begin(tracker);
    const { db } = stage.database.store;
    // What the new primary does not have: that the card was created, and that it was ever tried.
    await sql`
      update links set card_ref = null, card = null, base = null, base_order = null, state = 'pending', attempts = 0, intent = null,
        quarantine_until = '-infinity'
    `.execute(db);
    await sql`update instance set timeline = 'another'`.execute(db);

    const seen = await watchTimeline(stage.database.store, 3_000);
    const waits = await sql<{ waits: boolean }>`select bool_and(quarantine_until > clock_timestamp() and attempts > 0) as waits from links`.execute(db);
    const linked = await stage.until(
      'the link has its card again',
      () => linksOf(stage),
      (rows) => rows.every((row) => row.state === 'linked'),
    );

    expect(seen).toBe('new epoch');
    expect(waits.rows[0]?.waits).toBe(true);
    expect(linked.map((row) => row.card_ref)).toEqual(stage.sandbox.cards().map((card) => card.ref));
    expect((await instance(stage)).epoch).toBe(1);
    await stage.close();
  });

  test.runIf(tracker === stageTrackers[0])('the same server, asked again, begins no new epoch', async () => {
    const stage = await openStage();

    const seen = [await watchTimeline(stage.database.store, 1_000), await watchTimeline(stage.database.store, 1_000)];

    expect(seen).toEqual(['same', 'same']);
    expect((await instance(stage)).epoch).toBe(0);
    await stage.close();
  });
});
