import { expect, test } from 'vitest';
import { backfillPace } from './backfill-pace.ts';

const facts = { cards: 5_000, callsPerCard: 2.5, look: { calls: 1, cards: 1 }, watching: 0, learnedPerSecond: 0.5, stated: { perMinute: 300, perHour: null }, perMinute: null };

test('a backfill takes its calls by the pace that the tracker’s answers state', () => {
  expect(backfillPace(facts)).toMatchObject({ callsPerCard: 2.5, callsPerMinute: 30, cardsPerMinute: 12, minutes: 416.7 });
});

test('a slower wish is what counts, a faster one is not', () => {
  expect(backfillPace({ ...facts, perMinute: 10 }).minutes).toBe(500);
  expect(backfillPace({ ...facts, perMinute: 1_000 }).cardsPerMinute).toBe(12);
});

test('before the tracker has answered, its documents count, and a search and a create for each card', () => {
  expect(backfillPace({ ...facts, callsPerCard: null, learnedPerSecond: null, stated: { perMinute: 40, perHour: null } })).toMatchObject({
    callsPerCard: 2,
    callsPerMinute: 24,
    cardsPerMinute: 12,
    because: expect.stringContaining('documents') as string,
  });
});

test('a search that is made for many cards at once is shared by them', () => {
  expect(backfillPace({ ...facts, callsPerCard: null, look: { calls: 3, cards: 20 } })).toMatchObject({ callsPerCard: 1.2, cardsPerMinute: 26.1 });
});

test('what watching the board takes is not left for cards, and never takes all', () => {
  expect(backfillPace({ ...facts, watching: 15 })).toMatchObject({ callsPerMinute: 30, cardsPerMinute: 6 });
  expect(backfillPace({ ...facts, watching: 100 })).toMatchObject({ cardsPerMinute: 1.2 });
});

test('where nothing is known of the pace nothing is promised', () => {
  expect(backfillPace({ ...facts, learnedPerSecond: null, stated: { perMinute: null, perHour: null } })).toMatchObject({ callsPerMinute: null, minutes: null });
});

test('nothing to do takes no time', () => {
  expect(backfillPace({ ...facts, cards: 0, learnedPerSecond: null, stated: { perMinute: null, perHour: null } }).minutes).toBe(0);
});

test.each([
  [facts, 'From the calls that the latest cards took, and the pace that the tracker’s answers state, less what watching the board takes.'],
  [{ ...facts, callsPerCard: null, look: { ...facts.look, cards: 1 } }, 'From a search and a create for each card, none having been made yet, and the pace that the tracker’s answers state, less what watching the board takes.'],
  [{ ...facts, callsPerCard: null, look: { ...facts.look, cards: 20 } }, 'From its part of a search for 20 and a create for each card, none having been made yet, and the pace that the tracker’s answers state, less what watching the board takes.'],
  [{ ...facts, learnedPerSecond: null }, 'From the calls that the latest cards took, and the pace that the tracker’s documents state, less what watching the board takes.'],
  [{ ...facts, learnedPerSecond: null, stated: { perMinute: null, perHour: null } }, 'From the calls that the latest cards took; how fast the tracker may be asked is not known before it is.'],
])('it says what it counted with (%#)', (known, words) => {
  expect(backfillPace(known).because).toBe(words);
});
