import { expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import cyclonedx from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const bom = (vulnerabilities: unknown, more: object = {}) => report({ bomFormat: 'CycloneDX', specVersion: '1.5', components: [{ 'bom-ref': 'ref-1', name: 'lodash', version: '4.17.4', purl: 'pkg:npm/lodash@4.17.4' }], vulnerabilities, ...more });
const hole = (more: object = {}) => ({ id: 'CVE-2021-23337', affects: [{ ref: 'ref-1' }], ratings: [{ method: 'CVSSv31', severity: 'high', score: 7.2 }], cwes: [77], ...more });
const only = async (more: object = {}) => findingsIn(await read(cyclonedx, bom([hole(more)])))[0];

test.each([
  ['by its reference', 'ref-1'],
  ['by its address', 'pkg:npm/lodash@4.17.4'],
  ['by a link into another bill of materials', 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Flodash%404.17.4'],
])('a component is found %s', async (_how, ref) => {
  expect((await only({ affects: [{ ref }] }))?.location).toMatchObject({ kind: 'package', package: 'lodash', ecosystem: 'npm', version: '4.17.4' });
});

test('each component that is affected is a finding', async () => {
  expect(findingsIn(await read(cyclonedx, bom([hole({ affects: [{ ref: 'ref-1' }, { ref: 'pkg:npm/mkdirp@1.0.0' }, { ref: 'ref-1' }] })])))).toHaveLength(2);
});

test('the newest standard rates it, a score where there is no word', async () => {
  expect((await only({ ratings: [{ method: 'CVSSv2', severity: 'low' }, { method: 'CVSSv4', score: 9.3 }, { method: 'CVSSv31', severity: 'medium' }] }))?.severity).toBe('critical');
  expect((await only({ ratings: [] }))?.severity).toBe('medium');
});

test('other ids of the same vulnerability are one advisory', async () => {
  expect(await only({ references: [{ id: 'GHSA-35jh-r3h4-6jhm' }, { id: 'https://example.com' }] })).toMatchObject({ cwe: [77], advisories: ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm'] });
});

test.each([['not_affected', true], ['false_positive', true], ['resolved', true], ['exploitable', undefined], ['in_triage', undefined]])('a VEX that says %s closes nothing of what it does not name', async (state, suppressed) => {
  const events = await read(cyclonedx, bom([hole({ analysis: { state } })]));

  expect(findingsIn(events)[0]?.suppressed).toBe(suppressed);
  expect(events.at(-1)).toMatchObject({ outcome: { partial: true } });
});

test('a bill of materials without a list of vulnerabilities is no scan; with an empty one it is clean', async () => {
  expect((await read(cyclonedx, bom(undefined))).at(-1)).toMatchObject({ outcome: { partial: true } });
  expect((await read(cyclonedx, bom([]))).at(-1)).toEqual({ kind: 'end', outcome: { outcome: 'succeeded' } });
});
