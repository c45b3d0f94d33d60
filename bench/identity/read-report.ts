import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { readLimits } from '../../src/contracts/format.ts';
import type { Finding } from '../../src/core/matching/finding.ts';
import { findFormats } from '../../src/formats/index.ts';
import type { FindingSink } from '../../src/ingest/read-scan.ts';
import { readScan } from '../../src/ingest/read-scan.ts';
import { readForeign } from './foreign-reports.ts';

/** A finding and its number in the scanner's file, by which the truth names it. */
export interface Numbered {
  readonly index: number;
  readonly finding: Finding;
}

const digestKey = new Uint8Array(32).fill(7);
const formats = await findFormats();

/** Findings of one scan as the product reads them; a scanner that is none of ours is read by the bench, and that is told. */
export async function readReport(file: string): Promise<{ readonly findings: readonly Numbered[]; readonly how: string }> {
  const text = gunzipSync(await readFile(file)).toString('utf8');
  const foreign = readForeign(text);
  if (foreign !== null) {
    return { findings: foreign.findings.map((finding, index) => ({ index, finding })), how: foreign.how };
  }
  const kept = new Kept();
  const read = await readScan({
    open: () => createReadStream(file),
    formats,
    format: null,
    tool: null,
    category: null,
    limits: readLimits,
    digestKey,
    staged: kept,
    onFindings: () => {},
  });
  return { findings: numbered(kept.findings, text), how: `format ${read.format}` };
}

/** All of a small report in memory. */
class Kept implements FindingSink {
  readonly findings: Finding[] = [];

  get count(): number {
    return this.findings.length;
  }

  async add(finding: Finding) {
    this.findings.push(finding);
    return { ordinal: this.count - 1, look: 0 };
  }

  async end(): Promise<void> {}
}

/** A format leaves out what is no finding (passed, reviewed, absent): the others keep their numbers by rule and line, in order. */
function numbered(findings: readonly Finding[], text: string): readonly Numbered[] {
  const places = placesIn(text);
  if (places === null || places.length === findings.length) {
    return findings.map((finding, index) => ({ index, finding }));
  }
  let at = 0;
  return findings.flatMap((finding) => {
    const line = finding.location.kind === 'file' ? finding.location.startLine : undefined;
    const found = places.findIndex((place, index) => index >= at && place.line === line && place.rule === finding.ruleId);
    if (found < 0) {
      return [];
    }
    at = found + 1;
    return [{ index: found, finding }];
  });
}

interface Result {
  readonly ruleId?: string;
  readonly test_id?: string;
  readonly line_number?: number;
  readonly locations?: readonly { readonly physicalLocation?: { readonly region?: { readonly startLine?: number } } }[];
}

function placesIn(text: string): readonly { readonly rule: string | undefined; readonly line: number | undefined }[] | null {
  if (!text.trimStart().startsWith('{')) {
    return null;
  }
  const report = JSON.parse(text) as { runs?: { results?: Result[] }[]; results?: Result[] };
  const results = report.runs?.flatMap((run) => run.results ?? []) ?? report.results;
  return (
    results?.map((result) => ({
      rule: result.ruleId ?? result.test_id,
      line: result.line_number ?? result.locations?.[0]?.physicalLocation?.region?.startLine,
    })) ?? null
  );
}

interface Side {
  readonly i: number;
  readonly s: number;
  readonly c: readonly string[];
}

const linesAround = 3;

/** What the command line adds where the source is at hand: the flagged line and three either side. */
export async function withSource(findings: readonly Numbered[], sideFile: string): Promise<readonly Numbered[]> {
  const rows = gunzipSync(await readFile(sideFile)).toString('utf8').split('\n').filter((row) => row !== '');
  const sides = new Map(rows.map((row) => JSON.parse(row) as Side).map((side) => [side.i, side]));
  return findings.map(({ index, finding }) => {
    const side = sides.get(index);
    const line = finding.location.kind === 'file' ? finding.location.startLine : undefined;
    const at = side === undefined || line === undefined ? -1 : line - side.s;
    const flagged = side?.c[at];
    if (side === undefined || flagged === undefined) {
      return { index, finding };
    }
    const context = { before: side.c.slice(Math.max(0, at - linesAround), at), after: side.c.slice(at + 1, at + 1 + linesAround) };
    return { index, finding: { ...finding, snippet: flagged, context } };
  });
}
