import { createReadStream } from 'node:fs';
import { JSONParser } from '@streamparser/json';

/** The same report cut into results by the bare library; nothing is made of them. */
const [file = ''] = process.argv.slice(2);
const begin = performance.now();
const parser = new JSONParser({ paths: ['$.runs.*.results.*'], keepStack: false });
let count = 0;
parser.onValue = () => {
  count += 1;
};
for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
  parser.write(chunk as Buffer);
}
console.log(
  JSON.stringify({
    count,
    seconds: (performance.now() - begin) / 1_000,
    megabytes: process.resourceUsage().maxRSS / 1_024,
  }),
);
