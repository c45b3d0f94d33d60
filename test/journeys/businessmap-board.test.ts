import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Delivery } from '../../src/contracts/api/sync.ts';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { BusinessMapSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import { makeSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import type { FakeFinding, Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

/** What the board and its people do to a card, as the product answers it. */

let stage: Stage;
let sandbox: BusinessMapSandbox;
let webhookUrl: string;
const names = ['full', 'archived', 'discarded', 'elsewhere', 'rated'];
const findingOf = (name: string, severity = '8.0'): FakeFinding => ({ rule: `rule-${name}`, path: `src/${name}.ts`, line: 12, text: `query("${name}")`, severity });
const scan = (...findings: readonly FakeFinding[]) => stage.scan('key:web-shop', [findingOf('stays'), ...findings]);

beforeAll(async () => {
  sandbox = makeSandbox();
  stage = await openStage({ tracker: { id: 'businessmap', sandbox }, pollMs: 60_000 });
  ({ webhookUrl } = await connect(stage));
  sandbox.addWebhook({ url: webhookUrl });
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
  await scan(...names.map((name) => findingOf(name)));
  await Promise.all(names.map((name) => settled(name, ({ links }) => links[0]?.state === 'linked')));
});
afterAll(async () => {
  sandbox.deliver = async () => 200;
  await sandbox.settled();
  await stage.close();
});

const one = async (name: string) => {
  const { items } = await stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities?limit=50');
  return stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${items.find(({ title }) => title.includes(`rule-${name}`))?.id}`);
};
const card = (name: string) => sandbox.cards().find(({ title }) => title.includes(`rule-${name}`)) ?? expect.fail(`There is no card of ${name}.`);
const settled = (name: string, holds: (now: Vulnerability) => boolean) => stage.until(`${name} has settled`, () => one(name), holds);
const decide = async (name: string, status: string) => stage.call('POST', `/api/v1/vulnerabilities/${(await one(name)).id}/status`, { status, reason: 'Looked at.' });
const drift = ({ links }: Vulnerability) => links[0]?.drift?.kind ?? null;

test('a full column refuses: the reason we gave and the refusal are both shown, and it goes on when there is room', async () => {
  const { inProgress } = sandbox.example.statusMapping;
  const column = sandbox.account.columns.find(({ column_id: id }) => String(id) === inProgress);
  const settings = sandbox.account.settings.get(Number(sandbox.example.target['board']));
  if (column === undefined || settings === undefined) {
    throw new Error('The board has this column.');
  }
  column.limit = 1;
  settings.allow_exceeding = 2;
  await sandbox.people.move(card('elsewhere').ref, inProgress);
  await decide('full', 'in_progress');

  const full = await settled('full', (now) => drift(now) === 'refused');
  const { items } = await stage.call<{ items: Delivery[] }>('GET', `/api/v1/deliveries?vulnerabilityId=${full.id}&errorClass=workflow`);
  const { attemptList } = await stage.call<{ attemptList: { exchanges: { requestBody: string }[] }[] }>('GET', `/api/v1/deliveries/${items[0]?.id}`);
  expect(full.links[0]?.drift?.because).toContain('The WIP limit of the column has been reached');
  expect(items[0]).toMatchObject({ outcome: 'waiting', hint: expect.stringContaining('The column is full') });
  expect(JSON.stringify(attemptList[0]?.exchanges)).toContain('Synchronised from Patchboard: ');

  column.limit = 5;
  await stage.call('POST', `/api/v1/links/${full.links[0]?.id}/sync`, {});
  await settled('full', (now) => drift(now) === null && card('full').state === inProgress);
});

test('an archived card is the same card: it is brought back when it has to move', async () => {
  await sandbox.people.archive(card('archived').ref);
  await settled('archived', ({ links }) => links[0]?.card?.presence === 'archived');
  expect(card('archived').presence).toBe('archived');

  await decide('archived', 'in_progress');

  await settled('archived', (now) => now.links[0]?.card?.presence === 'active');
  expect(card('archived')).toMatchObject({ presence: 'active', state: sandbox.example.statusMapping.inProgress });
});

test('a discarded card is people’s decision: shown as drift, left alone, and told all when it is restored', async () => {
  const before = card('discarded').revision;
  await sandbox.people.discard(card('discarded').ref);
  await settled('discarded', (now) => drift(now) === 'discarded');
  await decide('discarded', 'in_progress');
  await settled('discarded', (now) => now.status === 'in_progress' && drift(now) === 'discarded');
  expect(card('discarded').revision).toBe(before + 1);

  await sandbox.people.restore(card('discarded').ref);

  await settled('discarded', (now) => drift(now) === null && card('discarded').state === sandbox.example.statusMapping.inProgress);
});

test('a card that people take to another board is followed: read there, not written to, and in step again when it comes back', async () => {
  const { ref, title } = card('elsewhere');
  await settled('elsewhere', ({ status }) => status === 'in_progress');
  await sandbox.people.moveAway(ref);
  const away = await settled('elsewhere', (now) => drift(now) === 'elsewhere');
  expect(away.links).toMatchObject([{ state: 'linked', card: { ref }, drift: { because: expect.stringContaining('it is in Board “Infrastructure”. It is read and not written to') as string } }]);
  const { revision } = card('elsewhere');

  await decide('elsewhere', 'awaiting_validation');

  await settled('elsewhere', (now) => now.status === 'awaiting_validation' && drift(now) === 'elsewhere');
  await stage.until('nothing is on its way', () => stage.call<{ items: unknown[] }>('GET', '/api/v1/deliveries?direction=outbound&outcome=waiting'), ({ items }) => items.length === 0);
  expect(card('elsewhere')).toMatchObject({ ref, title, revision });
  expect(sandbox.cards().filter((one) => one.title === title)).toHaveLength(1);

  await sandbox.people.move(ref, sandbox.example.statusMapping.inProgress);
  // Both moved meanwhile, and neither by a scan: the workflow belongs to the tracker.
  await settled('elsewhere', (now) => drift(now) === null && now.status === 'in_progress');
});

test('a priority that other tools set outside 1 to 4 is left alone, whatever the severity becomes', async () => {
  await sandbox.people.edit(card('rated').ref, { priority: '250' });
  await sandbox.settled();

  await scan(...names.filter((name) => name !== 'rated').map((name) => findingOf(name)), findingOf('rated', '9.8'));
  await settled('rated', ({ severity }) => severity === 'critical');
  await stage.until('the body tells the new severity', async () => card('rated').body, (body) => body.includes('critical'));

  expect(card('rated').priority).toBe('250');
});

test('the test event of a webhook is told as received', async () => {
  const before = Date.now();
  const answer = await fetch(webhookUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"company":"Sandbox","event":"Test","board_id":10,"user_id":5}' });

  expect(answer.status).toBe(200);
  const { items } = await stage.call<{ items: { health: { lastEventAt: string | null } }[] }>('GET', '/api/v1/connections');
  expect(Date.parse(items[0]?.health.lastEventAt ?? '')).toBeGreaterThanOrEqual(before - 1_000);
});
