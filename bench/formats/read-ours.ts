import { createReadStream } from 'node:fs';
import { readLimits } from '../../src/contracts/format.ts';
import { openReport } from '../../src/formats/kit/open-report.ts';
import sarif from '../../src/formats/sarif/index.ts';

/** Bytes of a report to findings, through everything that an upload goes through. */
const [file = ''] = process.argv.slice(2);
const begin = performance.now();
const source = openReport(() => createReadStream(file, { highWaterMark: 256 * 1024 }), readLimits);
let count = 0;
for await (const event of sarif.read(source, { limits: readLimits, digestKey: new Uint8Array(32) })) {
  count += event.kind === 'finding' ? 1 : 0;
}
console.log(
  JSON.stringify({
    count,
    seconds: (performance.now() - begin) / 1_000,
    megabytes: process.resourceUsage().maxRSS / 1_024,
  }),
);
