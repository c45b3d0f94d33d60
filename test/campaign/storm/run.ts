import { parseArgs } from 'node:util';
import { weather } from './storm.ts';

/**
 * `npm run campaign -- [--kills 1000] [--seconds 7200] [--seed 1] [--database-url postgres://…]`: two web and three worker processes
 * are killed (kill -9) and stopped (SIGSTOP, up to 200 s) at random, the lines to three sandbox trackers fail in twelve ways, while
 * scans are uploaded, people decide, cards are moved and webhooks come. Prints what it saw; exit code 1 if a promise does not hold.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '7200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'database-url': { type: 'string' },
    assets: { type: 'string', default: '3' },
    findings: { type: 'string', default: '30' },
    'freeze-seconds': { type: 'string', default: '200' },
    'kill-every-ms': { type: 'string', default: '700' },
    'ready-share': { type: 'string', default: '0.8' },
    'quarantine-seconds': { type: 'string', default: '45' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`seed ${values.seed}`);
const began = Date.now();
const { findings } = await weather({
  seed: Number(values.seed),
  kills: Number(values.kills),
  seconds: Number(values.seconds),
  databaseUrl: values['database-url'] ?? null,
  webs: 2,
  workers: 3,
  assets: Number(values.assets),
  findings: Number(values.findings),
  pauseMs: 1_000,
  faultRate: 0.12,
  quarantineSeconds: Number(values['quarantine-seconds']),
  freezeMaxMs: Number(values['freeze-seconds']) * 1_000,
  killEveryMs: Number(values['kill-every-ms']),
  readyShare: Number(values['ready-share']),
  calmMaxMs: 1_200_000,
  quietMs: 30_000,
  say,
});
for (const { what, against } of findings) {
  say(`${against.length === 0 ? 'ok  ' : 'FAIL'} ${what}`);
  against.slice(0, 20).forEach((one) => say(`       ${one}`));
}
say(`${Math.round((Date.now() - began) / 1_000)} s in all`);
process.exit(findings.every(({ against }) => against.length === 0) ? 0 : 1);
