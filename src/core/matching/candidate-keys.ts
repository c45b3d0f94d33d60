import type { Features } from './features.ts';
import { packageOf, withoutDomain } from './named.ts';

/**
 * Keys by which a scan's findings find their candidates among any number of known ones. Two features that may be the same
 * vulnerability share at least one: the place, the text, the advisory, the digest of a secret, a host without its domain, or (after a rename) the file's name or the form.
 * Only keys of advisories lead from one tool to another; they begin with `a|`. Equal digests of unequal words only bring
 * candidates that are then not taken.
 */
export function candidateKeys(features: Features): readonly string[] {
  return partsOf(features).map((parts) => key(...parts));
}

/** Whether both have the same keys, without making them: what moved by some lines, which is nearly all that ever changes, has. */
export function haveSameKeys(a: Features, b: Features): boolean {
  const others = partsOf(b);
  const parts = partsOf(a);
  return parts.length === others.length && parts.every((one, nth) => isSame(one, others[nth] as Parts));
}

/** What a key is made of: its kind, and the words that it stands for. */
type Parts = readonly [string, ...(readonly (string | number)[])];

function partsOf(features: Features): readonly Parts[] {
  const { kind, rule, place, text, message, column, width, advisories, extra } = features;
  if (kind === 'package') {
    return [['p', place, rule], ...advisories.map((id): Parts => ['a', id, packageOf(features)])];
  }
  if (kind === 'secret') {
    return [['p', place, rule], ['x', rule, extra]];
  }
  if (kind === 'host') {
    return [...new Set([place, withoutDomain(place)])].map((host): Parts => ['p', host, rule]);
  }
  if (kind !== 'file') {
    return [['p', place, rule]];
  }
  const base = place.slice(place.lastIndexOf('/') + 1);
  return [['p', place], ['b', base, rule], text === '' ? ['s', rule, message, column, width, extra] : ['t', rule, text]];
}

function isSame(a: Parts, b: Parts): boolean {
  return a.length === b.length && a.every((one, nth) => one === b[nth]);
}

/** Of these keys, those of the place and of advisories: what is known of the same file, package or host. */
export function keysAtPlace(features: Features): readonly string[] {
  return features.kind === 'file' ? [key('p', features.place)] : candidateKeys(features);
}

/** Of a file's, those that hold wherever it is. */
export function keysElsewhere(features: Features): readonly string[] {
  return features.kind === 'file' ? candidateKeys(features).slice(1) : [];
}

/** The key of a file by the digest of its path. */
export function keyOfPlace(digest: number): string {
  return `p|${digest.toString(36)}`;
}

function key(kind: string, ...parts: readonly (string | number)[]): string {
  return `${kind}|${digestOf(parts.join('\u0001')).toString(36)}`;
}

/** 53 bits (cyrb53): short, and the same on every machine. */
export function digestOf(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}
