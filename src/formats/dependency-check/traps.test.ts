import { expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import { featuresOf } from '../../core/matching/features.ts';
import dependencyCheck from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const dependency = (more: object = {}, vulnerability: object = {}) => ({ fileName: 'log4j-core-2.14.1.jar', filePath: '/ci/build-77/shop/lib/log4j-core-2.14.1.jar', packages: [{ id: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' }], vulnerabilities: [{ name: 'CVE-2021-44228', severity: 'CRITICAL', cwes: ['CWE-502'], source: 'NVD', description: 'Bad. Worse.', ...vulnerability }], ...more });
const of = async (dependencies: readonly object[]) => findingsIn(await read(dependencyCheck, report({ reportSchema: '1.1', scanInfo: { engineVersion: '9.0.9' }, projectInfo: { name: 'Shop' }, dependencies })));
const only = async (...wish: Parameters<typeof dependency>) => (await of([dependency(...wish)]))[0];

test('the package’s address names it, else the file’s name without its version', async () => {
  expect(await only()).toMatchObject({ ruleId: 'CVE-2021-44228', severity: 'critical', cwe: [502], location: { package: 'org.apache.logging.log4j:log4j-core', version: '2.14.1', ecosystem: 'maven' } });
  expect((await only({ packages: [] }))?.location).toMatchObject({ package: 'log4j-core.jar' });
});

test('an update that does not mend it is the same finding', async () => {
  const [one, other] = [await only({ packages: [] }), await only({ packages: [], fileName: 'log4j-core-2.14.2.jar', filePath: '/ci/build-77/shop/lib/log4j-core-2.14.2.jar' })];

  expect(featuresOf(other as NonNullable<typeof other>)).toEqual(featuresOf(one as NonNullable<typeof one>));
});

test('an archive within another is the inner one, in the outer one', async () => {
  expect((await only({ packages: [], fileName: 'shop-1.2.war: log4j-core-2.14.1.jar', filePath: '/ci/shop-1.2.war' }))?.location).toMatchObject({ package: 'log4j-core.jar', path: 'ci/shop.war' });
});

test('the sentence that npm’s advisories have for a name is no advisory’s id', async () => {
  const finding = await only({}, { name: 'Prototype pollution in lodash before 4.17.21, see CVE-2021-23337 and others', severity: 'high' });

  expect(finding).toMatchObject({ advisories: [], severity: 'high' });
});

test('without a word the newest score rates it', async () => {
  expect((await only({}, { severity: '', cvssv3: { baseScore: 9.8 }, cvssv2: { score: 5 } }))?.severity).toBe('critical');
  expect((await only({}, { severity: undefined }))?.severity).toBe('medium');
});

test('what was suppressed is so', async () => {
  const found = await of([{ ...dependency(), suppressedVulnerabilities: [{ name: 'CVE-2020-9488', severity: 'LOW' }] }]);

  expect(found.map(({ ruleId, suppressed }) => [ruleId, suppressed])).toEqual([['CVE-2021-44228', undefined], ['CVE-2020-9488', true]]);
});
