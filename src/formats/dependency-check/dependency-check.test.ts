import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFormat, findingsIn, read } from '../kit/describe-format.ts';
import dependencyCheck from './index.ts';

describeFormat(dependencyCheck, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['dependencies'] },
  grownSample: 'findings.json',
});

test('its JSON and its XML of one scan tell the same findings', async () => {
  const [json, xml] = await Promise.all(
    ['findings.json', 'findings.xml'].map(async (name) =>
      read(dependencyCheck, [await readFile(join(import.meta.dirname, 'samples', name))]),
    ),
  );

  expect(findingsIn(xml ?? [])).toEqual(findingsIn(json ?? []));
});
