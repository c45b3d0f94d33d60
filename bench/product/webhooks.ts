import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { makeSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import { serveSandbox } from '../../src/trackers/kit/sandbox-server.ts';
import { databaseOf, makeFolder, startProduct } from './running.ts';

/**
 * `npm run bench:webhooks -- [REQUESTS]`: webhooks a second through the product's door (admit, store, wake, answer) beside a bare
 * handler with one insert into the same database, by turns in one run. The product runs without workers: what a card's visit
 * costs is another figure.
 */
const requests = Number(process.argv[2] ?? 5_000);
const rounds = 4;
const atOnce = 32;

async function perSecond(pool: Pool, path: string, bodyOf: (index: number) => string): Promise<number> {
  let next = 0;
  const send = async () => {
    while (next < requests) {
      next += 1;
      const answer = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body: bodyOf(next),
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) {
        throw new Error(`${path} answered ${answer.statusCode}.`);
      }
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: atOnce }, send));
  return requests / ((performance.now() - began) / 1_000);
}

const cards = 200;
const sandbox = makeSandbox();
const served = await serveSandbox(sandbox);
const folder = makeFolder();
let product = await startProduct(folder.path);
await product.call('POST', '/api/v1/assets', { name: 'Bench', key: 'bench' });
const { settings, credentials } = sandbox.connection(served.url);
const connection = await product.call<{ id: string; webhookUrl: string }>('POST', '/api/v1/connections', {
  tracker: 'businessmap',
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
const results = Array.from({ length: cards }, (_none, index) => ({
  ruleId: `rule-${index}`,
  message: { text: `Finding ${index}` },
  locations: [
    { physicalLocation: { artifactLocation: { uri: `src/file-${index}.ts` }, region: { startLine: 1 } } },
  ],
}));
await product.call('POST', '/api/v1/assets/key:bench/scans', {
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'Bench' } }, results }],
});
while (sandbox.cards().length < cards) {
  await sleep(50);
}
const refs = sandbox.cards().map((card) => card.ref);
await product.stop();
product = await startProduct(folder.path, { PATCHBOARD_ROLES: 'web' });
const bare = fork(join(import.meta.dirname, 'bare-hook.ts'), [JSON.stringify(databaseOf(folder.path))]);
const barePort = await new Promise<number>((ready) => bare.once('message', (port) => ready(Number(port))));
const ours = new Pool(product.url, { connections: atOnce });
const theirs = new Pool(`http://127.0.0.1:${barePort}`, { connections: atOnce });
const bodyOf = (index: number) =>
  JSON.stringify({ board_id: 10, card_id: Number(refs[index % refs.length]), event: 'Card moved', n: index });
const path = new URL(connection.webhookUrl).pathname;
const figures: { product: number; bare: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  figures.push({ bare: await perSecond(theirs, '/', bodyOf), product: await perSecond(ours, path, bodyOf) });
}
const mean = (of: 'product' | 'bare') =>
  figures.slice(1).reduce((sum, one) => sum + one[of], 0) / (rounds - 1);
process.stdout.write(
  `webhooks a second: ${Math.round(mean('product'))}, a bare handler with one insert: ${Math.round(mean('bare'))}: ${((100 * mean('product')) / mean('bare')).toFixed(0)} % (wanted at least 60 %)\n`,
);
await Promise.all([ours.close(), theirs.close()]);
bare.kill('SIGTERM');
await product.stop();
await served.close();
folder.remove();
