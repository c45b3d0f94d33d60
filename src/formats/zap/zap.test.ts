import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFormat, findingsIn, read } from '../kit/describe-format.ts';
import zap from './index.ts';

describeFormat(zap, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['site', 0, 'alerts'] },
  grownSample: 'findings.json',
});

test('its JSON and its XML of one scan tell the same findings', async () => {
  const [json, xml] = await Promise.all(
    ['findings.json', 'findings.xml'].map(async (name) =>
      read(zap, [await readFile(join(import.meta.dirname, 'samples', name))]),
    ),
  );

  expect(findingsIn(xml ?? [])).toEqual(findingsIn(json ?? []));
});
