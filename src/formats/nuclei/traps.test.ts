import { expect, test } from 'vitest';
import { errorOf, findingsIn, read } from '../kit/describe-format.ts';
import { featuresOf } from '../../core/matching/features.ts';
import nuclei from './index.ts';

/** What real reports hold that is easily taken for something else. */

const result = (more: object = {}, detail: object = {}) => ({ 'template-id': 'CVE-2021-44228', type: 'http', host: 'shop.example', 'matched-at': 'https://shop.example:8443/api?x=1', info: { name: 'Log4Shell', severity: 'critical', ...detail }, timestamp: '2026-01-01T00:00:00Z', 'curl-command': 'curl x', ...more });
const lines = (...results: readonly object[]) => [Buffer.from(results.map((one) => `${JSON.stringify(one)}\n`).join(''))];
const only = async (more: object = {}, detail: object = {}) => findingsIn(await read(nuclei, lines(result(more, detail))))[0];

test('one result a line, or all in one list, tell the same', async () => {
  const list = [Buffer.from(JSON.stringify([result(), result({ 'matcher-name': 'x' })]))];

  expect(findingsIn(await read(nuclei, list))).toEqual(findingsIn(await read(nuclei, lines(result(), result({ 'matcher-name': 'x' })))));
});

test('matcher and extractor name it; what was extracted, the time and the command do not', async () => {
  const [one, other] = [await only({ 'matcher-name': 'env' }), await only({ 'matcher-name': 'env', 'extracted-results': ['x'], timestamp: '2026-02-02T00:00:00Z', 'curl-command': 'curl y' })];

  expect(one?.discriminators).toEqual(['env']);
  expect(featuresOf(other as NonNullable<typeof other>)).toEqual(featuresOf(one as NonNullable<typeof one>));
  expect((await only({ 'matcher-name': 'env', 'extractor-name': 'version' }))?.discriminators).toEqual(['env', 'version']);
});

test('CVE and CWE stand alone or in a list', async () => {
  expect(await only({}, { classification: { 'cve-id': ['CVE-2021-44228'], 'cwe-id': ['cwe-502', 'cwe-20'] } })).toMatchObject({ cve: ['CVE-2021-44228'], cwe: [502, 20] });
  expect(await only({ 'template-id': 'x' }, { classification: { 'cve-id': 'CVE-2021-45046', 'cwe-id': 'cwe-502' } })).toMatchObject({ cve: ['CVE-2021-45046'], cwe: [502] });
  expect(await only({ 'template-id': 'x' }, { classification: { 'cve-id': null } })).toMatchObject({ cve: [], cwe: [] });
});

test('of unknown severity the score decides, else it is informational', async () => {
  expect((await only({}, { severity: 'unknown', classification: { 'cvss-score': 7.5 } }))?.severity).toBe('high');
  expect((await only({}, { severity: 'unknown' }))?.severity).toBe('informational');
  expect((await only({}, { severity: 'info' }))?.severity).toBe('informational');
});

test('a place is an address, or host and port', async () => {
  expect((await only())?.location).toEqual({ kind: 'url', url: 'https://shop.example:8443/api?x=1' });
  expect((await only({ type: 'tcp', 'matched-at': 'DB.example:6379' }))?.location).toEqual({ kind: 'host', host: 'db.example', port: 6379, protocol: 'tcp' });
  expect((await only({ type: 'ssl', 'matched-at': 'shop.example:443' }))?.location).toMatchObject({ host: 'shop.example', port: 443 });
  expect((await only({ type: 'dns', 'matched-at': 'shop.example' }))?.location).toMatchObject({ kind: 'host', host: 'shop.example' });
});

test('an empty file does not tell whether anything ran', async () => {
  expect(await errorOf(read(nuclei, [Buffer.from('')]))).toMatchObject({ name: 'ReportError' });
});
