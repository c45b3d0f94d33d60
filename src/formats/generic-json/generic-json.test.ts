import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { ReportError } from '../../contracts/format.ts';
import { describeFormat, errorOf, read } from '../kit/describe-format.ts';
import genericJson from './index.ts';

describeFormat(genericJson, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['findings'] },
  grownSample: 'findings.json',
});

const schema = JSON.parse(
  await readFile(join(import.meta.dirname, 'findings.schema.json'), 'utf8'),
) as object;
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const isValid = ajv.compile(schema);

test.each(['findings.json', 'clean.json'])('the sample %s is as the schema says', async (name) => {
  const sample: unknown = JSON.parse(await readFile(join(import.meta.dirname, 'samples', name), 'utf8'));

  expect(isValid(sample), JSON.stringify(isValid.errors)).toBe(true);
});

test.each([
  ['no title', { severity: 'high' }, '/findings/0'],
  ['no severity', { title: 'A' }, '/findings/0, severity'],
  ['a severity that is none', { title: 'A', severity: 'bad' }, '/findings/0, severity'],
  ['a kind that is none', { title: 'A', severity: 'high', kind: 'odd' }, '/findings/0, kind'],
])('a finding with %s is refused with its place, by the schema too', async (_what, finding, where) => {
  const report = { patchboard: 1, findings: [finding] };

  const error = (await errorOf(read(genericJson, [Buffer.from(JSON.stringify(report))]))) as ReportError;

  expect(error).toBeInstanceOf(ReportError);
  expect(error.where).toBe(where);
  expect(isValid(report)).toBe(false);
});
