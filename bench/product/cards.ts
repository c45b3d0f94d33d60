import { setTimeout as sleep } from 'node:timers/promises';
import { makeSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import tracker from '../../src/trackers/businessmap/index.ts';
import { serveSandbox } from '../../src/trackers/kit/sandbox-server.ts';
import { makeFolder, startProduct } from './running.ts';

/**
 * `npm run bench:cards -- [CARDS]`: from an upload's 202 until its cards exist in a sandbox that answers in 20 ms, against the time
 * in which the connection's concurrency alone would let the same requests through.
 */
const cards = Number(process.argv[2] ?? 1_000);
const answerMs = 20;
const { concurrency } = tracker.traits.pace;

function report(): unknown {
  const results = Array.from({ length: cards }, (_none, index) => ({
    ruleId: `rule-${index % 25}`,
    message: { text: `Finding ${index}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `src/file-${index}.ts` },
          region: { startLine: 1 + (index % 90), snippet: { text: `call(${index})` } },
        },
      },
    ],
  }));
  return { version: '2.1.0', runs: [{ tool: { driver: { name: 'Bench' } }, results }] };
}

/** How long the same sandbox needs for so many small reads of a client that does nothing else. */
async function bareSeconds(requests: number): Promise<number> {
  const { credentials } = sandbox.connection(served.url);
  const sample = Math.min(requests, 1_000);
  let left = sample;
  const began = performance.now();
  const ask = async () => {
    while (left > 0) {
      left -= 1;
      const answer = await fetch(`${served.url}/api/v2/workspaces`, {
        headers: { apikey: String(credentials['apiKey']) },
      });
      await answer.text();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, ask));
  return ((performance.now() - began) / 1_000) * (requests / sample);
}

const sandbox = makeSandbox({ latencyMs: answerMs });
const served = await serveSandbox(sandbox);
const folder = makeFolder();
const product = await startProduct(folder.path);
try {
  await product.call('POST', '/api/v1/assets', { name: 'Bench', key: 'bench' });
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
  await product.call('POST', '/api/v1/assets/key:bench/scans', report());
  const began = performance.now();
  const earlier = sandbox.requests.length;
  while (sandbox.cards().length === 0) {
    await sleep(5);
  }
  const firstSeconds = (performance.now() - began) / 1_000;
  // Counting them takes time from the sandbox's answers.
  while (sandbox.cards().length < cards) {
    await sleep(25);
  }
  const seconds = (performance.now() - began) / 1_000;
  const requests = sandbox.requests.length - earlier;
  const least = (requests * answerMs) / 1_000 / concurrency;
  const bare = await bareSeconds(requests);
  process.stdout.write(
    `${cards} cards in ${seconds.toFixed(2)} s: ${(cards / seconds).toFixed(0)} a second, ${(requests / cards).toFixed(2)} requests a card; the first after ${firstSeconds.toFixed(2)} s\n`,
  );
  process.stdout.write(
    `a bare client, ${concurrency} requests at once, takes ${bare.toFixed(2)} s for as many: ${((100 * bare) / seconds).toFixed(0)} % of its rate (wanted at least 85 %)\n`,
  );
  process.stdout.write(
    `answers of exactly ${answerMs} ms would take ${least.toFixed(2)} s: ${((100 * least) / seconds).toFixed(0)} %\n`,
  );
} finally {
  await product.stop();
  await served.close();
  folder.remove();
}
