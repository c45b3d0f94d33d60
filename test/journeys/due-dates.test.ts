import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

interface Vulnerability {
  readonly id: string;
  readonly dueAt: string | null;
  readonly firstSeenAt: string;
  readonly statusChangedAt: string;
}

const dayMs = 86_400_000;
const never = { critical: null, high: null, medium: null, low: null, informational: null };
const findings = [
  { rule: 'sql-injection', path: 'src/orders.ts', line: 12, text: 'query(id)', severity: '8.0' },
  { rule: 'noise', path: 'src/noise.ts', line: 3, text: 'noise()', severity: '2.0' },
];

const days = (from: string, to: string | null | undefined) => Math.round((Date.parse(to ?? '') - Date.parse(from)) / dayMs);
/** The last deadline that the board was told of for any card. */
const deadlines = () =>
  stage.sandbox.requests.flatMap(({ body }) => {
    const told = typeof body === 'string' ? (JSON.parse(body) as Record<string, unknown>) : (body as Record<string, unknown> | null);
    return told !== null && typeof told === 'object' && 'deadline' in told ? [told['deadline']] : [];
  });

test('a vulnerability is due as the settings say for its severity, its card says so, and both follow the settings', async () => {
  await stage.call('PATCH', '/api/v1/settings', { dueDays: { ...never, high: 10 } });
  const asset = await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: 'Due', key: 'due' }, 201);
  await connect(stage, { dueDates: true, minimumSeverity: 'high' });
  await stage.scan('key:due', findings);
  const list = async () => (await stage.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${asset.id}&sort=severity`)).items;
  const [high, low] = await list();

  expect(days(high?.firstSeenAt ?? '', high?.dueAt)).toBe(10);
  expect(low?.dueAt).toBeNull();
  await stage.until('the card carries the date', async () => deadlines(), (told) => told.some((one) => days(high?.firstSeenAt ?? '', String(one)) === 10));

  await stage.call('PATCH', '/api/v1/settings', { dueDays: { ...never, high: 20, low: 40 } });
  const [again] = await stage.until('the dates follow', list, ([one, other]) => days(one?.firstSeenAt ?? '', one?.dueAt) === 20 && other?.dueAt !== null);
  await stage.until('the card follows', async () => deadlines(), (told) => told.some((one) => days(again?.firstSeenAt ?? '', String(one)) === 20));

  await stage.scan('key:due', findings.slice(1));
  expect((await list())[0]?.dueAt).toBeNull();

  await stage.scan('key:due', findings);
  const [back] = await list();
  expect(Date.parse(back?.dueAt ?? '')).toBeGreaterThan(Date.parse(again?.dueAt ?? ''));
});
