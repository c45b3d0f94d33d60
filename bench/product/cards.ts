import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { makeSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import tracker from '../../src/trackers/businessmap/index.ts';
import type { SandboxRequest } from '../../src/trackers/kit/sandbox.ts';
import { serveSandbox } from '../../src/trackers/kit/sandbox-server.ts';
import { makeFolder, startProduct } from './running.ts';

/**
 * `npm run bench:cards -- [CARDS]`: from an upload's 202 until its cards exist in a sandbox that answers in 20 ms, in a process
 * that has just started and in the same one later, when all has come to rest. Beside it what the connection's concurrency
 * allows: a bare client with as many requests out that sends a fresh sandbox the very same requests, and one that only reads.
 */
const cards = Number(process.argv[2] ?? 1_000);
const answerMs = 20;
const { concurrency } = tracker.traits.pace;
/** Longer than idle threads and connections are kept. */
const restMs = 25_000;
const wanted = 85;
const sandbox = makeSandbox({ latencyMs: answerMs });
const served = await serveSandbox(sandbox);
const folder = makeFolder();
const product = await startProduct(folder.path);
const say = (words: string) => process.stdout.write(`${words}\n`);

try {
  const { settings, credentials } = sandbox.connection(served.url);
  const connection = await product.call<{ id: string }>('POST', '/api/v1/connections', {
    tracker: tracker.id,
    name: 'Board',
    settings,
    credentials,
  });
  const { target, statusMapping } = sandbox.example;
  await product.call('POST', `/api/v1/connections/${connection.id}/configurations`, {
    scope: 'default',
    target,
    statusMapping,
    createOn: 'identified',
    boardDecisions: 'apply',
  });
  await measure('just started');
  await sleep(restMs);
  await measure('later');
} finally {
  await product.stop();
  await served.close();
  folder.remove();
}

async function measure(when: string): Promise<void> {
  const key = when.replace(' ', '-');
  await product.call('POST', '/api/v1/assets', { name: when, key });
  await product.call('POST', `/api/v1/assets/key:${key}/scans`, reportOf(key));
  const began = performance.now();
  const before = sandbox.cards().length;
  const earlier = sandbox.requests.length;
  // Whatever is looked at here takes time from the sandbox's answers.
  let created = 0;
  let looked = earlier;
  const creates = () => {
    for (; looked < sandbox.requests.length; looked += 1) {
      created += Number(isCreate(sandbox.requests[looked]));
    }
    return created;
  };
  while (creates() === 0) {
    await sleep(5);
  }
  const firstSeconds = (performance.now() - began) / 1_000;
  while (creates() < cards || sandbox.cards().length < before + cards) {
    await sleep(5);
  }
  const seconds = (performance.now() - began) / 1_000;
  const asked = sandbox.requests.slice(earlier);
  const same = await sameSeconds(asked, sandbox.requests.slice(0, earlier));
  const reads = await secondsOf(served.url, asked.map(() => ({ method: 'GET', path: '/api/v2/workspaces', body: null })));
  const least = (asked.length * answerMs) / 1_000 / concurrency;
  const share = (of: number) => `${of.toFixed(2)} s, ${((100 * of) / seconds).toFixed(0)} %`;
  say(`${when}: ${cards} cards in ${seconds.toFixed(2)} s, ${(cards / seconds).toFixed(0)} a second, ${(asked.length / cards).toFixed(2)} requests a card; the first after ${firstSeconds.toFixed(2)} s`);
  say(`  ${concurrency} at once of the same requests, by a bare client: ${share(same)} of its rate (wanted at least ${wanted} %)`);
  say(`  ${concurrency} at once of as many small reads: ${share(reads)}; of answers in exactly ${answerMs} ms: ${share(least)}`);
}

function isCreate(request: SandboxRequest | undefined): boolean {
  return request?.method === 'POST' && request.path === '/api/v2/cards';
}

/** The same requests, to a sandbox that has the same cards as the other had before them. */
async function sameSeconds(asked: readonly SandboxRequest[], earlier: readonly SandboxRequest[]): Promise<number> {
  const again = makeSandbox({ latencyMs: answerMs });
  const servedAgain = await serveSandbox(again);
  try {
    await secondsOf(servedAgain.url, earlier.filter(isCreate));
    return await secondsOf(servedAgain.url, asked);
  } finally {
    await servedAgain.close();
  }
}

/** How long a client needs for them that does nothing else. */
async function secondsOf(url: string, requests: readonly Pick<SandboxRequest, 'method' | 'path' | 'body'>[]): Promise<number> {
  const { credentials } = sandbox.connection(url);
  const headers = { apikey: String(credentials['apiKey']), 'content-type': 'application/json' };
  const pool = new Pool(url, { connections: concurrency });
  let next = 0;
  const send = async () => {
    for (let one = requests[next++]; one !== undefined; one = requests[next++]) {
      const answer = await pool.request({ method: one.method as 'GET', path: one.path, headers, body: one.body });
      await answer.body.dump();
      if (answer.statusCode !== 200) {
        throw new Error(`${one.method} ${one.path} was answered ${answer.statusCode}.`);
      }
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, send));
  await pool.close();
  return (performance.now() - began) / 1_000;
}

function reportOf(name: string): unknown {
  const results = Array.from({ length: cards }, (_none, index) => ({
    ruleId: `rule-${index % 25}`,
    message: { text: `Finding ${index}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `src/${name}-${index}.ts` },
          region: { startLine: 1 + (index % 90), snippet: { text: `call(${index})` } },
        },
      },
    ],
  }));
  return { version: '2.1.0', runs: [{ tool: { driver: { name: 'Bench' } }, results }] };
}
