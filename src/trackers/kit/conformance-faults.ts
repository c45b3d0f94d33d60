import { expect, test } from 'vitest';
import type { Conformance } from './conformance.ts';
import type { Mischief } from './sandbox.ts';
import type { Stage } from './stage.ts';
import { faultOf, makeStage, markerOf, soon } from './stage.ts';

type Facts = Parameters<NonNullable<Mischief['when']>>[0];

/** A request that may write. */
const isWrite = ({ method }: Facts) => method === 'POST' || method === 'PATCH' || method === 'PUT';

/** Creates whose write is disturbed; what create reads before goes through. */
async function createDisturbed(stage: Stage, mischief: Mischief) {
  const probe = await createWritePath(stage);
  stage.sandbox.misbehave({
    ...mischief,
    when: (request) => isWrite(request) && request.path.split('?')[0] === probe,
  });
  return faultOf(stage.create(1));
}

/** Learns from a first card which path a create writes to: the last POST, since what follows it changes what is there. */
async function createWritePath(stage: Stage): Promise<string> {
  const before = stage.sent.length;
  await stage.create(999);
  const writes = stage.sent.slice(before).filter(({ purpose }) => purpose === 'write');
  const write = writes.findLast(({ method }) => method === 'POST') ?? writes.at(-1);
  return URL.parse(write?.url ?? '')?.pathname ?? '';
}

