import { parseArgs } from 'node:util';
import { weather } from './storm.ts';

/**
 * `npm run campaign -- [--storms 4] [--kills 250] [--seconds 3600] [--seed 1] [--database-url postgres://…]`: two web and three worker
 * processes are killed (kill -9) and stopped (SIGSTOP, 5 to 200 s) at random, the lines to three sandbox trackers fail in twelve
 * ways, while scans are uploaded, people decide, cards are moved and webhooks come. After each storm all has to come to rest, and the
 * promises are judged. Prints what it saw; exit code 1 if one does not hold.
 */
const { values } = parseArgs({
  options: {
    storms: { type: 'string', default: '4' },
    kills: { type: 'string', default: '250' },
    seconds: { type: 'string', default: '3600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'database-url': { type: 'string' },
    assets: { type: 'string', default: '3' },
    findings: { type: 'string', default: '30' },
    'freeze-seconds': { type: 'string', default: '200' },
    'kill-every-ms': { type: 'string', default: '700' },
    'spare-share': { type: 'string', default: '0.9' },
    'quarantine-seconds': { type: 'string', default: '45' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`seed ${values.seed}`);
const began = Date.now();
const { findings, kills } = await weather({
  seed: Number(values.seed),
  storms: Number(values.storms),
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
  spareShare: Number(values['spare-share']),
  calmMaxMs: 1_200_000,
  quietMs: 30_000,
  say,
});
const against = findings.filter((finding) => finding.against.length > 0).length;
say(`${kills} kill -9; ${findings.length - against} of ${findings.length} verdicts hold`);
say(`${Math.round((Date.now() - began) / 1_000)} s in all`);
process.exit(against === 0 ? 0 : 1);
