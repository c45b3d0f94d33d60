import type { Run } from '../../contracts/format.ts';

/** A file that was looked at, whichever of its two forms the report has. */
export interface Dependency {
  /** `a.jar`, or `a.jar: b.jar` for one inside another. */
  readonly fileName: string;
  /** Absolute, of the machine that scanned. */
  readonly filePath: string | undefined;
  readonly purls: readonly string[];
  readonly vulnerabilities: readonly Vulnerability[];
}

export interface Vulnerability {
  readonly name: string;
  readonly source: string | undefined;
  readonly severity: string | undefined;
  /** Base scores, the newest standard first. */
  readonly scores: readonly unknown[];
  readonly cwes: readonly unknown[];
  readonly description: string | undefined;
  readonly references: readonly unknown[];
  readonly suppressed: boolean;
}

export interface DependencyReport {
  readonly run: Run;
  readonly startedAt: string | undefined;
  readonly dependencies: AsyncIterable<Dependency>;
}
