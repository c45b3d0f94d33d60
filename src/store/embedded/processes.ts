import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process runs; one that is dead and only not yet buried (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return fieldsOf(pid)?.[0] !== 'Z';
}

/** Clock ticks since boot at which a process began (field 22 of /proc/PID/stat); empty where there is no /proc. */
export function startOf(pid: number): string {
  return fieldsOf(pid)?.[19] ?? '';
}

/** Fields of /proc/PID/stat from the third on; the second may hold blanks and brackets. */
function fieldsOf(pid: number): readonly string[] | null {
  try {
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return words.slice(words.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Sends a signal; a process that is gone already is as good as one that obeys. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

/** Waits for a process's end; false if it outlives our patience. */
export async function gone(pid: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (isAlive(pid)) {
    if (Date.now() >= deadline) {
      return false;
    }
    await sleep(20);
  }
  return true;
}
