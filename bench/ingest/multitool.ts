import { execFile } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { watchMemory } from './memory.ts';

const run = promisify(execFile);

export interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

/** SARIF Multitool from npm in a folder of its own; answers the path of its program. */
export async function installMultitool(folder: string): Promise<{ readonly program: string; readonly version: string }> {
  const part = process.platform === 'win32' ? 'win32' : process.platform === 'darwin' ? 'darwin' : 'linux';
  await run('npm', ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '@microsoft/sarif-multitool@5'], { shell: process.platform === 'win32' });
  const modules = join(folder, 'node_modules/@microsoft');
  const { version } = JSON.parse(await readFile(join(modules, 'sarif-multitool/package.json'), 'utf8')) as { version: string };
  const program = join(modules, `sarif-multitool-${part}`, part === 'win32' ? 'Sarif.Multitool.exe' : 'Sarif.Multitool');
  await chmod(program, 0o755);
  return { program, version };
}

/** Its matching alone: both reports read, the new one written with what it was matched with. */
export async function matchForward(program: string, before: string, now: string, output: string): Promise<Measured> {
  const began = performance.now();
  const child = run(program, ['match-results-forward', now, '--previous', before, '--output-file-path', output, '--log', 'ForceOverwrite'], {
    env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
    maxBuffer: 64 * 1024 ** 2,
  });
  const memory = watchMemory(child.child.pid ?? 0);
  await child;
  return { seconds: (performance.now() - began) / 1_000, megabytes: memory.end() };
}
