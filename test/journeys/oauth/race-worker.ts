import { once } from 'node:events';
import type { StoreAddress } from '../../../src/store/open.ts';
import { openStore } from '../../../src/store/open.ts';
import { callThrough, engineOn } from './engines.ts';

/** One process of the race: says that it is ready, waits for a word, calls many times at once, says with which tokens. */
const { address, connectionId, calls } = JSON.parse(process.argv[2] ?? '') as {
  readonly address: StoreAddress;
  readonly connectionId: string;
  readonly calls: number;
};
const store = openStore(address, { poolMax: 4, name: 'race worker' });
const engine = engineOn(store);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.pause();
const outcomes = await Promise.all(
  Array.from({ length: calls }, () => callThrough(engine, connectionId).catch((error: unknown) => String(error))),
);
process.stdout.write(`${JSON.stringify([...new Set(outcomes)])}\n`);
await store.close();
