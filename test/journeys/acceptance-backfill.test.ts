import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job, JobItem } from '../../src/contracts/api/jobs.ts';
import type { FakeFinding, Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

let stage: Stage;
let configurationId: string;

beforeAll(async () => {
  stage = await openStage({ pollMs: 60_000 });
  await stage.call('POST', '/api/v1/assets', { name: 'Old monolith', key: 'old' }, 201);
  await stage.scan('key:old', findings);
  ({ configurationId } = await connect(stage));
}, 60_000);
afterAll(() => stage.close());

/** 10 critical, 30 high, 4,960 medium. */
const findings: readonly FakeFinding[] = Array.from({ length: 5_000 }, (_, n) => ({
  rule: `rule-${n % 50}`,
  path: `src/part-${n % 100}/file-${n}.ts`,
  line: (n % 400) + 1,
  text: `query(${n})`,
  severity: n < 10 ? '9.8' : n < 40 ? '8.0' : '5.0',
}));

const cards = () => stage.sandbox.cards().length;
const job = (id: string) => stage.call<Job>('GET', `/api/v1/jobs/${id}`);
const created = (id: string, count: number) => stage.until(`${count} cards are made`, () => job(id), ({ progress }) => progress.created >= count);

test('28. Enable connection with 5,000 open vulns → preview says 5,000; user limits to Critical/High = 40; pause at 10 works.', async () => {
  const preview = await stage.call<{ cardsToCreate: object }>('POST', `/api/v1/configurations/${configurationId}/preview`);
  expect(preview.cardsToCreate).toEqual({ total: 5_000, bySeverity: { critical: 10, high: 30, medium: 4_960, low: 0, informational: 0 } });
  // Nothing of it came by itself.
  expect(cards()).toBe(0);

  const wish = { minimumSeverity: 'high', perMinute: 10 };
  const estimate = await stage.call('POST', `/api/v1/configurations/${configurationId}/backfill/estimate`, wish);
  expect(estimate).toMatchObject({ cards: { total: 40, bySeverity: { critical: 10, high: 30 } }, callsPerCard: 1.1, cardsPerMinute: expect.any(Number) as number });
  expect(cards()).toBe(0);

  const { id, progress } = await stage.call<Job>('POST', `/api/v1/configurations/${configurationId}/backfill`, wish, 202);
  expect(progress.total).toBe(40);
  await created(id, 10);
  const paused = await stage.call<Job>('POST', `/api/v1/jobs/${id}/pause`);
  expect(paused).toMatchObject({ state: 'paused', progress: { created: 10, total: 40, waiting: 0, failed: 0 } });
  expect(cards()).toBe(10);

  await stage.call('POST', `/api/v1/jobs/${id}/resume`, { perMinute: null });
  const done = await stage.until('the backfill is over', () => job(id), ({ state }) => state === 'completed');
  expect(done.progress).toEqual({ created: 40, total: 40, waiting: 0, failed: 0 });
  expect(new Set(stage.sandbox.cards().map((card) => card.marker)).size).toBe(40);
  expect(cards()).toBe(40);
});

test('a pause takes back what nobody has tried, and a cancel leaves what is made', async () => {
  const before = cards();
  const creating = ({ method, path }: { readonly method: string; readonly path: string }) => method === 'POST' && path.includes('/cards');
  const slow = stage.sandbox.misbehave({ kind: 'latency', ms: 100, times: Infinity, when: creating });
  const { id } = await stage.call<Job>('POST', `/api/v1/configurations/${configurationId}/backfill`, { limit: 500 }, 202);
  await created(id, 5);

  await stage.call('POST', `/api/v1/jobs/${id}/pause`);
  const { progress } = await stage.until('what was on its way has arrived', () => job(id), (one) => one.progress.waiting === 0);
  slow();
  expect(cards()).toBe(before + progress.created);
  // Never more than the hands of the connection had in hand.
  expect(progress.created).toBeLessThan(40);
  expect((await stage.call<{ items: readonly JobItem[] }>('GET', `/api/v1/jobs/${id}/items?limit=200`)).items).toHaveLength(progress.created);

  expect(await stage.call('POST', `/api/v1/configurations/${configurationId}/backfill`, {}, 409)).toMatchObject({ detail: expect.stringContaining('not over') as string });
  expect(await stage.call('POST', `/api/v1/jobs/${id}/cancel`)).toMatchObject({ state: 'cancelled', progress: { waiting: 0 } });
  expect(await stage.call('POST', `/api/v1/jobs/${id}/resume`)).toMatchObject({ state: 'cancelled' });
  expect(cards()).toBe(before + progress.created);
});

test('a card that the tracker refuses stops none of the others, and the job’s items say what it was', async () => {
  const before = cards();
  const end = stage.sandbox.misbehave({
    kind: 'answer',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: '{"error": {"code": "X1", "message": "The field team is required."}}',
    when: ({ method, path }) => method === 'POST' && path.includes('/cards'),
  });
  const { id } = await stage.call<Job>('POST', `/api/v1/configurations/${configurationId}/backfill`, { limit: 8 }, 202);
  const done = await stage.until('the backfill is over', () => job(id), ({ state }) => state === 'completed');
  end();

  expect(done.progress).toEqual({ created: 7, total: 8, waiting: 0, failed: 1 });
  expect(cards()).toBe(before + 7);
  const failed = await stage.call<{ items: readonly JobItem[] }>('GET', `/api/v1/jobs/${id}/items?became=failed`);
  expect(failed.items).toMatchObject([{ card: null, message: expect.stringContaining('The field team is required.') as string, hint: expect.any(String) as string }]);
});

test('what waits for its first card is looked for together: fewer calls than cards, where each alone would take three', async () => {
  const before = cards();
  const from = stage.sandbox.requests.length;
  const { id } = await stage.call<Job>('POST', `/api/v1/configurations/${configurationId}/backfill`, { limit: 60 }, 202);
  await stage.until('the backfill is over', () => job(id), ({ state }) => state === 'completed');

  const searches = stage.sandbox.requests.slice(from).filter(({ method, path }) => method === 'GET' && path.includes('custom_ids='));
  expect(cards()).toBe(before + 60);
  expect(new Set(stage.sandbox.cards().map((card) => card.marker)).size).toBe(cards());
  // Fifty at a time, over active, archived and discarded cards.
  expect(searches.length).toBeGreaterThanOrEqual(6);
  expect(searches.length).toBeLessThan(60);
});

test('a backfill goes on where it was when its process is gone, and makes no card twice', async () => {
  const before = cards();
  const { id } = await stage.call<Job>('POST', `/api/v1/configurations/${configurationId}/backfill`, { limit: 24 }, 202);
  await created(id, 5);
  await stage.house.close();

  const next = await openStage({ database: stage.database, beside: stage });
  const done = await next.until('the backfill is over', () => next.call<Job>('GET', `/api/v1/jobs/${id}`), ({ state }) => state === 'completed');
  await next.house.close();

  expect(done.progress).toMatchObject({ created: 24, total: 24 });
  expect(cards()).toBe(before + 24);
  expect(new Set(stage.sandbox.cards().map((card) => card.marker)).size).toBe(cards());
});
