import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConnectionBody } from '../../src/contracts/api/connections.ts';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { ServiceNowSandbox } from '../../src/trackers/servicenow/sandbox.ts';
import { makeSandbox } from '../../src/trackers/servicenow/sandbox.ts';
import type { Stage } from './stage.ts';
import { connect, logIn, openStage } from './stage.ts';

/** What a login at ServiceNow goes through, as the connection shows it. */

const finding = (line: number) => ({ rule: `rule-${line}`, path: `src/orders-${line}.ts`, line, text: `query("${line}" + id)` });
const hourMs = 3_600_000;

let stage: Stage;
let sandbox: ServiceNowSandbox;
let connectionId: string;
/** How far the instance's clock is ahead of ours: its tokens end early. */
let skewMs = 0;

beforeEach(async () => {
  skewMs = 0;
  sandbox = makeSandbox({ now: () => Date.now() + skewMs });
  stage = await openStage({ tracker: { id: 'servicenow', sandbox }, pollMs: 60_000 });
  ({ connectionId } = await connect(stage));
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
});
afterEach(() => stage.close());

const connection = () => stage.call<ConnectionBody>('GET', `/api/v1/connections/${connectionId}`);
const links = async () => (await stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities')).items.flatMap((one) => one.links);
const linked = (count: number) => stage.until(`${count} records are linked`, links, (all) => all.length === count && all.every(({ state }) => state === 'linked'));
const asked = (path: string) => sandbox.requests.filter((request) => request.path.startsWith(path));

test('one stray 401 on a token that still lives costs one more call, and nobody is asked to log in', async () => {
  sandbox.misbehave({ kind: 'refuse-credentials', when: ({ path }) => path.startsWith('/api/') });

  await stage.scan('key:web-shop', [finding(1)]);
  await linked(1);

  expect(asked('/oauth_token.do')).toHaveLength(2);
  expect((await connection()).health.state).toBe('healthy');
});

test('a page with 200 from the token endpoint is trouble that passes, never a logout', async () => {
  skewMs = hourMs;
  const end = sandbox.misbehave({ kind: 'sign-in-page', times: Infinity, when: ({ path }) => path.startsWith('/oauth_token.do') });
  await stage.scan('key:web-shop', [finding(1)]);
  const { health } = await stage.until('the trouble is shown', connection, (now) => now.health.state !== 'healthy');

  expect(health.state).toBe('degraded');
  expect(sandbox.cards()).toEqual([]);
  end();
  await linked(1);
  expect((await connection()).login?.outcome).not.toMatchObject({ kind: 'failed' });
});

test('whoever logs in again keeps the configuration, the links and the records', async () => {
  await stage.scan('key:web-shop', [finding(1)]);
  const before = await linked(1);
  const configurations = () => stage.call<{ items: { id: string }[] }>('GET', `/api/v1/connections/${connectionId}/configurations`);
  const had = await configurations();
  sandbox.logins.revokeAll();
  await stage.scan('key:web-shop', [finding(1), finding(2)]);
  await stage.until('a login is asked for', connection, (now) => now.health.state === 'action_needed');

  await logIn(stage, connectionId);

  const after = await linked(2);
  const is = (all: typeof after) => all.map(({ id, card, configurationId }) => ({ id, configurationId, ref: card?.ref }));
  expect(is(after)).toEqual(expect.arrayContaining(is(before)));
  expect((await configurations()).items.map(({ id }) => id)).toEqual(had.items.map(({ id }) => id));
  expect((await connection()).health.state).toBe('healthy');
  expect(sandbox.cards()).toHaveLength(2);
});

test('the end of the login is known from its beginning, and removing the connection revokes it', async () => {
  const { health } = await connection();
  const days = (Date.parse(health.credentialExpiresAt ?? '') - Date.now()) / (24 * hourMs);
  expect(days).toBeCloseTo(100, 1);
  const token = sandbox.logins.grant();

  await stage.call('DELETE', `/api/v1/connections/${connectionId}`);

  await stage.until('the login is revoked', async () => sandbox.logins.isValid(token), (valid) => !valid);
  // The token stands in the body of the request, not in its address.
  expect(asked('/oauth_revoke_token.do').every(({ path }) => path === '/oauth_revoke_token.do')).toBe(true);
});
