import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cardOf } from './face.ts';
import { client } from './sandbox-oauth.ts';
import { draftFor, faultOf, signIn, soon } from './signed-in.ts';
import { nextStates, oneRow, rows, tokenAnswer } from './wire.ts';

const file = z.object({
  exchanges: z.array(
    z.object({
      response: z.object({
        status: z.number(),
        body: z.unknown().optional(),
        raw_body: z.string().optional(),
      }),
    }),
  ),
});

async function recorded(name: string) {
  const text = await readFile(join(import.meta.dirname, 'recordings', `${name}.json`), 'utf8');
  const [first] = file.parse(JSON.parse(text)).exchanges;
  if (first === undefined) {
    throw new Error(`${name} has an exchange.`);
  }
  return first.response;
}

describe('what others recorded is understood by the adapter', () => {
  test.each(['oauth_token_200_r7', 'oauth_token_200_docs'])('%s', async (name) => {
    expect(tokenAnswer.parse((await recorded(name)).body).expires_in).toBeGreaterThan(1_700);
  });

  test('a change request with both values of each column: stored values count, shown ones are local', async () => {
    const [row] = rows.parse((await recorded('change_request_display_all')).body).result;

    expect(cardOf(row ?? {}, 'https://x.service-now.com')).toMatchObject({
      key: 'CHG0000001',
      state: '-5',
      stateLabel: 'New',
      assignee: 'ITIL User',
      changedAt: '2020-09-24T12:42:23.000Z',
    });
  });

  test('values that are numbers and booleans', async () => {
    const { result } = oneRow.parse((await recorded('change_rest_typed_values')).body);

    expect(cardOf(result, '')).toMatchObject({
      state: '-5',
      priority: '3/3',
      order: 0,
      changedAt: '2020-11-11T17:54:57.000Z',
    });
  });

  test('the next states of a change request', async () => {
    expect(nextStates.parse((await recorded('sn_chg_rest_nextstates')).body).result.available_states).toEqual(
      ['0', '4', '-1'],
    );
  });

  test('200 with rows that were cut off by the time quota is no page, and a smaller one is asked for', async () => {
    await using house = await signIn();
    const { status, raw_body: body = '' } = await recorded('timeout_200_truncated_json');
    const cut = { kind: 'answer', status, headers: { 'content-type': 'application/json' }, body } as const;
    house.sandbox.misbehave(cut);
    const found = await house.session.find('pb-1', { table: 'incident' });
    house.sandbox.misbehave({ ...cut, times: Number.POSITIVE_INFINITY });

    expect(found).toEqual([]);
    expect(house.sandbox.requests.at(-1)?.path).toContain('sysparm_limit=25');
    expect((await faultOf(house.session.find('pb-1', { table: 'incident' }))).kind).toBe('unavailable');
  });
});

/** The shape of a value: names and types, without the values themselves. */
function shapeOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object') {
    return value === null ? 'null' : typeof value;
  }
  return Array.isArray(value)
    ? value.slice(0, 1).map(shapeOf)
    : Object.fromEntries(
        Object.entries(value)
          .sort()
          .map(([name, one]) => [name, shapeOf(one)]),
      );
}

