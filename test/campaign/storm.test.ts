import { expect, test } from 'vitest';
import { weather } from './storm/storm.ts';

/** The long form: `npm run campaign`. */
test('processes are killed and stopped and lines fail while all move: one card each, nothing lost, nothing stuck, both sides agree', async () => {
  const said: string[] = [];

  const { findings, kills } = await weather({
    seed: 7,
    storms: 1,
    kills: 8,
    seconds: 10,
    databaseUrl: null,
    webs: 2,
    workers: 3,
    assets: 1,
    findings: 6,
    pauseMs: 400,
    faultRate: 0.06,
    quarantineSeconds: 8,
    freezeMaxMs: 2_000,
    killEveryMs: 500,
    spareShare: 0.5,
    calmMaxMs: 200_000,
    quietMs: 3_000,
    say: (line) => said.push(line),
  });

  expect(findings.filter(({ against }) => against.length > 0), said.join('\n')).toEqual([]);
  expect(kills).toBeGreaterThan(0);
}, 300_000);
