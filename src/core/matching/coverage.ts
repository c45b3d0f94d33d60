import type { Known } from './match.ts';

/** Where a scan that did not look at everything shows to have looked: files in which it found something. */
export interface Coverage {
  readonly files: { has(path: string): boolean };
  /** In which it found packages, named as in a place. */
  readonly manifests: { has(path: string): boolean };
}

/**
 * Whether such a scan may take this one as gone from where it was known, and so as moved or renamed. What was over before is
 * nowhere: it may come back anywhere. A secret that leaked in two places is one leak, and an address or host stays where it is. Other
 * tools name manifests in their own way: theirs say nothing about what was read.
 */
export function mayBeElsewhere({ features, detected, foreign }: Known, coverage: Coverage): boolean {
  const { kind, place } = features;
  return (
    !detected ||
    (kind === 'file' && coverage.files.has(place)) ||
    (kind === 'package' && (foreign === true || coverage.manifests.has(place.slice(place.indexOf('|') + 1)))) ||
    (kind !== 'file' && kind !== 'package')
  );
}
