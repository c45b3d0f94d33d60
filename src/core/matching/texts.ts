/** Without white space, quotes alike. */
export function squeezed(text: string): string {
  return text.replace(/\s/gu, '').replace(/[`"]/gu, "'");
}

export function digestOfLine(line: string): string {
  return digestOfSqueezed(squeezed(line));
}

/** A short digest (FNV-1a, 32 bits) of a line without its white space; a line without a letter or digit has none. */
export function digestOfSqueezed(text: string): string {
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return '';
  }
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

/** The pairs of neighbouring characters of a text, rising; one that stands there twice is there twice. */
export type Profile = Uint32Array;

export function profileOf(text: string): Profile {
  const pairs = new Uint32Array(Math.max(0, text.length - 1));
  for (let at = 0; at < pairs.length; at += 1) {
    pairs[at] = text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1);
  }
  return pairs.sort();
}

/** Dice's coefficient over pairs of characters: 1 the same, 0 nothing in common. */
export function dice(a: Profile, b: Profile): number {
  const pairs = a.length + b.length;
  return pairs === 0 ? 0 : (2 * inCommon(a, b)) / pairs;
}

function inCommon(a: Profile, b: Profile): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const one = a[i] as number;
    const other = b[j] as number;
    common += Number(one === other);
    i += Number(one <= other);
    j += Number(other <= one);
  }
  return common;
}
