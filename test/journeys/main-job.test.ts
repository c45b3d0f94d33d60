import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

interface Vulnerability {
  readonly id: string;
  readonly status: string;
  readonly title: string;
  readonly links: readonly { readonly state: string; readonly card: { readonly key: string; readonly remoteState: string } | null }[];
}

const findings = [
  { rule: 'sql-injection', path: 'src/orders.ts', line: 12, text: 'db.query("select * from orders where id = " + id)' },
  { rule: 'weak-hash', path: 'src/login.ts', line: 40, text: 'createHash("md5")', severity: '5.0' },
];

test('a report goes in, each vulnerability gets one card, people move it, a scan validates the fix, and it may come back', async () => {
  const asset = await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
  const { webhookUrl } = await connect(stage);
  stage.sandbox.addWebhook({ url: webhookUrl });

  const first = await stage.scan('key:web-shop', findings);
  expect(first.status).toBe('completed');
  expect(first.summary).toMatchObject({ findings: 2, created: 2, fixed: 0 });

  const cards = await stage.until('two cards exist', async () => stage.sandbox.cards(), (all) => all.length === 2);
  expect(cards.map((card) => card.stateLabel)).toEqual(['Ready', 'Ready']);
  const list = await stage.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${asset.id}`);
  const injection = list.items.find((one) => one.title.includes('sql-injection'));
  const card = cards.find((one) => one.title.includes('sql-injection'));
  expect(card?.title).toBe(`[CONVISO] ${injection?.id} - ${injection?.title}`);

  const one = () => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${injection?.id}`);
  await stage.until('the link knows its card', one, (now) => now.links[0]?.state === 'linked');
  await stage.sandbox.people.move(card?.ref ?? '', stage.sandbox.example.statusMapping.inProgress);
  await stage.until('the vulnerability follows the card', one, (now) => now.status === 'in_progress');
  await stage.sandbox.people.move(card?.ref ?? '', stage.sandbox.example.statusMapping.fixed);
  await stage.until('fixed on the board is a claim', one, (now) => now.status === 'awaiting_validation');

  const second = await stage.scan('key:web-shop', [findings[1] as (typeof findings)[0]]);
  expect(second.summary).toMatchObject({ findings: 1, created: 0, fixed: 1 });
  expect((await one()).status).toBe('fixed');

  const third = await stage.scan('key:web-shop', findings);
  expect(third.summary).toMatchObject({ created: 0, reappeared: 1 });
  await stage.until('the same card moves back', async () => stage.sandbox.cards(), (all) => all.length === 2 && all.find((each) => each.ref === card?.ref)?.state === stage.sandbox.example.statusMapping.identified);

  const timeline = await stage.call<{ items: { from: string | null; to: string | null; cause: { kind: string } }[] }>('GET', `/api/v1/vulnerabilities/${injection?.id}/timeline`);
  const changes = timeline.items.filter((entry) => entry.to !== null).reverse();
  expect(changes.map((entry) => `${entry.to} by ${entry.cause.kind}`)).toEqual([
    'identified by scan',
    'in_progress by card',
    'awaiting_validation by card',
    'fixed by scan',
    'identified by scan',
  ]);
});

test('the same report twice changes nothing, whatever the order of its results', async () => {
  await stage.call('POST', '/api/v1/assets', { name: 'Twice', key: 'twice' }, 201);
  await stage.scan('key:twice', findings);
  const again = await stage.scan('key:twice', [...findings].reverse());

  expect(again.summary).toMatchObject({ findings: 2, created: 0, matched: 2, reappeared: 0, fixed: 0, unchanged: 2 });
});

test('a report that is no report is one clear error and changes nothing', async () => {
  await stage.call('POST', '/api/v1/assets', { name: 'Broken', key: 'broken' }, 201);
  const uploaded = await stage.call<{ id: string }>('POST', '/api/v1/assets/key:broken/scans?format=sarif', '{"version": "2.1.0", "runs": [{"tool": {', 202);
  const scan = await stage.until('it failed', () => stage.call<{ status: string; error: { message: string } }>('GET', `/api/v1/scans/${uploaded.id}`), (now) => now.status === 'failed');

  expect(scan.error.message).toMatch(/cut short|ends/u);
});
