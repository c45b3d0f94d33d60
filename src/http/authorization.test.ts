import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Doors, Wish } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import type { Role } from '../core/vocabulary.ts';

/** Who may do what. A route that is missing here fails the test: somebody has to decide and write it down. */
const table = `
public         GET    /healthz
public         GET    /readyz
public         GET    /metrics
public         GET    /api/v1/openapi.json
public         GET    /api/docs
public         GET    /api/v1/setup
public         POST   /api/v1/setup
public         POST   /api/v1/session
public         GET    /api/v1/session/oidc
public         POST   /api/v1/session/oidc
public         GET    /spa/callback/sign-in
public         POST   /webhooks/:tracker/:token
public         GET    /spa/callback/servicenow
public         GET    /*
viewer         DELETE /api/v1/session
viewer         GET    /api/v1/me
viewer         POST   /api/v1/me/oidc
viewer         POST   /api/v1/me/password
viewer         DELETE /api/v1/me/sessions
viewer         GET    /api/v1/settings
viewer         POST   /api/v1/settings/card-preview
viewer         GET    /api/v1/assets
viewer         GET    /api/v1/assets/:id
viewer         GET    /api/v1/assets/:id/effective-configuration
viewer+upload  GET    /api/v1/scans/:id
viewer         GET    /api/v1/scans
viewer         GET    /api/v1/vulnerabilities
viewer         GET    /api/v1/vulnerabilities/counts
viewer         GET    /api/v1/vulnerabilities/ids
viewer         GET    /api/v1/vulnerabilities/export
viewer         GET    /api/v1/vulnerabilities/:id
viewer         GET    /api/v1/vulnerabilities/:id/occurrences
viewer         GET    /api/v1/vulnerabilities/:id/timeline
viewer         GET    /api/v1/vulnerabilities/:id/why
viewer         GET    /api/v1/trackers
viewer         GET    /api/v1/connections
viewer         GET    /api/v1/connections/:id
viewer         GET    /api/v1/connections/:id/configurations
viewer         GET    /api/v1/configurations/:id
viewer         GET    /api/v1/configurations/:id/jobs
viewer         GET    /api/v1/jobs/:id
viewer         GET    /api/v1/deliveries
viewer         GET    /api/v1/deliveries/:id
viewer         GET    /api/v1/deliveries/counts
viewer         GET    /api/v1/holds
viewer         GET    /api/v1/orphan-cards
viewer         GET    /api/v1/activity/summary
viewer         GET    /api/v1/instance
viewer         GET    /api/v1/about
viewer         GET    /api/v1/scopes
viewer         GET    /api/v1/schedules
viewer         GET    /api/v1/schedules/:id
viewer         GET    /api/v1/schedules/:id/runs
viewer         GET    /api/v1/overview
viewer         GET    /api/v1/views
viewer         POST   /api/v1/views
viewer         DELETE /api/v1/views/:id
viewer         GET    /api/v1/events
viewer         GET    /api/v1/assets/:id/assessments
viewer         GET    /api/v1/assessments/:id
developer      POST   /api/v1/vulnerabilities/:id/status
developer      POST   /api/v1/vulnerabilities/:id/comments
developer      POST   /api/v1/vulnerabilities/status
developer      POST   /api/v1/links/:id/sync
analyst        POST   /api/v1/assets
analyst        PATCH  /api/v1/assets/:id
analyst+upload POST   /api/v1/assets/:id/scans
analyst        POST   /api/v1/assets/:id/retests
analyst        POST   /api/v1/assets/:id/vulnerabilities
analyst        POST   /api/v1/connections/:id/check
analyst        GET    /api/v1/connections/:id/target-options/:step
analyst        POST   /api/v1/connections/:id/remote-states
analyst        POST   /api/v1/configurations/:id/preview
analyst        POST   /api/v1/connections/:id/preview
analyst        POST   /api/v1/links/:id/recreate
analyst        POST   /api/v1/links/:id/detach
analyst        POST   /api/v1/links/:id/attach
analyst        POST   /api/v1/vulnerabilities/:id/links
analyst        POST   /api/v1/vulnerabilities/:id/merge
analyst        POST   /api/v1/assets/:id/assessments
analyst        POST   /api/v1/assessments/:id/start
analyst        POST   /api/v1/assessments/:id/complete
analyst        POST   /api/v1/scopes/:id/retire
analyst        POST   /api/v1/scopes/:id/merge
analyst        POST   /api/v1/vulnerabilities/:id/split
analyst        POST   /api/v1/orphan-cards/:id/attach
analyst        POST   /api/v1/orphan-cards/:id/ignore
analyst        POST   /api/v1/holds/:id/approve
analyst        POST   /api/v1/holds/:id/reject
analyst        POST   /api/v1/deliveries/:id/retry
analyst        POST   /api/v1/schedules/:id/run
analyst        POST   /api/v1/deliveries/retry
analyst        POST   /api/v1/deliveries/:id/discard
administrator  DELETE /api/v1/assets/:id
administrator  GET    /api/v1/schedule-commands
administrator  POST   /api/v1/assets/:id/schedules
administrator  PUT    /api/v1/schedules/:id
administrator  DELETE /api/v1/schedules/:id
administrator  POST   /api/v1/connections
administrator  PATCH  /api/v1/connections/:id
administrator  DELETE /api/v1/connections/:id
administrator  POST   /api/v1/connections/:id/authorize
administrator  POST   /api/v1/connections/:id/subscriptions
administrator  DELETE /api/v1/connections/:id/subscriptions
administrator  POST   /api/v1/connections/:id/webhook-secret
administrator  POST   /api/v1/connections/:id/configurations
administrator  PUT    /api/v1/configurations/:id
administrator  GET    /api/v1/connections/:id/drafts
administrator  POST   /api/v1/connections/:id/drafts
administrator  GET    /api/v1/drafts/:id
administrator  PUT    /api/v1/drafts/:id
administrator  DELETE /api/v1/drafts/:id
administrator  DELETE /api/v1/configurations/:id
administrator  POST   /api/v1/configurations/:id/backfill
analyst        POST   /api/v1/configurations/:id/backfill/estimate
viewer         GET    /api/v1/jobs/:id/items
administrator  POST   /api/v1/configurations/:id/move-cards
administrator  POST   /api/v1/jobs/:id/pause
administrator  POST   /api/v1/jobs/:id/resume
administrator  POST   /api/v1/jobs/:id/cancel
administrator  POST   /api/v1/instance/take-over
administrator  GET    /api/v1/audit
administrator  GET    /api/v1/audit/export
administrator  GET    /api/v1/diagnostics
administrator  PATCH  /api/v1/settings
in-person      GET    /api/v1/single-sign-on
in-person      PUT    /api/v1/single-sign-on
in-person      DELETE /api/v1/single-sign-on
in-person      GET    /api/v1/users
in-person      POST   /api/v1/users
in-person      PATCH  /api/v1/users/:id
in-person      GET    /api/v1/tokens
in-person      POST   /api/v1/tokens
in-person      DELETE /api/v1/tokens/:id
`;

