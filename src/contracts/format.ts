import type { Finding } from '../core/matching/finding.ts';

/**
 * A scanner's file: bytes in, findings out. No network, clock or database.
 * A format folder's `index.ts` has it as its default export.
 */
export interface Format {
  /** Kebab-case, the folder's name. */
  readonly id: string;
  readonly title: string;
  /**
   * How surely the first bytes (up to 64 KiB, decompressed, BOM and UTF-16 already decoded to text) are this format:
   * 0 no, 1 perhaps, 2 yes. At most one format may say 2 to any file.
   */
  recognise(head: string): 0 | 1 | 2;
  /**
   * Reads the whole report. Throws ReportError for a report that is broken, cut short or over a limit;
   * whoever consumes it must then forget all it has received.
   */
  read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent>;
}

/** A report that can be read from its start as often as needed (a rule table may stand after the results). */
export interface ReportSource {
  /** Decompressed bytes from the first one on. */
  open(): AsyncIterable<Uint8Array>;
}

export interface ReadOptions {
  readonly limits: ReadLimits;
  /** Secret key with which a format digests leaked secrets, so that they are never stored (HMAC-SHA-256). */
  readonly digestKey: Uint8Array;
  readonly onProgress?: (progress: { readonly bytes: number; readonly findings: number }) => void;
}

export interface ReadLimits {
  readonly bytesMax: number;
  readonly findingsMax: number;
  readonly depthMax: number;
  /** Longest single string kept; longer ones are cut and a complaint is made. */
  readonly stringMax: number;
  /** Largest single result or element, in bytes. */
  readonly elementMax: number;
}

export const readLimits: ReadLimits = {
  bytesMax: 8 * 1024 ** 3,
  findingsMax: 2_000_000,
  depthMax: 200,
  stringMax: 64 * 1024,
  elementMax: 16 * 1024 ** 2,
};

/** Events come in this order for each run: `run`, then `finding` and `complaint` in any order, then `end`. */
export type ReportEvent =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'complaint'; readonly complaint: Complaint }
  | { readonly kind: 'end'; readonly outcome: RunOutcome };

/** One execution of one tool inside a report. */
export interface Run {
  /** The scanner's name without version, as it names itself. */
  readonly tool: string;
  readonly toolVersion: string | null;
  /** What distinguishes comparable runs of one tool (SARIF automationDetails category, image name, scan target). */
  readonly category: string | null;
}

export interface RunOutcome {
  /** `failed`: the scanner says that it did not finish, so nothing may be closed and nothing is believed missing. */
  readonly outcome: 'succeeded' | 'failed';
  readonly because?: string;
  /** The report itself says that it looked at less than all (skipped files, errors). */
  readonly partial?: boolean;
  /** RFC 3339, if the report tells. */
  readonly startedAt?: string;
}

/** Something odd that did not stop the reading. */
export interface Complaint {
  readonly message: string;
  /** Where: JSON pointer, XML path or line number. */
  readonly where?: string;
}

/** One clear error: what was wrong, where, and how to mend it. */
export class ReportError extends Error {
  readonly where: string | null;
  readonly hint: string | null;

  constructor(message: string, detail: { where?: string; hint?: string; cause?: unknown } = {}) {
    super(message, { cause: detail.cause });
    this.name = 'ReportError';
    this.where = detail.where ?? null;
    this.hint = detail.hint ?? null;
  }
}
