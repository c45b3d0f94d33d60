import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionBody } from '../../src/contracts/api/connections.ts';
import { makeSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import type { Mischief } from '../../src/trackers/kit/sandbox.ts';
import type { Stage } from './stage.ts';
import { connect, logIn, openStage } from './stage.ts';
import { stageTrackers } from './stage-trackers.ts';

const finding = (line: number) => ({ rule: `rule-${line}`, path: `src/orders-${line}.ts`, line, text: `query("${line}" + id)` });
const findings = (count: number) => Array.from({ length: count }, (_, index) => finding(index + 1));
/** Not a call for a token: what is about the cards. */
const aboutCards = ({ path }: { readonly path: string }) => !/oauth|token/u.test(path);
const writing = (request: { readonly method: string; readonly path: string }) => request.method !== 'GET' && aboutCards(request) && !/wiql|batch/iu.test(request.path);

describe.each(stageTrackers)('$name', (tracker) => {
  let stage: Stage;
  let ids: Awaited<ReturnType<typeof connect>>;

  beforeEach(async () => {
    stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, pollMs: 60_000, quarantineMs: 500 });
    ids = await connect(stage);
    await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
  });
  afterEach(() => stage.close());

  const look = () => stage.call<ConnectionBody>('GET', `/api/v1/connections/${ids.connectionId}`);
  const links = () =>
    sql<{ state: string; card_ref: string | null }>`select state, card_ref from links order by created_at, id`.execute(stage.database.store.db).then(({ rows }) => rows);
  const linked = (count: number) => stage.until('every link has its card', links, (all) => all.length === count && all.every(({ state }) => state === 'linked'));
  const deliveries = (outcome: string) => stage.call<{ items: object[] }>('GET', `/api/v1/deliveries?outcome=${outcome}`).then(({ items }) => items.length);
  const made = () => stage.sandbox.cards().map(({ ref }) => ref);
  /**
   * Waits until nothing is on its way and every card is known, linked or listed. It depends on the moment whether there is one:
   * a visit that had not yet committed to its card sends none, and with a login that was ended the tracker makes none.
   */
  const arrived = async () => {
    await stage.until('it has arrived', async () => stage.sandbox.requests.filter(writing).every(({ status }) => status !== null), (done) => done);
    const known = await stage.until(
      'every card is known',
      () => sql<{ ref: string }>`select card_ref as ref from orphan_cards union select card_ref from links where card_ref is not null`.execute(stage.database.store.db).then(({ rows }) => rows),
      (rows) => rows.length === made().length,
    );
    return known.map(({ ref }) => ref);
  };
  const misbehave = (mischief: Mischief) => stage.sandbox.misbehave(mischief);

  test('Refresh token revoked, or the key refused: jobs are parked and none fails, one notification, and after the login all resume', async () => {
    const end = tracker.way().revoke();
    await stage.scan('key:web-shop', findings(3));
    const parked = await stage.until('the connection waits for a login', look, ({ health }) => health.state === 'action_needed');
    const failed = await deliveries('failed');
    const asked = stage.sandbox.requests.length;
    const waiting = await deliveries('waiting');
    const quiet = stage.sandbox.requests.length - asked;

    end();
    if (tracker.login) {
      await logIn(stage, ids.connectionId);
    } else {
      const { credentials } = stage.sandbox.connection(stage.sandboxUrl);
      await stage.call('PATCH', `/api/v1/connections/${ids.connectionId}`, { credentials });
    }
    await linked(3);

    expect(parked.health.because).not.toBeNull();
    expect({ failed, waiting, quiet }).toEqual({ failed: 0, waiting: 3, quiet: 0 });
    expect(stage.sandbox.cards()).toHaveLength(3);
    expect((await look()).health.state).toBe('healthy');
  });

  test.runIf(tracker.login)('Token expires mid-flight: a 401 means not executed, the login is renewed and each card is made once', async () => {
    tracker.way().expire?.();

    await stage.scan('key:web-shop', findings(2));
    await linked(2);

    expect(stage.sandbox.requests.some(({ status }) => status === 401 || status === 203)).toBe(true);
    expect(stage.sandbox.cards()).toHaveLength(2);
    expect((await look()).health.state).toBe('healthy');
    expect(await deliveries('failed')).toBe(0);
  });

  test('429 and Retry-After: the whole connection pauses, says until when, and then goes on', async () => {
    misbehave({ kind: 'throttle', retryAfterSeconds: 1, when: aboutCards });
    // Looked for from before on: on a slow machine the second of the pause is over when the scan has been heard of.
    const [{ health }] = await Promise.all([
      stage.until('the pause is shown', look, (body) => body.health.throttledUntil !== null),
      stage.scan('key:web-shop', findings(3)),
    ]);
    await linked(3);

    expect(health.reasons.join(' ')).toContain('Throttled by the tracker until');
    expect(stage.sandbox.cards()).toHaveLength(3);
    expect(await deliveries('failed')).toBe(0);
  });

  test('L2: a card that the tracker refuses delays no other', async () => {
    misbehave({
      kind: 'answer',
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"message": "This one is poison.", "error": {"code": "X1", "message": "This one is poison."}}',
      times: Infinity,
      when: (request) => writing(request) && (request.body ?? '').includes('rule-2'),
    });

    await stage.scan('key:web-shop', findings(4));
    await stage.until('the others have their cards', links, (all) => all.filter(({ state }) => state === 'linked').length === 3);

    expect(stage.sandbox.cards().every(({ title }) => !title.includes('rule-2'))).toBe(true);
  });

  test('HTTP 200 with HTML: no verdict about any card, and all goes on when the tracker is itself again', async () => {
    await stage.scan('key:web-shop', findings(1));
    await linked(1);
    const end = misbehave({ kind: 'sign-in-page', times: Infinity, when: aboutCards });
    const [link] = await sql<{ id: string }>`select id from links`.execute(stage.database.store.db).then(({ rows }) => rows);

    await stage.call('POST', `/api/v1/links/${link?.id}/sync`, {});
    await stage.until('the trouble is shown', look, ({ health }) => health.state !== 'healthy');
    const during = await links();
    end();
    await stage.call('PATCH', `/api/v1/connections/${ids.connectionId}`, { credentials: stage.sandbox.connection(stage.sandboxUrl).credentials });
    await (tracker.login ? logIn(stage, ids.connectionId) : Promise.resolve());
    await stage.call('POST', `/api/v1/links/${link?.id}/sync`, {});
    await stage.until('all is well', look, ({ health }) => health.state === 'healthy');

    expect(during.map(({ state }) => state)).toEqual(['linked']);
    expect(await stage.call<{ items: { status: string }[] }>('GET', '/api/v1/vulnerabilities').then(({ items }) => items.map(({ status }) => status))).toEqual(['identified']);
  });

  test('Workers partitioned from the tracker: the backlog is visible, there is no storm, and it empties afterwards', async () => {
    const end = misbehave({ kind: 'outage', times: Infinity, when: aboutCards });
    await stage.scan('key:web-shop', findings(2));
    const { health } = await stage.until('the backlog is shown', look, (body) => body.health.waiting === 2 && body.health.state === 'degraded');
    const before = stage.sandbox.requests.length;
    await stage.until('every link is planned again', () => sql<{ later: boolean }>`select bool_and(attempts > 0) as later from work where kind = 'link'`.execute(stage.database.store.db).then(({ rows }) => rows[0]?.later), (later) => later === true);
    const asked = stage.sandbox.requests.length - before;

    end();
    await linked(2);

    expect(health.oldestWaitingSeconds).not.toBeNull();
    expect(asked).toBeLessThan(20);
    expect(stage.sandbox.cards()).toHaveLength(2);
  });

  test('Connection paused with jobs in flight: what is on its way is recorded, nothing more is sent, and it resumes', async () => {
    misbehave({ kind: 'latency', ms: 300, times: Infinity, when: writing });
    await stage.scan('key:web-shop', findings(1));
    await stage.until('the card is on its way', async () => stage.sandbox.requests.some(writing), (sent) => sent);

    await stage.call('PATCH', `/api/v1/connections/${ids.connectionId}`, { paused: true });
    const before = await arrived();
    await stage.scan('key:web-shop', findings(2));
    const paused = await look();
    const meanwhile = stage.sandbox.cards().length;
    await stage.call('PATCH', `/api/v1/connections/${ids.connectionId}`, { paused: false });
    await linked(2);

    expect(paused).toMatchObject({ paused: true, health: { state: 'paused' } });
    expect(paused.health.waiting).toBeGreaterThan(0);
    expect(meanwhile).toBe(before.length);
    expect(stage.sandbox.cards()).toHaveLength(2);
  });

  test('Connection deleted with jobs in flight: the card that was made all the same is listed, and webhooks are answered 410', async () => {
    misbehave({ kind: 'latency', ms: 300, times: Infinity, when: writing });
    await stage.scan('key:web-shop', findings(1));
    await stage.until('the card is on its way', async () => stage.sandbox.requests.some(writing), (sent) => sent);

    await stage.call('DELETE', `/api/v1/connections/${ids.connectionId}`);
    const known = await arrived();
    const late = await fetch(ids.webhookUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });

    expect(known).toEqual(stage.sandbox.cards().map(({ ref }) => ref));
    expect(late.status).toBe(410);
  });
});

test('429 and Retry-After: before it comes to that, the pace is learned from the headers of answers that succeed', async () => {
  const stage = await openStage({ tracker: { id: 'businessmap', sandbox: makeSandbox({ rateLimit: true }) }, pollMs: 60_000 });
  const { connectionId } = await connect(stage);

  const lane = await stage.until(
    'the pace is learned',
    () => sql<{ burst: number; per_second: number | null }>`select burst, per_second from lanes where id = ${connectionId}`.execute(stage.database.store.db).then(({ rows }) => rows[0]),
    (row) => row?.per_second !== null,
  );

  expect(lane?.burst).toBe(18);
  expect((lane?.per_second ?? 0) * 3_600 + 18).toBeLessThanOrEqual(540);
  expect(stage.sandbox.requests.every(({ status }) => status !== 429)).toBe(true);
  await stage.close();
});
