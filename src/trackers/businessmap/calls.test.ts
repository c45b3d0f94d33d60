import { describe, expect, test } from 'vitest';
import { TrackerFault } from '../../contracts/tracker.ts';
import { paragraph } from '../../core/rich-text.ts';
import { faultOf, markerOf } from '../kit/stage.ts';
import tracker from './index.ts';
import { forgetKnowledge } from './knowledge.ts';
import { closeStagesAfterEach, paths, setUp } from './test-stage.ts';

closeStagesAfterEach();

describe('calls are few, since thirty a minute is all there is', () => {
  test('a new card costs three searches and one write, and later ones no more', async () => {
    const stage = await setUp();
    await stage.session.find(markerOf(1), stage.example.target);
    await stage.create(1);
    const before = stage.sandbox.requests.length;

    await stage.session.find(markerOf(2), stage.example.target);
    await stage.create(2);

    expect(paths(stage).slice(before)).toEqual(['GET /cards', 'GET /cards', 'GET /cards', 'POST /cards']);
  });

  test('an active card is read in one call; names of columns are asked for once an hour', async () => {
    const stage = await setUp();
    const { ref } = await stage.create(1);
    const before = stage.sandbox.requests.length;

    for (let time = 0; time < 5; time += 1) {
      await stage.session.read(ref);
    }
    stage.clock.at += 3_600_001;
    await stage.session.read(ref);

    expect(paths(stage).slice(before)).toEqual([
      ...Array.from({ length: 6 }, () => 'GET /cards'),
      'GET /boards/10/columns',
    ]);
  });

  test('twenty markers are looked for in the three calls that one takes', async () => {
    const stage = await setUp();
    for (const number of [1, 2, 20]) {
      await stage.create(number);
    }
    const before = stage.sandbox.requests.length;

    const found = await stage.session.findMany?.(
      Array.from({ length: 20 }, (_, index) => markerOf(index + 1)),
      stage.example.target,
    );

    expect(paths(stage).slice(before)).toEqual(['GET /cards', 'GET /cards', 'GET /cards']);
    expect([...(found ?? [])].flatMap(([marker, cards]) => cards.map((card) => [marker, card.marker]))).toEqual(
      [1, 2, 20].map((number) => [markerOf(number), markerOf(number)]),
    );
    expect(found?.size).toBe(20);
  });
});

describe('the quota', () => {
  test('a refusal tells the time to wait in its body, without a header', async () => {
    const { create, session, sandbox } = await setUp();
    const card = await create(1);
    const body =
      '{"error":{"code":"RL02","message":"Too many.","reference":"x","details":{"retry_after":42}}}';
    sandbox.misbehave({ kind: 'answer', status: 429, headers: { 'content-type': 'application/json' }, body });

    expect(await faultOf(session.read(card.ref))).toMatchObject({
      kind: 'throttled',
      detail: { retryAfterMs: 42_000, trackerCode: 'RL02 x' },
    });
  });

  test('with one call left of the minute the connection pauses, since the figure lags by one', async () => {
    const { session, hints } = await setUp({ rateLimit: true });
    for (let call = 1; call <= 30; call += 1) {
      await session.targetOptions('workspace', {});
    }

    expect(hints).toHaveLength(30);
    expect(hints.at(0)).toMatchObject({ callsPerMinute: 30, callsPerHour: 600, callsLeftThisHour: 599 });
    expect(hints.at(-1)).toMatchObject({ callsLeftThisMinute: 1, pauseMs: 60_000 });
    expect((await faultOf(session.targetOptions('workspace', {}))).kind).toBe('throttled');
  });
});

describe('hosts', () => {
  test('a host that is not the vendor’s is called only inside the operator’s networks', async () => {
    const { sent, session } = await setUp();
    await session.targetOptions('workspace', {});

    expect(sent.every(({ ownNetworkOnly }) => ownNetworkOnly === true)).toBe(true);
  });

  test('a site of the vendor’s is called wherever it is', async () => {
    const calls: boolean[] = [];
    const session = tracker.open({
      settings: tracker.settings.parse({ url: 'acme' }),
      credentials: { apiKey: 'k' },
      accessToken: async () => '',
      http: {
        now: () => 0,
        send: ({ ownNetworkOnly }) => {
          calls.push(ownNetworkOnly === true);
          return Promise.reject(new TrackerFault('unavailable', 'No network here.'));
        },
      },
      now: () => 0,
      onPace: () => {},
      environment: { entraAuthority: '' },
    });

    await faultOf(session.targetOptions('workspace', {}));

    expect(calls).toEqual([false]);
  });
});

describe('words for ids', () => {
  test('owner and tags are shown by name, and by id where the key may not ask', async () => {
    const { create, session, sandbox } = await setUp();
    const card = await create(1);
    await sandbox.people.edit(card.ref, { assignee: 'sam', labels: ['Security'] });

    const named = await session.read(card.ref);
    forgetKnowledge();
    sandbox.misbehave({ ...forbidden, when: ({ path }) => path.includes('/users') });
    const unnamed = await session.read(card.ref);

    expect(named).toMatchObject({ assignee: 'Sam Doe', labels: ['Security'] });
    expect(unnamed).toMatchObject({ assignee: 'user 9', labels: ['Security'] });
  });

  test('a card is read though nobody says what its column is called', async () => {
    const { create, session, sandbox } = await setUp();
    sandbox.misbehave({
      kind: 'outage',
      when: ({ path }) => path.includes('/columns'),
      times: Number.POSITIVE_INFINITY,
    });

    expect((await session.read((await create(1)).ref)).stateLabel).toBe('column 301');
  });

  const forbidden = {
    kind: 'answer',
    status: 403,
    headers: { 'content-type': 'application/json' },
    body: '{"error":{"code":"A003","message":"No.","reference":"x"}}',
  } as const;
});

describe('comments', () => {
  test('one that fails after its move is left out: the move stands', async () => {
    const { create, update, sandbox } = await setUp();
    const card = await create(1);
    sandbox.misbehave({ kind: 'outage', when: ({ path }) => path.endsWith('/comments') });

    expect((await update(card, { state: '303', comment: [paragraph('Why')] })).state).toBe('303');
    expect(sandbox.cards()[0]?.comments).toEqual([]);
  });

  test('one that is all there is to say is not left out', async () => {
    const { create, update, sandbox } = await setUp();
    const card = await create(1);
    sandbox.misbehave({ kind: 'outage', when: ({ path }) => path.endsWith('/comments') });

    expect((await faultOf(update(card, { comment: [paragraph('Why')] }))).kind).toBe('uncertain');
  });
});
