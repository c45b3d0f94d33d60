import { expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import burp from './index.ts';

/** What real reports hold that is easily taken for something else. */

const issue = (parts: Readonly<Record<string, string>> = {}) => {
  const all = { serialNumber: '123', type: '2097920', name: 'XSS', host: '<![CDATA[https://shop.example]]>', path: '<![CDATA[/search]]>', location: '<![CDATA[/search [q parameter]]]>', severity: 'High', confidence: 'Certain', ...parts };
  return `<issue>${Object.entries(all).map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</issue>`;
};
const of = async (...issues: readonly string[]) => findingsIn(await read(burp, [Buffer.from(`<?xml version="1.0"?>\n<issues burpVersion="2024.1" exportTime="x">${issues.join('')}</issues>`)]));
const only = async (parts: Readonly<Record<string, string>> = {}) => (await of(issue(parts)))[0];

test('the type names it, never the serial number', async () => {
  const [one, other] = await of(issue(), issue({ serialNumber: '999' }));

  expect(one).toMatchObject({ ruleId: '2097920', location: { kind: 'url', url: 'https://shop.example/search', parameter: 'q parameter' } });
  expect(other).toEqual(one);
});

test.each([['High', 'high'], ['Medium', 'medium'], ['Low', 'low'], ['Information', 'informational']])('%s is %s', async (severity, ours) => {
  expect((await only({ severity }))?.severity).toBe(ours);
});

test('a weakness stands in a list of HTML', async () => {
  const vulnerabilityClassifications = '<![CDATA[<ul><li><a href="https://cwe.mitre.org/data/definitions/79.html">CWE-79: XSS</a></li><li>CAPEC-591</li></ul>]]>';

  expect((await only({ vulnerabilityClassifications }))?.cwe).toEqual([79]);
});

test('a false positive is suppressed', async () => {
  expect((await only({ severity: 'False positive' }))?.suppressed).toBe(true);
});

test('requests and answers are not kept', async () => {
  const told = JSON.stringify(await only({ requestresponse: '<request base64="true"><![CDATA[U2VjcmV0OiBhYmM=]]></request><response base64="true">c2Vzc2lvbg==</response>' }));

  expect(told).not.toContain('U2VjcmV0');
  expect(told).not.toContain('c2Vzc2lvbg');
});
