import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Assessment } from '../../src/contracts/api/assessments.ts';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { Stage } from './stage.ts';
import { connect, openStage, sarif } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await connect(stage, { createOn: 'assessment_completed' });
});
afterAll(() => stage.close());

const read = (id: string) => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`);
const assessment = (id: string) => stage.call<Assessment>('GET', `/api/v1/assessments/${id}`);
const enter = (asset: string, title: string, more: object, expected = 201) =>
  stage.call<Vulnerability>('POST', `/api/v1/assets/key:${asset}/vulnerabilities`, { title, description: 'As entered.', severity: 'high', ...more }, expected);
const assetOf = (key: string) => stage.call('POST', '/api/v1/assets', { name: key, key }, 201);
const titlesOfCards = () => stage.sandbox.cards().map((card) => card.title);

test('an assessment is planned, runs, and is done; its cards come when it is done, and no others', async () => {
  await assetOf('shop');
  const scan = await stage.scan('key:shop', [
    { rule: 'looked-at', path: 'a.ts', line: 1, text: 'a()' },
    { rule: 'gone', path: 'b.ts', line: 2, text: 'b()' },
    { rule: 'apart', path: 'c.ts', line: 3, text: 'c()' },
  ]);
  expect(scan.summary['created']).toBe(3);
  const { items } = await stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities?q=here&limit=100');
  const idOf = (rule: string) => items.find((one) => one.ruleId === rule)?.id ?? '';

  const planned = await stage.call<Assessment>('POST', '/api/v1/assets/key:shop/assessments', { title: 'Pentest', author: 'Ada', plannedFor: '2026-12-01T09:00:00Z' }, 201);
  expect(planned).toMatchObject({ status: 'planned', author: 'Ada', startedAt: null, completedAt: null, vulnerabilities: 0 });
  await enter('shop', 'Too early', { assessmentId: planned.id }, 409);
  await stage.call('POST', `/api/v1/assessments/${planned.id}/complete`, {}, 409);

  expect(await stage.call<Assessment>('POST', `/api/v1/assessments/${planned.id}/start`)).toMatchObject({ status: 'running' });
  const entered = await enter('shop', 'Coupon used twice', { assessmentId: planned.id });
  await enter('shop', 'Found on the way', {});
  await stage.scan('key:shop', [{ rule: 'reported', path: 'd.ts', line: 4, text: 'd()' }], { assessmentId: planned.id, tool: 'Pentest tool' });
  expect((await read(entered.id)).links).toEqual([]);

  const results = [
    { vulnerabilityId: idOf('looked-at'), outcome: 'detected' },
    { vulnerabilityId: idOf('gone'), outcome: 'not_detected' },
  ];
  const done = await stage.call<Assessment>('POST', `/api/v1/assessments/${planned.id}/complete`, { evidence: 'See the report.', results });

  expect(done).toMatchObject({ status: 'completed', description: 'See the report.', vulnerabilities: 3, summary: { findings: 3, fixed: 1 } });
  expect((await read(idOf('gone'))).status).toBe('fixed');
  const cards = await stage.until('three cards exist', async () => titlesOfCards(), (titles) => titles.length >= 3);
  expect(cards.map((title) => title.replace(/^.* - /u, '')).toSorted()).toEqual(['Coupon used twice', expect.stringContaining('looked-at'), expect.stringContaining('reported')]);
  // Done is done.
  await stage.call('POST', `/api/v1/assessments/${planned.id}/complete`, {}, 409);
  await enter('shop', 'Too late', { assessmentId: planned.id }, 409);
  await stage.call('POST', `/api/v1/assets/key:shop/scans?assessmentId=${planned.id}`, sarif([]), 400);
  expect(await assessment(planned.id)).toMatchObject({ status: 'completed', vulnerabilities: 3 });
});

test('what a result names that the asset does not have stops the completion, and nothing of it counts', async () => {
  await assetOf('other');
  const { id } = await stage.call<Assessment>('POST', '/api/v1/assets/key:other/assessments', { title: 'Review' }, 201);
  await stage.call('POST', `/api/v1/assessments/${id}/start`);

  await stage.call('POST', `/api/v1/assessments/${id}/complete`, { results: [{ vulnerabilityId: '999999', outcome: 'detected' }] }, 409);

  expect(await assessment(id)).toMatchObject({ status: 'running', summary: null });
  const { items } = await stage.call<{ items: Assessment[] }>('GET', '/api/v1/assets/key:other/assessments');
  expect(items.map((one) => one.title)).toEqual(['Review']);
});
