import type { Severity } from '../vocabulary.ts';

/** One raw result of one scan, as a format reads it: immutable evidence. All texts are hostile. */
export interface Finding {
  readonly kind: FindingKind;
  /** The tool's own name of the rule, check, template or advisory. */
  readonly ruleId: string;
  /** Names the rule had before (SARIF deprecatedIds). */
  readonly ruleAliases?: readonly string[];
  /** One line, at most 500 characters. */
  readonly title: string;
  /** What the tool says about this place. Plain text or Markdown, see `descriptionFormat`. */
  readonly description: string;
  readonly descriptionFormat?: 'text' | 'markdown';
  readonly severity: Severity;
  readonly cwe: readonly number[];
  /** Upper-case CVE ids. */
  readonly cve: readonly string[];
  /** Every advisory id of one and the same advisory: CVE, GHSA, OSV, RUSTSEC …; never merely related ones. */
  readonly advisories: readonly string[];
  readonly location: Location;
  /** Further places of the same result, for display and evidence. */
  readonly furtherLocations?: readonly Location[];
  /** The flagged source text as the tool or our uploader gave it. */
  readonly snippet?: string;
  /** Up to three lines either side of the flagged ones, if known. */
  readonly context?: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** The tool's fingerprints by name: evidence, never identity alone. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /**
   * What the format knows to name this finding beside rule and location: matcher name, parameter, resource address,
   * keyed digest of a secret. Never a line, a message, a severity, a version or a time.
   */
  readonly discriminators?: readonly string[];
  readonly impact?: string;
  readonly remediation?: string;
  readonly references?: readonly string[];
  /** Anything else worth showing; small, flat. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** True: the tool or a person suppressed it at the source. Such a finding is evidence, but opens nothing and closes nothing. */
  readonly suppressed?: boolean;
}

export const findingKinds = ['code', 'dependency', 'secret', 'configuration', 'web', 'host', 'manual'] as const;
export type FindingKind = (typeof findingKinds)[number];

export type Location =
  | {
      readonly kind: 'file';
      /** Relative to the repository, forward slashes, no leading `./`, percent-decoded. */
      readonly path: string;
      /** 1-based. */
      readonly startLine?: number;
      readonly endLine?: number;
      readonly startColumn?: number;
      readonly endColumn?: number;
      /** Fully qualified name of the enclosing function, class or resource. */
      readonly symbol?: string;
    }
  | { readonly kind: 'url'; readonly url: string; readonly method?: string; readonly parameter?: string }
  | {
      readonly kind: 'package';
      /** Normalised name: npm scope kept, PEP 503, Maven `group:artifact`. */
      readonly package: string;
      readonly version?: string;
      /** purl type: npm, pypi, maven, golang, deb … */
      readonly ecosystem?: string;
      readonly purl?: string;
      /** Manifest, lock file or image path in which it was found. */
      readonly path?: string;
      readonly fixedVersion?: string;
    }
  | { readonly kind: 'host'; readonly host: string; readonly port?: number; readonly protocol?: string }
  | { readonly kind: 'none' };
