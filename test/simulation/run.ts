import { runSeed } from './world.ts';

const [from = 1, to = from] = process.argv.slice(2).map(Number);
let calls = 0;
const began = performance.now();
for (let seed = from; seed <= to; seed += 1) {
  const outcome = await runSeed({ seed, tracing: from === to });
  calls += outcome.calls;
  if (outcome.violation !== null) {
    process.stdout.write(`${seed}: ${outcome.violation.stack}\n  ${[...outcome.swarm.keys()].join(' ')}\n`);
    if (from === to) {
      process.stdout.write(`${outcome.trace.slice(-Number(process.env['LINES'] ?? 60)).join('\n')}\n`);
    } 
  }
}
process.stdout.write(`${to - from + 1} seeds, ${calls} calls, ${Math.round(performance.now() - began)} ms\n`);
