import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** All that it said so far. */
  said(): { readonly stdout: string; readonly stderr: string };
  /** The first match of a pattern in what it says; rejects if it ends before. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export const projectRoot = join(import.meta.dirname, '..', '..');

/** Starts a program and listens to it. The environment is the given one alone, with PATH and HOME of ours. */
export function startProcess(
  words: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Started {
  const [program = '', ...rest] = words;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, rest, {
    cwd: options.cwd ?? projectRoot,
    env: { PATH, HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const tell = () => waiting.forEach((look) => look());
  child.stdout.on('data', (part: Buffer) => {
    stdout += part.toString();
    tell();
  });
  child.stderr.on('data', (part: Buffer) => {
    stderr += part.toString();
    tell();
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const says = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match !== null) {
          waiting.delete(look);
          resolve(match);
        }
      };
      waiting.add(look);
      look();
      ended.then(
        () => reject(new Error(`It ended without saying ${String(pattern)}. It said:\n${stdout}\n${stderr}`)),
        (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      );
    });
  return { child, pid: child.pid ?? 0, said: () => ({ stdout, stderr }), says, ended };
}

/** The product's own process on a data folder and a free port; of its source, where no other form is named. */
export function startServe(
  dataFolder: string,
  env: Readonly<Record<string, string>> = {},
  main: string = join(projectRoot, 'src', 'main.ts'),
): Started {
  return startProcess([process.execPath, main, 'serve'], {
    env: { PATCHBOARD_DATA: dataFolder, PATCHBOARD_PORT: '0', ...env },
  });
}

export async function addressOf(started: Started): Promise<string> {
  const [, address = ''] = await started.says(/ready at (http:\S+)/u);
  return address;
}
