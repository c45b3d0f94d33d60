import type { Finding, Location } from './finding.ts';

/** Raised whenever the same finding may give other features; stored with them, so that both can be told apart. */
export const featureVersion = 1;

/** What a finding is recognised by, small and storable. Never a severity, a version, a time, or a line as identity. */
export interface Features {
  readonly version: number;
  readonly rule: string;
  /** File path, package, address or host: where, without line, version, tag or digest. */
  readonly place: string;
  readonly line: number;
  readonly column: number;
  /** Flagged text without white space, at most `textMax` units; empty: the tool gives none. */
  readonly text: string;
  /** What the tool says, numbers blanked. */
  readonly message: string;
  /** Names beyond rule and place: parameter, resource, digest of a secret. */
  readonly extra: string;
  /** Ids of one and the same advisory, for dependencies. */
  readonly advisories: readonly string[];
}

const textMax = 200;
const messageMax = 120;

export function featuresOf(finding: Finding): Features {
  const { location } = finding;
  const file = location.kind === 'file' ? location : null;
  return {
    version: featureVersion,
    rule: finding.ruleId,
    place: placeOf(location),
    line: file?.startLine ?? 0,
    column: file?.startColumn ?? 0,
    text: (finding.snippet ?? '').replace(/\s+/gu, '').slice(0, textMax),
    message: finding.description.replace(/\d+/gu, '#').replace(/\s+/gu, ' ').slice(0, messageMax),
    extra: (finding.discriminators ?? []).join('\u0000'),
    advisories: location.kind === 'package' ? finding.advisories : [],
  };
}

function placeOf(location: Location): string {
  switch (location.kind) {
    case 'file':
      return location.path;
    case 'package':
      return `${location.ecosystem ?? ''}/${location.package}|${location.path ?? ''}`;
    case 'url':
      return `${location.method ?? ''} ${templated(location.url)} ${location.parameter ?? ''}`;
    case 'host':
      return `${location.host}:${location.port ?? ''}/${location.protocol ?? ''}`;
    case 'none':
      return '';
  }
}

/** The address without query values and with ids in its path as `{}`. */
function templated(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) {
    return url;
  }
  const path = parsed.pathname
    .split('/')
    .map((step) => (/^(?:\d+|[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4})$/iu.test(step) ? '{}' : step))
    .join('/');
  return `${parsed.host}${path}`;
}

/**
 * Keys by which a scan's findings find their candidates among any number of known ones. Two features that may be the same
 * vulnerability share at least one.
 */
export function candidateKeys(features: Features): readonly string[] {
  const placed = `p|${features.rule}|${features.place}`;
  const worded = features.text === '' ? [] : [`t|${features.rule}|${features.text}`];
  const advised = features.advisories.map((id) => `a|${id}|${features.place.split('|')[0]}`);
  return [placed, ...worded, ...advised];
}
