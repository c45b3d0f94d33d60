import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pathOfUri } from '../formats/kit/path.ts';
import { WrongUse } from './command.ts';

const reportBytesMax = 256 * 1024 ** 2;
const sourceBytesMax = 5 * 1024 ** 2;
const filesMax = 2_000;
const linesAround = 3;
const snippetLinesMax = 10;

interface Region {
  readonly startLine?: unknown;
  readonly endLine?: unknown;
  snippet?: unknown;
}

interface PhysicalLocation {
  readonly artifactLocation?: { readonly uri?: unknown };
  readonly region?: Region;
  contextRegion?: unknown;
}

interface Result {
  readonly ruleId?: unknown;
  readonly locations?: readonly { readonly physicalLocation?: PhysicalLocation }[];
}

interface Run {
  readonly tool?: { readonly driver?: { readonly name?: unknown } };
  readonly results?: readonly Result[];
}

/**
 * A SARIF report with the flagged lines and three either side, from the source beside us, where the scanner did not give
 * them: the most valuable input there is for knowing a vulnerability again after the code moved.
 */
export async function addSource(
  file: string,
  folder: string,
): Promise<{ readonly bytes: Buffer; readonly added: number }> {
  const report = await readReport(file);
  const root = await realpath(folder).catch(() => {
    throw new WrongUse(`There is no folder ${folder}.`);
  });
  const source = makeSource(root);
  let added = 0;
  for (const run of listOf<Run>((report as { runs?: unknown }).runs)) {
    for (const result of listOf<Result>(run.results)) {
      const place = result.locations?.[0]?.physicalLocation;
      if (place !== undefined && !isAboutSecret(run, result) && (await extend(place, source))) {
        added += 1;
      }
    }
  }
  return { bytes: Buffer.from(JSON.stringify(report)), added };
}

async function readReport(file: string): Promise<unknown> {
  const { size } = await stat(file);
  if (size > reportBytesMax) {
    throw new WrongUse(
      `With --source a report may have at most ${reportBytesMax} bytes; ${file} has ${size}.`,
    );
  }
  const bytes = await readFile(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    const plain = isGzip ? gunzipSync(bytes, { maxOutputLength: reportBytesMax }) : bytes;
    const report = JSON.parse(plain.toString('utf8').replace(/^\uFEFF/u, '')) as { runs?: unknown };
    if (Array.isArray(report.runs)) {
      return report;
    }
  } catch {
    // Said below.
  }
  throw new WrongUse(`--source works with SARIF reports; ${file} is none.`);
}

/** A line with a leaked secret must not travel further than it has to. */
function isAboutSecret(run: Run, result: Result): boolean {
  const words = `${String(run.tool?.driver?.name ?? '')} ${String(result.ruleId ?? '')}`;
  return /secret|credential|passw|api-?_?key|token|leak|truffle/iu.test(words);
}

async function extend(place: PhysicalLocation, source: Source): Promise<boolean> {
  const { region, artifactLocation } = place;
  const first = countOf(region?.startLine);
  const uri = artifactLocation?.uri;
  if (
    region === undefined ||
    first === null ||
    typeof uri !== 'string' ||
    place.contextRegion !== undefined
  ) {
    return false;
  }
  const lines = await source(pathOfUri(uri));
  if (lines === null || first > lines.length) {
    return false;
  }
  const last = Math.min(countOf(region.endLine) ?? first, first + snippetLinesMax - 1, lines.length);
  const begin = Math.max(1, first - linesAround);
  const end = Math.min(lines.length, last + linesAround);
  region.snippet ??= { text: lines.slice(first - 1, last).join('\n') };
  place.contextRegion = {
    startLine: begin,
    endLine: end,
    snippet: { text: lines.slice(begin - 1, end).join('\n') },
  };
  return true;
}

type Source = (path: string) => Promise<readonly string[] | null>;

/** Files of the folder by their path; what points out of it, is too long or is no text is not there. */
function makeSource(root: string): Source {
  const known = new Map<string, readonly string[] | null>();
  return async (path) => {
    const before = known.get(path);
    if (before !== undefined) {
      return before;
    }
    const lines = await readLines(root, path).catch(() => null);
    if (known.size >= filesMax) {
      known.delete(known.keys().next().value ?? '');
    }
    known.set(path, lines);
    return lines;
  };
}

async function readLines(root: string, path: string): Promise<readonly string[] | null> {
  // A report is not ours: it may name /etc/passwd, or a link that leads there.
  const file = await realpath(join(root, path));
  const inside = relative(root, file);
  if (inside.startsWith('..') || isAbsolute(inside)) {
    return null;
  }
  const { size } = await stat(file);
  const text = size > sourceBytesMax ? null : await readFile(file, 'utf8');
  return text === null || text.includes('\0') ? null : text.split(/\r?\n/u);
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
}

function listOf<Item>(value: unknown): readonly Item[] {
  return Array.isArray(value) ? (value as Item[]) : [];
}
