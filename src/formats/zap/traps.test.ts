import { expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import { featuresOf } from '../../core/matching/features.ts';
import zap from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const instance = (more: object = {}) => ({ uri: 'https://shop.example/search?q=1', method: 'GET', param: 'q', attack: '<x>', evidence: 'abc', ...more });
const alert = (more: object = {}) => ({ pluginid: '40012', alertRef: '40012-1', name: 'XSS', riskcode: '3', confidence: '2', desc: '<p>Bad &amp; worse.</p>', cweid: '79', wascid: '8', instances: [instance()], ...more });
const of = async (alerts: readonly object[], site: object = {}) => read(zap, report({ '@programName': 'ZAP', '@version': '2.15.0', '@generated': 'x', site: [{ '@name': 'https://shop.example', alerts, ...site }] }));
const only = async (more: object = {}) => findingsIn(await of([alert(more)]))[0];

test('the alert’s own reference names it, else the plugin', async () => {
  expect((await only())?.ruleId).toBe('40012-1');
  expect((await only({ alertRef: undefined }))?.ruleId).toBe('40012');
});

test.each([['3', 'high'], ['2', 'medium'], ['1', 'low'], ['0', 'informational']])('risk %s is %s: there is no critical', async (riskcode, ours) => {
  expect((await only({ riskcode }))?.severity).toBe(ours);
});

test('a weakness of -1 is none, and HTML is read as text', async () => {
  expect((await only({ cweid: '-1', wascid: '-1' }))?.cwe).toEqual([]);
  expect(await only()).toMatchObject({ cwe: [79], description: 'Bad & worse.' });
});

test('what was tried and what came back are no identity, nor is the query', async () => {
  const [one] = findingsIn(await of([alert()]));
  const [other] = findingsIn(await of([alert({ instances: [instance({ attack: '<y>', evidence: 'def', uri: 'https://shop.example/search?q=2' })] })]));

  expect(featuresOf(other as NonNullable<typeof other>)).toEqual(featuresOf(one as NonNullable<typeof one>));
});

test('addresses that differ in their query are places of one finding; method and parameter make others', async () => {
  const found = findingsIn(await of([alert({ instances: [instance(), instance({ uri: 'https://shop.example/search?q=2' }), instance({ method: 'POST' }), instance({ param: 'sort' })] })]));

  expect(found.map(({ furtherLocations }) => furtherLocations?.length ?? 0)).toEqual([1, 0, 0]);
});

test('a false positive is suppressed', async () => {
  expect((await only({ confidence: '0' }))?.suppressed).toBe(true);
});

test('each site is a scope of its own', async () => {
  const sites = ['https://a.example', 'https://b.example'].map((name) => ({ '@name': name, alerts: [] }));

  expect((await read(zap, report({ '@programName': 'ZAP', site: sites }))).map((event) => (event.kind === 'run' ? event.run.category : event.kind))).toEqual(['https://a.example', 'end', 'https://b.example', 'end']);
});
