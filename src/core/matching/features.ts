import { digestOfLine, squeezed } from './texts.ts';
import type { Finding, Location } from './finding.ts';

/** Raised whenever the same finding may give other features; stored with them, so that both can be told apart. */
export const featureVersion = 3;

/** What a finding is recognised by, small and storable. Never a severity, a version, a time, or a line as identity. */
export interface Features {
  readonly version: number;
  /** `secret`: one in a file that is known by its digest, wherever it stands. */
  readonly kind: Location['kind'] | 'secret';
  readonly rule: string;
  /** Names the rule had before. */
  readonly aliases: readonly string[];
  /** File path, package, address or host: where, without line, version, tag or digest. */
  readonly place: string;
  readonly line: number;
  readonly column: number;
  /** Columns or lines that the flagged region spans; 0: not told. */
  readonly width: number;
  /** Flagged text without white space, at most `textMax` units; empty: the tool gives none. */
  readonly text: string;
  /** Short digests of up to three lines before, nearest first, and after. A line of no word is empty. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What the tool says, numbers blanked. */
  readonly message: string;
  /** Function, class or resource around it, as the tool names it. */
  readonly symbol: string;
  /** Names beyond rule and place: parameter, resource, digest of a secret. */
  readonly extra: string;
  /** Ids of one and the same advisory, for dependencies. */
  readonly advisories: readonly string[];
  /** The tool's own fingerprints: evidence where they prove worth it. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

const textMax = 240;
const messageMax = 160;
const linesAround = 3;
const fingerprintsMax = 4;

export function featuresOf(finding: Finding): Features {
  const { location, context } = finding;
  const file = location.kind === 'file' ? location : null;
  return {
    version: featureVersion,
    kind: file !== null && finding.kind === 'secret' && (finding.discriminators ?? []).length > 0 ? 'secret' : location.kind,
    rule: finding.ruleId,
    aliases: finding.ruleAliases ?? [],
    place: placeOf(location),
    line: file?.startLine ?? 0,
    column: file?.startColumn ?? 0,
    width: file === null ? 0 : widthOf(file),
    text: flaggedText(finding),
    before: (context?.before ?? []).slice(-linesAround).toReversed().map(digestOfLine),
    after: (context?.after ?? []).slice(0, linesAround).map(digestOfLine),
    message: finding.description.replace(/\d+/gu, '#').replace(/\s+/gu, ' ').slice(0, messageMax),
    symbol: file?.symbol?.slice(0, messageMax) ?? '',
    extra: (finding.discriminators ?? []).join('\u0000'),
    advisories: location.kind === 'package' ? finding.advisories : [],
    fingerprints: Object.fromEntries(Object.entries(finding.fingerprints).slice(0, fingerprintsMax).map(([name, value]) => [name, value.slice(0, 128)])),
  };
}

/** The flagged line; where it says little (`assert (`), with what follows until it says enough. */
function flaggedText({ snippet, context }: Finding): string {
  const lines = (snippet ?? '').split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) {
    return '';
  }
  let text = squeezed(lines[first] as string);
  for (const line of [...lines.slice(first + 1), ...(context?.after ?? [])]) {
    if (text.length >= textEnough) {
      break;
    }
    text += `\n${squeezed(line)}`;
  }
  return text.slice(0, textMax);
}

const textEnough = 14;

function widthOf({ startLine, endLine, startColumn, endColumn }: Extract<Location, { kind: 'file' }>): number {
  const lines = (endLine ?? Number.NaN) - (startLine ?? Number.NaN);
  const columns = (endColumn ?? Number.NaN) - (startColumn ?? Number.NaN);
  return lines > 0 ? -lines : columns > 0 ? columns : 0;
}

function placeOf(location: Location): string {
  switch (location.kind) {
    case 'file':
      return location.path;
    case 'package':
      return `${location.ecosystem ?? ''}/${location.package}|${withoutVersion(location.path ?? '')}`;
    case 'url':
      return `${location.method ?? ''} ${templated(location.url)} ${location.parameter ?? ''}`;
    case 'host':
      return `${location.host.toLowerCase()}:${location.port ?? ''}/${location.protocol ?? ''}`;
    case 'none':
      return '';
  }
}

/** An image without tag and digest, a file without the numbers of its version: `lib/a-1.2.3.jar` is `lib/a.jar`. */
export function withoutVersion(path: string): string {
  return path
    .replace(/@sha256:[0-9a-f]{64}/giu, '')
    .replace(/(?<=[^/]):[\w][\w.-]{0,127}(?=$|[ (])/u, '')
    .replace(/[-_]v?\d+\.\d[\w.+-]*?(?=\.[a-z]{2,4}$|\/|$)/giu, '');
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

