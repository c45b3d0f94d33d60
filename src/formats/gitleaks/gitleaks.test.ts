import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFormat, findingsIn, read } from '../kit/describe-format.ts';
import gitleaks from './index.ts';

describeFormat(gitleaks, { folder: import.meta.dirname, growth: { kind: 'json', list: [] } });

test('nothing of a leaked secret is left in what is read', async () => {
  const bytes = await readFile(join(import.meta.dirname, 'samples', 'findings.json'));
  const secrets = (JSON.parse(bytes.toString('utf8')) as { Secret: string }[]).flatMap((leak) =>
    leak.Secret.split('\n'),
  );

  const told = JSON.stringify(await read(gitleaks, [bytes]));

  expect(secrets.filter((secret) => secret !== 'REDACTED').filter((secret) => told.includes(secret))).toEqual(
    [],
  );
});

test('the same secret in two commits and files has one digest, another secret another', async () => {
  const bytes = await readFile(join(import.meta.dirname, 'samples', 'findings.json'));

  const digests = findingsIn(await read(gitleaks, [bytes])).map((finding) => finding.discriminators?.[0]);

  expect(digests[0]).toBe(digests[1]);
  expect(digests[2]).not.toBe(digests[0]);
});
