import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startOf } from './processes.ts';

export class DataFolderInUse extends Error {
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(
      `The data folder ${folder} is in use by another Patchboard (process ${pid}). Stop that one first, or give this one its own folder with PATCHBOARD_DATA.`,
    );
    this.name = 'DataFolderInUse';
    this.pid = pid;
  }
}

const roundsMax = 10;

/** One Patchboard per data folder. A lock whose process is gone (kill -9) is taken over. Returns the release. */
export function lockDataFolder(folder: string): () => void {
  const taken = takeLock(join(folder, 'patchboard.lock'));
  if (typeof taken === 'number') {
    throw new DataFolderInUse(folder, taken);
  }
  return taken;
}

/** The release of a lock file that is ours now, or the process that has it. */
export function takeLock(file: string): (() => void) | number {
  const mine = `${process.pid} ${startOf(process.pid)}`;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let round = 0; round < roundsMax; round += 1) {
      if (appears(draft, file)) {
        return () => release(file, mine);
      }
      const words = read(file);
      const holder = livingHolder(words);
      if (holder !== null) {
        return holder;
      }
      bury(file, words);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Error(`The lock ${file} changes hands all the time. Stop the other processes and try again.`);
}

/** A link appears whole or not at all: nobody ever reads a lock that is half written. */
function appears(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Moves a dead lock away. If a living one had come in its place meanwhile, that one is put back. */
function bury(file: string, words: string): void {
  const grave = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, grave);
  } catch {
    // Somebody else buried it.
    return;
  }
  if (read(grave) !== words) {
    appears(grave, file);
  }
  rmSync(grave, { force: true });
}

function release(file: string, mine: string): void {
  if (read(file) === mine) {
    rmSync(file, { force: true });
  }
}

/** The process that a lock names, if it lives. An id is used again after a while; its start time is not. */
export function livingHolder(words: string): number | null {
  const [pid, start = ''] = words.split(' ');
  const holder = Number(pid);
  if (!Number.isInteger(holder) || holder <= 0 || !isAlive(holder)) {
    return null;
  }
  const now = startOf(holder);
  return now === '' || start === '' || now === start ? holder : null;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
