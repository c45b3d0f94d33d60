import { expect, test } from 'vitest';
import { featuresOf } from './features.ts';
import { joinedBy } from './joined.ts';
import { match } from './match.ts';

const cve = 'CVE-2021-44906';
const ghsa = 'GHSA-xvch-5gv4-984h';

function pack(path: string, advisories: readonly string[], name = 'minimist') {
  const location = { kind: 'package', package: name, ecosystem: 'npm', path } as const;
  return featuresOf({ kind: 'dependency', ruleId: advisories[0] ?? '', title: '', description: '', severity: 'high', cwe: [], cve: [], advisories, location, fingerprints: {} });
}

/** What a scan with these findings shows of what other scopes know. */
function shown(knownElsewhere: readonly ReturnType<typeof pack>[], found: readonly ReturnType<typeof pack>[]): readonly (readonly string[])[] {
  const known = knownElsewhere.map((features, index) => ({ id: String(index + 1), features, detected: true, foreign: true }));
  return joinedBy(known, found, match(known, found).pairs);
}

test('a finding that bears the names of two shows them to be one, the older first', () => {
  expect(shown([pack('a.json', [cve]), pack('a.json', [ghsa])], [pack('a.json', [ghsa, cve])])).toEqual([['1', '2']]);
});

test('another package with the same advisory is another vulnerability', () => {
  expect(shown([pack('a.json', [cve]), pack('a.json', [ghsa], 'mkdirp')], [pack('a.json', [ghsa, cve])])).toEqual([]);
});

test('two findings of one package in two manifests say nothing about a third', () => {
  const elsewhere = [pack('a.json', [cve]), pack('b.json', [cve]), pack('package-lock.json', [ghsa])];

  expect(shown(elsewhere, [pack('a.json', [ghsa, cve]), pack('b.json', [ghsa, cve])])).toEqual([]);
});
