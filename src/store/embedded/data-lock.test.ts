import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderInUse, lockDataFolder } from './data-lock.ts';
import { startOf } from './processes.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchboard-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a data folder in use is refused, and the refusal names the process', () => {
  lockDataFolder(folder);

  expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse);
  expect(() => lockDataFolder(folder)).toThrow(`process ${process.pid}`);
});

test('a released data folder can be taken again', () => {
  lockDataFolder(folder)();

  expect(() => lockDataFolder(folder)).not.toThrow();
});

test('a lock whose process was killed is taken over', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(join(folder, 'patchboard.lock'), `${child.pid} ${startOf(child.pid ?? 0)}`);
  expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse);

  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;

  lockDataFolder(folder);
  expect(readFileSync(join(folder, 'patchboard.lock'), 'utf8')).toMatch(`${process.pid} `);
});

test.runIf(process.platform === 'linux')(
  'a process that only has the same number as the dead one does not block',
  () => {
    writeFileSync(join(folder, 'patchboard.lock'), `${process.pid} 1`);

    expect(() => lockDataFolder(folder)).not.toThrow();
  },
);

test.each(['', 'what', '-5 1', '0'])('a lock that says “%s” belongs to nobody', (words) => {
  writeFileSync(join(folder, 'patchboard.lock'), words);

  expect(() => lockDataFolder(folder)).not.toThrow();
});
