import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

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

/** One Patchboard per data folder. A lock whose process is gone (kill -9) is taken over. Returns the release. */
export function lockDataFolder(folder: string): () => void {
  const file = join(folder, 'patchboard.lock');
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`;
  for (let round = 0; round < 5; round += 1) {
    if (create(file, mine)) {
      return () => rmSync(file, { force: true });
    }
    const holder = livingHolder(file);
    if (holder !== null) {
      throw new DataFolderInUse(folder, holder);
    }
    // Two that find the same dead lock: only one of them can move it away.
    try {
      const grave = `${file}.${process.pid}`;
      renameSync(file, grave);
      rmSync(grave, { force: true });
    } catch {
      // The other one did.
    }
  }
  throw new Error(`The lock ${file} changes hands all the time. Stop the other processes and try again.`);
}

function create(file: string, words: string): boolean {
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    writeSync(descriptor, words);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

function livingHolder(file: string): number | null {
  const [pid, start] = read(file).split(' ');
  const holder = Number(pid);
  if (!Number.isInteger(holder) || holder <= 0 || !isAlive(holder)) {
    return null;
  }
  // A process id is used again after a restart of the machine; its start time is not.
  const now = startOf(holder);
  return now === null || start === undefined || start === '' || now === start ? holder : null;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return stateOf(pid) !== 'Z';
}

/** Clock ticks since boot at which a process began (field 22 of /proc/PID/stat); null where there is no /proc. */
function startOf(pid: number): string | null {
  return fieldsOf(pid)?.[19] ?? null;
}

function stateOf(pid: number): string | null {
  return fieldsOf(pid)?.[0] ?? null;
}

/** Fields of /proc/PID/stat from the third on; the second may hold blanks and brackets. */
function fieldsOf(pid: number): readonly string[] | null {
  const words = read(`/proc/${pid}/stat`);
  const end = words.lastIndexOf(')');
  return end < 0 ? null : words.slice(end + 2).split(' ');
}
