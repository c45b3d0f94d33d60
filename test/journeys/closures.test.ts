import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { FakeFinding, Stage } from './stage.ts';
import { openStage } from './stage.ts';

/** What may close a vulnerability, where several things come together. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ pollMs: 60_000 });
});
afterAll(() => stage.close());

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
const findingOf = (name: string): FakeFinding => ({ rule: `rule-${name}`, path: `src/${name}.ts`, line: 12, text: `query("${name}" + id)` });
const assetOf = async (key: string) => (await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: key, key }, 201)).id;
const listed = async (assetId: string) => (await stage.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${assetId}&limit=100`)).items;
const openOnes = async (assetId: string) => (await listed(assetId)).filter(({ status }) => status === 'identified').map(({ ruleId }) => ruleId).toSorted();
const holdsOf = async (assetId: string) => (await stage.call<{ items: { id: string; assetId: string | null }[] }>('GET', '/api/v1/holds?state=open')).items.filter((hold) => hold.assetId === assetId);
const inPart = { coverage: 'partial' };

test('what a newer scan saw is not closed by approving an older closure', async () => {
  const asset = await assetOf('held-and-seen');
  await stage.scan(asset, names.map(findingOf));
  const held = await stage.scan(asset, []);
  expect(held.summary).toMatchObject({ fixed: 0, held: names.length });
  await stage.scan(asset, ['a', 'b'].map(findingOf), inPart);

  const [hold] = await holdsOf(asset);
  await stage.call('POST', `/api/v1/holds/${hold?.id}/approve`, { note: 'The rest is gone.' });

  expect(await openOnes(asset)).toEqual(['rule-a', 'rule-b']);
});

test('a scan in part opens what it sees and closes nothing, as often as it comes', async () => {
  const asset = await assetOf('in-part');
  await stage.scan(asset, ['a', 'b'].map(findingOf));

  const scans = [await stage.scan(asset, [findingOf('c')], inPart), await stage.scan(asset, [findingOf('c')], inPart)];

  expect(scans.map(({ summary }) => [summary['created'], summary['fixed'], summary['held']])).toEqual([[1, 0, 0], [0, 0, 0]]);
  expect(await openOnes(asset)).toEqual(['rule-a', 'rule-b', 'rule-c']);
});

test('another branch is evidence alone: it opens nothing, closes nothing, and what it sees stays known', async () => {
  const asset = await assetOf('branches');
  await stage.scan(asset, ['a', 'b'].map(findingOf));

  const scans = [await stage.scan(asset, ['a', 'x'].map(findingOf), { branch: 'feature' }), await stage.scan(asset, [findingOf('x')], { branch: 'feature' })];

  expect(scans.map(({ summary }) => [summary['created'], summary['fixed'], summary['held']])).toEqual([[0, 0, 0], [0, 0, 0]]);
  expect(await openOnes(asset)).toEqual(['rule-a', 'rule-b']);
  // On the default branch it is new then.
  expect((await stage.scan(asset, ['a', 'b', 'x'].map(findingOf))).summary).toMatchObject({ created: 1, fixed: 0 });
});
