import { expect, test } from 'vitest';
import tracker from './index.ts';
import { instanceOrigin } from './instance-url.ts';

test.each([
  ['dev12345', 'https://dev12345.service-now.com'],
  ['  dev12345.service-now.com ', 'https://dev12345.service-now.com'],
  ['https://dev12345.service-now.com/', 'https://dev12345.service-now.com'],
  [
    'https://dev12345.service-now.com/nav_to.do?uri=incident.do%3Fsys_id%3Dabc',
    'https://dev12345.service-now.com',
  ],
  [
    'https://dev12345.service-now.com/now/nav/ui/classic/params/target/incident_list.do',
    'https://dev12345.service-now.com',
  ],
  ['HTTPS://ITSM.Example.com:8443/x', 'https://itsm.example.com:8443'],
  ['itsm.example.com', 'https://itsm.example.com'],
  ['http://127.0.0.1:4181', 'http://127.0.0.1:4181'],
])('the instance URL %s becomes %s', (typed, origin) => {
  expect(instanceOrigin(typed)).toBe(origin);
});

test.each([
  '',
  'ftp://x.service-now.com',
  'https://user:secret@dev1.service-now.com',
  'javascript:alert(1)',
  'two words',
  'https://',
])('the instance URL “%s” is refused with words that say what to give', (typed) => {
  const parsed = tracker.settings.safeParse({ url: typed });

  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.message).toContain('address of your ServiceNow instance');
});

test('the developer portal is not an instance', () => {
  expect(
    tracker.settings.safeParse({ url: 'https://developer.servicenow.com/dev.do' }).error?.issues[0]?.message,
  ).toContain('own site');
});

test('an unknown setting is an error', () => {
  expect(tracker.settings.safeParse({ url: 'dev1', instance: 'x' }).success).toBe(false);
});
