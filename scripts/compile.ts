import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/** Reads all that a start from the source reads, so that Node keeps what it makes of it (see main.ts). Run once, after an install. */
enableCompileCache(join(import.meta.dirname, '..', '.cache', 'compiled'));
const [, { readRooms }] = await Promise.all([
  import('../src/start/serve.ts'),
  import('../src/start/rooms.ts'),
  // What scans' threads read.
  import('../src/ingest/process-scan.ts'),
  import('../src/cli/run.ts'),
]);
await readRooms();
