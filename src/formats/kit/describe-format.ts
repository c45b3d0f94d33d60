import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Format, ReportEvent } from '../../contracts/format.ts';
import { ReportError, readLimits } from '../../contracts/format.ts';
import { findFormats, recogniseFormat } from '../index.ts';
import type { Growth } from './grow-sample.ts';
import { grown } from './grow-sample.ts';
import { heapAfter } from './heap-after.ts';
import { openReport } from './open-report.ts';

const cutsMax = 160;
const grownBytes = 4 * 1024 ** 2;
const heapGrowthMax = 2 * 1024 ** 2;

export interface FormatPromises {
  /** Where the format's `samples` folder stands: `findings*`, `clean*`, `broken*`, and what else has a golden file. */
  readonly folder: string;
  /** What stands many times in a big report; one sample with findings is grown so. */
  readonly growth: Growth;
  /** The sample that is grown, if it is not the first with findings. */
  readonly grownSample?: string;
  /** Formats of one entry a line: a cut at a line's end cannot be seen, one within a line is at least partial. */
  readonly lines?: boolean;
}

/** The promises of every format, over its samples. */
export function describeFormat(
  format: Format,
  { folder, growth, grownSample, lines = false }: FormatPromises,
): void {
  const samples = join(folder, 'samples');
  const named = async (...beginnings: string[]) =>
    (await sampleNames(samples)).filter((name) => beginnings.some((one) => name.startsWith(one)));
  const whole = async () => (await sampleNames(samples)).filter((name) => !name.startsWith('broken'));

  describe(`format ${format.id}`, () => {
    test('its id is the name of its folder', () => {
      expect(format.id).toBe(basename(folder));
    });

    test('reads each sample to the findings of its golden file', async () => {
      for (const name of await whole()) {
        const events = await read(format, [await readFile(join(samples, name))]);

        await expect(`${JSON.stringify(events, null, 2)}\n`).toMatchFileSnapshot(
          join(samples, 'golden', `${name}.json`),
        );
      }
    });

    test('has samples with findings, without any, and broken', async () => {
      for (const name of await named('findings')) {
        expect(findingsIn(await read(format, [await readFile(join(samples, name))])), name).not.toHaveLength(
          0,
        );
      }
      for (const name of await named('clean')) {
        expect(findingsIn(await read(format, [await readFile(join(samples, name))])), name).toHaveLength(0);
      }

      expect(await named('findings')).not.toHaveLength(0);
      expect(await named('clean')).not.toHaveLength(0);
      expect(await named('broken')).not.toHaveLength(0);
    });

    test('says what is wrong with a broken report, and where', async () => {
      for (const name of await named('broken')) {
        const error = await errorOf(read(format, [await readFile(join(samples, name))]));

        expect(error, name).toBeInstanceOf(ReportError);
        expect((error as ReportError).where, name).not.toBeNull();
      }
    });

    test('a report that was cut off anywhere is an error, never a smaller report', async () => {
      for (const name of await named('findings')) {
        const bytes = await readFile(join(samples, name));
        for (const cut of cutsOf(bytes)) {
          const events = await read(format, [bytes.subarray(0, cut)]).catch((error: unknown) => error);

          expect(isNoticed(events, lines && isLineEnd(bytes, cut)), `${name} cut at byte ${cut}`).toBe(true);
        }
      }
    });

    test('how the bytes are cut into chunks does not matter', async () => {
      for (const name of await whole()) {
        const bytes = await readFile(join(samples, name));
        const expected = await read(format, [bytes]);

        expect(
          await read(
            format,
            chunks(bytes, () => 1),
          ),
          name,
        ).toEqual(expected);
        expect(await read(format, chunks(bytes, uneven(7))), name).toEqual(expected);
        expect(await read(format, chunks(bytes, uneven(97))), name).toEqual(expected);
      }
    });

    test('reads gzip like the plain report, and refuses gzip that was cut off', async () => {
      const [name] = await named('findings');
      const plain = await readFile(join(samples, name as string));
      const packed = gzipSync(plain);

      expect(await read(format, [packed])).toEqual(await read(format, [plain]));
      expect(await errorOf(read(format, [packed.subarray(0, Math.floor(packed.length / 2))]))).toBeInstanceOf(
        ReportError,
      );
    });

    test('recognises its own reports and nobody else’s', async () => {
      const formats = await findFormats();
      for (const { owner, name, head } of await heads(join(folder, '..'))) {
        const recognised = recogniseFormat(head, formats)?.id ?? null;

        expect(recognised === format.id, `${owner}/${name} taken for ${recognised}`).toBe(
          owner === format.id,
        );
      }
    });

    test('memory does not grow with the report', async () => {
      const name = grownSample ?? ((await named('findings'))[0] as string);
      const sample = await readFile(join(samples, name), 'utf8');
      const big = grown(sample, growth, grownBytes);

      const { early, late, findings } = await heapAfter(format, big);

      expect(findings).toBeGreaterThan(1_000);
      expect(late - early).toBeLessThan(heapGrowthMax);
    });
  });
}

