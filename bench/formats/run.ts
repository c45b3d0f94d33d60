import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { writeReport } from './write-report.ts';

/**
 * SARIF to findings beside the bare library, one after the other on the same file: `npm run bench:formats -- --megabytes 1000`.
 * `--indent 0` writes all on one line, as some scanners do.
 */
const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
    indent: { type: 'string', default: '2' },
  },
});
const megabytes = Number(values.megabytes);
const rounds = Number(values.rounds);
const indent = Number(values.indent);
if (!(megabytes > 0) || !(rounds > 0) || !(indent >= 0)) {
  console.error('--megabytes, --rounds and --indent are numbers.');
  process.exit(2);
}

interface Reading {
  readonly count: number;
  readonly seconds: number;
  readonly megabytes: number;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-formats-'));
try {
  const file = join(folder, 'report.sarif');
  const results = await writeReport(file, megabytes * 1e6, indent);
  const { size } = await stat(file);
  console.log(`${(size / 1e6).toFixed(0)} MB of SARIF, ${results} results`);
  const best = new Map<string, Reading>();
  for (let round = 0; round < rounds; round += 1) {
    for (const reader of ['read-bare.ts', 'read-ours.ts']) {
      const reading = await readIn(reader, file);
      if (reading.count !== results) {
        throw new Error(`${reader} read ${reading.count} of ${results} results.`);
      }
      console.log(
        `${reader}: ${(size / 1e6 / reading.seconds).toFixed(1)} MB/s, ${reading.seconds.toFixed(1)} s, peak ${reading.megabytes.toFixed(0)} MB`,
      );
      const before = best.get(reader);
      best.set(reader, before !== undefined && before.seconds < reading.seconds ? before : reading);
    }
  }
  const bare = best.get('read-bare.ts') as Reading;
  const ours = best.get('read-ours.ts') as Reading;
  console.log(
    `ours is ${(bare.seconds / ours.seconds).toFixed(2)} times as fast, peak ${ours.megabytes.toFixed(0)} MB (best of ${rounds})`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** In a process of its own, so that memory is its own. */
async function readIn(reader: string, file: string): Promise<Reading> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, reader), file]);
  return JSON.parse(stdout) as Reading;
}