export function promisesOfFaults({ tracker, options, stage, makeSandbox }: Conformance): void {
  const cardsOf = ({ sandbox }: Stage, number: number) =>
    sandbox.cards().filter((card) => card.marker === markerOf(number));

  test('after a lost answer to a create it is uncertain, and the card is found by its marker', async () => {
    const now = await stage();

    const fault = await createDisturbed(now, { kind: 'lose-answer' });

    expect(fault.kind).toBe('uncertain');
    expect((await now.session.find(markerOf(1), now.draft(1).target)).map((card) => card.marker)).toEqual([
      markerOf(1),
    ]);
    expect(cardsOf(now, 1)).toHaveLength(1);
  });

  test('after a lost request to create it is uncertain, and no card is found', async () => {
    const now = await stage();

    const fault = await createDisturbed(now, { kind: 'lose-request' });

    expect(fault.kind).toBe('uncertain');
    expect(await now.session.find(markerOf(1), now.draft(1).target)).toEqual([]);
  });

  test('a create is tried once, whatever happens', async () => {
    const now = await stage();
    const path = await createWritePath(now);
    const writes = () =>
      now.sandbox.requests.filter((one) => isWrite(one) && one.path.split('?')[0] === path).length;
    const before = writes();
    now.sandbox.misbehave({ kind: 'outage', when: isWrite, times: Number.POSITIVE_INFINITY });

    await faultOf(now.create(1));

    expect(writes() - before).toBe(1);
  });

  for (const executed of [true, false]) {
    test(`a sign-in page in place of the answer is no success, ${executed ? 'though' : 'and'} the create was ${executed ? '' : 'not '}executed`, async () => {
      const now = await stage();

      expect((await createDisturbed(now, { kind: 'sign-in-page', executed })).kind).toBe('uncertain');
      expect(cardsOf(now, 1)).toHaveLength(executed ? 1 : 0);
    });
  }

  test('a sign-in page in place of a card, a search, or a list is no answer', async () => {
    const { session, sandbox, create, draft } = await stage();
    const card = await create(1);
    sandbox.misbehave({ kind: 'sign-in-page', times: Number.POSITIVE_INFINITY });

    expect((await faultOf(session.read(card.ref))).kind).toBe('nonsense');
    expect((await faultOf(session.find(markerOf(1), draft(1).target))).kind).toBe('nonsense');
    expect((await faultOf(session.readMany([card.ref]))).kind).toBe('nonsense');
    expect((await faultOf(session.inventory(null, [draft(1).target]))).kind).toBe('nonsense');
    expect((await faultOf(session.remoteStates(draft(1).target))).kind).toBe('nonsense');
  });

  test('a page of a gateway that says 404 or 403 is no verdict about the card', async () => {
    const { session, sandbox, create } = await stage();
    const card = await create(1);

    for (const status of [403, 404]) {
      sandbox.misbehave({
        kind: 'answer',
        status,
        headers: { 'content-type': 'text/html' },
        body: '<html>proxy</html>',
      });
      expect([status, (await faultOf(session.read(card.ref))).kind]).toEqual([status, 'nonsense']);
    }
  });

  test('credentials that are refused are unauthorized, for reading and for writing', async () => {
    const { session, sandbox, create } = await stage();
    const card = await create(1);
    sandbox.misbehave({ kind: 'refuse-credentials', times: Number.POSITIVE_INFINITY });

    expect((await faultOf(session.read(card.ref))).kind).toBe('unauthorized');
    expect((await faultOf(create(2))).kind).toBe('unauthorized');
  });

  test('too many calls are throttled, with the time that the tracker asks for', async () => {
    const now = await stage();
    const { session, sandbox, create } = now;
    const card = await create(1);

    sandbox.misbehave({ kind: 'throttle', retryAfterSeconds: 7 });
    const fault = await faultOf(session.read(card.ref));

    expect(fault.kind).toBe('throttled');
    expect(fault.detail.retryAfterMs).toBe(7_000);
    expect((await createDisturbed(now, { kind: 'throttle', retryAfterSeconds: 7 })).kind).toBe('throttled');
    expect(cardsOf(now, 1)).toHaveLength(1);
  });

  test('a tracker that is down is unavailable for a read and uncertain for a write', async () => {
    const now = await stage();
    const card = await now.create(2);

    now.sandbox.misbehave({ kind: 'outage' });
    const fault = await faultOf(now.session.read(card.ref));

    expect(['unavailable', 'nonsense']).toContain(fault.kind);
    expect((await createDisturbed(now, { kind: 'outage' })).kind).toBe('uncertain');
  });

  test('server errors and timeouts of a gateway say nothing about whether a write was executed', async () => {
    const { session, sandbox, example, create, update } = await stage();
    const card = await create(1);

    for (const status of [408, 500, 502, 504]) {
      const answer = {
        kind: 'answer',
        status,
        headers: { 'content-type': 'text/html' },
        body: '<h1>oops</h1>',
      } as const;
      sandbox.misbehave({ ...answer, when: isWrite });
      expect(
        (await faultOf(update(card, { state: example.statusMapping.fixed }))).kind,
        `write ${status}`,
      ).toBe('uncertain');
      sandbox.misbehave({ ...answer, when: ({ method }) => method === 'GET' });
      expect((await faultOf(session.read(card.ref))).kind, `read ${status}`).toBe('unavailable');
    }
  });

  test('a broken connection is unavailable for a read', async () => {
    const { session, sandbox, create } = await stage();
    const card = await create(1);
    sandbox.misbehave({ kind: 'lose-request' });

    expect((await faultOf(session.read(card.ref))).kind).toBe('unavailable');
  });

  test('a tracker that cannot be reached is unavailable, for a write too', async () => {
    const now = await stage();
    const card = await now.create(1);
    await now.close();

    expect((await faultOf(now.session.read(card.ref))).kind).toBe('unavailable');
    expect((await faultOf(now.create(2))).kind).toBe('unavailable');
  });

  test('after its moment a write sends nothing', async () => {
    const { session, sandbox, example, create, draft, http } = await stage();
    const card = await create(1);
    const past = { sendBefore: http.now() - 1 };

    expect((await faultOf(session.create(draft(2), past))).kind).toBe('unavailable');
    const moved = session.update(
      card.ref,
      { state: example.statusMapping.fixed },
      { ...past, card, revision: card.revision },
    );
    expect((await faultOf(moved)).kind).toBe('unavailable');
    expect(sandbox.cards()).toHaveLength(1);
    expect(sandbox.cards()[0]?.state).toBe(card.state);
  });

  test('each write carries its purpose and its moment', async () => {
    const { example, create, update, sent } = await stage();
    const card = await create(1);
    await update(card, { state: example.statusMapping.inProgress });

    const writes = sent.filter(({ method }) => method === 'PATCH' || method === 'PUT');
    expect(writes.every(({ purpose, sendBefore }) => purpose === 'write' && sendBefore !== undefined)).toBe(
      true,
    );
    expect(sent.filter(({ purpose }) => purpose === 'write').length).toBeGreaterThanOrEqual(2);
  });

  test('two sessions do not share what they know of each other’s account', async () => {
    const [one, other] = [
      await makeStage(tracker, makeSandbox, options),
      await makeStage(tracker, makeSandbox, options),
    ];
    await one.create(1);

    expect(await other.session.find(markerOf(1), other.draft(1).target)).toEqual([]);
    expect(soon(other.http)).toBeGreaterThan(other.http.now());
    await Promise.all([one.close(), other.close()]);
  });
}
