import { afterEach, describe, expect, test } from 'vitest';
import type { ConnectionBody } from '../../src/contracts/api/connections.ts';
import type { AzureBoardsSandbox, AzureBoardsSandboxOptions } from '../../src/trackers/azure-boards/sandbox.ts';
import { makeSandbox } from '../../src/trackers/azure-boards/sandbox.ts';
import type { Stage } from './stage.ts';
import { bootstrapToken, openStage } from './stage.ts';

interface Vulnerability {
  readonly id: string;
  readonly status: string;
  readonly title: string;
  readonly links: readonly { readonly state: string; readonly card: { readonly key: string } | null }[];
}

const findings = [
  { rule: 'sql-injection', path: 'src/orders.ts', line: 12, text: 'db.query("select * from orders where id = " + id)' },
  { rule: 'weak-hash', path: 'src/login.ts', line: 40, text: 'createHash("md5")', severity: '5.0' },
];

let stage: Stage & { readonly azure: AzureBoardsSandbox };

async function open(options: AzureBoardsSandboxOptions, pollMs = 60_000): Promise<void> {
  const azure = makeSandbox(options);
  const opened = await openStage({ tracker: { id: 'azure-boards', sandbox: azure }, pollMs });
  stage = { ...opened, azure };
  // Our address is the stage's, whatever it is called.
  azure.deliver = async ({ url, headers, body }) => {
    const answer = await fetch(url.replace(/^https?:\/\/[^/]+/u, stage.url), { method: 'POST', headers, body });
    await answer.text();
    return answer.status;
  };
}
afterEach(async () => {
  // No delivery is on its way while the doors close.
  stage.azure.deliver = async () => 200;
  await stage.sandbox.settled();
  await stage.close();
});

const pathOf = (id: string) => `/api/v1/connections/${id}`;

async function connection(): Promise<string> {
  const { settings, credentials } = stage.sandbox.connection(stage.sandboxUrl);
  const made = await stage.call<ConnectionBody>('POST', '/api/v1/connections', { tracker: 'azure-boards', name: 'Board', settings, credentials }, 201);
  return made.id;
}

/** A person at Microsoft’s pages, who accepts. */
async function signIn(id: string): Promise<void> {
  const { authorizationUrl } = await stage.call<{ authorizationUrl: string }>('POST', `${pathOf(id)}/authorize`, {});
  const page = await fetch(authorizationUrl, { redirect: 'manual' });
  const back = new URL(page.headers.get('location') ?? 'about:blank');
  const headers = { authorization: `Bearer ${bootstrapToken}` };
  const returned = await fetch(`${stage.url}${back.pathname}${back.search}`, { redirect: 'manual', headers });
  expect(returned.headers.get('location')).toBe(`/connections/${id}?login=succeeded`);
}

async function configure(id: string): Promise<void> {
  const { target, statusMapping, fieldDefaults } = stage.sandbox.example;
  const body = { scope: 'default', target, statusMapping, fieldDefaults, createOn: 'identified', boardDecisions: 'apply' };
  await stage.call('POST', `${pathOf(id)}/configurations`, body, 201);
  await stage.call('POST', `${pathOf(id)}/subscriptions`, {});
}

describe.each<readonly [string, AzureBoardsSandboxOptions, boolean]>([
  ['with a personal access token, on Agile', { signIn: 'token' }, false],
  ['with a person’s sign-in at Microsoft Entra ID, on Scrum', { signIn: 'entra', example: 'scrum' }, true],
  ['as a service principal, on a process of one’s own', { signIn: 'service-principal', example: 'inherited' }, false],
])('%s', (_name, options, signsIn) => {
  test('each vulnerability gets one work item, people move it, a scan validates the fix, and it may come back', async () => {
    await open(options);
    const { example, people } = stage.sandbox;
    await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
    const id = await connection();
    if (signsIn) {
      await signIn(id);
    }
    const checked = await stage.call<{ steps: readonly { name: string; ok: boolean; message: string }[] }>('POST', `${pathOf(id)}/check`, {});
    expect(checked.steps.filter(({ ok }) => !ok)).toEqual([]);
    await configure(id);
    expect(stage.azure.hooks.subscriptions.size).toBe(3);

    await stage.scan('key:web-shop', findings);
    const cards = await stage.until('two work items exist', async () => stage.sandbox.cards(), (all) => all.length === 2 && all.every(({ state }) => state === example.statusMapping.identified));
    const list = await stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities');
    const injection = list.items.find((one) => one.title.includes('sql-injection'));
    const card = cards.find((one) => one.title.includes('sql-injection'));
    expect(card?.title).toBe(`[CONVISO] ${injection?.id} - ${injection?.title}`);

    const one = () => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${injection?.id}`);
    await stage.until('the link knows its card', one, (now) => now.links[0]?.state === 'linked');
    await people.move(card?.ref ?? '', example.statusMapping.inProgress);
    await stage.until('the vulnerability follows the card', one, (now) => now.status === 'in_progress');
    await people.move(card?.ref ?? '', example.statusMapping.awaitingValidation);
    await stage.until('it waits for a scan', one, (now) => now.status === 'awaiting_validation');

    const second = await stage.scan('key:web-shop', findings.slice(1));
    expect(second.summary).toMatchObject({ created: 0, fixed: 1 });
    const fixed = (state: string) => (all: readonly { readonly ref: string; readonly state: string }[]) => all.find(({ ref }) => ref === card?.ref)?.state === state;
    await stage.until('the card is where fixed ones belong', async () => stage.sandbox.cards(), fixed(example.statusMapping.fixed));
    expect((await one()).status).toBe('fixed');

    await stage.scan('key:web-shop', findings);
    await stage.until('the same card comes back', async () => stage.sandbox.cards(), fixed(example.statusMapping.identified));
    expect(stage.sandbox.cards()).toHaveLength(2);
  });
});

test('a sign-in that ends in the midst pauses the connection, loses nothing, and goes on after the next one', async () => {
  await open({ signIn: 'entra' });
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
  const id = await connection();
  await signIn(id);
  await configure(id);
  stage.azure.entra.revokeAll();

  await stage.scan('key:web-shop', findings);
  const paused = await stage.until('the connection asks for a sign-in', () => stage.call<ConnectionBody>('GET', pathOf(id)), ({ health }) => health.state === 'action_needed');
  expect(stage.sandbox.cards()).toEqual([]);
  expect(JSON.stringify(paused.health)).toMatch(/sign in again|revoked/iu);
  await signIn(id);

  await stage.until('both work items exist', async () => stage.sandbox.cards(), (all) => all.length === 2);
});

test('without any hook the catch-up finds what people did', async () => {
  await open({ signIn: 'token' }, 1_000);
  const { example, people } = stage.sandbox;
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
  const id = await connection();
  const { target, statusMapping } = example;
  await stage.call('POST', `${pathOf(id)}/configurations`, { scope: 'default', target, statusMapping, createOn: 'identified', boardDecisions: 'apply' }, 201);
  await stage.scan('key:web-shop', findings.slice(0, 1));
  const one = async () => (await stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities')).items[0];
  await stage.until('the link knows its card', one, (now) => now?.links[0]?.state === 'linked');

  await people.move('1', example.statusMapping.inProgress);

  await stage.until('the vulnerability follows the card', one, (now) => now?.status === 'in_progress');
});
