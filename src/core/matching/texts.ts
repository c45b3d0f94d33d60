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

/** How often each pair of neighbouring characters stands in a text. */
export type Profile = ReadonlyMap<number, number>;

export function profileOf(text: string): Profile {
  const counts = new Map<number, number>();
  for (let at = 0; at + 1 < text.length; at += 1) {
    const pair = text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

/** Dice's coefficient over pairs of characters: 1 the same, 0 nothing in common. */
export function dice(a: Profile, lengthA: number, b: Profile, lengthB: number): number {
  let common = 0;
  for (const [pair, count] of a) {
    common += Math.min(count, b.get(pair) ?? 0);
  }
  const pairs = Math.max(0, lengthA - 1) + Math.max(0, lengthB - 1);
  return pairs === 0 ? 0 : (2 * common) / pairs;
}
