import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOf } from '../../scripts/built.mjs';
import { makeSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import { serveSandbox } from '../../src/trackers/kit/sandbox-server.ts';

/**
 * `npm run campaign:kill -- [KILLS] [CARDS]`: the product is killed (kill -9) at random moments while it creates cards on
 * the embedded database. At the end there is one card each, nothing is stuck and nothing is lost. Default: 200 and 500.
 * Prints what it saw; exit code 1 if any of it does not hold.
 */
const kills = Number(process.argv[2] ?? 200);
const cards = Number(process.argv[3] ?? 500);
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'patchboard-kill-'));
const port = 4600 + Math.floor(Math.random() * 300);
const token = 'a-token-for-the-campaign-of-32-characters';
const url = `http://127.0.0.1:${port}`;
const sandbox = makeSandbox({ latencyMs: 150 });
const served = await serveSandbox(sandbox);

function start(): ChildProcess {
  return spawn(process.execPath, [programOf(root, 'src/main.ts').file, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PATCHBOARD_DATA: folder,
      PATCHBOARD_PORT: String(port),
      PATCHBOARD_BOOTSTRAP_TOKEN: token,
      PATCHBOARD_ALLOWED_NETWORKS: '127.0.0.0/8',
      PATCHBOARD_QUARANTINE_SECONDS: '5',
      PATCHBOARD_POLL_SECONDS: '5',
      PATCHBOARD_LOG: 'error',
    },
  });
}

async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as Body;
}

async function ready(): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true) {
      return;
    }
    await sleep(50);
  }
  throw new Error('The product did not come up again within 30 seconds.');
}

function report(): unknown {
  const results = Array.from({ length: cards }, (_none, index) => ({
    ruleId: `rule-${index % 25}`,
    message: { text: `Finding ${index}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: `src/file-${index}.ts` }, region: { startLine: 1 + (index % 90), snippet: { text: `call(${index})` } } } }],
  }));
  return { version: '2.1.0', $schema: 'https://json.schemastore.org/sarif-2.1.0.json', runs: [{ tool: { driver: { name: 'Storm' } }, results }] };
}

let child = start();
await ready();
await call('POST', '/api/v1/assets', { name: 'Storm', key: 'storm' });
const { settings, credentials } = sandbox.connection(served.url);
const connection = await call<{ id: string; webhookUrl: string }>('POST', '/api/v1/connections', { tracker: 'businessmap', name: 'Board', settings, credentials });
const { target, statusMapping } = sandbox.example;
await call('POST', `/api/v1/connections/${connection.id}/configurations`, { scope: 'default', target, statusMapping });
sandbox.addWebhook({ url: connection.webhookUrl });
const uploaded = await call<{ id: string }>('POST', '/api/v1/assets/key:storm/scans', report());

/** Long enough that a slow machine has made cards before it is killed, in the middle of others. */
const livesMsMax = 3_000;
const began = Date.now();
let up = 0;
for (let kill = 1; kill <= kills; kill += 1) {
  await sleep(Math.random() * livesMsMax);
  child.kill('SIGKILL');
  await new Promise((done) => child.once('exit', done));
  child = start();
  await ready();
  up += 1;
  if (kill % 20 === 0) {
    process.stdout.write(`${kill} kills, ${sandbox.cards().length} cards, ${Math.round((Date.now() - began) / 1000)} s\n`);
  }
}

interface Links {
  readonly linksByState: Readonly<Record<string, number>>;
  readonly deliveries: Readonly<Record<string, number>>;
}
const deadline = Date.now() + 400_000;
let summary = await call<Links>('GET', '/api/v1/activity/summary');
while (Date.now() < deadline && ((summary.linksByState['linked'] ?? 0) < cards || (summary.deliveries['waiting'] ?? 0) > 0)) {
  await sleep(1_000);
  summary = await call<Links>('GET', '/api/v1/activity/summary');
}
const scan = await call<{ status: string; summary: Readonly<Record<string, number>> }>('GET', `/api/v1/scans/${uploaded.id}`);
const made = sandbox.cards();
const markers = new Set(made.map((card) => card.marker));
const findings = [
  ['restarts that became ready', up, kills],
  ['scan completed with its findings', scan.summary?.['created'], cards],
  ['cards on the board', made.length, cards],
  ['different markers', markers.size, cards],
  ['linked links', summary.linksByState['linked'] ?? 0, cards],
  ['deliveries that still wait', summary.deliveries['waiting'] ?? 0, 0],
  ['failed deliveries', summary.deliveries['failed'] ?? 0, 0],
] as const;
for (const [what, saw, wanted] of findings) {
  process.stdout.write(`${saw === wanted ? 'ok  ' : 'FAIL'} ${what}: ${saw}, wanted ${wanted}\n`);
}
process.stdout.write(`${kills} kills in ${Math.round((Date.now() - began) / 1000)} s\n`);
child.kill('SIGTERM');
await new Promise((done) => child.once('exit', done));
await served.close();
rmSync(folder, { recursive: true, force: true });
process.exit(findings.every(([, saw, wanted]) => saw === wanted) ? 0 : 1);
