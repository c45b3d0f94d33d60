import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { FakeFinding, ScanBody, Stage } from './stage.ts';
import { connect, openStage, sarif } from './stage.ts';

/** The promises on scans that users of other products found broken, each in the sentence in which it was asked for. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ pollMs: 60_000 });
  await connect(stage, { minimumSeverity: 'high' });
});
afterAll(() => stage.close());

const findingOf = (name: string): FakeFinding => ({ rule: `rule-${name}`, path: `src/${name}.ts`, line: 12, text: `query("${name}" + id)` });
const assetOf = async (key: string) => (await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: key, key }, 201)).id;
const listed = async (assetId: string) => (await stage.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${assetId}&limit=200`)).items;
const statusOf = async (assetId: string) => Object.fromEntries((await listed(assetId)).map((one) => [one.ruleId?.replace('rule-', ''), one.status]));
const openOf = async (assetId: string) => (await listed(assetId)).filter((one) => one.status === 'identified').length;

async function upload(assetId: string, report: string, query: Readonly<Record<string, string>> = {}): Promise<ScanBody> {
  const { id } = await stage.call<ScanBody>('POST', `/api/v1/assets/${assetId}/scans?${new URLSearchParams(query).toString()}`, report, 202);
  return settled(id);
}

function settled(id: string): Promise<ScanBody> {
  return stage.until('the scan is processed', () => stage.call<ScanBody>('GET', `/api/v1/scans/${id}`), (scan) => scan.status !== 'queued' && scan.status !== 'processing');
}

/** Every vulnerability of the asset has its card. */
async function cardsOf(assetId: string): Promise<readonly string[]> {
  const all = await stage.until('each has its card', () => listed(assetId), (items) => items.every((one) => one.links[0]?.state === 'linked'));
  return all.map((one) => one.links[0]?.card?.ref ?? '').toSorted();
}

const deliveries = async (assetId: string) => {
  const of = await Promise.all((await listed(assetId)).map((one) => stage.call<{ items: unknown[] }>('GET', `/api/v1/deliveries?vulnerabilityId=${one.id}&limit=200`)));
  return of.reduce((sum, { items }) => sum + items.length, 0);
};

test('5. import(x); import(x) → zero changes, zero outbox rows', async () => {
  const asset = await assetOf('twice');
  const names = ['a', 'b', 'c', 'd'];
  await stage.scan(asset, names.map(findingOf));
  await cardsOf(asset);
  const before = { deliveries: await deliveries(asset), cards: stage.sandbox.cards().length, writes: stage.sandbox.requests.filter((one) => one.method !== 'GET').length };

  const again = await stage.scan(asset, names.map(findingOf));
  const shuffled = await stage.scan(asset, names.toReversed().map(findingOf));

  for (const { summary } of [again, shuffled]) {
    expect(summary).toMatchObject({ created: 0, matched: 4, reappeared: 0, fixed: 0, held: 0, unchanged: 4 });
  }
  expect({ deliveries: await deliveries(asset), cards: stage.sandbox.cards().length, writes: stage.sandbox.requests.filter((one) => one.method !== 'GET').length }).toEqual(before);
});

test('6. import(x) as first import of a new scope, empty → closes nothing, and says so', async () => {
  const asset = await assetOf('first');
  await stage.scan(asset, ['a', 'b'].map(findingOf));

  const empty = await stage.scan(asset, [], { category: 'another' });

  expect(empty).toMatchObject({ status: 'completed', summary: { fixed: 0, held: 0, complaints: [{ message: expect.stringContaining('The first scan of a scope closes nothing.') }] } });
  expect(await openOf(asset)).toBe(2);
});

