import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { makeSandbox } from '../memory/sandbox.ts';
import type { Mischief, Sandbox, SandboxCard } from './sandbox.ts';
import { serveSandbox } from './sandbox-server.ts';
import { closeServersAfterEach, serve as listen } from './test-servers.ts';

closeServersAfterEach();

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const authorization = 'Bearer memory-sandbox-token';
const card = {
  marker: 'pb-1',
  board: 'web',
  column: 'todo',
  title: 'A <b>card</b>',
  priority: 'high',
  body: '',
};

async function serveOne(options: Parameters<typeof makeSandbox>[0] = {}) {
  const sandbox: Sandbox = makeSandbox(options);
  const served = await serveSandbox(sandbox);
  closers.push(() => served.close());
  const call = (method: string, path: string, body?: object) =>
    fetch(`${served.url}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { sandbox, url: served.url, call, create: () => call('POST', '/api/cards', card) };
}

describe('mischief', () => {
  test.each<[string, Mischief, number | 'cut', number]>([
    ['an answer of one’s own, not executed', { kind: 'answer', status: 500, body: 'no' }, 500, 0],
    ['an answer of one’s own, executed', { kind: 'answer', status: 500, body: 'no', executed: true }, 500, 1],
    ['a lost answer', { kind: 'lose-answer' }, 'cut', 1],
    ['a lost request', { kind: 'lose-request' }, 'cut', 0],
    ['a sign-in page', { kind: 'sign-in-page' }, 200, 0],
    ['too many calls', { kind: 'throttle', retryAfterSeconds: 3 }, 429, 0],
    ['refused credentials', { kind: 'refuse-credentials' }, 401, 0],
    ['an outage', { kind: 'outage' }, 503, 0],
  ])('%s happens once, and then all is well', async (_what, mischief, status, made) => {
    const { sandbox, create } = await serveOne();
    sandbox.misbehave(mischief);

    const first = await create().then(
      (answer) => answer.status,
      () => 'cut',
    );
    const cards = sandbox.cards().length;
    const second = (await create()).status;

    expect([first, cards, second]).toEqual([status, made, 200]);
  });

  test('a late request is executed after its answer was lost', async () => {
    const { sandbox, create } = await serveOne();
    sandbox.misbehave({ kind: 'late', ms: 20 });

    const outcome = await create().then(
      () => 'answered',
      () => 'cut',
    );
    const before = sandbox.cards().length;
    await sandbox.settled();

    expect([outcome, before, sandbox.cards().length]).toEqual(['cut', 0, 1]);
  });

  test('it happens only to the requests it is meant for, as often as told, until it is ended', async () => {
    const { sandbox, create, call } = await serveOne();
    const end = sandbox.misbehave({ kind: 'outage', when: ({ method }) => method === 'POST', times: 3 });

    const seen = [
      (await create()).status,
      (await call('GET', '/api/boards')).status,
      (await create()).status,
    ];
    end();

    expect([...seen, (await create()).status]).toEqual([503, 200, 503, 200]);
  });

  test('new cards stay unfound for a while, and filters are ignored, as long as told', async () => {
    const clock = { at: 0 };
    const { sandbox, create, call } = await serveOne({ now: () => clock.at });
    const found = async () =>
      ((await (await call('GET', '/api/cards?marker=pb-2')).json()) as { items: unknown[] }).items.length;
    const end = sandbox.misbehave({ kind: 'search-lag', ms: 1_000 });
    await create();
    end();
    sandbox.misbehave({ kind: 'ignore-filters' });

    const early = await found();
    clock.at += 1_000;

    expect([early, await found()]).toEqual([0, 1]);
  });

  test('every request is kept with its answer’s status', async () => {
    const { sandbox, create, call } = await serveOne();
    await create();
    await call('GET', '/api/cards/99');

    expect(sandbox.requests.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/api/cards', 200],
      ['GET', '/api/cards/99', 404],
    ]);
    expect(sandbox.requests[0]?.body).toContain('pb-1');
  });
});

describe('webhooks', () => {
  test('they are posted over HTTP, and a receiver that fails does no harm', async () => {
    const { sandbox, create } = await serveOne();
    const good = await listen((_incoming, outgoing) => outgoing.end());
    const bad = await listen((_incoming, outgoing) => outgoing.destroy());
    sandbox.addWebhook({ url: `${good.origin}/hook` });
    sandbox.addWebhook({ url: `${bad.origin}/hook`, secret: 's' });

    await create();
    await sandbox.settled();

    expect(good.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /hook']);
    expect(bad.seen[0]?.headers['x-signature']).toMatch(/^[0-9a-f]{64}$/u);
  });
});

describe('the door for people and scripts', () => {
  const act = async (url: string, path: string, body: object = {}) => {
    const answer = await fetch(`${url}/__sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return {
      status: answer.status,
      json: (await answer.json()) as { items?: SandboxCard[]; error?: string; ref?: string },
    };
  };

  test('cards are moved, edited, put away, brought back, copied and removed', async () => {
    const { sandbox, url, create } = await serveOne();
    await create();

    await act(url, 'move', { ref: '1', state: 'doing' });
    await act(url, 'edit', { ref: '1', title: 'New', priority: null });
    await act(url, 'comment', { ref: '1', text: 'Hello' });
    await act(url, 'archive', { ref: '1' });
    const archived = sandbox.cards()[0]?.presence;
    await act(url, 'restore', { ref: '1' });
    const { json: copy } = await act(url, 'clone', { ref: '1' });
    await act(url, 'remove', { ref: '1' });

    expect(archived).toBe('archived');
    expect((await act(url, 'cards')).json.items).toMatchObject([
      { ref: '1', state: 'doing', title: 'New', priority: null, comments: ['Hello'], presence: 'deleted' },
      { ref: copy.ref, marker: 'pb-1', presence: 'active' },
    ]);
  });

  test('mischief is begun and ended, for some requests alone', async () => {
    const { url, create, call } = await serveOne();

    await act(url, 'misbehave', { kind: 'outage', times: 9, method: 'POST', path: '/api/cards' });
    const during = [(await create()).status, (await call('GET', '/api/cards')).status];
    await act(url, 'behave');

    expect([...during, (await create()).status]).toEqual([503, 200, 200]);
  });

  test('an act that does not exist, or lacks something, is refused with what there is', async () => {
    const { url } = await serveOne();

    expect(await act(url, 'dance')).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('There are: cards, board') },
    });
    expect((await act(url, 'move', { ref: '1' })).json.error).toBe('Give “state” in the JSON body.');
    expect((await act(url, 'move', { ref: '7', state: 'todo' })).json.error).toContain('no card 7');
  });

  test('the board page shows columns and cards, names escaped, and needs nothing from elsewhere', async () => {
    const { url, create } = await serveOne();
    await create();

    const page = await (await fetch(`${url}/__board`)).text();

    expect(page).toContain('<h2>To do <span>1</span></h2>');
    expect(page).toContain('A &lt;b&gt;card&lt;/b&gt;');
    expect(page).toContain('data-ref="1"');
    expect(page).not.toMatch(/(?:src|href)="https?:/u);
  });

  test('latency holds an answer back', async () => {
    const { sandbox, create } = await serveOne();
    sandbox.misbehave({ kind: 'latency', ms: 40 });
    let answered = false;

    const creating = create().then(() => {
      answered = true;
    });
    await sleep(1);
    const early = answered;
    await creating;

    expect(early).toBe(false);
  });
});
