import { describe, expect, test } from 'vitest';
import { featuresOf } from './features.ts';
import { joinedBy } from './joined.ts';
import type { Known } from './match.ts';
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

describe('nothing is shown', () => {
  const three = [pack('a.json', [cve]), pack('a.json', [ghsa])];
  const known = (told: Partial<Known> = {}) => three.map((features, index): Known => ({ id: String(index + 1), features, detected: true, foreign: true, ...told }));
  const found = [pack('a.json', [ghsa, cve])];

  test('by what the scope itself knows, of which its own scan may tell apart', () => {
    const own = known({ foreign: false });

    expect(joinedBy(own, found, match(own, found).pairs)).toEqual([]);
    expect(joinedBy(known({ foreign: undefined }), found, [{ found: 0, id: '1', stage: 'named' }])).toEqual([]);
  });

  test('by a finding that nobody knew, or that is no package', () => {
    const code = { ...(found[0] as (typeof found)[0]), kind: 'file' as const };
    const asCode = known().map((one) => ({ ...one, features: { ...one.features, kind: 'file' as const } }));

    expect(joinedBy(known(), found, [])).toEqual([]);
    expect(joinedBy(known(), [code], [{ found: 0, id: '1', stage: 'moved' }])).toEqual([]);
    expect(joinedBy(asCode, found, [{ found: 0, id: '1', stage: 'named' }])).toEqual([]);
    expect(joinedBy(asCode, [code], [{ found: 0, id: '1', stage: 'moved' }])).toEqual([]);
    expect(joinedBy(asCode.slice(1), [code], [{ found: 0, id: '1', stage: 'moved' }])).toEqual([]);
  });

  test('where the other is a finding of the scan itself', () => {
    expect(joinedBy(known(), [...found, pack('b.json', [ghsa])], [{ found: 0, id: '1', stage: 'named' }, { found: 1, id: '2', stage: 'named' }])).toEqual([]);
  });

  test('for another name beside it', () => {
    const os = known().map((one) => ({ ...one, features: { ...one.features, extra: one.id === '2' ? 'os' : '' } }));

    expect(joinedBy(os, found, [{ found: 0, id: '1', stage: 'named' }])).toEqual([]);
  });
});

test('all that one finding names are one, the oldest first, by its number', () => {
  const third = 'PYSEC-1';
  const known = ['12', '9', '100', 'b', 'a'].map((id, at): Known => ({ id, features: pack('a.json', [[cve], [ghsa], [third], [ghsa], [third]][at] as string[]), detected: true, foreign: true }));

  expect(joinedBy(known, [pack('a.json', [cve, ghsa, third])], [{ found: 0, id: '12', stage: 'named' }])).toEqual([['9', 'a', 'b', '12', '100']]);
  expect(joinedBy(known.slice(0, 2), [pack('a.json', [cve, ghsa, third])], [{ found: 0, id: '12', stage: 'named' }])).toEqual([['9', '12']]);
});

test('a finding that is seen twice shows as much as once', () => {
  const known = [cve, ghsa].map((id, at): Known => ({ id: String(at + 1), features: pack('a.json', [id]), detected: true, foreign: true }));
  const twice = [pack('a.json', [ghsa, cve]), pack('a.json', [ghsa, cve])];

  expect(joinedBy(known, twice, [{ found: 0, id: '1', stage: 'named' }, { found: 1, id: '1', stage: 'repeated' }])).toEqual([['1', '2']]);
});
