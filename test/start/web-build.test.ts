import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../../src/store/embedded/processes.ts';
import type { Started } from './process.ts';
import { projectRoot, startProcess } from './process.ts';

const programs = [
  'package.json',
  'package-lock.json',
  'src/lib/project-folder.ts',
  'src/start/web-build.ts',
  'src/start/web-sources.ts',
  'src/start/build-web.ts',
  'src/store/embedded/data-lock.ts',
  'src/store/embedded/processes.ts',
];
const slowPlugin = `const slow = { name: 'slow', buildStart: () => new Promise((done) => setTimeout(done, 500)) };
export default { plugins: [slow] };`;

/** A project with a web app of one page, which the real programs build. */
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchboard-web-'));
  for (const file of programs) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(projectRoot, file), join(folder, file));
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'web'));
  writeFileSync(join(folder, 'web', 'index.html'), '<!doctype html><title>Page</title>');
  writeFileSync(join(folder, 'web', 'vite.config.ts'), slowPlugin);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(then = ''): Started {
  const words = `const { buildWeb } = await import('./src/start/web-build.ts');
    const build = buildWeb();
    console.log('needed ' + build.needed);
    ${then}
    console.log('done ' + await build.done);`;
  return startProcess([process.execPath, '-e', `void (async () => { ${words} })()`], { cwd: folder });
}

const left = () => readdirSync(join(folder, 'web')).filter((name) => name.startsWith('.dist'));

test('two processes that build at the same moment leave one whole web app and nothing else', async () => {
  const builds = [build(), build()];

  await Promise.all(builds.map((one) => one.says(/done true/u)));
  await Promise.all(builds.map((one) => one.ended));

  expect(readFileSync(join(folder, 'web', 'dist', 'index.html'), 'utf8')).toContain('Page');
  expect(left()).toEqual([]);
  expect((await build().says(/needed (\w+)/u))[1]).toBe('false');
});

test('a build that is stopped says so, is no failure, and leaves nothing behind', async () => {
  const stopped = build('await build.stop();');

  await stopped.says(/done false/u);

  expect((await stopped.ended).code).toBe(0);
  expect(left()).toEqual([]);
});

test('a build ends with the process that asked for it, and leaves nothing behind', async () => {
  const killed = build();
  await killed.says(/needed true/u);
  await expect.poll(left, { timeout: 20_000 }).toContain('.dist-lock');
  const builder = Number(readFileSync(join(folder, 'web', '.dist-lock'), 'utf8').split(' ')[0]);

  killed.child.kill('SIGKILL');

  await expect.poll(() => isAlive(builder), { timeout: 10_000 }).toBe(false);
  expect(left()).toEqual([]);
  expect(existsSync(join(folder, 'web', 'dist'))).toBe(false);
});
