import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConnectionBody } from '../../src/contracts/api/connections.ts';
import { markDue } from '../../src/store/work.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

interface Configuration {
  readonly attention: readonly { readonly message: string }[] | null;
}

let stage: Stage;
let ids: Awaited<ReturnType<typeof connect>>;

beforeEach(async () => {
  stage = await openStage({ pollMs: 60_000 });
  ids = await connect(stage);
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
});
afterEach(() => stage.close());

const configuration = () => stage.call<Configuration>('GET', `/api/v1/configurations/${ids.configurationId}`);
const connection = () => stage.call<ConnectionBody>('GET', `/api/v1/connections/${ids.connectionId}`);
const lookNow = () => markDue(stage.database.store.db, [{ kind: 'structure', key: ids.connectionId, lane: ids.connectionId }]);
const writes = () => stage.sandbox.requests.filter(({ method }) => method === 'POST' || method === 'PATCH').length;

function flagged(): Promise<Configuration> {
  return stage.until('the configuration needs attention', configuration, ({ attention }) => attention !== null);
}

test('a configuration knows its target by the names which the tracker shows', async () => {
  const { target } = stage.sandbox.example;
  const { targetLabels } = await stage.call<{ targetLabels: Record<string, string> }>('GET', `/api/v1/configurations/${ids.configurationId}`);
  const boards = await stage.call<{ items: { value: string; label: string }[] }>('GET', `/api/v1/connections/${ids.connectionId}/target-options/board?workspace=${target['workspace']}`);

  expect(Object.keys(targetLabels).sort()).toEqual(Object.keys(target).sort());
  expect(targetLabels['board']).toBe(boards.items.find(({ value }) => value === target['board'])?.label);
});

test('a column that people delete flags the configuration with the name it had, as soon as the webhook tells, and nothing is retried', async () => {
  stage.sandbox.addWebhook({ url: ids.webhookUrl });
  const { statusMapping } = stage.sandbox.example;
  const label = stage.sandbox.board().find(({ state }) => state === statusMapping.inProgress)?.label ?? '';
  await stage.scan('key:web-shop', [{ rule: 'sql-injection', path: 'src/a.ts', line: 1, text: 'query(x)' }]);
  await stage.until('the card is there', async () => stage.sandbox.cards(), (cards) => cards.length === 1);

  await stage.sandbox.people.removeState(statusMapping.inProgress);
  const { attention } = await flagged();
  const before = writes();
  await lookNow();
  const { health } = await connection();

  expect(label).not.toBe('');
  expect(attention?.map(({ message }) => message).join(' ')).toContain(label);
  expect(health).toMatchObject({ state: 'action_needed', because: expect.stringContaining(label) });
  expect(writes()).toBe(before);
});

test('a board that is hidden and shown again flags the configuration, clears it, and the card that waited is made', async () => {
  const hidden = stage.sandbox.misbehave({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"data": []}',
    times: Infinity,
    when: ({ path }) => /\/boards\?/u.test(path),
  });
  const refused = stage.sandbox.misbehave({ kind: 'answer', status: 404, headers: { 'content-type': 'application/json' }, body: '{"error": {"code": "BS04", "message": "The board is not there."}}', times: Infinity, when: ({ method, path }) => method === 'POST' && path.endsWith('/cards') });
  await stage.scan('key:web-shop', [{ rule: 'sql-injection', path: 'src/a.ts', line: 1, text: 'query(x)' }]);
  await lookNow();
  await stage.until('the board is missed', configuration, ({ attention }) => attention?.some(({ message }) => message.includes('cannot be seen')) === true);

  hidden();
  refused();
  await lookNow();
  await stage.until('the flag is cleared', configuration, ({ attention }) => attention === null);
  const cards = await stage.until('the card is made', async () => stage.sandbox.cards(), (all) => all.length === 1);

  expect(cards).toHaveLength(1);
  await stage.until('all is well', connection, ({ health }) => health.state === 'healthy');
});
