import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/run.ts';
import { operating } from '../../src/start/operate.ts';
import { served } from '../../src/start/served.ts';
import type { Stage } from './stage.ts';
import { openStage, sarif } from './stage.ts';

let stage: Stage;
let folder: string;
let report: string;
const variables: Record<string, string> = {};

beforeAll(async () => {
  stage = await openStage();
  folder = await mkdtemp(join(tmpdir(), 'patchboard-cli-'));
  report = join(folder, 'report.sarif');
  await writeFile(
    report,
    sarif([{ rule: 'weak-hash', path: 'a.ts', line: 3, text: 'md5()', severity: '9.5' }]),
  );
});
afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

async function patchboard(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const out: string[] = [];
  const error: string[] = [];
  const client = { url: stage.url, token: 'a-bootstrap-token-of-32-characters-or-more' };
  const io = {
    out: (line: string) => void out.push(line),
    error: (line: string) => void error.push(line),
    progress: () => {},
    variable: (name: string) => variables[name],
    client,
  };
  const code = await runCommand(words, io, [...served, ...operating]);
  return { code, out: out.join('\n'), error: error.join('\n') };
}

test('assets and connections are made as a file says, and made once', async () => {
  const plan = join(folder, 'plan.json');
  const { settings, credentials } = stage.sandbox.connection(stage.sandboxUrl);
  const { target, statusMapping } = stage.sandbox.example;
  const configurations = [{ scope: 'default', target, statusMapping }];
  await writeFile(
    plan,
    JSON.stringify({
      assets: [{ key: 'cli', name: 'CLI' }],
      connections: [{ tracker: 'businessmap', name: 'Board', settings, credentials, configurations }],
    }),
  );

  const first = await patchboard('apply', plan);
  const second = await patchboard('apply', plan);

  expect(first).toMatchObject({ code: 0, out: 'asset cli: made\nconnection Board: made, 1 configurations' });
  expect(second).toMatchObject({
    code: 0,
    out: 'asset cli: up to date\nconnection Board: up to date, 1 configurations',
  });
});

test('a plan in YAML takes its secrets from the environment, also changes a custom configuration, and can be tried first', async () => {
  const plan = join(folder, 'plan.yaml');
  const { settings, credentials } = stage.sandbox.connection(stage.sandboxUrl);
  const { target, statusMapping } = stage.sandbox.example;
  variables['BOARD_KEY'] = String(credentials['apiKey']);
  const lines = [
    'assets:',
    '  - { key: cli-custom, name: Custom }',
    'connections:',
    '  - tracker: businessmap',
    '    name: Custom board',
    `    settings: ${JSON.stringify(settings)}`,
    '    credentials: { apiKey: "${BOARD_KEY}" }',
    '    configurations:',
    `      - { scope: custom, assetIds: ["key:cli-custom"], target: ${JSON.stringify(target)}, statusMapping: ${JSON.stringify(statusMapping)} }`,
  ];
  await writeFile(plan, lines.join('\n'));

  const tried = await patchboard('apply', plan, '--dry-run');
  const first = await patchboard('apply', plan);
  const second = await patchboard('apply', plan);
  delete variables['BOARD_KEY'];
  const without = await patchboard('apply', plan);

  expect(tried.out).toContain('connection Custom board: would be made');
  expect(first.out).toContain('connection Custom board: made');
  expect(second).toMatchObject({ code: 0, error: '' });
  expect(without.code).toBe(2);
  expect(without.error).toContain('BOARD_KEY');
});

test('a plan with a field that there is not is refused before anything is done', async () => {
  const plan = join(folder, 'wrong.yaml');
  await writeFile(plan, 'assets:\n  - { key: never, name: Never, colour: red }\n');

  const refused = await patchboard('apply', plan);

  expect(refused.code).toBe(2);
  expect(refused.error).toContain('colour');
  expect((await patchboard('assets', 'show', 'never')).code).toBe(1);
});

test('a pipeline uploads, waits, and fails on what is too severe', async () => {
  const fails = await patchboard('upload', report, '--asset', 'cli', '--wait', '--fail-on', 'critical');
  const passes = await patchboard('upload', report, '--asset', 'cli', '--wait', '--json');

  expect(fails.code).toBe(1);
  expect(fails.error).toContain('1 open vulnerabilities are critical or worse.');
  expect(passes.code).toBe(0);
  expect(JSON.parse(passes.out)).toMatchObject({
    status: 'completed',
    summary: { created: 0, unchanged: 1 },
  });
});

test('lists are columns for people and JSON for scripts', async () => {
  const people = await patchboard('vulnerabilities', '--asset', 'cli', '--severity', 'critical,high');
  const scripts = await patchboard('vulnerabilities', '--asset', 'cli', '--json');

  expect(people.out.split('\n')[0]).toMatch(/^id\s+severity\s+status/u);
  expect(JSON.parse(scripts.out)).toMatchObject({ items: [{ severity: 'critical', status: 'identified' }] });
});

test('a person decides, looks and checks from the command line', async () => {
  const { items } = JSON.parse((await patchboard('vulnerabilities', '--asset', 'cli', '--json')).out) as {
    items: { id: string }[];
  };
  const id = items[0]?.id ?? '';
  const { items: connections } = JSON.parse((await patchboard('connections', '--json')).out) as {
    items: { id: string; name: string }[];
  };
  const connection = connections.find((one) => one.name === 'Board')?.id ?? '';

  const decided = await patchboard('vulnerabilities', 'status', id, 'in_progress', '--json');
  const refused = await patchboard('vulnerabilities', 'status', id, 'fixed');
  const timeline = await patchboard('vulnerabilities', 'timeline', id, '--json');
  const checked = await patchboard('connections', 'check', connection);

  expect(JSON.parse(decided.out)).toMatchObject({ id, status: 'in_progress' });
  expect(refused.code).toBe(1);
  expect(timeline.out).toContain('in_progress');
  expect(checked.code).toBe(0);
  expect((await patchboard('vulnerabilities', 'fly', id)).code).toBe(2);
  expect((await patchboard('vulnerabilities', 'show')).code).toBe(2);
});

test('wrong use is exit code 2 with what to write; a refusal of the server is 1 with its words', async () => {
  expect(await patchboard('upload')).toMatchObject({ code: 2 });
  expect(await patchboard('upload', report, '-a', 'cli', '--colour')).toMatchObject({ code: 2 });
  expect(await patchboard('fly')).toMatchObject({ code: 2 });
  expect(await patchboard('serve', 'quickly')).toMatchObject({ code: 2, error: expect.stringContaining('“quickly” is one word too many') });
  expect(await patchboard('upload', report, 'second.sarif', '-a', 'cli')).toMatchObject({ code: 2, error: expect.stringContaining('“second.sarif”') });
  const refused = await patchboard('upload', report, '--asset', 'nobody');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.error).toContain('There is no asset');
});

test('each command explains itself with examples', async () => {
  for (const name of ['upload', 'vulnerabilities', 'apply', 'doctor', 'migrate', 'connections']) {
    const { code, out } = await patchboard(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain('Examples');
  }
});