describe('7. scan with status failed/cancelled/partial → closes nothing', () => {
  const failed = (invocations: unknown) => {
    const report = JSON.parse(sarif([])) as { runs: Record<string, unknown>[] };
    Object.assign(report.runs[0] ?? {}, { invocations });
    return JSON.stringify(report);
  };

  test.each([
    ['failed', failed([{ executionSuccessful: false }]), {}],
    ['cancelled: results are missing', sarif([]).replace(/"results":\s*\[\]/u, '"results":null'), {}],
    ['partial', sarif([findingOf('a')]), { coverage: 'partial' }],
  ])('%s', async (name, report, query) => {
    const asset = await assetOf(`seven ${name}`.replaceAll(/\W+/gu, '-'));
    await stage.scan(asset, ['a', 'b', 'c'].map(findingOf));

    const scan = await upload(asset, report, query);

    expect(scan).toMatchObject({ status: 'completed', summary: { fixed: 0, held: 0, complaints: [{ message: expect.stringMatching(/closed|closes nothing/u) }] } });
    expect(await openOf(asset)).toBe(3);
  });

  test('a report cut short', async () => {
    const asset = await assetOf('cut');
    await stage.scan(asset, ['a', 'b', 'c'].map(findingOf));

    const scan = await upload(asset, sarif(['a'].map(findingOf)).slice(0, -10));

    expect(scan).toMatchObject({ status: 'failed', error: { message: expect.stringMatching(/\w/u), where: expect.stringMatching(/\w/u) } });
    expect(await openOf(asset)).toBe(3);
  });
});

describe('8. 200 findings → 0 findings → closure is held', () => {
  // Too low for cards: those are not what this is about.
  const many = Array.from({ length: 200 }, (_none, index) => ({ ...findingOf(`many-${index}`), severity: '3.0' }));
  const held = async (key: string) => {
    const asset = await assetOf(key);
    await stage.scan(asset, many, { tool: key });
    const empty = await stage.scan(asset, [], { tool: key });
    expect(empty).toMatchObject({ status: 'held', summary: { fixed: 0, held: 200 } });
    expect(await openOf(asset)).toBe(200);
    const { items } = await stage.call<{ items: { id: string; kind: string; scanId: string | null }[] }>('GET', '/api/v1/holds?limit=200');
    return { asset, scan: empty.id, hold: items.find((one) => one.scanId === empty.id)?.id ?? '' };
  };

  test('approve → closed', async () => {
    const { asset, scan, hold } = await held('approve');

    await stage.call('POST', `/api/v1/holds/${hold}/approve`, {});

    expect(await openOf(asset)).toBe(0);
    expect(await settled(scan)).toMatchObject({ status: 'completed', summary: { fixed: 200, held: 0 } });
  });

  test('reject → untouched', async () => {
    const { asset, hold } = await held('reject');

    await stage.call('POST', `/api/v1/holds/${hold}/reject`, { note: 'The scanner was broken.' });

    expect(await openOf(asset)).toBe(200);
  });

  test('second clean scan → closed', async () => {
    const { asset, scan } = await held('second');

    const second = await stage.scan(asset, [], { tool: 'second' });

    expect(second.summary).toMatchObject({ fixed: 200, held: 0 });
    expect(await openOf(asset)).toBe(0);
    expect((await settled(scan)).status).toBe('completed');
  });
});

test.each([
  ['tool', { tool: 'Another tool' }],
  ['branch', { branch: 'feature' }],
  ['target', { category: 'another' }],
])('9. scan of another %s → does not touch this scope', async (name, query) => {
  const asset = await assetOf(`another-${name}`);
  await stage.scan(asset, ['a', 'b'].map(findingOf));
  const other = async () => (await stage.scan(asset, [findingOf('x')], query)).summary;

  // The first scan of a scope would close nothing anyway: it is the second that could.
  const scans = [await other(), await other()];

  expect(scans.map((summary) => [summary['fixed'], summary['held']])).toEqual([[0, 0], [0, 0]]);
  expect(await statusOf(asset)).toMatchObject({ a: 'identified', b: 'identified' });
});

const trivy = (image: string, ids: readonly string[]) =>
  JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: image,
    ArtifactType: 'container_image',
    Results: [
      {
        Target: `${image} (debian 12.5)`,
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: ids.map((id) => ({ VulnerabilityID: id, PkgName: 'openssl', InstalledVersion: '3.0.11-1', Severity: 'HIGH', Title: `${id} in openssl` })),
      },
    ],
  });

