import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

let doors: Doors;

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

describe('an answer', () => {
  test.each([
    ['to a request that is right', '/api/v1/assets'],
    ['to an address that there is not', '/api/v1/nowhere'],
    ['to a request without a right', '/api/v1/users'],
  ])('%s carries a correlation id and is kept by no cache', async (_which, path) => {
    const answer = await doors.ask({ path });

    expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/u);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('lets no foreign script run, no frame hold it and no type be guessed', async () => {
    const { headers } = await doors.ask({ path: '/' });

    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toMatch(/script-src 'self'(?:;|$)/u);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  });
});

describe('a request that is wrong', () => {
  test('names each field that is missing, wrong or unknown', async () => {
    const answer = await doors.ask<Problem>({
      path: '/api/v1/assets',
      body: { criticality: 'dire', colour: 'red' },
    });

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'about:blank', status: 400 });
    const paths = (answer.body.errors ?? []).map((error) => error.path);
    expect(paths).toEqual(expect.arrayContaining(['name', 'criticality']));
    expect(JSON.stringify(answer.body.errors)).toContain('colour');
  });

  test('of which only a query field is unknown is an error too', async () => {
    const answer = await doors.ask<Problem>({ path: '/api/v1/vulnerabilities?statuses=fixed' });

    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body.errors)).toContain('statuses');
  });

  test.each([
    ['is no JSON', '{"name": ', 'application/json', 400],
    ['is plain text', '{"name": "x"}', 'text/plain', 415],
    ['is a form', 'name=x', 'application/x-www-form-urlencoded', 415],
  ])('whose body %s is refused in the same form', async (_which, body, type, status) => {
    const answer = await doors.ask<Problem>({
      method: 'POST',
      path: '/api/v1/assets',
      body,
      headers: { 'content-type': type },
    });

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body.status).toBe(status);
  });

  test.each([
    '/api/v1/assets?cursor=abc',
    `/api/v1/deliveries?cursor=${cursor('no time', 'no id')}`,
    `/api/v1/scans?cursor=${cursor('2026-11-24', 'x')}`,
  ])('with a cursor that no list gave is an error, not a fault of ours: %s', async (path) => {
    const answer = await doors.ask<Problem>({ path });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/cursor/iu);
  });

  test('whose address is no address is answered in the same form', async () => {
    const answer = await doors.ask<Problem>({ path: '/api/v1/assets/%zz' });

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['x-correlation-id']).toBeTruthy();
  });

  test('that says JSON and sends nothing is like one without a body', async () => {
    const path = '/api/v1/connections/0199a000-0000-7000-8000-000000000000/check';
    const needsNothing = await doors.ask<Problem>({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
    });
    const needsBody = await doors.ask<Problem>({
      method: 'POST',
      path: '/api/v1/assets',
      headers: { 'content-type': 'application/json' },
    });

    expect([needsNothing.status, needsBody.status]).toEqual([404, 400]);
  });

  test('that would change the prototype of an object is refused', async () => {
    const answer = await doors.ask<Problem>({
      method: 'POST',
      path: '/api/v1/assets',
      body: '{"name": "x", "__proto__": {"admin": true}}',
    });

    expect(answer.status).toBe(400);
  });

  test('with a NUL character, which no text of the database may hold, is an error', async () => {
    const answer = await doors.ask<Problem>({ path: '/api/v1/assets', body: { name: 'a\u0000b' } });

    expect(answer.status).toBe(400);
  });

  test.each([
    '/api/v1/assets/none',
    '/api/v1/scans/none',
    '/api/v1/vulnerabilities/0',
    '/api/v1/vulnerabilities/x',
    '/api/v1/connections/none',
    '/api/v1/configurations/none',
    '/api/v1/deliveries/none',
    '/api/v1/jobs/none',
  ])('for something that there is not is answered 404: %s', async (path) => {
    const answer = await doors.ask<Problem>({ path });

    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ status: 404, title: 'Not found' });
  });
});

describe('a list', () => {
  test.each([0, 201, 'many'])('has no page of %s', async (limit) => {
    const answer = await doors.ask<Problem>({ path: `/api/v1/assets?limit=${limit}` });

    expect(answer.status).toBe(400);
  });

  test('shows each row once over all its pages, also rows of the same instant', async () => {
    const asset = await doors.ask<{ id: string }>({ path: '/api/v1/assets', body: { name: 'Paged' } });
    await sql`
      insert into scans (id, asset_id, status, trigger, coverage, branch, started_at)
      select gen_random_uuid(), ${asset.body.id}::uuid, 'completed', 'ci', 'complete', 'main',
        '2026-11-24 10:00:00.123456+00'::timestamptz + make_interval(secs => (n / 10) * 0.0002)
      from generate_series(1, 45) n
    `.execute(doors.store.db);

    const seen = await readAll(`/api/v1/scans?assetId=${asset.body.id}&limit=7`);

    expect(seen).toHaveLength(45);
    expect(new Set(seen).size).toBe(45);
  });

  test.each(['severity', '-severity', 'lastSeen', '-lastSeen', 'created', '-created'])(
    'of vulnerabilities ends, sorted by %s',
    async (sort) => {
      const asset = await doors.ask<{ id: string }>({
        path: '/api/v1/assets',
        body: { name: `Sorted by ${sort}` },
      });
      for (const severity of ['low', 'high', 'low', 'critical', 'low']) {
        await doors.ask({
          path: `/api/v1/assets/${asset.body.id}/vulnerabilities`,
          body: { title: 'A thing', description: '', severity },
        });
      }
      await sql`
        update last_seen set at = '2026-11-24 10:00:00.123456+00'
        where vulnerability_id in (select id from vulnerabilities where asset_id = ${asset.body.id}::uuid)
      `.execute(doors.store.db);

      const seen = await readAll(`/api/v1/vulnerabilities?assetId=${asset.body.id}&limit=2&sort=${sort}`);

      expect(seen).toHaveLength(5);
      expect(new Set(seen).size).toBe(5);
    },
  );
});

test('an error of our own gives away nothing but where its trace is', async () => {
  await sql`alter table holds rename to holds_away`.execute(doors.store.db);
  const answer = await doors.ask<Problem>({ path: '/api/v1/holds' });
  await sql`alter table holds_away rename to holds`.execute(doors.store.db);

  expect(answer.status).toBe(500);
  expect(answer.text).not.toMatch(/holds|relation|select/u);
  expect(answer.body.detail).toContain(String(answer.headers['x-correlation-id']));
  expect(doors.log.at(-1)).toContain(String(answer.headers['x-correlation-id']));
});

function cursor(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

const pagesMax = 60;

async function readAll(path: string): Promise<readonly string[]> {
  const seen: string[] = [];
  let next: string | null = '';
  for (let page = 0; next !== null && page < pagesMax; page += 1) {
    const answer: { readonly body: Page } = await doors.ask<Page>({
      path: `${path}${next === '' ? '' : `&cursor=${next}`}`,
    });
    seen.push(...answer.body.items.map((item) => item.id));
    next = answer.body.nextCursor;
  }
  return seen;
}
