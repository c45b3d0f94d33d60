import { readFileSync, writeFileSync } from 'node:fs';

/** Peak resident memory of a process from now on, in megabytes, as Linux tells it; 0 elsewhere. */
export function watchMemory(pid: number): { end(): number } {
  const peak = () => {
    try {
      const found = /^VmHWM:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      return Number(found?.[1] ?? 0) / 1_024;
    } catch {
      return 0;
    }
  };
  try {
    // Forgets the peak so far (proc(5), clear_refs).
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Then it counts from the start of the process.
  }
  let most = peak();
  const timer = setInterval(() => {
    most = Math.max(most, peak());
  }, 50);
  return {
    end() {
      clearInterval(timer);
      return Math.max(most, peak());
    },
  };
}
