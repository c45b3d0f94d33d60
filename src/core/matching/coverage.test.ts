import { expect, test } from 'vitest';
import { mayBeElsewhere } from './coverage.ts';
import { madeUp } from './made-up.ts';

const coverage = { files: new Set(['src/a.c']), manifests: new Set(['front/package-lock.json']) };
const may = (wish: Parameters<typeof madeUp>[0], rest: { readonly detected?: boolean; readonly foreign?: boolean } = {}) =>
  mayBeElsewhere({ id: '1', features: madeUp(wish), detected: true, ...rest }, coverage);

test('what was found in a file may have left it if the scan looked at that file', () => {
  expect(may({ kind: 'file', place: 'src/a.c' })).toBe(true);
  expect(may({ kind: 'file', place: 'lib/b.c' })).toBe(false);
  // A file is no manifest of that name.
  expect(may({ kind: 'file', place: 'front/package-lock.json' })).toBe(false);
});

test('what was over before may come back anywhere', () => {
  expect(may({ kind: 'file', place: 'lib/b.c' }, { detected: false })).toBe(true);
  expect(may({ kind: 'package', place: 'lodash|back/package-lock.json' }, { detected: false })).toBe(true);
});

test('a package may have left a manifest that the scan read, or one that another tool names in its own way', () => {
  expect(may({ kind: 'package', place: 'lodash|front/package-lock.json' })).toBe(true);
  expect(may({ kind: 'package', place: 'lodash|back/package-lock.json' })).toBe(false);
  expect(may({ kind: 'package', place: 'lodash|back/package-lock.json' }, { foreign: true })).toBe(true);
  expect(may({ kind: 'package', place: 'lodash|back/package-lock.json' }, { foreign: false })).toBe(false);
  // Another tool's word counts for packages alone.
  expect(may({ kind: 'file', place: 'lib/b.c' }, { foreign: true })).toBe(false);
});

test('a secret, an address and a host are what they are wherever somebody looked', () => {
  for (const kind of ['url', 'host', 'secret', 'none'] as const) {
    expect(may({ kind, place: 'somewhere' })).toBe(true);
  }
});
