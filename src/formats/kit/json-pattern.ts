/** One step of the patterns of values that are asked for. */
export interface PatternNode {
  readonly pattern: string;
  /** Its value is parsed. */
  wanted: boolean;
  /** Where its value stands is noted. */
  located: boolean;
  readonly named: Map<string, PatternNode>;
  any: PatternNode | null;
}

/** A tree of patterns like `runs, any, results, any`: an asterisk is any index or any key. The empty pattern is the whole text. */
export function patternTree(wanted: readonly string[], located: readonly string[] = []): PatternNode {
  const root = node('');
  for (const pattern of [...wanted, ...located]) {
    let current = root;
    for (const step of pattern === '' ? [] : pattern.split('/')) {
      current = childOf(current, step);
    }
    current.wanted ||= wanted.includes(pattern);
    current.located ||= located.includes(pattern);
  }
  return root;
}

function childOf(parent: PatternNode, step: string): PatternNode {
  const known = step === '*' ? parent.any : parent.named.get(step);
  if (known !== null && known !== undefined) {
    return known;
  }
  const child = node(parent.pattern === '' ? step : `${parent.pattern}/${step}`);
  if (step === '*') {
    parent.any = child;
  } else {
    parent.named.set(step, child);
  }
  return child;
}

function node(pattern: string): PatternNode {
  return { pattern, wanted: false, located: false, named: new Map(), any: null };
}
