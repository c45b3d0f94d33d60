import { expect, test } from 'vitest';
import { backfillPace } from './backfill-pace.ts';

const facts = { cards: 5_000, callsPerCard: 2.5, learnedPerSecond: 0.5, stated: { perMinute: 300, perHour: null }, perMinute: null };

test('a backfill takes its calls by the pace that the tracker’s answers state', () => {
  expect(backfillPace(facts)).toMatchObject({ callsPerCard: 2.5, callsPerMinute: 30, cardsPerMinute: 12, minutes: 416.7 });
});

test('a slower wish is what counts, a faster one is not', () => {
  expect(backfillPace({ ...facts, perMinute: 10 }).minutes).toBe(500);
  expect(backfillPace({ ...facts, perMinute: 1_000 }).cardsPerMinute).toBe(12);
});

test('before the tracker has answered, its documents count, and two calls a card', () => {
  expect(backfillPace({ ...facts, callsPerCard: null, learnedPerSecond: null, stated: { perMinute: 40, perHour: null } })).toMatchObject({
    callsPerCard: 2,
    callsPerMinute: 24,
    cardsPerMinute: 12,
    because: expect.stringContaining('documents') as string,
  });
});

test('where nothing is known of the pace nothing is promised', () => {
  expect(backfillPace({ ...facts, learnedPerSecond: null, stated: { perMinute: null, perHour: null } })).toMatchObject({ callsPerMinute: null, minutes: null });
});

test('nothing to do takes no time', () => {
  expect(backfillPace({ ...facts, cards: 0, learnedPerSecond: null, stated: { perMinute: null, perHour: null } }).minutes).toBe(0);
});
