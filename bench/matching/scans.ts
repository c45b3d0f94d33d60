import type { Finding } from '../../src/core/matching/finding.ts';

/** The same numbers for the same seed (mulberry32). */
export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const perFile = 12;
const words = ['request', 'query', 'user', 'path', 'token', 'buffer', 'length', 'session', 'order', 'render', 'parse', 'copy'];

interface Place {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly code: readonly string[];
}

/**
 * A scan of so many findings and the next one: files of a dozen findings; every fifth file has lines put in above some of
 * them, one line in two hundred is edited, one file in five hundred renamed, and as many findings gone as come new.
 */
export function scansOf(size: number): readonly [readonly Finding[], readonly Finding[]] {
  const random = makeRandom(size);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const codeLine = () => `${pick(words)}(${pick(words)}.${pick(words)}, ${pick(words)}${Math.floor(random() * 50)});`;
  const before: Finding[] = [];
  const after: Finding[] = [];
  for (let file = 0; before.length < size; file += 1) {
    const path = `src/module${Math.floor(file / 40)}/${pick(words)}-${file}.ts`;
    const renamed = random() < 0.002 ? `src/moved/${path.slice(4)}` : path;
    const shiftsFrom = random() < 0.2 ? Math.floor(random() * perFile) : perFile;
    const by = 1 + Math.floor(random() * 8);
    let line = 10;
    for (let at = 0; at < perFile; at += 1) {
      line += 1 + Math.floor(random() * 30);
      const place: Place = { path, line, rule: `rule-${Math.floor(random() * 30)}`, code: Array.from({ length: 7 }, codeLine) };
      const isGone = random() < 0.005;
      const isNew = random() < 0.005;
      if (!isNew) {
        before.push(findingOf(place));
      }
      if (!isGone) {
        const edited = random() < 0.005 ? place.code.with(3, place.code[3]?.replace('(', `(${pick(words)}, `) ?? '') : place.code;
        after.push(findingOf({ ...place, path: renamed, line: line + (at >= shiftsFrom ? by : 0), code: edited }));
      }
    }
  }
  return [before, after];
}

/** The worst that a file can be: so many findings of one rule, all of one text, a few lines put in at its middle. */
export function equalsOf(size: number): readonly [readonly Finding[], readonly Finding[]] {
  const code = Array.from({ length: 7 }, () => 'assert(value);');
  const at = (line: number) => findingOf({ path: 'src/all.test.ts', line, rule: 'assert', code });
  const all = Array.from({ length: size }, (_none, index) => index + 1);
  return [all.map(at), all.map((line) => at(line > size / 2 ? line + 5 : line))];
}

function findingOf({ path, line, rule, code }: Place): Finding {
  return {
    kind: 'code',
    ruleId: rule,
    title: rule,
    description: `${rule} was broken here.`,
    severity: 'medium',
    cwe: [],
    cve: [],
    advisories: [],
    location: { kind: 'file', path, startLine: line, startColumn: 3 },
    snippet: code[3],
    context: { before: code.slice(0, 3), after: code.slice(4) },
    fingerprints: {},
  };
}
