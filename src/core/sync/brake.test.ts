import { describe, expect, test } from 'vitest';
import { automaticChangesPerHour, isLost, isMassLoss, missesUntilLost, missingMsUntilLost, recentChanges, tripsBreaker } from './brake.ts';

const now = 100 * 3_600_000;
const hourMs = 3_600_000;

describe('the breaker', () => {
  test('counts the changes of the last hour, the newest last', () => {
    expect(recentChanges([now - hourMs - 1, now - hourMs, now - hourMs + 1, now], now)).toEqual([now - hourMs + 1, now]);
  });

  test('remembers no more than it needs', () => {
    const many = Array.from({ length: 30 }, (_none, at) => now - 30 + at);

    expect(recentChanges(many, now)).toEqual(many.slice(-11));
  });

  test('lets ten changes an hour pass, and not an eleventh', () => {
    const nine = Array.from({ length: 9 }, (_none, at) => now - at);

    expect(automaticChangesPerHour).toBe(10);
    expect(tripsBreaker(nine, now)).toBe(false);
    expect(tripsBreaker([...nine, now], now)).toBe(true);
    expect(tripsBreaker([...nine, now - hourMs], now)).toBe(false);
  });
});

describe('a card counts as lost', () => {
  test('after three misses over five minutes', () => {
    expect([missesUntilLost, missingMsUntilLost]).toEqual([3, 300_000]);
    expect(isLost(3, now - 300_000, now)).toBe(true);
    expect(isLost(2, now - 300_000, now)).toBe(false);
    expect(isLost(3, now - 299_999, now)).toBe(false);
  });
});

test('many cards that are missing at once are no lost cards', () => {
  expect(isMassLoss(10, 19)).toBe(true);
  expect(isMassLoss(10, 20)).toBe(false);
  expect(isMassLoss(9, 9)).toBe(false);
  expect(isMassLoss(11, 21)).toBe(true);
});
