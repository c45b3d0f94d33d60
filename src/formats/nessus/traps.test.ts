import { expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import nessus from './index.ts';

/** What real reports hold that is easily taken for something else. */

const tags = (more: string) => `<HostProperties>${more}<tag name="HOST_END">x</tag></HostProperties>`;
const item = (attributes: string, inner = '') => `<ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="42873" pluginName="SSL" pluginFamily="General" ${attributes}>${inner}</ReportItem>`;
const of = async (hosts: string) => read(nessus, [Buffer.from(`<?xml version="1.0" ?>\n<NessusClientData_v2><Report name="r">${hosts}</Report></NessusClientData_v2>`)]);
const host = (name: string, properties: string, items: string) => `<ReportHost name="${name}">${properties}${items}</ReportHost>`;
const only = async (attributes = '', inner = '') => findingsIn(await of(host('db01', tags(''), item(attributes, inner))))[0];
const named = async (name: string, properties: string) => {
  const [finding] = findingsIn(await of(host(name, tags(properties), item(''))));
  return finding?.location.kind === 'host' ? finding.location.host : null;
};

test('a host is known by its name where it has one, since addresses are lent', async () => {
  expect(await named('10.0.0.7', '<tag name="host-fqdn">DB01.corp.example</tag><tag name="host-ip">10.0.0.7</tag>')).toBe('db01.corp.example');
  expect(await named('10.0.0.7', '<tag name="netbios-name">DB01</tag>')).toBe('db01');
  expect(await named('10.0.0.7', '<tag name="host-ip">10.0.0.7</tag>')).toBe('10.0.0.7');
  expect(await named('db01.corp.example', '<tag name="host-fqdn">other.corp.example</tag>')).toBe('db01.corp.example');
});

test('a plugin that speaks of many CVEs is one finding', async () => {
  expect(await only('', '<cve>CVE-2021-0001</cve><cve>CVE-2021-0002</cve><cwe>310</cwe><cwe>327</cwe>')).toMatchObject({ ruleId: '42873', cve: ['CVE-2021-0001', 'CVE-2021-0002'], cwe: [310, 327] });
});

test('port and protocol tell two findings of a plugin apart, and port 0 is the machine', async () => {
  const [one, other] = findingsIn(await of(host('db01', tags(''), item('') + item('').replace('port="443"', 'port="0"'))));

  expect(one?.location).toEqual({ kind: 'host', host: 'db01', port: 443, protocol: 'tcp' });
  expect(other?.location).toEqual({ kind: 'host', host: 'db01', protocol: 'tcp' });
});

test.each([['0', 'informational'], ['1', 'low'], ['2', 'medium'], ['3', 'high'], ['4', 'critical']])('severity %s is %s, whatever the scores', async (told, ours) => {
  const [finding] = findingsIn(await of(host('db01', tags(''), item('', '<cvss3_base_score>9.8</cvss3_base_score>').replace('severity="3"', `severity="${told}"`))));

  expect(finding?.severity).toBe(ours);
});

test('each host is a scope of its own, and one whose scan has no end is partial', async () => {
  const events = await of(host('a', tags(''), item('')) + host('b', '<HostProperties></HostProperties>', item('')));

  expect(events.flatMap((event) => (event.kind === 'run' ? [event.run.category] : []))).toHaveLength(2);
  expect(events.flatMap((event) => (event.kind === 'end' ? [event.outcome] : []))).toMatchObject([{ outcome: 'succeeded' }, { outcome: 'succeeded', partial: true }]);
});
