import { describe, expect, test } from 'vitest';
import { draftFor, faultOf, signIn, soon } from './signed-in.ts';

const paragraph = (text: string) => [
  { kind: 'paragraph' as const, children: [{ kind: 'text' as const, text }] },
];
const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };
const isPost = { when: ({ method }: { method: string }) => method === 'POST' };
const isPatch = { when: ({ method }: { method: string }) => method === 'PATCH' };

describe('an answer that is none', () => {
  test.each([
    [
      'a hibernating instance',
      200,
      html,
      '<title>Instance Hibernating page</title>',
      'unavailable',
      'uncertain',
    ],
    [
      'a redirect to the place where it is woken',
      302,
      { location: 'https://developer.servicenow.com/dev.do#!/home?wu=true' },
      '',
      'unavailable',
      'uncertain',
    ],
    ['a sign-in page', 200, html, '<form>', 'nonsense', 'uncertain'],
    [
      'a redirect to a sign-in page',
      302,
      { location: 'https://sso.example/login' },
      '',
      'nonsense',
      'uncertain',
    ],
    ['a dropped request', 202, json, '', 'unavailable', 'uncertain'],
    [
      'rows cut off by the time quota',
      200,
      json,
      '{"result":[],"error":{"message":"Transaction cancelled: maximum execution time exceeded"}}',
      'unavailable',
      'uncertain',
    ],
    [
      'a cancelled transaction',
      500,
      json,
      '{"error":{"message":"Transaction cancelled: maximum execution time exceeded"}}',
      'unavailable',
      'uncertain',
    ],
    [
      'a server error',
      500,
      json,
      '{"error":{"message":"Exception while executing request: null"}}',
      'unavailable',
      'uncertain',
    ],
    ['a proxy that knows no way', 502, html, 'Bad gateway', 'unavailable', 'uncertain'],
    ['a 404 of a proxy', 404, html, 'Not here', 'nonsense', 'uncertain'],
    [
      'a refusal by an access rule',
      403,
      json,
      '{"error":{"message":"User Not Authorized","detail":"Failed API level ACL Validation"}}',
      'forbidden',
      'forbidden',
    ],
    [
      'a table that does not exist',
      400,
      json,
      '{"error":{"message":"Invalid table incident","detail":null}}',
      'gone',
      'gone',
    ],
    ['full semaphores', 429, json, '{}', 'throttled', 'throttled'],
  ] as const)('%s', async (_name, status, headers, body, forReads, forWrites) => {
    await using house = await signIn();
    house.sandbox.misbehave({ kind: 'answer', status, headers, body, times: Number.POSITIVE_INFINITY });

    expect((await faultOf(house.session.find('pb-1', { table: 'incident' }))).kind).toBe(forReads);
    expect((await faultOf(house.session.create(draftFor(house), soon))).kind).toBe(forWrites);
  });

  test('a lost answer to a create is uncertain, and the record can be found', async () => {
    await using house = await signIn();
    house.sandbox.misbehave({ kind: 'lose-answer', ...isPost });

    const fault = await faultOf(house.session.create(draftFor(house), soon));

    expect(fault.kind).toBe('uncertain');
    expect(await house.session.find('pb-1', { table: 'incident' })).toHaveLength(1);
  });

  test('a lost answer to a move leaves the state and its note together on the record', async () => {
    await using house = await signIn();
    const card = await house.session.create(draftFor(house), soon);
    house.sandbox.misbehave({ kind: 'lose-answer', ...isPatch });

    const patch = { state: '2', comment: paragraph('In progress.') };
    const fault = await faultOf(
      house.session.update(card.ref, patch, { ...soon, revision: card.revision, card }),
    );

    expect(fault.kind).toBe('uncertain');
    expect(house.sandbox.cards()[0]).toMatchObject({ state: '2', comments: ['In progress.'] });
  });
});

describe('pace', () => {
  test('a rate limit rule is reported from answers that succeed, and its pause from those that do not', async () => {
    await using house = await signIn({ rateLimit: true });
    await house.session.find('pb-1', { table: 'incident' });
    house.sandbox.misbehave({ kind: 'throttle', retryAfterSeconds: 1_800 });

    const fault = await faultOf(house.session.find('pb-1', { table: 'incident' }));

    expect(house.paces[0]).toMatchObject({ callsPerHour: 6_000 });
    expect(house.paces.at(-1)).toMatchObject({ pauseMs: 1_800_000 });
    expect(fault.detail.retryAfterMs).toBe(1_800_000);
  });

  test('a moment that has passed sends nothing', async () => {
    await using house = await signIn();

    const fault = await faultOf(house.session.create(draftFor(house), { sendBefore: 0 }));

    expect(fault.kind).toBe('unavailable');
    expect(house.sandbox.cards()).toEqual([]);
  });
});
