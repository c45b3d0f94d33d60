import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Stage } from './stage.ts';
import { bootstrapToken, connect, openStage } from './stage.ts';

/** What must never be seen again, wherever it was entered. */
const secrets = {
  'the API key of the connection': '',
  'the secret of the webhooks': 'canary-webhook-secret-4d1f0c7b9a',
  'the bootstrap token': bootstrapToken,
  'a person’s password': 'canary password that nobody guesses',
  'a key that a scanner found': 'AKIAQ7NOTAREALKEY2X',
};
const report = readFileSync(join(import.meta.dirname, '../../src/formats/gitleaks/samples/findings.json'), 'utf8');

const logged: string[] = [];
const answered: string[] = [];
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ log: (message, facts) => logged.push(`${message} ${JSON.stringify(facts)}`) });
  secrets['the API key of the connection'] = String(stage.sandbox.connection('').credentials['apiKey']);
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await stage.call<unknown>(method, path, body);
    answered.push(JSON.stringify(answer));
    return answer as Record<string, never>;
  };
  await ask('POST', '/api/v1/users', { email: 'eve@example.com', name: 'Eve', role: 'viewer', password: secrets['a person’s password'] });
  await ask('POST', '/api/v1/assets', { name: 'Leaky', key: 'leaky' });
  const { connectionId, webhookUrl } = await connect(stage);
  await ask('PATCH', `/api/v1/connections/${connectionId}`, { webhookSecret: secrets['the secret of the webhooks'] });
  // Refused, so that the failure's own record is looked at too.
  await fetch(webhookUrl, { method: 'POST', headers: { 'x-kanbanize-secret': `${secrets['the secret of the webhooks']}x` }, body: '{}' });
  await fetch(webhookUrl, { method: 'POST', headers: { 'x-kanbanize-secret': secrets['the secret of the webhooks'], 'content-type': 'application/json' }, body: '{"odd": [' });
  stage.sandbox.misbehave({ kind: 'refuse-credentials', when: ({ method }) => method === 'POST' });
  const scan = await ask('POST', '/api/v1/assets/key:leaky/scans?format=gitleaks', JSON.parse(report));
  await stage.until('the report is processed', () => stage.call<{ status: string }>('GET', `/api/v1/scans/${scan['id']}`), ({ status }) => status === 'completed');
  await stage.until('the connection is refused', () => stage.call<{ health: { state: string } }>('GET', `/api/v1/connections/${connectionId}`), ({ health }) => health.state !== 'healthy');
  await ask('POST', `/api/v1/connections/${connectionId}/check`);
  await stage.until('the cards exist', async () => stage.sandbox.cards(), (cards) => cards.length > 0);
  const list = await stage.call<{ items: { id: string }[] }>('GET', '/api/v1/vulnerabilities');
  const deliveries = await stage.call<{ items: { id: string }[] }>('GET', '/api/v1/deliveries');
  const paths = ['/api/v1/vulnerabilities', '/api/v1/deliveries', '/api/v1/connections', `/api/v1/connections/${connectionId}`, '/api/v1/audit', '/api/v1/holds', '/api/v1/users', '/api/v1/tokens', '/api/v1/scans', '/api/v1/settings', '/api/v1/trackers', '/metrics', '/api/v1/openapi.json'];
  for (const path of [...paths, ...list.items.map(({ id }) => `/api/v1/vulnerabilities/${id}`), ...deliveries.items.map(({ id }) => `/api/v1/deliveries/${id}`)]) {
    const response = await fetch(`${stage.url}${path}`, { headers: { authorization: `Bearer ${bootstrapToken}` } });
    answered.push(await response.text());
  }
});
afterAll(() => stage.close());

/** Every row of every table as text; what is binary is read as hexadecimal and as the text in it. */
async function dump(): Promise<string> {
  const { db } = stage.house.engine.options.store;
  const tables = await sql<{ name: string }>`select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`.execute(db);
  const parts: string[] = [];
  for (const { name } of tables.rows) {
    const rows = await sql<{ line: string }>`select row_to_json(t)::text as line from ${sql.raw(name)} t`.execute(db);
    parts.push(...rows.rows.map(({ line }) => `${name} ${line}`));
  }
  return parts.join('\n');
}

describe.each(Object.keys(secrets) as (keyof typeof secrets)[])('%s', (name) => {
  const found = (text: string) => {
    const secret = secrets[name];
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')];
    return forms.filter((form) => text.includes(form)).map((form) => text.slice(Math.max(0, text.indexOf(form) - 120), text.indexOf(form) + 20));
  };

  test('is in no line of the log', () => {
    expect(logged.length).toBeGreaterThan(0);
    expect(found(logged.join('\n'))).toEqual([]);
  });

  test('is in no answer', () => {
    expect(found(answered.join('\n'))).toEqual([]);
  });

  test('is on no card', () => {
    expect(found(JSON.stringify(stage.sandbox.cards()))).toEqual([]);
  });

  test('is in no row of the database', async () => {
    expect(found(await dump())).toEqual([]);
  });
});
