/**
 * The production sync engine in a simulated world.
 *
 *     npm run sim                                  all regressions, then seeds 1 to 24000
 *     npm run sim -- --seeds 1-100000
 *     npm run sim -- --seed 123 --trace            one seed, with what happened
 *     npm run sim -- --seed 123 --minimise         the smallest plan that breaks in the same way
 *     npm run sim -- --seed 123 --bug NAME         with a deliberately broken engine (bugs/)
 *     npm run sim -- --seeds 1-2000 --lag 3        with an assumption broken: searches lag three times longer than promised
 */

import { parseArgs } from 'node:util';
import { bugs } from './bugs/catalogue.ts';
import type { Engine } from './bugs/load.ts';
import { loadEngine } from './bugs/load.ts';
import type { Failed, Sum } from './campaign.ts';
import { callsOf, runAll, seedsBetween } from './campaign.ts';
import { faultClasses } from './faults.ts';
import { invariantOf, minimise } from './minimise.ts';
import { regressions } from './regressions.ts';
import { missedEvents } from './sometimes.ts';
import type { Plan } from './world.ts';

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1-24000' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    lines: { type: 'string', default: '80' },
    minimise: { type: 'boolean', default: false },
    bug: { type: 'string' },
    lag: { type: 'string' },
    storm: { type: 'string' },
    without: { type: 'string', default: '' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);

const engine = await loadEngine(bugOf(flags.bug));
process.exitCode = flags.seed === undefined ? await many(engine) : await one(engine, Number(flags.seed));

function bugOf(name: string | undefined) {
  const found = bugs.find((bug) => bug.name === name);
  if (name !== undefined && found === undefined) {
    throw new Error(`There is no bug “${name}”. There are: ${bugs.map((bug) => bug.name).join(', ')}.`);
  }
  return found ?? null;
}

async function many(broken: Engine): Promise<number> {
  const [first = 1, last = first] = flags.seeds.split('-').map(Number);
  const lagFactor = flags.lag === undefined ? {} : { lagFactor: Number(flags.lag) };
  const plain = flags.bug === undefined && flags.lag === undefined;
  const began = performance.now();
  let told = 0;
  const onSeed = (sum: Sum) => {
    for (; told < sum.failed.length; told += 1) {
      tellOf(sum.failed[told]);
    }
    if (sum.seeds % 1_000 === 0) {
      say(`${sum.seeds} seeds, ${callsOf(sum).toLocaleString('en')} calls, ${sum.failed.length} violations`);
    }
  };
  const before = plain ? await runAll(broken, regressions.map((one) => one.plan)) : undefined;
  const sum = await runAll(broken, seedsBetween(first, last, lagFactor), { ...(before === undefined ? {} : { sum: before }), onSeed });
  tell(sum, (performance.now() - began) / 1_000);
  const missed = plain ? missedEvents(sum) : [];
  missed.forEach((line) => say(`NOT REACHED  ${line}`));
  return sum.failed.length === 0 && missed.length === 0 ? 0 : 1;
}

function tellOf(failed: Failed | undefined): void {
  say(`VIOLATION  seed ${failed?.plan.seed}  ${failed?.violation.message}`);
}

function tell(sum: Sum, seconds: number): void {
  sum.failed.slice(0, 20).forEach(tellOf);
  const { tracker, store, queue, webhook } = sum.calls;
  const number = (value: number) => Math.round(value).toLocaleString('en');
  say(`\n${number(sum.seeds)} seeds, ${sum.failed.length} violations, ${seconds.toFixed(0)} s`);
  say(`${number(callsOf(sum))} calls: ${number(tracker)} requests to trackers, ${number(store)} transactions of the engine, ${number(webhook)} webhooks; ${number(queue)} claims, finishes and heartbeats of the work queue.`);
  say('A call is one request of a simulated process to the outside, with its own fate.');
  say(`${number(sum.events)} events, ${number(sum.virtualMs / 3_600_000)} virtual hours, ${number(sum.cardWrites)} writes to cards, ${number(sum.boardChanges)} changes by people on boards.`);
  if (sum.twins > 0) {
    say(`${sum.twins} cards were made twice, each of them listed as an orphan.`);
  }
  say('\nWhat happened, how often:');
  for (const [event, count] of [...sum.sometimes.counts].toSorted((a, b) => b[1] - a[1])) {
    say(`${number(count).padStart(12)}  ${event}`);
  }
}

async function one(broken: Engine, seed: number): Promise<number> {
  const without = new Set(faultClasses.filter((name) => flags.without.split(',').includes(name)));
  const wanted: Plan = { seed, without, ...(flags.storm === undefined ? {} : { stormMs: Number(flags.storm) }) };
  const found = await broken.runSeed(wanted);
  let plan = wanted;
  if (flags.minimise && found.violation !== null) {
    const smallest = await minimise(broken, wanted, invariantOf(found.violation));
    plan = smallest.plan;
    say(`The smallest of ${smallest.runs} plans: storm of ${Math.round((plan.stormMs ?? 0) / 1_000)} s.`);
  }
  const outcome = await broken.runSeed({ ...plan, tracing: flags.trace });
  outcome.trace.slice(-Number(flags.lines)).forEach((line) => say(line));
  const storm = plan.stormMs === undefined ? '' : ` --storm ${plan.stormMs}`;
  say(`npm run sim -- --seed ${seed}${storm}${plan.without?.size === 0 ? '' : ` --without ${[...(plan.without ?? [])].join(',')}`}`);
  say(`What goes on: ${[...outcome.swarm.keys()].join(', ')}`);
  say(outcome.violation === null ? 'No violation.' : outcome.violation.message);
  return outcome.violation === null ? 0 : 1;
}
