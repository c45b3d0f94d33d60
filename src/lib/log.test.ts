import { expect, test } from 'vitest';
import type { LogLevel } from './log.ts';
import { makeLog } from './log.ts';

function open(options: { readonly level?: LogLevel; readonly forPeople?: boolean } = {}) {
  const lines: string[] = [];
  const log = makeLog({ level: 'info', ...options, stream: { write: (line) => void lines.push(line) } });
  return { log, lines };
}

test('a line is one JSON object with level, time, message and facts', () => {
  const { log, lines } = open();

  log('link settled', { link: 'a', pushed: ['state'] });

  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    msg: 'link settled',
    link: 'a',
    pushed: ['state'],
  });
});

test('a person at a terminal gets a short line', () => {
  const { log, lines } = open({ forPeople: true });

  log.warn('link held', { link: 'a', tries: 3 });

  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn: link held {2}link=a {2}tries=3\n$/u);
});

test('what is below the level is not written', () => {
  const { log, lines } = open({ level: 'warn' });

  log('told', {});
  log.debug('told', {});
  log.error('told', {});

  expect(lines).toHaveLength(1);
});

test.each([
  { password: 'swordfish' },
  { headers: { Authorization: 'swordfish', cookie: ['swordfish'] } },
  { connection: { credentials: { apiKey: 'swordfish' } } },
  { deep: [{ accessToken: 'swordfish', client_secret: 'swordfish' }] },
  { address: 'postgres://someone:swordfish@host/database' },
  { request: 'GET / Authorization: Bearer swordfish-swordfish' },
  { link: 'https://host/setup#token=swordfishswordfishswordfish' },
  { error: new Error('tried Basic swordfishswordfish==') },
  { bytes: Buffer.from('swordfish') },
])('a secret does not reach the log: %j', (facts) => {
  const { log, lines } = open();

  log('tried', facts);

  expect(lines.join('')).not.toContain('swordfish');
  expect(lines).toHaveLength(1);
});

test('counts and yes-or-no answers about secrets stay readable', () => {
  const { log, lines } = open();

  log('counted', { tokens: 3, hasSecret: true });

  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ tokens: 3, hasSecret: true });
});

test('a fact of any size or depth gives a line of bounded length', () => {
  const { log, lines } = open();
  const ring: Record<string, unknown> = {
    text: 'x'.repeat(1_000_000),
    many: Array.from({ length: 100_000 }, () => 'y'),
  };
  ring['again'] = ring;

  log('large', { ring });

  expect(lines[0]?.length).toBeLessThan(50_000);
});
