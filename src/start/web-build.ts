import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setPriority } from 'node:os';
import { join, relative } from 'node:path';
import { isAlive } from '../store/embedded/processes.ts';

const root = join(import.meta.dirname, '..', '..');
const web = join(root, 'web');
/** The web app uses the API's shapes, and the rules of the core. */
const shared = [join(root, 'src', 'contracts', 'api'), join(root, 'src', 'core')];
const stampName = '.sources';
const wordsMax = 2_000;

/** Where the built web app is, or will be. */
export const webFolder = join(web, 'dist');

export interface WebBuild {
  /** Whether there was anything to do. */
  readonly needed: boolean;
  /** Resolves when the web app is in its folder; rejects with Vite's words. */
  readonly done: Promise<void>;
  stop(): void;
}

/** Builds the web app where it is missing or its sources changed, in a process of its own that gives way to others. */
export function buildWeb(): WebBuild {
  const stamp = digestOfSources();
  if (!existsSync(join(web, 'index.html')) || readStamp() === stamp) {
    return { needed: false, done: Promise.resolve(), stop: () => {} };
  }
  sweepDrafts();
  const draft = mkdtempSync(join(web, `.dist-${process.pid}-`));
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const child = spawn(
    process.execPath,
    [vite, 'build', web, '--outDir', draft, '--emptyOutDir', '--logLevel', 'warn'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  giveWay(child);
  return { needed: true, done: finish({ child, draft, stamp }), stop: () => child.kill('SIGKILL') };
}

function giveWay(child: ChildProcess): void {
  try {
    setPriority(child.pid ?? 0, 10);
  } catch {
    // It ended already, or this system has no priorities.
  }
}

async function finish(build: {
  readonly child: ChildProcess;
  readonly draft: string;
  readonly stamp: string;
}): Promise<void> {
  const { child, draft, stamp } = build;
  let words = '';
  const listen = (part: Buffer) => {
    words = `${words}${part.toString()}`.slice(-wordsMax);
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0 || !existsSync(join(draft, 'index.html'))) {
      throw new Error(
        `The web app could not be built; the API works without it. Vite says: ${words.trim() || '(nothing)'}`,
      );
    }
    writeFileSync(join(draft, stampName), stamp);
    putInPlace(draft, stamp);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Two processes that build the same sources at once each may be first: what the other put there is as good. */
function putInPlace(draft: string, stamp: string): void {
  const old = `${draft}-old`;
  try {
    if (existsSync(webFolder)) {
      renameSync(webFolder, old);
    }
    renameSync(draft, webFolder);
  } catch (error) {
    if (readStamp() !== stamp) {
      throw error;
    }
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

/** What builds that were killed left; another process may be at work on its own draft. */
function sweepDrafts(): void {
  for (const name of readdirSync(web)) {
    const owner = /^\.dist-(\d+)-/u.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) {
      rmSync(join(web, name), { recursive: true, force: true });
    }
  }
}

function readStamp(): string | null {
  const file = join(webFolder, stampName);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function digestOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of [web, ...shared].flatMap(filesBelow).sort()) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === 'dist' || entry.name.startsWith('.')) {
      return [];
    }
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
