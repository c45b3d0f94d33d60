import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtFolder, programOf } from '../../scripts/built.mjs';
import { findFormats } from '../../src/formats/index.ts';
import { endLeftServer } from '../../src/store/embedded/server.ts';
import { findTrackers } from '../../src/trackers/index.ts';
import type { Started } from './process.ts';
import { addressOf, projectRoot, startProcess, startServe } from './process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchboard-built-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a build is run for the sources that it was made of', () => {
  const source = () => join(folder, 'src', 'main.ts');
  const isBuilt = () => programOf(folder, 'src/main.ts').isBuilt;
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  beforeEach(() => {
    put('src/main.ts', 'one');
    put('src/core/rule.ts', 'rule');
    put('package-lock.json', '{}');
    put(join('.cache', 'built', builtFolder(folder).split(/[/\\]/u).at(-1) ?? '', 'main.mjs'), 'built');
  });

  test('and no other program has one', () => {
    expect(programOf(folder, 'src/main.ts').file).toBe(join(builtFolder(folder), 'main.mjs'));
    expect(programOf(folder, 'demo/run.ts').file).toBe(join(folder, 'demo', 'run.ts'));
  });

  test.each<[string, () => void]>([
    ['a file is edited', () => put('src/core/rule.ts', 'another rule')],
    ['a file is written anew with as many letters', () => utimesSync(source(), new Date(), new Date(Date.now() + 5))],
    ['there is a new file', () => put('src/formats/new/index.ts', 'new')],
    ['a file is gone', () => rmSync(join(folder, 'src/core/rule.ts'))],
    ['other packages are locked', () => put('package-lock.json', '{ }')],
  ])('not when %s', (_what, change) => {
    expect(isBuilt()).toBe(true);

    change();

    expect(isBuilt()).toBe(false);
    expect(programOf(folder, 'src/main.ts').file).toBe(source());
  });

  test('a test is no source', () => {
    put('src/core/rule.test.ts', 'test');

    expect(isBuilt()).toBe(true);
  });
});

describe('the product as it was built', () => {
  const token = 'a-bootstrap-token-of-32-characters-or-more';
  const running: Started[] = [];
  const main = () => programOf(projectRoot, 'src/main.ts').file;
  beforeAll(async () => {
    const build = startProcess([process.execPath, join(projectRoot, 'scripts', 'build.ts')]);
    await build.ended;
  });
  afterEach(async () => {
    for (const { child, ended } of running.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    await endLeftServer(folder);
  });

  test('starts, knows its trackers and formats, reads a report in a thread, and stops in order', async () => {
    expect(main()).toBe(join(builtFolder(projectRoot), 'main.mjs'));
    const started = startServe(folder, { PATCHBOARD_BOOTSTRAP_TOKEN: token }, main());
    running.push(started);
    const address = await addressOf(started);
    const call = async <Body>(path: string, body?: string): Promise<Body> => {
      const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      return (await (await fetch(`${address}${path}`, { headers, ...(body === undefined ? {} : { method: 'POST', body }) })).json()) as Body;
    };
    const report = readFileSync(join(projectRoot, 'src/formats/sarif/samples/findings-flawfinder.sarif'), 'utf8');
    const { id } = await call<{ id: string }>('/api/v1/assets', JSON.stringify({ name: 'Asset', key: 'asset' }));
    const read = async (query: string) => {
      const scan = await call<{ id: string }>(`/api/v1/assets/${id}/scans?${query}`, report);
      const look = () => call<{ status: string; error: { hint: string } | null }>(`/api/v1/scans/${scan.id}`);
      await expect.poll(async () => (await look()).status, { timeout: 20_000 }).toMatch(/completed|failed/u);
      return look();
    };

    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    const { items } = await call<{ items: readonly { id: string }[] }>('/api/v1/trackers');
    expect(items.map((one) => one.id)).toEqual((await findTrackers()).map((one) => one.id));
    expect(await read('startedAt=2026-01-01T00:00:00Z')).toMatchObject({ status: 'completed', error: null });
    const refused = await read('startedAt=2026-01-02T00:00:00Z&format=none');
    expect(refused.error?.hint).toBe(`Choose one of: ${(await findFormats()).map((one) => one.id).join(', ')}.`);

    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(0);
    expect(started.said().stderr).toContain('"stopped"');
  });

  test('answers at the command line', async () => {
    const help = startProcess([process.execPath, main(), '--help']);

    expect((await help.ended).code).toBe(0);
    expect(help.said().stdout).toContain('patchboard COMMAND');
  });
});
