import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Format } from '../../contracts/format.ts';
import { readLimits } from '../../contracts/format.ts';

/** Reads a big report twice over and tells how much is alive after a quarter of its findings and at its end. */
export async function heapAfter(format: Format, bytes: AsyncIterable<Uint8Array>) {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) {
    parts.push(part);
  }
  const open = async function* () {
    yield* parts;
  };
  const options = { limits: readLimits, digestKey: new Uint8Array(32) };
  let total = 0;
  for await (const event of format.read({ open }, options)) {
    total += event.kind === 'finding' ? 1 : 0;
  }
  let findings = 0;
  let early = 0;
  let late = 0;
  for await (const event of format.read({ open }, options)) {
    findings += event.kind === 'finding' ? 1 : 0;
    if (event.kind === 'finding' && findings === Math.floor(total / 4)) {
      early = alive();
    }
    if (event.kind === 'finding' && findings === total) {
      late = alive();
    }
  }
  return { early, late, findings };
}

function alive(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
