import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFormat, findingsIn, read } from '../kit/describe-format.ts';
import npmAudit from './index.ts';

describeFormat(npmAudit, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['vulnerabilities'] },
});

test('a package that only needs a vulnerable one is no finding', async () => {
  const bytes = await readFile(join(import.meta.dirname, 'samples', 'findings.json'));

  const packages = findingsIn(await read(npmAudit, [bytes])).map(({ location }) =>
    location.kind === 'package' ? location.package : '',
  );

  expect(packages).toContain('minimist');
  expect(packages).not.toContain('mkdirp');
});
