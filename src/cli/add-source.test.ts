import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addSource } from './add-source.ts';

let folder: string;
let source: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchboard-source-'));
  source = join(folder, 'checkout');
  await mkdir(join(source, 'src'), { recursive: true });
  await writeFile(
    join(source, 'src/app.ts'),
    Array.from({ length: 20 }, (_unused, n) => `line ${n + 1}`).join('\n'),
  );
  await writeFile(join(folder, 'outside.txt'), 'not yours\nnor this');
  await symlink(join(folder, 'outside.txt'), join(source, 'link.txt'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Place {
  readonly region: { readonly startLine: number; readonly snippet?: { readonly text: string } };
  readonly contextRegion?: {
    readonly startLine: number;
    readonly endLine: number;
    readonly snippet: { readonly text: string };
  };
}

async function extended(
  uri: string,
  region: object,
  more: { readonly tool?: string; readonly ruleId?: string } = {},
): Promise<Place> {
  const physicalLocation = { artifactLocation: { uri }, region };
  const results = [{ ruleId: more.ruleId ?? 'rule', locations: [{ physicalLocation }] }];
  const file = join(folder, 'report.sarif');
  await writeFile(
    file,
    JSON.stringify({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: more.tool ?? 'Sample' } }, results }],
    }),
  );
  const { bytes } = await addSource(file, source);
  const report = JSON.parse(bytes.toString()) as {
    runs: [{ results: [{ locations: [{ physicalLocation: Place }] }] }];
  };
  return report.runs[0].results[0].locations[0].physicalLocation;
}

describe('a result of a SARIF report', () => {
  test('gets its line and three either side', async () => {
    const place = await extended('src/app.ts', { startLine: 10 });

    expect(place.region.snippet?.text).toBe('line 10');
    expect(place.contextRegion).toEqual({
      startLine: 7,
      endLine: 13,
      snippet: { text: 'line 7\nline 8\nline 9\nline 10\nline 11\nline 12\nline 13' },
    });
  });

  test('at the beginning or the end of a file gets what there is', async () => {
    expect((await extended('./src/app.ts', { startLine: 1 })).contextRegion).toMatchObject({
      startLine: 1,
      endLine: 4,
    });
    expect((await extended('file:src/app.ts', { startLine: 19, endLine: 20 })).contextRegion).toMatchObject({
      startLine: 16,
      endLine: 20,
    });
  });

  test('keeps the snippet that its scanner gave', async () => {
    const place = await extended('src/app.ts', { startLine: 2, snippet: { text: 'as the scanner saw it' } });

    expect(place.region.snippet?.text).toBe('as the scanner saw it');
  });

  test.each(['../outside.txt', 'link.txt', '/etc/hostname', 'file:///etc/hostname', 'src/../../outside.txt'])(
    'that points out of the folder gets nothing: %s',
    async (uri) => {
      const place = await extended(uri, { startLine: 1 });

      expect(place.contextRegion).toBeUndefined();
      expect(place.region.snippet).toBeUndefined();
    },
  );

  test.each([
    ['in a file that is not there', 'src/none.ts', 1],
    ['behind the end of its file', 'src/app.ts', 21],
  ])('%s gets nothing', async (_which, uri, startLine) => {
    expect((await extended(uri, { startLine })).contextRegion).toBeUndefined();
  });

  test.each([{ tool: 'Gitleaks' }, { ruleId: 'hardcoded-password' }])(
    'about a leaked secret is left as it is: %o',
    async (more) => {
      expect((await extended('src/app.ts', { startLine: 2 }, more)).contextRegion).toBeUndefined();
    },
  );
});

test('a compressed report is read too', async () => {
  const file = join(folder, 'report.sarif.gz');
  await writeFile(file, gzipSync(JSON.stringify({ runs: [] })));

  expect((await addSource(file, source)).bytes.toString()).toBe('{"runs":[]}');
});

test.each(['<xml/>', '{"results": []}', ''])('what is no SARIF report is refused', async (text) => {
  const file = join(folder, 'other.txt');
  await writeFile(file, text);

  await expect(addSource(file, source)).rejects.toThrow(/SARIF/u);
});
