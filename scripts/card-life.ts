/**
 * `npm run life -- TRACKER [OPTION=VALUE …]`: what goes over the wire in the whole life of one card, through the product: upload, person,
 * scan, board, put away, deleted. Against the tracker's sandbox, with options of its own (`table=problem`, `signIn=entra`); redacted as in Sync activity, and shortened.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { logIn } from '../demo/log-in.ts';
import { makeFolder, startProduct } from '../bench/product/running.ts';
import type { Vulnerability } from '../src/contracts/api/vulnerabilities.ts';
import { findTrackers } from '../src/trackers/index.ts';
import { makeRedaction } from '../src/trackers/kit/redact.ts';
import type { Sandbox } from '../src/trackers/kit/sandbox.ts';
import { serveSandbox } from '../src/trackers/kit/sandbox-server.ts';

const quietMs = 700;
const patienceMs = 60_000;
const longest = 360;
const token = 'a-token-for-the-benches-of-at-least-32-characters';

const [id = '', ...wished] = process.argv.slice(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);
const tracker = (await findTrackers()).find((one) => one.id === id);
if (tracker === undefined) {
  say(`Say which tracker: ${(await findTrackers()).map((one) => one.id).join(', ')}.`);
  process.exit(2);
}
const { makeSandbox } = (await import(`../src/trackers/${id}/sandbox.ts`)) as { makeSandbox(options?: Readonly<Record<string, string>>): Sandbox };
const sandbox = makeSandbox(Object.fromEntries(wished.map((wish) => wish.split('=', 2))));
let lastAt = performance.now();
const wire = Object.create(sandbox, { handle: { value: overheard } }) as Sandbox;
const served = await serveSandbox(wire);
const folder = makeFolder();
const product = await startProduct(folder.path, { PATCHBOARD_ENTRA_AUTHORITY: served.url });

/** Prints one exchange as it ends. Both sides of it are read from copies. */
async function overheard(request: Request): Promise<Response> {
  const asked = await request.clone().text();
  const headers = Object.fromEntries(request.headers);
  const { url, body } = makeRedaction({ headers, body: asked, secretFields: ['client_secret', 'refresh_token', 'access_token'] });
  const response = await sandbox.handle(request);
  const answered = await response.clone().text();
  lastAt = performance.now();
  say(`> ${request.method} ${short(decodeURIComponent(url(request.url).replaceAll('+', ' ')))}`);
  if (asked !== '') {
    say(`  ${short(body(asked) ?? '')}`);
  }
  say(`< ${response.status} ${short(/html/u.test(response.headers.get('content-type') ?? '') ? '(a page)' : (body(answered) ?? ''))}`);
  return response;
}

