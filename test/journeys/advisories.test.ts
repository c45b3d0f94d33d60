import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TimelineEntry, Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { ScanBody, Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

/** One advisory of one package, as four tools name it; beside it one that stays, so that no report is empty. */
const cve = 'CVE-2021-44906';
const ghsa = 'GHSA-xvch-5gv4-984h';
const stays = { cve: 'CVE-2021-23337', ghsa: 'GHSA-35jh-r3h4-6jhm', name: 'lodash' };
const sought = { cve, ghsa, name: 'minimist' };
type Advisory = typeof sought;

const tools = {
  /** Knows the CVE alone. */
  trivy: (all: readonly Advisory[], version = '1.2.5') => ({
    SchemaVersion: 2,
    ArtifactName: '.',
    Results: [
      {
        Target: 'package-lock.json',
        Class: 'lang-pkgs',
        Type: 'npm',
        Vulnerabilities: all.map((one) => ({ VulnerabilityID: one.cve, PkgName: one.name, InstalledVersion: version, Severity: 'CRITICAL', Title: `Trouble in ${one.name}` })),
      },
    ],
  }),
  /** Knows the GHSA alone. */
  'npm-audit': (all: readonly Advisory[]) => ({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      all.map((one, source) => [
        one.name,
        { name: one.name, severity: 'high', via: [{ source, name: one.name, dependency: one.name, title: 'Trouble', url: `https://github.com/advisories/${one.ghsa}`, severity: 'high' }] },
      ]),
    ),
  }),
  /** Knows that both are one. */
  grype: (all: readonly Advisory[]) => ({
    matches: all.map((one) => ({
      vulnerability: { id: one.ghsa, severity: 'High' },
      relatedVulnerabilities: [{ id: one.cve }],
      artifact: { name: one.name, version: '1.2.5', type: 'npm', purl: `pkg:npm/${one.name}@1.2.5`, locations: [{ path: '/app/package-lock.json' }] },
    })),
    descriptor: { name: 'grype', version: '0.90.0' },
  }),
  'osv-scanner': (all: readonly Advisory[]) => ({
    results: [
      {
        source: { path: '/src/package-lock.json', type: 'lockfile' },
        packages: all.map((one) => ({
          package: { name: one.name, version: '1.2.5', ecosystem: 'npm' },
          vulnerabilities: [{ id: one.ghsa, aliases: [one.cve], summary: 'Trouble' }],
          groups: [{ ids: [one.ghsa], aliases: [one.cve, one.ghsa], max_severity: '9.8' }],
        })),
      },
    ],
  }),
};
type Tool = keyof typeof tools;

let stage: Stage;
let asset: string;

beforeAll(async () => {
  stage = await openStage({ pollMs: 60_000 });
  await connect(stage);
});
afterAll(() => stage.close());
beforeEach(async () => {
  asset = (await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: 'Shop' }, 201)).id;
});

async function scan(tool: Tool, report: object): Promise<ScanBody> {
  const sent = await stage.call<ScanBody>('POST', `/api/v1/assets/${asset}/scans?format=${tool}`, JSON.stringify(report), 202);
  return stage.until('the scan is processed', () => stage.call<ScanBody>('GET', `/api/v1/scans/${sent.id}`), ({ status }) => status !== 'queued' && status !== 'processing');
}
const see = (tool: Tool) => scan(tool, tools[tool]([sought, stays]));
const miss = (tool: Tool) => scan(tool, tools[tool]([stays]));
const all = async () => (await stage.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${asset}&sort=created`)).items.filter(({ location }) => location['package'] === 'minimist');
const get = (id = '') => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`);

describe('an advisory that four tools report of one package', () => {
  test('is one vulnerability with one card; it is fixed when the last of them does not see it any more', async () => {
    for (const tool of ['grype', 'trivy', 'npm-audit', 'osv-scanner'] as const) {
      await see(tool);
    }

    const [one, ...others] = await all();
    expect(others).toEqual([]);
    const seen = await stage.until('its card is there', () => get(one?.id), ({ links }) => links[0]?.state === 'linked');
    expect(seen.detections.map(({ scope, state }) => `${scope.tool} ${state}`).toSorted()).toEqual(['Grype', 'OSV-Scanner', 'Trivy', 'npm audit'].map((tool) => `${tool} detected`));
    expect(seen.links).toHaveLength(1);

    for (const tool of ['trivy', 'grype', 'npm-audit'] as const) {
      expect((await miss(tool)).summary).toMatchObject({ fixed: 0 });
    }
    expect((await get(one?.id)).status).toBe('identified');
    expect((await miss('osv-scanner')).summary).toMatchObject({ fixed: 1 });
    expect((await get(one?.id)).status).toBe('fixed');
  });

  test('is the same after an update that does not mend it', async () => {
    await see('trivy');
    const again = await scan('trivy', tools.trivy([sought, stays], '1.2.6-beta.1'));

    expect(again.summary).toMatchObject({ created: 0, fixed: 0 });
    expect((await all())[0]?.location).toMatchObject({ version: '1.2.6-beta.1' });
  });

  test('becomes one when a third tool shows that the names of two others are one; the older goes on', async () => {
    await see('trivy');
    await see('npm-audit');
    const [older, younger] = await all();
    expect(younger).toBeDefined();

    await see('grype');

    expect((await all()).map(({ id }) => id)).toEqual([older?.id]);
    const one = await get(older?.id);
    expect(one.detections).toHaveLength(3);
    expect(one.merged).toMatchObject([{ id: younger?.id }]);
    const { items } = await stage.call<{ items: TimelineEntry[] }>('GET', `/api/v1/vulnerabilities/${older?.id}/timeline`);
    expect(items.find(({ kind }) => kind === 'merge')).toMatchObject({ actor: { kind: 'scan', name: 'Grype' } });
    expect((await see('npm-audit')).summary).toMatchObject({ created: 0 });
    expect(await all()).toHaveLength(1);
  });

  test('is left to a person where one of the two is decided already', async () => {
    await see('trivy');
    await see('npm-audit');
    const [, younger] = await all();
    await stage.call('POST', `/api/v1/vulnerabilities/${younger?.id}/status`, { status: 'false_positive', reason: 'It is not reachable.' });

    await see('grype');

    expect((await all()).map(({ status }) => status)).toEqual(['identified', 'false_positive']);
  });

  test('stays two where a person split what a tool sees of it, however often the tools come', async () => {
    await see('trivy');
    await see('grype');
    const [one] = await all();
    const scopes = (await get(one?.id)).detections.filter(({ scope }) => scope.tool === 'Grype').map(({ scope }) => scope.id);

    const parted = await stage.call<Vulnerability>('POST', `/api/v1/vulnerabilities/${one?.id}/split`, { scopeIds: scopes, reason: 'Another copy of the package.' });

    expect(parted).toMatchObject({ status: 'identified', tool: 'Grype', detections: [{ scope: { tool: 'Grype' }, state: 'detected' }] });
    for (const tool of ['grype', 'trivy', 'grype'] as const) {
      expect((await see(tool)).summary).toMatchObject({ created: 0, fixed: 0 });
    }
    expect((await all()).map(({ id }) => id)).toEqual([one?.id, parted.id]);
    expect((await miss('grype')).summary).toMatchObject({ fixed: 1 });
    expect((await all()).map(({ status }) => status)).toEqual(['identified', 'fixed']);
    await see('grype');
    expect((await all()).map(({ id, status }) => [id, status])).toEqual([[one?.id, 'identified'], [parted.id, 'identified']]);
  });
});
