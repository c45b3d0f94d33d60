/**
 * `npm test`: types, lint, every test, the browser. Ends with one line that sums it all: "N passed, N failed".
 * `npm test -- src/core` runs only the tests whose path has one of these words in it.
 */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

interface Sum {
  readonly passed: number;
  readonly failed: number;
}

const root = join(import.meta.dirname, '..');
const reports = mkdtempSync(join(tmpdir(), 'patchboard-reports-'));
const words = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
let current: ChildProcess | null = null;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop(signal));
}
process.once('disconnect', () => stop('SIGTERM'));
process.channel?.unref();

const sums: Sum[] = [];
try {
  for (const step of words.length > 0 ? [tests] : [types, lint, tests, browser]) {
    sums.push(await step());
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}
const passed = sums.reduce((total, sum) => total + sum.passed, 0);
const failed = sums.reduce((total, sum) => total + sum.failed, 0);
say(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 && !interrupted ? 0 : 1);

function stop(signal: NodeJS.Signals): void {
  interrupted = true;
  current?.kill(signal);
}

/** Each project counts as one test. */
async function types(): Promise<Sum> {
  const projects = ['tsconfig.json', 'web/tsconfig.json'].filter((file) => existsSync(join(root, file)));
  const done: Sum[] = [];
  for (const project of projects) {
    say(`\nTypes of ${project}`);
    done.push(asSum(await run('node_modules/typescript/bin/tsc', ['-p', project])));
  }
  return add(done);
}

async function lint(): Promise<Sum> {
  say('\nLint');
  return asSum(await run('node_modules/oxlint/bin/oxlint', ['--type-aware', '--deny-warnings']));
}

async function tests(): Promise<Sum> {
  say('\nTests');
  const file = join(reports, 'vitest.json');
  const options = ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run('node_modules/vitest/vitest.mjs', [...options, ...words]);
  const report = read<{
    numPassedTests: number;
    numFailedTests: number;
    testResults: { status: string; assertionResults: unknown[] }[];
  }>(file);
  // A file that cannot even be loaded has no tests that could fail.
  const broken =
    report?.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0)
      .length ?? 0;
  return settle(
    { passed: report?.numPassedTests ?? 0, failed: (report?.numFailedTests ?? 0) + broken },
    code,
  );
}

async function browser(): Promise<Sum> {
  const folder = join(root, 'test', 'browser');
  const specs = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spec.ts'))
    : [];
  if (specs.length === 0) {
    return { passed: 0, failed: 0 };
  }
  say('\nBrowser');
  const file = join(reports, 'browser.json');
  const code = await run('node_modules/@playwright/test/cli.js', ['test', '--reporter=dot,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  });
  const stats = read<{ stats: { expected: number; unexpected: number; flaky: number } }>(file)?.stats;
  // A test that passes at the second try does not pass.
  return settle(
    { passed: stats?.expected ?? 0, failed: (stats?.unexpected ?? 0) + (stats?.flaky ?? 0) },
    code,
  );
}

/** Runs a program of node_modules with this Node, its words going where ours go. Answers its exit code. */
async function run(
  program: string,
  options: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<number> {
  if (interrupted) {
    return 1;
  }
  const child = spawn(process.execPath, [join(root, program), ...options], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...more },
  });
  current = child;
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (ended, signal) =>
      resolve(ended ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  current = null;
  return code;
}

function asSum(code: number): Sum {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A program that failed without a failed test has failed all the same. */
function settle(sum: Sum, code: number): Sum {
  return code !== 0 && sum.failed === 0 ? { ...sum, failed: 1 } : sum;
}

function add(done: readonly Sum[]): Sum {
  return done.reduce(
    (total, one) => ({ passed: total.passed + one.passed, failed: total.failed + one.failed }),
    { passed: 0, failed: 0 },
  );
}

function read<Report>(file: string): Report | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null;
}