interface Line {
  readonly who: string;
  readonly method: string;
  readonly path: string;
}

const lines: readonly Line[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [who = '', method = '', path = ''] = line.split(/\s+/u);
    return { who, method, path };
  });
const guarded = lines.filter((line) => line.who !== 'public');
const ranks: readonly Role[] = ['viewer', 'developer', 'analyst', 'administrator'];
const somewhere = '0199a000-0000-7000-8000-000000000000';

let doors: Doors;

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

test('every route stands in the table, and nothing else does', () => {
  const opened = doors.app.entrances.map(({ method, path }) => `${method} ${path}`);

  expect(opened.toSorted()).toEqual(lines.map(({ method, path }) => `${method} ${path}`).toSorted());
});

describe.each(guarded)('$method $path ($who)', (line) => {
  test('is closed to whoever does not say who they are', async () => {
    const answer = await doors.ask({ ...call(line), as: null });

    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  test.each(ranks)('is open to a person who is %s only from the role on that it needs', async (role) => {
    const answer = await doors.ask({ ...call(line), as: { cookie: await doors.person(role) } });

    expect(isRefused(answer)).toBe(ranks.indexOf(role) < ranks.indexOf(neededRole(line)));
  });

  test('is closed to a person whom another site led here, if it changes anything', async () => {
    const cookie = await doors.person('administrator');
    const answer = await doors.ask({
      ...call(line),
      as: { cookie },
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    });

    expect(answer.status === 403 && answer.text.includes('another site')).toBe(line.method !== 'GET');
  });

  test('is open to a token for uploads only if it is about uploads', async () => {
    const answer = await doors.ask({ ...call(line), as: { token: uploadToken } });

    expect(isRefused(answer)).toBe(!line.who.endsWith('+upload'));
  });

  test('is open to an administrator’s token unless only a person may', async () => {
    const answer = await doors.ask({ ...call(line), as: { token: administrationToken } });

    expect(isRefused(answer)).toBe(line.who === 'in-person');
  });

  test('is closed to a token that there is not', async () => {
    const answer = await doors.ask({ ...call(line), as: { token: 'pb_invented' } });

    expect(answer.status).toBe(401);
  });
});

let uploadToken = '';
let administrationToken = '';

beforeAll(async () => {
  const make = async (body: object) =>
    (await doors.ask<{ token: string }>({ path: '/api/v1/tokens', body })).body.token;
  uploadToken = await make({ name: 'pipeline', role: 'administrator', scopes: ['scan:upload'] });
  administrationToken = await make({ name: 'scripts', role: 'administrator' });
});

function neededRole({ who }: Line): Role {
  const [role = ''] = who.split('+');
  return role === 'in-person' ? 'administrator' : (role as Role);
}

function isRefused({ status, text }: { readonly status: number; readonly text: string }): boolean {
  return status === 401 || (status === 403 && /needs the role|do not cover|Sign in as a person/u.test(text));
}

function call({ method, path }: Line): Wish {
  return {
    method: method as NonNullable<Wish['method']>,
    path: path.replace(':step', 'board').replaceAll(/:\w+/gu, somewhere),
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
  };
}
