import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox } from './sandbox.ts';
import { webhook } from './webhook.ts';

interface Recorded {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly status: number;
  readonly is?: 'list' | 'page' | 'object';
  readonly first?: object;
  readonly count?: number;
  readonly keys?: readonly string[];
  readonly error?: object;
}

const folder = join(import.meta.dirname, 'recordings');
const load = async <Shape>(name: string) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Shape;
const exchanges = await load<Recorded[]>('exchanges.json');
const bodies = await load<{ samples: { event: string }[]; events: string[]; variants: string[] }>(
  'webhook-bodies.json',
);

function call(
  sandbox: ReturnType<typeof makeSandbox>,
  { method, path, body }: Pick<Recorded, 'method' | 'path' | 'body'>,
) {
  const headers = { apikey: 'sandbox-api-key', 'content-type': 'application/json' };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return sandbox.handle(new Request(`http://sandbox/api/v2${path}`, init));
}

describe('the sandbox answers as was recorded, one exchange after the other', () => {
  const sandbox = makeSandbox({ now: () => Date.parse('2026-03-02T08:00:00Z') });
  sandbox.deliver = async () => 200;

  test.each(exchanges.map((exchange) => [exchange.what, exchange] as const))(
    '%s',
    async (_what, exchange) => {
      const answer = await call(sandbox, exchange);
      const json = answer.status === 204 ? null : ((await answer.json()) as { data?: never; error?: never });

      expect(answer.status).toBe(exchange.status);
      const data = (
        exchange.is === 'page' ? (json?.data as unknown as { data: unknown })?.data : json?.data
      ) as unknown;
      expect(Array.isArray(data)).toBe(exchange.is === 'list' || exchange.is === 'page');
      const first = Array.isArray(data) ? (data[0] as object | undefined) : (data as object | undefined);
      expect(first ?? {}).toMatchObject(exchange.first ?? {});
      expect(json?.error ?? {}).toMatchObject(exchange.error ?? {});
      const rows = Array.isArray(data) ? data.length : 0;
      expect(rows).toBe(exchange.count ?? rows);
      const keys = Object.keys(first ?? {}).toSorted();
      expect(keys).toEqual(exchange.keys ?? keys);
    },
  );

  test('a method that is not allowed names those that are', async () => {
    const answer = await call(sandbox, { method: 'PATCH', path: '/cards', body: {} });

    expect(answer.headers.get('allow')).toBe('OPTIONS, GET, POST');
  });
});

describe('the quota', () => {
  test('every answer counts, errors too, the minute’s figure lags by one, and the 31st call of a minute is refused', async () => {
    const clock = { at: Date.parse('2026-03-02T08:00:00Z') };
    const sandbox = makeSandbox({ now: () => clock.at, rateLimit: true });
    const left = (answer: Response) => [
      answer.headers.get('x-ratelimit-perminute-remaining'),
      answer.headers.get('x-ratelimit-perhour-remaining'),
    ];

    const first = await call(sandbox, { method: 'GET', path: '/cards/127' });
    const second = await call(sandbox, { method: 'GET', path: '/me' });
    for (let number = 3; number <= 30; number += 1) {
      expect((await call(sandbox, { method: 'GET', path: '/me' })).status).toBe(200);
    }
    clock.at += 10_000;
    const refused = await call(sandbox, { method: 'GET', path: '/me' });
    clock.at += 60_001;
    const later = await call(sandbox, { method: 'GET', path: '/me' });

    expect([left(first), left(second)]).toEqual([
      ['30', '599'],
      ['29', '598'],
    ]);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: 'RL02', details: { retry_after: 50 } } });
    expect(later.status).toBe(200);
  });

  test('the 601st call of an hour is refused', async () => {
    const clock = { at: Date.parse('2026-03-02T08:00:00Z') };
    const sandbox = makeSandbox({ now: () => clock.at, rateLimit: true });

    for (let number = 1; number <= 600; number += 1) {
      clock.at += 3_000;
      expect((await call(sandbox, { method: 'GET', path: '/me' })).status).toBe(200);
    }

    expect((await call(sandbox, { method: 'GET', path: '/me' })).status).toBe(429);
  });
});

describe('what a board webhook sends is read by its event', () => {
  const read = (event: object) => webhook.read({ headers: {}, body: Buffer.from(JSON.stringify(event)) });
  const kinds: Readonly<Record<string, string>> = {
    'Card created': 'ignored',
    'Card details changed': 'cards',
    'Card is discarded': 'cards',
    'Card is restored': 'cards',
    'Card moved': 'cards',
    'Card archived': 'cards',
    'Card is unarchived': 'cards',
    'Subtask created': 'ignored',
    'Subtask updated': 'ignored',
    'Subtask deleted': 'ignored',
    'Comment created': 'ignored',
    'Comment updated': 'ignored',
    'Comment deleted': 'ignored',
    'Board renamed': 'structure',
    'Board archived': 'structure',
    'Board unarchived': 'structure',
    'Board deleted': 'structure',
    'Board structure changed': 'structure',
  };

  test('all eighteen documented names are known here', () => {
    expect(Object.keys(kinds).toSorted()).toEqual(bodies.events.toSorted());
  });

  test.each(bodies.events)('%s', (event) => {
    const card = event.startsWith('Board') ? {} : { card_id: 2 };

    expect(read({ company: 'MyCompany', event, board_id: 1, ...card, user_id: 3 }).kind).toBe(kinds[event]);
    expect(
      read({ company: 'MyCompany', event: event.toUpperCase(), board_id: 1, ...card, user_id: 3 }).kind,
    ).toBe(kinds[event]);
  });

  test.each(bodies.variants)('the variant “%s” names its card', (event) => {
    expect(read({ event, board_id: 1, card_id: 2, user_id: 3 })).toEqual({
      kind: 'cards',
      refs: ['2'],
      deliveryId: null,
      event,
    });
  });

  test('the documented samples are read', () => {
    expect(bodies.samples.map((sample) => read(sample).kind)).toEqual([
      'ignored',
      'cards',
      'ignored',
      'cards',
      'ignored',
      'structure',
    ]);
  });

  test('what a business rule sends names its card, as JSON and as a form', () => {
    const rule = {
      trigger: 'taskMoved',
      timestamp: '2026-03-04T14:19:38+00:00',
      card: { taskid: '17', columnname: 'Done', boardid: 1 },
    };
    const form = `kanbanize_payload=${encodeURIComponent(JSON.stringify(rule))}`;

    expect(read(rule)).toMatchObject({ kind: 'cards', refs: ['17'] });
    expect(webhook.read({ headers: {}, body: Buffer.from(form) })).toMatchObject({
      kind: 'cards',
      refs: ['17'],
    });
  });

  test.each(['Test', 'test event', 'Webhook test', 'ping'])('“%s” is a test', (event) => {
    expect(read({ company: 'MyCompany', event, board_id: 1 }).kind).toBe('test');
  });

  test('an event that nobody knows is ignored with a reason', () => {
    expect(read({ company: 'MyCompany', event: 'Moon landed', board_id: 1 })).toMatchObject({
      kind: 'ignored',
    });
  });
});
