import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Why } from '../../src/contracts/api/why.ts';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

let stage: Stage;
let ids: Awaited<ReturnType<typeof connect>>;

beforeAll(async () => {
  stage = await openStage({ pollMs: 60_000, quarantineMs: 60_000 });
  await stage.call('POST', '/api/v1/assets', { name: 'Before', key: 'before' }, 201);
  await enter('before', 'high');
  ids = await connect(stage, { minimumSeverity: 'medium' });
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
});
afterAll(() => stage.close());

const enter = (key: string, severity: string) => stage.call<Vulnerability>('POST', `/api/v1/assets/key:${key}/vulnerabilities`, { title: `A ${severity} one`, description: '', severity }, 201).then(({ id }) => id);
const why = (id: string) => stage.call<Why>('GET', `/api/v1/vulnerabilities/${id}/why`);
const cause = async (id: string) => (await why(id)).cards[0]?.cause;
const becomes = (id: string, wanted: string) => stage.until(`it is ${wanted}`, () => why(id), ({ cards }) => cards[0]?.cause === wanted).then(({ cards }) => cards[0]);
const creating = ({ method, path }: { readonly method: string; readonly path: string }) => method === 'POST' && path.includes('/cards');

test('what was identified before the configuration was made waits for a backfill', async () => {
  const list = await stage.call<{ items: { id: string }[] }>('GET', '/api/v1/vulnerabilities?assetId=key:before');

  expect((await why(list.items[0]?.id ?? '')).cards).toMatchObject([{ cause: 'identified_before', linkId: null, hint: expect.stringContaining('backfill') as string }]);
});

test('what is less severe than wanted has none, by the minimum or by the mapping', async () => {
  expect(await cause(await enter('web-shop', 'low'))).toBe('severity_below_minimum');
  expect(await cause(await enter('web-shop', 'informational'))).toBe('severity_unmapped');
});

test('what the tracker refuses says so in the tracker’s words', async () => {
  const end = stage.sandbox.misbehave({
    kind: 'answer',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: '{"error": {"code": "X1", "message": "The field team is required."}}',
    times: Infinity,
    when: creating,
  });
  const id = await enter('web-shop', 'high');
  const refused = await becomes(id, 'refused');
  end();

  expect(refused?.because).toContain('The field team is required.');
  expect(refused?.hint).not.toBeNull();
  await stage.call('POST', `/api/v1/deliveries/${refused?.deliveryId}/retry`);
  expect((await becomes(id, 'has_card'))?.card?.key).toBeTruthy();
});

test('a create whose answer was lost says until when nobody sends another', async () => {
  const end = stage.sandbox.misbehave({ kind: 'lose-answer', when: creating });
  const id = await enter('web-shop', 'high');

  const quarantined = await becomes(id, 'quarantined');
  end();

  expect(Date.parse(quarantined?.until ?? '')).toBeGreaterThan(Date.now());
});

test('a paused connection is named as the reason, and afterwards the card is made', async () => {
  await stage.call('PATCH', `/api/v1/connections/${ids.connectionId}`, { paused: true });
  const id = await enter('web-shop', 'high');
  expect(await cause(id)).toBe('connection_paused');

  await stage.call('PATCH', `/api/v1/connections/${ids.connectionId}`, { paused: false });
  const linked = await becomes(id, 'has_card');

  await stage.call('POST', `/api/v1/links/${linked?.linkId}/detach`);
  expect(await cause(id)).toBe('detached');
});

test('a status names the entry of the timeline that set it', async () => {
  const id = await enter('web-shop', 'high');
  await stage.call('POST', `/api/v1/vulnerabilities/${id}/status`, { status: 'false_positive', reason: 'A test page.' });

  const { status, closing } = await why(id);

  expect(status).toMatchObject({ status: 'false_positive', entry: { to: 'false_positive', cause: { kind: 'person' }, note: 'A test page.' } });
  expect(closing.by).toBe('decided');
});

test('what would close it is said for each scope that ever saw it', async () => {
  const findings = [1, 2, 3].map((line) => ({ rule: `rule-${line}`, path: `src/${line}.ts`, line, text: `query(${line})` }));
  await stage.call('POST', '/api/v1/assets', { name: 'Scanned', key: 'scanned' }, 201);
  await stage.scan('key:scanned', findings, { tool: 'First' });
  const list = await stage.call<{ items: { id: string }[] }>('GET', '/api/v1/vulnerabilities?assetId=key:scanned&sort=created');
  const id = list.items[0]?.id ?? '';
  const needs = async () => (await why(id)).closing.scopes.map(({ scope, needs: one }) => `${scope.tool} ${one}`).toSorted();
  expect((await why(id)).closing).toMatchObject({ by: 'scans', because: expect.stringContaining('one scope') as string });

  await stage.scan('key:scanned', [], { tool: 'First', coverage: 'partial' });
  expect(await needs()).toEqual(['First complete_scan']);

  await stage.scan('key:scanned', [], { tool: 'First' });
  const held = (await why(id)).closing;
  expect(await needs()).toEqual(['First approval']);
  expect(held.by).toBe('approval');

  await stage.call('POST', `/api/v1/holds/${held.scopes.find(({ holdId }) => holdId !== null)?.holdId}/approve`, {});
  const closed = await why(id);

  expect(closed.closing.by).toBe('closed');
  expect(closed.status.entry?.cause.kind).toBe('scan');
});

test('a copy of the database says that it only reads', async () => {
  await sql`update instance set sync_owner = 'another deployment'`.execute(stage.database.store.db);
  const id = await enter('web-shop', 'high');

  const { cards } = await why(id);
  await sql`update instance set sync_owner = 'test'`.execute(stage.database.store.db);

  expect(cards[0]?.cause).toBe('read_only');
});