describe('the sandbox answers as was recorded', () => {
  const get = async (house: Awaited<ReturnType<typeof signIn>>, path: string) => {
    const response = await fetch(`${house.url}${path}`, {
      headers: { authorization: `Bearer ${house.tokens.accessToken}` },
    });
    return { status: response.status, body: (await response.json()) as unknown, headers: response.headers };
  };

  test('an unknown id', async () => {
    await using house = await signIn();
    const { status, body } = await recorded('error_404_no_record_found');

    expect(await get(house, '/api/now/table/incident/0123')).toMatchObject({ status, body: body as object });
  });

  test('an empty list', async () => {
    await using house = await signIn();

    expect((await get(house, '/api/now/table/incident')).body).toEqual(
      (await recorded('empty_list_200')).body,
    );
  });

  test('a token', async () => {
    await using house = await signIn();
    const state = 'ab12';
    const page = await fetch(
      `${house.url}/oauth_auth.do?response_type=code&client_id=${client.id}&state=${state}&redirect_uri=https://patchboard.example/x`,
      { redirect: 'manual' },
    );
    const code = new URL(page.headers.get('location') ?? 'about:blank').searchParams.get('code') ?? '';
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://patchboard.example/x',
      client_id: client.id,
      client_secret: client.secret,
    });
    const answer = (await (
      await fetch(`${house.url}/oauth_token.do`, { method: 'POST', body })
    ).json()) as unknown;

    expect(shapeOf(answer)).toEqual(shapeOf((await recorded('oauth_token_200_r7')).body));
  });

  test('too many calls', async () => {
    await using house = await signIn();
    house.sandbox.misbehave({ kind: 'throttle', retryAfterSeconds: 60 });
    const { status, body } = await recorded('error_429_rate_limit');

    const answer = await get(house, '/api/now/table/incident');

    expect([answer.status, shapeOf(answer.body), answer.headers.get('retry-after')]).toEqual([
      status,
      shapeOf(body),
      '60',
    ]);
  });

  test('a record with both values of each column', async () => {
    await using house = await signIn({ table: 'change_request' });
    await house.session.create(draftFor(house), soon);
    const [row] = rows.parse((await recorded('change_request_display_all')).body).result;
    const fields = Object.keys(row ?? {}).filter((name) => name !== 'close_code');
    const query = `sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_fields=${fields.join(',')}`;

    const { body } = await get(house, `/api/now/table/change_request?${query}`);

    const [ours] = rows.parse(body).result;
    expect(shapeOf(ours)).toEqual(
      shapeOf(Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => name !== 'close_code'))),
    );
  });
});

describe('the sandbox shows what was measured on developer instances', () => {
  test.each([
    ['no_such_field=banana', 3],
    ['^^^', 3],
    ['state=NOT_A_NUMBER', 0],
    ['state==1', 0],
    ['state=1', 2],
    ['state=1^ORstate=2', 3],
    ['stateIN1,2,3', 3],
  ])('the query %s returns %i of three rows', async (query, count) => {
    await using house = await signIn();
    for (const marker of ['pb-1', 'pb-2', 'pb-3']) {
      await house.session.create(draftFor(house, marker), soon);
    }
    await house.sandbox.people.move(house.sandbox.cards()[2]?.ref ?? '', '2');

    const response = await fetch(
      `${house.url}/api/now/table/incident?sysparm_query=${encodeURIComponent(query)}`,
      {
        headers: { authorization: `Bearer ${house.tokens.accessToken}` },
      },
    );

    expect(rows.parse(await response.json()).result).toHaveLength(count);
  });

  test.each([
    ['admin', '200/1', '200', '200'],
    ['itil', '200/1', '403', '200'],
    ['read', '200/1', '403', '403'],
    ['none', '200/0', '403', '403'],
  ] as const)(
    'the role %s reads incident %s, filtered sys_choice %s, sys_db_object %s',
    async (role, incident, choices, tables) => {
      await using house = await signIn();
      await house.session.create(draftFor(house), soon);
      house.sandbox.instance.role = role;
      const ask = (path: string) =>
        fetch(`${house.url}/api/now/table/${path}`, {
          headers: { authorization: `Bearer ${house.tokens.accessToken}` },
        });

      const list = await ask('incident');

      expect(`${list.status}/${rows.parse(await list.json()).result.length}`).toBe(incident);
      expect(list.headers.get('x-total-count')).toBe('1');
      expect(String((await ask('sys_choice?sysparm_query=name=incident^element=state')).status)).toBe(
        choices,
      );
      expect(String((await ask('sys_db_object')).status)).toBe(tables);
    },
  );
});
