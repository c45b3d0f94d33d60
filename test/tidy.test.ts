import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, posix, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The house keeps its own order: who may use whom, how long a file may be, what it may be called. */

const root = join(import.meta.dirname, '..');
const linesMax = 300;
const floors: Readonly<Record<string, number>> = {
  core: 0,
  lib: 0,
  contracts: 1,
  store: 2,
  trackers: 2,
  formats: 2,
  ingest: 3,
  sync: 3,
  http: 4,
  cli: 4,
};
const topFloor = 5;
const bannedNames = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'services',
  'managers',
  'manager',
  'misc',
  'shared',
];
/** Written by a machine from the database's schema. */
const generated = ['src/store/database-types.ts'];
const pluginFiles: Readonly<Record<string, readonly string[]>> = {
  trackers: [
    'README.md',
    'icon.svg',
    'index.ts',
    'session.ts',
    'wire.ts',
    'face.ts',
    'sandbox.ts',
    'conformance.test.ts',
  ],
  formats: ['index.ts'],
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const sources = ['src', 'web', 'test', 'scripts', 'bench', 'demo'].flatMap((folder) => filesBelow(folder));
const server = sources.filter(({ path }) => path.startsWith('src/'));

test('a file uses its own room and floors below, never above, never next door', () => {
  expect(server.flatMap((file) => importsOf(file).flatMap((target) => trespass(file.path, target)))).toEqual(
    [],
  );
});

test('core knows no clock, no randomness and nothing outside itself', () => {
  const impure = /\bDate\.now\(|new Date\(\)|Math\.random\(|randomUUID|from 'node:|from '(?!\.)/u;
  const found = server.filter(
    ({ path, text }) => path.startsWith('src/core/') && !isTest(path) && impure.test(text),
  );

  expect(found.map(({ path }) => path)).toEqual([]);
});

test(`no file is longer than ${linesMax} lines`, () => {
  const long = sources.filter(
    ({ path, text }) => !generated.includes(path) && text.split('\n').length - 1 > linesMax,
  );

  expect(long.map(({ path, text }) => `${path}: ${text.split('\n').length - 1}`)).toEqual([]);
});

test('no file or folder has a name that says nothing', () => {
  const nameless = sources.filter(({ path }) =>
    path.split('/').some((part) => bannedNames.includes(part.split('.')[0] ?? '')),
  );

  expect(nameless.map(({ path }) => path)).toEqual([]);
});

test('files are named in kebab-case', () => {
  const odd = server.filter(({ path }) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)+$/u.test(basename(path)));

  expect(odd.map(({ path }) => path)).toEqual([]);
});

test('no file only passes on what others export', () => {
  const passedOn = /^export (?:\*|(?:type )?\{[^}]*\}) from .*$/mu;
  const barrels = sources.filter(
    ({ text }) =>
      passedOn.test(text) && !/^(?:export )?(?:async )?(?:function|const|class|interface|type) /mu.test(text),
  );

  expect(barrels.map(({ path }) => path)).toEqual([]);
});

test('the environment is read in config.ts and config-early.ts alone', () => {
  const readers = server.filter(
    ({ path, text }) => !isTest(path) && !/^src\/config(?:-early)?\.ts$/u.test(path) && /\bprocess\.env\b/u.test(text),
  );

  expect(readers.map(({ path }) => path)).toEqual([]);
});

test('nothing is exported by default, except where a folder is found by machine', () => {
  const found = server.filter(
    ({ path, text }) => basename(path) !== 'index.ts' && /^export default /mu.test(text),
  );

  expect(found.map(({ path }) => path)).toEqual([]);
});

describe.each(Object.entries(pluginFiles))('each folder of %s', (room, wanted) => {
  const folders = readdirSync(join(root, 'src', room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .map((entry) => entry.name)
    // One without an index is not found by machine: it is still being built.
    .filter((name) => readdirSync(join(root, 'src', room, name)).includes('index.ts'));

  test.each(folders)('%s is complete', (name) => {
    const found = readdirSync(join(root, 'src', room, name));

    expect(wanted.filter((file) => !found.includes(file))).toEqual([]);
  });
});

/** Empty, or a sentence on what is not allowed. */
function trespass(from: string, to: string): readonly string[] {
  const [ours, theirs] = [placeOf(from), placeOf(to)];
  if (ours.room === theirs.room) {
    const nextDoor =
      ours.room in pluginFiles &&
      ours.folder !== theirs.folder &&
      theirs.folder !== 'kit' &&
      theirs.folder !== '' &&
      !isTest(from);
    return nextDoor && ours.folder !== '' ? [`${from} knows ${to}, which is next door`] : [];
  }
  const together = ours.floor === topFloor && theirs.floor === topFloor;
  const allowed = theirs.floor < ours.floor || together || isTest(from);
  return allowed ? [] : [`${from} (floor ${ours.floor}) uses ${to} (floor ${theirs.floor})`];
}

function placeOf(path: string): { readonly room: string; readonly folder: string; readonly floor: number } {
  const [, room = '', folder = ''] = path.split('/');
  return { room, folder: extname(folder) === '' ? folder : '', floor: floors[room] ?? topFloor };
}

function importsOf({ path, text }: SourceFile): readonly string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/gu)].map(([, target = '']) =>
    posix.join(dirname(path), target),
  );
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.endsWith('.test.tsx');
}

function filesBelow(folder: string): readonly SourceFile[] {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return ['node_modules', 'dist', 'recordings', 'samples'].includes(entry.name) ||
        entry.name.startsWith('.')
        ? []
        : filesBelow(path);
    }
    return /\.(?:ts|tsx|mjs)$/u.test(entry.name)
      ? [
          {
            path: relative(root, join(root, path)).split(sep).join('/'),
            text: readFileSync(join(root, path), 'utf8'),
          },
        ]
      : [];
  });
}
