import { describe, expect, test } from 'vitest';
import { statuses } from '../vocabulary.ts';
import type { FaultKindName } from './faults.ts';
import { backoff, deservesCard, nextTry } from './faults.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('after a fault', () => {
  test.each([
    ['unauthorized', { kind: 'halt' }],
    ['gone', { kind: 'missing' }],
    ['forbidden', { kind: 'person' }],
    ['rejected', { kind: 'person' }],
  ] as const)('%s is answered the same at every try', (kind, answer) => {
    for (const attempt of [1, 4, 30]) {
      expect(nextTry({ kind }, attempt, 0.5)).toEqual(answer);
    }
  });

  test('a right that is missing waits for a person, whatever class the tracker gives it', () => {
    expect(nextTry({ kind: 'forbidden', errorClass: 'workflow' }, 1, 0.5)).toEqual({ kind: 'person' });
  });

  test('a limit of the board is tried again after hours, and any other refusal waits for a person', () => {
    expect(nextTry({ kind: 'rejected', errorClass: 'workflow' }, 1, 0.5)).toEqual({ kind: 'later', delayMs: 6 * hourMs });
    expect(nextTry({ kind: 'rejected', errorClass: 'validation' }, 1, 0.5)).toEqual({ kind: 'person' });
  });

  test('a tracker that asks for a pause gets it, or a minute if it does not say how long', () => {
    expect(nextTry({ kind: 'throttled', retryAfterMs: 7_000 }, 1, 0.5)).toEqual({ kind: 'pause', pauseMs: 7_000 });
    expect(nextTry({ kind: 'throttled' }, 1, 0.5)).toEqual({ kind: 'pause', pauseMs: minuteMs });
  });

  test('a card that moved on is read again at once, and only after some tries more slowly', () => {
    for (const attempt of [1, 2, 3]) {
      expect(nextTry({ kind: 'stale' }, attempt, 0.999)).toEqual({ kind: 'later', delayMs: 0 });
    }
    expect(nextTry({ kind: 'stale' }, 4, 0.5)).toEqual({ kind: 'later', delayMs: 16_000 });
  });

  test.each(['unavailable', 'uncertain', 'nonsense'] satisfies readonly FaultKindName[])('%s is tried again later and later, at a moment that is drawn', (kind) => {
    expect(nextTry({ kind }, 1, 0.5)).toEqual({ kind: 'later', delayMs: 2_000 });
    expect(nextTry({ kind }, 3, 0.5)).toEqual({ kind: 'later', delayMs: 8_000 });
    expect(nextTry({ kind }, 3, 0)).toEqual({ kind: 'later', delayMs: 0 });
    expect(nextTry({ kind }, 3, 0.33333)).toEqual({ kind: 'later', delayMs: 5_333 });
    expect(nextTry({ kind }, 9, 1)).toEqual({ kind: 'later', delayMs: 15 * minuteMs });
    expect(nextTry({ kind }, 2_000, 1)).toEqual({ kind: 'later', delayMs: 15 * minuteMs });
  });

  test('a tracker that is away and says for how long is not asked earlier', () => {
    expect(nextTry({ kind: 'unavailable', retryAfterMs: 90_000 }, 1, 0.5)).toEqual({ kind: 'later', delayMs: 90_000 });
    expect(nextTry({ kind: 'unavailable', retryAfterMs: 10 }, 1, 0.5)).toEqual({ kind: 'later', delayMs: 2_000 });
  });
});

test('the waits grow from two seconds to a quarter of an hour', () => {
  expect(backoff).toEqual({ firstMs: 2_000, mostMs: 15 * minuteMs });
});

test('a first card is made for what somebody still has to work on', () => {
  expect(statuses.filter((status) => deservesCard(status))).toEqual(['identified', 'in_progress', 'awaiting_validation']);
});
