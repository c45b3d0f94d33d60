import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { faultOfStatus, parseAnswer, retryAfterMs } from './answer.ts';

const read: HttpRequest = { method: 'GET', url: 'https://example.com/api/cards/1?x=y', purpose: 'read' };
const write: HttpRequest = { ...read, method: 'POST', purpose: 'write' };
const json = { 'content-type': 'application/json; charset=utf-8' };
const html = { 'content-type': 'text/html' };
const schema = z.object({ id: z.number() });
const known = { message: 'No.', code: 'X1' };

function answer(status: number, headers: HttpResponse['headers'] = json, text = '{"id":1}'): HttpResponse {
  return { status, headers, text };
}

function kindOf(act: () => unknown): string {
  try {
    act();
    return 'success';
  } catch (fault) {
    return fault instanceof TrackerFault ? fault.kind : String(fault);
  }
}

describe('a success is 2xx, JSON by its own word, and of the shape that the API promises', () => {
  test.each([
    ['200 with the right JSON', answer(200), 'success', 'success'],
    [
      'JSON of a special type',
      answer(201, { 'content-type': 'application/problem+json' }),
      'success',
      'success',
    ],
    ['a sign-in page', answer(200, html, '<form>'), 'nonsense', 'uncertain'],
    ['a sign-in page that says 203', answer(203, html, '<form>'), 'nonsense', 'uncertain'],
    ['JSON with status 203', answer(203), 'nonsense', 'uncertain'],
    ['HTML that calls itself JSON', answer(200, json, '<form>'), 'nonsense', 'uncertain'],
    ['JSON of another shape', answer(200, json, '{"id":"1"}'), 'nonsense', 'uncertain'],
    ['JSON without a content type', answer(200, {}), 'nonsense', 'uncertain'],
    ['an empty body', answer(200, json, ''), 'nonsense', 'uncertain'],
  ])('%s', (_what, response, whenRead, whenWritten) => {
    expect(kindOf(() => parseAnswer(schema, read, response))).toBe(whenRead);
    expect(kindOf(() => parseAnswer(schema, write, response))).toBe(whenWritten);
  });

  test('the fault says which field was not as promised', () => {
    expect(() => parseAnswer(schema, read, answer(200, json, '{}'))).toThrow(/GET \/api\/cards\/1 .*id: /u);
  });
});

describe('the fault of a status, with the tracker’s own error and without', () => {
  test.each([
    [400, 'rejected', 'nonsense', 'rejected', 'uncertain'],
    [401, 'unauthorized', 'unauthorized', 'unauthorized', 'unauthorized'],
    [403, 'forbidden', 'nonsense', 'forbidden', 'uncertain'],
    [404, 'gone', 'nonsense', 'gone', 'uncertain'],
    [408, 'unavailable', 'unavailable', 'uncertain', 'uncertain'],
    [409, 'rejected', 'nonsense', 'rejected', 'uncertain'],
    [410, 'gone', 'nonsense', 'gone', 'uncertain'],
    [412, 'stale', 'nonsense', 'stale', 'uncertain'],
    [422, 'rejected', 'nonsense', 'rejected', 'uncertain'],
    [429, 'throttled', 'throttled', 'throttled', 'throttled'],
    [500, 'unavailable', 'unavailable', 'uncertain', 'uncertain'],
    [502, 'unavailable', 'unavailable', 'uncertain', 'uncertain'],
    [503, 'unavailable', 'unavailable', 'uncertain', 'uncertain'],
    [302, 'nonsense', 'nonsense', 'uncertain', 'uncertain'],
  ])(
    '%i is %s or %s for a read, %s or %s for a write',
    (status, readKnown, readUnknown, writeKnown, writeUnknown) => {
      expect(faultOfStatus(read, answer(status), known).kind).toBe(readKnown);
      expect(faultOfStatus(read, answer(status, html, '<p>'), null).kind).toBe(readUnknown);
      expect(faultOfStatus(write, answer(status), known).kind).toBe(writeKnown);
      expect(faultOfStatus(write, answer(status, html, '<p>'), null).kind).toBe(writeUnknown);
    },
  );

  test('503 with Retry-After pauses the connection', () => {
    const fault = faultOfStatus(read, answer(503, { 'retry-after': '9' }), null);

    expect(fault.kind).toBe('throttled');
    expect(fault.detail.retryAfterMs).toBe(9_000);
  });

  test('it carries the tracker’s message, code and fields, and a way to mend it', () => {
    const fields = [{ name: 'title', message: 'Too long.' }];

    const fault = faultOfStatus(write, answer(400), { ...known, fields }, 'Shorten it.');

    expect(fault.detail).toMatchObject({
      trackerMessage: 'No.',
      trackerCode: 'X1',
      fields,
      hint: 'Shorten it.',
      httpStatus: 400,
    });
  });

  test('a redirect is named without its query', () => {
    const fault = faultOfStatus(
      read,
      answer(302, { location: 'https://login.example.com/in?secret=1' }, ''),
      null,
    );

    expect(fault.message).toContain('https://login.example.com/in, which is not followed');
    expect(fault.message).not.toContain('secret');
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T00:00:00Z');

  test.each([
    ['12', 12_000],
    ['0', 0],
    ['1.5', 1_500],
    ['-3', 0],
    ['Tue, 24 Nov 2026 00:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 00:00:30 GMT', 0],
    ['99999999', 86_400_000],
    ['soon', undefined],
    ['', undefined],
  ])('“%s” is %s ms', (value, expected) => {
    expect(retryAfterMs(answer(429, { 'retry-after': value }), now)).toBe(expected);
  });

  test('a date is measured from the answer’s own Date, since clocks differ', () => {
    const headers = { 'retry-after': 'Tue, 24 Nov 2026 01:00:30 GMT', date: 'Tue, 24 Nov 2026 01:00:00 GMT' };

    expect(retryAfterMs(answer(429, headers), now)).toBe(30_000);
  });
});
