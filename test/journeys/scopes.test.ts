import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { FakeFinding, Stage } from './stage.ts';
import { openStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

interface Scope {
  readonly id: string;
  readonly tool: string;
  readonly category: string | null;
}
interface Outcome {
  readonly vulnerabilities: number;
  readonly missedElsewhere: number;
  readonly fixed: number;
}

const findingOf = (name: string): FakeFinding => ({ rule: `rule-${name}`, path: `src/${name}.ts`, line: 12, text: `query("${name}" + id)` });
const scopesOf = async (assetId: string) => (await stage.call<{ items: Scope[] }>('GET', `/api/v1/scopes?assetId=${assetId}`)).items;
const listed = async (assetId: string) => (await stage.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${assetId}&limit=100`)).items;
const statusOf = async (assetId: string) => Object.fromEntries((await listed(assetId)).map((one) => [one.ruleId, one.status]));
const notesOf = async (id: string) => (await stage.call<{ items: { note: string | null }[] }>('GET', `/api/v1/vulnerabilities/${id}/timeline`)).items.map((entry) => entry.note ?? '');
const assetOf = async (key: string) => (await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: key, key }, 201)).id;

test('a scope that is retired closes nothing by itself, and stands in the way of nothing any more', async () => {
  const asset = await assetOf('retire');
  await stage.scan(asset, ['both', 'alone', 'stays'].map(findingOf), { category: 'old' });
  const old = (await scopesOf(asset))[0] as Scope;
  const both = (await listed(asset)).find((one) => one.ruleId === 'rule-both')?.id ?? '';
  await stage.scan(asset, ['other'].map(findingOf), { category: 'new' });
  const fresh = (await scopesOf(asset)).find((scope) => scope.category === 'new') as Scope;

  const retired = await stage.call<Outcome>('POST', `/api/v1/scopes/${old.id}/retire`, { reason: 'The pipeline is gone.' });

  expect(retired).toEqual({ vulnerabilities: 3, missedElsewhere: 0, fixed: 0 });
  expect(await statusOf(asset)).toMatchObject({ 'rule-both': 'identified', 'rule-alone': 'identified', 'rule-stays': 'identified', 'rule-other': 'identified' });
  expect((await scopesOf(asset)).map((scope) => scope.id)).toEqual([fresh.id]);
  expect(await notesOf(both)).toContainEqual(expect.stringContaining('was retired: The pipeline is gone.'));
  await stage.call('POST', `/api/v1/scopes/${old.id}/retire`, { reason: 'Again.' }, 409);
  // Scanned again, it is back.
  await stage.scan(asset, ['both', 'alone', 'stays'].map(findingOf), { category: 'old' });
  expect((await scopesOf(asset)).map((scope) => scope.id)).toContain(old.id);
});

test('what every other scope has missed is fixed with a retired one only when a person asks for it', async () => {
  const asset = await assetOf('close');
  const report = JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: '.',
    Results: [{ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', Vulnerabilities: [{ VulnerabilityID: 'CVE-2021-23337', PkgName: 'lodash', InstalledVersion: '4.17.20', Severity: 'HIGH', Title: 'Command injection' }] }],
  });
  const clean = JSON.stringify({ SchemaVersion: 2, ArtifactName: '.', Results: [{ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', Vulnerabilities: [{ VulnerabilityID: 'CVE-2020-0001', PkgName: 'left-pad', InstalledVersion: '1.0.0', Severity: 'LOW', Title: 'Padding' }] }] });
  const upload = async (category: string, text: string) => {
    const { id } = await stage.call<{ id: string }>('POST', `/api/v1/assets/${asset}/scans?category=${category}`, text, 202);
    await stage.until('the scan is processed', () => stage.call<{ status: string }>('GET', `/api/v1/scans/${id}`), (scan) => scan.status === 'completed');
  };
  // Two pipelines see one package; then one of them sees it no more, and the other is never run again.
  await upload('one', report);
  await upload('two', report);
  await upload('two', clean);
  expect(await statusOf(asset)).toMatchObject({ 'CVE-2021-23337': 'identified' });
  const stale = (await scopesOf(asset)).find((scope) => scope.category === 'one') as Scope;

  const retired = await stage.call<Outcome>('POST', `/api/v1/scopes/${stale.id}/retire`, { reason: 'Never run again.', closeMissed: true });

  expect(retired).toEqual({ vulnerabilities: 1, missedElsewhere: 1, fixed: 1 });
  expect(await statusOf(asset)).toMatchObject({ 'CVE-2021-23337': 'fixed', 'CVE-2020-0001': 'identified' });
});

test('a category that got another name: the scope is merged, the vulnerabilities stay, and the next scan decides', async () => {
  const asset = await assetOf('merge');
  await stage.scan(asset, ['kept', 'gone'].map(findingOf), { category: 'nightly' });
  await stage.scan(asset, [findingOf('first')], { category: 'every-night' });
  const scopes = await scopesOf(asset);
  const [from, to] = ['nightly', 'every-night'].map((category) => scopes.find((scope) => scope.category === category)?.id ?? '');
  const kept = (await listed(asset)).find((one) => one.ruleId === 'rule-kept')?.id ?? '';
  await stage.call('POST', `/api/v1/scopes/${from}/merge`, { into: from }, 409);

  const merged = await stage.call<Outcome>('POST', `/api/v1/scopes/${from}/merge`, { into: to, reason: 'Renamed.' });
  const next = await stage.scan(asset, ['kept', 'first'].map(findingOf), { category: 'every-night' });

  expect(merged).toEqual({ vulnerabilities: 2, missedElsewhere: 0, fixed: 0 });
  expect(next.summary).toMatchObject({ created: 0, matched: 2, fixed: 1 });
  expect(await statusOf(asset)).toEqual({ 'rule-kept': 'identified', 'rule-gone': 'fixed', 'rule-first': 'identified' });
  expect((await scopesOf(asset)).map((scope) => scope.category)).toEqual(['every-night']);
  expect(await notesOf(kept)).toContainEqual(expect.stringContaining('was merged into'));
});
