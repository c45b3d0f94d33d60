import { describe, expect, test } from 'vitest';
import { checkCron, nextTime } from './cron.ts';

const next = (expression: string, zone: string, after: string) => nextTime(expression, zone, new Date(after))?.toISOString();

describe('the next time', () => {
  test('is told by the clock on the wall of the time zone, before and after a change of clocks', () => {
    expect(next('0 3 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z')).toBe('2026-10-25T02:00:00.000Z');
    expect(next('0 3 * * *', 'Europe/Berlin', '2026-10-23T12:00:00Z')).toBe('2026-10-24T01:00:00.000Z');
    expect(next('0 22 * * 5', 'America/Sao_Paulo', '2026-11-25T00:00:00Z')).toBe('2026-11-28T01:00:00.000Z');
  });

  test('is after the moment, never at it', () => {
    expect(next('0 3 * * *', 'UTC', '2026-11-25T03:00:00Z')).toBe('2026-11-26T03:00:00.000Z');
  });

  test('comes once where the clock repeats the hour, and not never where it skips it', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z');
    expect(next('30 2 29 3 *', 'Europe/Berlin', '2026-03-28T12:00:00Z')).toMatch(/^2026-03-29T0[01]:/u);
  });
});

describe('an expression', () => {
  test.each(['0 3 * * *', '*/15 9-17 * * MON-FRI', '0 0 1 1 *'])('%s is fine', (expression) => {
    expect(checkCron(expression, 'UTC')).toEqual({ kind: 'fine' });
  });

  test.each([
    ['* * * * * *', 'UTC'],
    ['0 3 * *', 'UTC'],
    ['61 3 * * *', 'UTC'],
    ['0 3 * * *', 'Mars/Olympus'],
    ['0 0 30 2 *', 'UTC'],
    ['', 'UTC'],
  ])('“%s” in %s is refused with words', (expression, zone) => {
    expect(checkCron(expression, zone)).toMatchObject({ kind: 'refused', because: expect.stringMatching(/.{10}/u) });
  });
});
