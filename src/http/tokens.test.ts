import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { administratorToken, openDoors } from '../../test/doors.ts';
import { ensureBootstrapToken } from '../store/people.ts';

let doors: Doors;

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

describe('an API token', () => {
  test('is shown once, works, is kept as a digest, and ends when it is revoked', async () => {
    const made = await doors.ask<{ id: string; token: string }>({
      path: '/api/v1/tokens',
      body: { name: 'shown once', role: 'viewer' },
    });
    const { id, token } = made.body;
    const list = await doors.ask({ path: '/api/v1/tokens' });
    const rows = await sql<{
      row: string;
    }>`select encode(token_hash, 'escape') || t::text as row from api_tokens t`.execute(doors.store.db);

    expect((await doors.ask({ path: '/api/v1/me', as: { token } })).status).toBe(200);
    expect(list.text).toContain('shown once');
    expect(list.text).not.toContain(token);
    expect(rows.rows.some(({ row }) => row.includes(token))).toBe(false);
    expect((await doors.ask({ method: 'DELETE', path: `/api/v1/tokens/${id}` })).status).toBe(204);
    expect((await doors.ask({ path: '/api/v1/me', as: { token } })).status).toBe(401);
  });

  test('ends at its time', async () => {
    const made = await doors.ask<{ token: string }>({
      path: '/api/v1/tokens',
      body: { name: 'short', expiresAt: '2020-01-01T00:00:00Z' },
    });

    expect((await doors.ask({ path: '/api/v1/me', as: { token: made.body.token } })).status).toBe(401);
  });

  test('of the operator ends when the operator gives another, and no other bears its name', async () => {
    const next = 'another-bootstrap-token-of-32-characters';
    await ensureBootstrapToken(doors.store.db, next);
    const before = await doors.ask({ path: '/api/v1/me', as: { token: administratorToken } });
    const after = await doors.ask({ path: '/api/v1/me', as: { token: next } });
    await ensureBootstrapToken(doors.store.db, administratorToken);
    const named = await doors.ask({
      path: '/api/v1/tokens',
      body: { name: 'bootstrap', role: 'administrator' },
    });

    expect([before.status, after.status, named.status]).toEqual([401, 200, 409]);
  });
});

test('the audit log says who did what, latest first, and no secret', async () => {
  await doors.ask({
    path: '/api/v1/users',
    body: { email: 'new@example.com', name: 'New', role: 'viewer', password: 'a password nobody sees' },
  });
  await doors.ask({ method: 'PATCH', path: '/api/v1/settings', body: { titlePrefix: '[SEC]' } });

  const answer = await doors.ask<{
    items: { act: string; actor: { name: string }; subject: string | null }[];
  }>({ path: '/api/v1/audit?limit=2' });
  const whole = await doors.ask({ path: '/api/v1/audit?limit=200' });

  expect(answer.body.items.map(({ act, actor, subject }) => [act, actor.name, subject])).toEqual([
    ['settings changed', 'bootstrap', null],
    ['user made', 'bootstrap', 'new@example.com'],
  ]);
  expect(whole.text).not.toContain('a password nobody sees');
  expect((await doors.ask<{ titlePrefix: string }>({ path: '/api/v1/settings' })).body.titlePrefix).toBe(
    '[SEC]',
  );
});
