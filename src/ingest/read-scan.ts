import type { Complaint, Format, ReadLimits } from '../contracts/format.ts';
import { ReportError } from '../contracts/format.ts';
import type { Finding } from '../core/matching/finding.ts';
import { chooseFormat } from '../formats/index.ts';
import { headOf, openReport } from '../formats/kit/open-report.ts';
import { PlaceIndex, PlaceSet, batchPlace, manifestOf } from './place-batches.ts';

/** All runs of one tool and category of a report, together: what one scope saw. */
export interface ScopeRun {
  readonly tool: string;
  readonly category: string;
  readonly index: PlaceIndex;
  /** In which of its findings' packages were found. */
  readonly manifests: PlaceSet;
  outcome: 'succeeded' | 'failed';
  because: string | null;
  partial: boolean;
}

export interface ReadScan {
  readonly format: string;
  readonly runs: readonly ScopeRun[];
  readonly complaints: readonly Complaint[];
  readonly startedAt: string | null;
}

const complaintsMax = 100;
/** So often those who watch are told. */
const progressFindings = 5_000;

export interface FindingSink {
  /** Findings taken so far. */
  readonly count: number;
  /** Answers the finding's number in the report, and its digest (0: none that says all of it). */
  add(finding: Finding, run: Pick<ScopeRun, 'tool' | 'category'>): Promise<{ readonly ordinal: number; readonly look: number }>;
  end(): Promise<void>;
}

export interface ReadWish {
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly formats: readonly Format[];
  readonly format: string | null;
  /** Overrides what the report says of itself. */
  readonly tool: string | null;
  readonly category: string | null;
  readonly limits: ReadLimits;
  readonly digestKey: Uint8Array;
  /** Where the findings go. */
  readonly staged: FindingSink;
  readonly onFindings: (count: number) => void;
}

/** Reads a whole report into its scopes. Throws ReportError; then nothing of it counts. */
export async function readScan(wish: ReadWish): Promise<ReadScan> {
  const source = openReport(wish.open, wish.limits);
  const format = chooseFormat(wish.formats, await headOf(source), wish.format);
  const runs = new Map<string, ScopeRun>();
  const complaints: Complaint[] = [];
  let current: ScopeRun | null = null;
  let startedAt: string | null = null;
  const { staged } = wish;
  for await (const event of format.read(source, { limits: wish.limits, digestKey: wish.digestKey })) {
    switch (event.kind) {
      case 'run':
        current = runFor(runs, wish.tool ?? event.run.tool, wish.category ?? event.run.category ?? '');
        break;
      case 'finding':
        if (current !== null) {
          const { location } = event.finding;
          const { ordinal, look } = await staged.add(event.finding, current);
          current.index.add(ordinal, batchPlace(location), look);
          if (location.kind === 'package') {
            current.manifests.add(manifestOf(location));
          }
        }
        if (staged.count % progressFindings === 0) {
          wish.onFindings(staged.count);
        }
        break;
      case 'complaint':
        if (complaints.length < complaintsMax) {
          complaints.push(event.complaint);
        }
        break;
      case 'end':
        startedAt ??= event.outcome.startedAt ?? null;
        if (current !== null && event.outcome.outcome === 'failed') {
          current.outcome = 'failed';
          current.because = event.outcome.because ?? null;
        }
        if (current !== null) {
          current.partial ||= event.outcome.partial === true;
        }
        break;
    }
  }
  await staged.end();
  if (runs.size === 0) {
    throw new ReportError('The report has no run of any tool.', { hint: 'Upload the file that the scanner wrote.' });
  }
  return { format: format.id, runs: [...runs.values()], complaints, startedAt };
}

function runFor(runs: Map<string, ScopeRun>, tool: string, category: string): ScopeRun {
  const key = `${tool}\u0000${category}`;
  const known = runs.get(key);
  if (known !== undefined) {
    return known;
  }
  const run: ScopeRun = { tool, category, index: new PlaceIndex(), manifests: new PlaceSet(), outcome: 'succeeded', because: null, partial: false };
  runs.set(key, run);
  return run;
}
