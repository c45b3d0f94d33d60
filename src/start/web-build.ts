import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../lib/project-folder.ts';
import { digestOfSources, readStamp, webSources } from './web-sources.ts';

const wordsMax = 2_000;

export interface WebBuild {
  /** Whether there was anything to do. */
  readonly needed: boolean;
  /** True when the web app is in its folder, false when it was stopped before; rejects with Vite's words. */
  readonly done: Promise<boolean>;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

export const noWebBuild: WebBuild = { needed: false, done: Promise.resolve(true), stop: async () => {} };

/** Builds the web app where it is missing or its sources changed, in a process of its own that gives way to others. */
export function buildWeb(): WebBuild {
  if (!existsSync(join(webSources, 'index.html'))) {
    return noWebBuild;
  }
  const stamp = digestOfSources();
  if (readStamp() === stamp) {
    return noWebBuild;
  }
  const child = fork(join(projectFolder, 'src', 'start', 'build-web.ts'), [stamp], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  giveWay(child);
  let stopped = false;
  const done = ended(child).then(({ code, words }) => {
    if (stopped) {
      return false;
    }
    if (code !== 0) {
      throw new Error(
        `The web app could not be built; the API works without it. Vite says: ${words.trim() || '(nothing)'}`,
      );
    }
    return true;
  });
  // Whoever wants to know awaits it; nobody has to.
  done.catch(() => {});
  const stop = async () => {
    stopped = true;
    child.kill('SIGTERM');
    await done.catch(() => {});
  };
  return { needed: true, done, stop };
}

function giveWay(child: ChildProcess): void {
  try {
    setPriority(child.pid ?? 0, 10);
  } catch {
    // It ended already, or this system has no priorities.
  }
}

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly words: string }> {
  let words = '';
  const listen = (part: Buffer) => {
    words = `${words}${part.toString()}`.slice(-wordsMax);
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, words };
}
