import type { Location } from '../../core/matching/finding.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, listOf, loose, textOf } from '../kit/loose.ts';
import { normalPath, pathOfUri } from '../kit/path.ts';
import type { RunView } from './run-view.ts';
import type { RunHeader } from './wire.ts';
import { indexOf } from './wire.ts';

const chainMax = 10;

/** What an address stands for, without what is said about the place within. */
export type Place = { readonly kind: 'none' } | { readonly kind: 'url'; readonly url: string } | { readonly kind: 'file'; readonly path: string };

/** Where a result points: a file, an address, or nowhere (then its logical location is all it says). */
export function locationOf(location: Loose, view: RunView): Location {
  const physical = loose(location['physicalLocation']);
  const { uri, base } = addressOf(loose(physical['artifactLocation']), view.header);
  if (uri === undefined) {
    return { kind: 'none' };
  }
  const place = view.place(uri, base, () => placeOf(resolved(uri, base, view.header), view.header));
  if (place.kind !== 'file') {
    return place;
  }
  const { startLine, endLine, startColumn, endColumn } = loose(physical['region']);
  return {
    kind: 'file',
    path: place.path,
    startLine: countOf(startLine),
    endLine: countOf(endLine),
    startColumn: countOf(startColumn),
    endColumn: countOf(endColumn),
    symbol: location['logicalLocations'] === undefined ? undefined : symbolOf(location),
  };
}

/** The function, class or resource around the place. */
export function symbolOf(location: Loose): string | undefined {
  const logical = listOf(location['logicalLocations']).map(loose);
  const named = logical.map((one) => textOf(one['fullyQualifiedName'])).find((name) => name !== undefined);
  return named ?? logical.map((one) => textOf(one['name'])).find((name) => name !== undefined);
}

function placeOf(uri: string, run: RunHeader): Place {
  if (/^https?:\/\//iu.test(uri)) {
    return { kind: 'url', url: uri };
  }
  const path = pathOfUri(isAbsolute(uri) ? belowRoot(uri, run) : uri);
  return path === '' ? { kind: 'none' } : { kind: 'file', path };
}

interface Address {
  readonly uri: string | undefined;
  readonly base: string | undefined;
}

/** The result’s own words, else those of the artifact that it names by its index. */
function addressOf(artifact: Loose, run: RunHeader): Address {
  const own = textOf(artifact['uri']);
  if (own !== undefined) {
    return { uri: own, base: textOf(artifact['uriBaseId']) };
  }
  const listed = loose(run.artifacts[indexOf(artifact['index']) ?? -1]?.['location']);
  return { uri: textOf(listed['uri']), base: textOf(listed['uriBaseId']) };
}

/**
 * The address relative to the root of the checkout (SARIF 3.4.4, 3.14.14). What a base says is appended while it is
 * relative; where its chain ends in an absolute address, that one is of the machine and is left away.
 */
function resolved(given: string, above: string | undefined, run: RunHeader): string {
  let uri = given;
  let base = above;
  for (let depth = 0; depth < chainMax && base !== undefined && !isAbsolute(uri); depth += 1) {
    const entry = run.bases.get(base);
    if (entry?.uri === undefined || isAbsolute(entry.uri)) {
      break;
    }
    uri = `${entry.uri.replace(/\/?$/u, '/')}${uri}`;
    base = entry.base;
  }
  return uri;
}

function isAbsolute(uri: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:|[a-z]:[\\/]|[\\/])/iu.test(uri);
}

/** An absolute address below an absolute base is made relative to it. */
function belowRoot(uri: string, run: RunHeader): string {
  if (run.roots.length === 0) {
    return uri;
  }
  const path = `${normalForm(uri)}`;
  const root = run.roots.map(normalForm).find((one) => one !== '' && path.startsWith(`${one}/`));
  return root === undefined ? uri : encodeURI(path.slice(root.length + 1));
}

function normalForm(uri: string): string {
  return /^https?:/iu.test(uri)
    ? uri.replace(/\/$/u, '')
    : normalPath(decodedOnce(uri.replace(/^file:\/{2,3}(?:localhost\/)?/iu, '/')));
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
