import { paragraph } from '../src/core/rich-text.ts';
import type { Exchange } from '../src/contracts/tracker.ts';
import { makeHttpClient } from '../src/trackers/kit/http.ts';
import { serveSandbox } from '../src/trackers/kit/sandbox-server.ts';
import tracker from '../src/trackers/azure-boards/index.ts';
import { makeSandbox } from '../src/trackers/azure-boards/sandbox.ts';

/** Prints every request and answer in the life of one work item, as Sync activity keeps them. `node scripts/azure-boards-life.ts` */

const sandbox = makeSandbox({ example: 'agile' });
sandbox.deliver = async () => 200;
const served = await serveSandbox(sandbox);
const connection = sandbox.connection(served.url);
const settings = tracker.settings.parse(connection.settings);
const longest = 320;

function short(text: string | null): string {
  const line = (text ?? '').replaceAll(served.url, 'https://dev.azure.com');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

function print(exchange: Exchange): void {
  process.stdout.write(`> ${exchange.method} ${short(exchange.url)}\n`);
  if (exchange.requestBody !== null) {
    process.stdout.write(`  ${short(exchange.requestBody)}\n`);
  }
  process.stdout.write(`< ${exchange.status ?? exchange.error} ${short(exchange.responseBody)}\n`);
}

const http = makeHttpClient({ allowedOrigins: [tracker.origin(settings)], allowedNetworks: ['127.0.0.0/8'], onExchange: print });
const session = tracker.open({
  ...{ settings, http, now: Date.now, onPace: () => {} },
  credentials: tracker.credentials.parse(connection.credentials),
  environment: { entraAuthority: served.url },
  accessToken: () => Promise.reject(new Error('A personal access token needs no login.')),
});
const { target, statusMapping } = sandbox.example;
const marker = 'pb-0123456789abcdef0123456789';
const soon = () => ({ sendBefore: http.now() + 60_000 });

async function chapter<Value>(title: string, act: () => Promise<Value>): Promise<Value> {
  process.stdout.write(`\n## ${title}\n`);
  return act();
}

await chapter('Looked for: there is none', () => session.find(marker, target));
const made = await chapter('Made in its first state, then put into its lane', () =>
  session.create(
    {
      ...{ marker, target, state: statusMapping.identified, priority: '1', fields: {} },
      title: '[CONVISO] 7 - SQL injection in the search form',
      body: [paragraph('The search joins strings.')],
      url: 'https://patchboard.example/vulnerabilities/7',
    },
    soon(),
  ),
);
await chapter('Found by its marker, as after a lost answer', () => session.find(marker, target));
await sandbox.people.move(made.ref, statusMapping.inProgress);
const seen = await chapter('Read, after a person took it in progress', () => session.read(made.ref));
await chapter('A change that rests on an older revision is refused', () =>
  session.update(made.ref, { title: 'Too late' }, { card: made, revision: made.revision, ...soon() }).catch((fault: unknown) => {
    process.stdout.write(`= ${String(fault)}\n`);
  }),
);
const fixed = await chapter('Moved with a comment, in one patch', () =>
  session.update(made.ref, { state: statusMapping.fixed, comment: [paragraph('A scan no longer finds it.')] }, { card: seen, revision: seen.revision, ...soon() }),
);
await chapter('Its history', () => session.history?.(made.ref, made.order) ?? Promise.resolve([]));
await sandbox.people.discard(made.ref);
const put = await chapter('Read, after a person deleted it', () => session.read(made.ref));
await chapter('Brought back, and opened again', () =>
  session.update(made.ref, { state: statusMapping.identified, restore: true }, { card: put, revision: put.revision, ...soon() }),
);
process.stdout.write(`\nIt went from revision ${made.revision} to ${fixed.revision} and on.\n`);
await served.close();
process.exit(0);