/** All events of a report that comes in these chunks. */
export async function read(format: Format, parts: Iterable<Uint8Array>): Promise<readonly ReportEvent[]> {
  const list = [...parts];
  const open = async function* () {
    yield* list;
  };
  const events: ReportEvent[] = [];
  for await (const event of format.read(openReport(open, readLimits), {
    limits: readLimits,
    digestKey: new Uint8Array(32),
  })) {
    events.push(event);
  }
  return events;
}

export function findingsIn(events: readonly ReportEvent[]) {
  return events.flatMap((event) => (event.kind === 'finding' ? [event.finding] : []));
}

export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

async function sampleNames(samples: string): Promise<readonly string[]> {
  const entries = await readdir(samples, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => entry.name);
  // The plain one before its variants.
  return names.sort((one, other) => one.length - other.length || one.localeCompare(other));
}

/** Every place up to the last byte that says something, or evenly spread ones where that is too many. */
function cutsOf(bytes: Buffer): readonly number[] {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] as number) <= 0x20) {
    end -= 1;
  }
  const step = Math.max(1, Math.floor(end / cutsMax));
  const cuts: number[] = [];
  for (let cut = 0; cut < end - cutsMax; cut += step) {
    cuts.push(cut);
  }
  for (let cut = Math.max(0, end - cutsMax / 2); cut < end; cut += 1) {
    cuts.push(cut);
  }
  return cuts;
}

function isNoticed(result: unknown, atLineEnd: boolean): boolean {
  if (result instanceof ReportError || atLineEnd) {
    return true;
  }
  const ends = Array.isArray(result)
    ? (result as readonly ReportEvent[]).filter((event) => event.kind === 'end')
    : [];
  return ends.some(({ outcome }) => outcome.outcome === 'failed' || outcome.partial === true);
}

function isLineEnd(bytes: Buffer, cut: number): boolean {
  return cut > 0 && (bytes[cut] === 0x0a || bytes[cut - 1] === 0x0a || bytes[cut] === 0x0d);
}

function* chunks(bytes: Uint8Array, size: () => number): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length; ) {
    const next = from + size();
    yield bytes.subarray(from, next);
    from = next;
  }
}

/** Sizes up to `most` by a fixed rule, so that a failure can be seen again. */
function uneven(most: number): () => number {
  let state = most;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return 1 + (state % most);
  };
}

async function heads(formats: string): Promise<readonly { owner: string; name: string; head: string }[]> {
  const folders = (await readdir(formats, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && entry.name !== 'kit',
  );
  const lists = await Promise.all(
    folders.map(async ({ name: owner }) => {
      const samples = join(formats, owner, 'samples');
      // Some say too little to be recognised by: whoever uploads them must name the format.
      const names = (await sampleNames(samples)).filter(
        (name) => !name.startsWith('broken') && !name.includes('-named.'),
      );
      return Promise.all(names.map(async (name) => ({ owner, name, head: await head(join(samples, name)) })));
    }),
  );
  return lists.flat();
}

async function head(file: string): Promise<string> {
  const bytes = await readFile(file);
  const open = async function* () {
    yield bytes;
  };
  const parts: Uint8Array[] = [];
  for await (const part of openReport(open, readLimits).open()) {
    parts.push(part);
  }
  return Buffer.concat(parts)
    .subarray(0, 64 * 1024)
    .toString('utf8');
}