function short(text: string): string {
  const line = text.replaceAll(served.url, '').replace(/^https?:\/\/[^/]+/u, '').replace(/\s+/gu, ' ');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

async function chapter(title: string, act: () => Promise<unknown>, holds: () => Promise<boolean> = async () => true): Promise<void> {
  say(`\n## ${title}`);
  lastAt = performance.now();
  await act();
  const until = performance.now() + patienceMs;
  while (!(await holds()) || !(await isSeen()) || performance.now() - lastAt < quietMs) {
    if (performance.now() > until) {
      throw new Error(`Waited in vain: ${title}. ${JSON.stringify(await one())}`);
    }
    await sleep(50);
  }
  const now = await one();
  const link = now?.links[0];
  if (link !== undefined) {
    say(`= ${now?.status}; ${tracker?.words.card} ${link.card?.key ?? '–'} in “${link.card?.remoteStateLabel ?? '–'}”, link ${link.state}${link.drift === undefined ? '' : `, drift: ${link.drift.because}`}`);
  }
}

const findings = (count: number) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'Scanner' } },
      results: ['sql-injection', 'weak-hash'].slice(-count).map((ruleId) => ({
        ruleId,
        level: 'error',
        message: { text: `${ruleId} in the order search.` },
        locations: [{ physicalLocation: { artifactLocation: { uri: `src/${ruleId}.ts` }, region: { startLine: 12, snippet: { text: 'query(id)' } } } }],
        properties: { 'security-severity': ruleId === 'sql-injection' ? '8.0' : '1.0' },
      })),
    },
  ],
});
let asset = '';
async function one(): Promise<Vulnerability | null> {
  if (asset === '') {
    return null;
  }
  const { items } = await product.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${asset}&q=injection`);
  return items[0] === undefined ? null : product.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${items[0].id}`);
}
const ref = async () => (await one())?.links[0]?.card?.ref ?? '';
const card = async () => sandbox.cards().find((each) => each.title.includes('injection'));
/** Whether the link knows where its card is. */
async function isSeen(): Promise<boolean> {
  const known = (await one())?.links[0]?.card;
  const there = await card();
  return known === undefined || known === null || there === undefined || known.remoteState === there.state;
}
const is = (status: string, state: string) => async () => (await one())?.status === status && (await card())?.state === state;
const scan = (count: number) => product.call('POST', '/api/v1/assets/key:shop/scans', findings(count));
const { target, statusMapping: at, fieldDefaults } = sandbox.example;

try {
  asset = (await product.call<{ id: string }>('POST', '/api/v1/assets', { name: 'Web shop', key: 'shop' })).id;
  const { settings, credentials } = sandbox.connection(served.url);
  const connection = await product.call<{ id: string; webhookUrl: string }>('POST', '/api/v1/connections', { tracker: id, name: 'Board', settings, credentials });
  const path = `/api/v1/connections/${connection.id}`;
  const webhook = new URL(connection.webhookUrl);
  sandbox.addWebhook({ url: `${product.url}${webhook.pathname}` });
  await chapter('Log in, where a person does', () => logIn({ url: product.url, token }, connection.id));
  const configuration = { scope: 'default', target, statusMapping: at, fieldDefaults, createOn: 'identified', minimumSeverity: 'high', boardDecisions: 'apply' };
  await chapter('Save the configuration', () => product.call('POST', `${path}/configurations`, configuration));
  await chapter('Check connection', () => product.call('POST', `${path}/check`, {}));
  await chapter(`A report comes in: one ${tracker.words.card}`, () => scan(2), async () => (await one())?.links[0]?.state === 'linked');
  await chapter('A person takes it in progress', async () => sandbox.people.move(await ref(), at.inProgress), is('in_progress', at.inProgress));
  await chapter('A person says that it is fixed: a claim', async () => sandbox.people.move(await ref(), at.fixed), is('awaiting_validation', at.fixed));
  await chapter('A scan no longer finds it', () => scan(1), is('fixed', at.fixed));
  await chapter('It reappears: the same one', () => scan(2), async () => (await one())?.status === 'identified' && (await card())?.revision !== 0);
  await chapter('The risk is accepted in Patchboard', async () => {
    await product.call('POST', `/api/v1/vulnerabilities/${(await one())?.id}/status`, { status: 'risk_accepted', reason: 'Behind a firewall.' });
  }, async () => (await one())?.status === 'risk_accepted');
  await chapter('It is put away by a person, and reopened in Patchboard', async () => {
    await sandbox.people.archive(await ref()).catch(async () => sandbox.people.discard(await ref()));
    await product.call('POST', `/api/v1/vulnerabilities/${(await one())?.id}/status`, { status: 'identified' });
  });
  await chapter('It is deleted by a person, and asked for', async () => {
    await sandbox.people.remove(await ref());
    await product.call('POST', `/api/v1/links/${(await one())?.links[0]?.id}/sync`, {});
  });
  await chapter('The connection is removed', () => product.call('DELETE', path).catch(() => undefined));
} finally {
  await product.stop();
  await served.close();
  folder.remove();
}
process.exit(0);
