import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Format } from '../../contracts/format.ts';
import { readLimits } from '../../contracts/format.ts';

/** By then everything that is kept once is there: rules, targets, compiled code. */
const earlyFindings = 500;

/** Reads a big report and tells how much is alive after its first findings and at its end. */
export async function heapAfter(format: Format, bytes: AsyncIterable<Uint8Array>) {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) {
    parts.push(part);
  }
  const open = async function* () {
    yield* parts;
  };
  let findings = 0;
  let early = 0;
  let late = 0;
  for await (const event of format.read({ open }, { limits: readLimits, digestKey: new Uint8Array(32) })) {
    findings += event.kind === 'finding' ? 1 : 0;
    if (event.kind === 'finding' && findings === earlyFindings) {
      early = alive();
    }
    if (event.kind === 'end' && findings > earlyFindings) {
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