test('10. two scanners saw it, one stops → still detected', async () => {
  const asset = await assetOf('two-scanners');
  await upload(asset, trivy('shop:1', ['CVE-2024-0001', 'CVE-2024-0002']), { category: 'one' });
  await upload(asset, trivy('shop:1', ['CVE-2024-0001']), { category: 'two' });
  expect(await listed(asset)).toHaveLength(2);

  const stopped = await upload(asset, trivy('shop:1', ['CVE-2024-0002']), { category: 'one' });

  expect(stopped.summary).toMatchObject({ fixed: 0 });
  const [seen] = (await listed(asset)).filter((one) => one.cve.includes('CVE-2024-0001'));
  expect(seen?.status).toBe('identified');
  const { detections } = await stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${seen?.id}`);
  expect(detections.map((one) => [one.scope.category, one.state]).toSorted()).toEqual([['one', 'not_detected'], ['two', 'detected']]);
});

describe('11. same vulnerability, same card', () => {
  async function staysThrough(key: string, before: () => string, after: () => string, query: Readonly<Record<string, string>> = {}): Promise<void> {
    const asset = await assetOf(key);
    await upload(asset, before(), query);
    const cards = await cardsOf(asset);
    const ids = (await listed(asset)).map((one) => one.id);

    const scan = await upload(asset, after(), query);

    expect(scan.summary).toMatchObject({ created: 0, matched: ids.length, fixed: 0 });
    expect((await listed(asset)).map((one) => one.id)).toEqual(ids);
    expect(await cardsOf(asset)).toEqual(cards);
  }

  const three = ['one', 'two', 'three'].map((name, index): FakeFinding => ({ ...findingOf(name), path: 'src/orders.ts', line: 10 + index * 20 }));

  test('line moves', () => staysThrough('moved-lines', () => sarif(three), () => sarif(three.map((one) => ({ ...one, line: one.line + 37 })))));
  test('file renamed', () => staysThrough('renamed', () => sarif(three), () => sarif(three.map((one) => ({ ...one, path: 'lib/sales/orders.ts' })))));
  test('image tag changes', () => staysThrough('tag', () => trivy('registry.example/shop:1.0', ['CVE-2024-0001']), () => trivy('registry.example/shop:1.1', ['CVE-2024-0001']), { category: 'image' }));

  const nessus = (ip: string) =>
    `<?xml version="1.0" ?><NessusClientData_v2><Report name="net"><ReportHost name="db.example.com"><HostProperties><tag name="host-ip">${ip}</tag><tag name="host-fqdn">db.example.com</tag></HostProperties><ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="51192" pluginName="SSL Certificate Cannot Be Trusted" pluginFamily="General"><description>It cannot.</description><risk_factor>High</risk_factor></ReportItem></ReportHost></Report></NessusClientData_v2>`;
  test('IP changes', () => staysThrough('ip', () => nessus('10.0.0.5'), () => nessus('10.0.9.17')));
});

describe('30. two uploads for the same scope at once', () => {
  test('are processed one at a time, the one that started first before the other', async () => {
    const asset = await assetOf('at-once');
    await stage.scan(asset, ['a', 'b'].map(findingOf), { startedAt: '2026-01-01T00:00:00Z' });
    const send = (names: readonly string[], startedAt: string) =>
      stage.call<ScanBody>('POST', `/api/v1/assets/${asset}/scans?startedAt=${startedAt}`, sarif(names.map(findingOf)), 202);

    const scans = await Promise.all([send(['a'], '2026-01-03T00:00:00Z'), send(['a', 'b', 'c'], '2026-01-02T00:00:00Z')]);
    await Promise.all(scans.map((scan) => settled(scan.id)));

    expect(await statusOf(asset)).toMatchObject({ a: 'identified', b: 'fixed' });
    expect((await statusOf(asset))['c'] ?? 'fixed').toBe('fixed');
  });

  test('an older scan (by scan time) never closes what a newer one saw', async () => {
    const asset = await assetOf('older');
    await stage.scan(asset, ['a', 'b'].map(findingOf), { startedAt: '2026-01-01T00:00:00Z' });
    await stage.scan(asset, ['a', 'b', 'new'].map(findingOf), { startedAt: '2026-01-03T00:00:00Z' });

    const late = await stage.scan(asset, ['a', 'gone'].map(findingOf), { startedAt: '2026-01-02T00:00:00Z' });

    expect(late.summary).toMatchObject({ created: 0, fixed: 0, held: 0 });
    expect(await statusOf(asset)).toEqual({ a: 'identified', b: 'identified', new: 'identified' });
  });
});
