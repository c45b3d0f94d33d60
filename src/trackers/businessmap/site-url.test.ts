import { describe, expect, test } from 'vitest';
import tracker from './index.ts';
import { isVendorHost } from './site-url.ts';

const url = (typed: string) => {
  const parsed = tracker.settings.safeParse({ url: typed });
  return parsed.success ? parsed.data['url'] : null;
};

describe('the site address is understood in each form people paste', () => {
  test.each([
    ['https://acme.businessmap.io', 'https://acme.businessmap.io'],
    ['https://acme.businessmap.io/', 'https://acme.businessmap.io'],
    ['  https://ACME.businessmap.io/ctrl_board/12/cards/345/details/?x=1#y ', 'https://acme.businessmap.io'],
    ['https://acme.kanbanize.com/api/v2', 'https://acme.kanbanize.com'],
    ['acme.kanbanize.com', 'https://acme.kanbanize.com'],
    ['acme.businessmap.io/ctrl_board/1', 'https://acme.businessmap.io'],
    ['acme', 'https://acme.businessmap.io'],
    ['acme-2', 'https://acme-2.businessmap.io'],
    ['http://acme.businessmap.io', 'https://acme.businessmap.io'],
    ['https://acme.businessmap.io:443/', 'https://acme.businessmap.io'],
    ['https://boards.acme.example:8443/login', 'https://boards.acme.example:8443'],
    ['http://10.0.0.5:8080', 'http://10.0.0.5:8080'],
    ['http://localhost:4190/__board', 'http://localhost:4190'],
  ])('%j is %s', (typed, origin) => {
    expect(url(typed)).toBe(origin);
  });

  test.each([
    '',
    ' ',
    'https://',
    'ftp://acme.businessmap.io',
    'https://user:key@acme.businessmap.io',
    'a b c',
    'https://businessmap.io',
    'www.kanbanize.com',
    'javascript:alert(1)',
  ])('%j is refused with words for the form', (typed) => {
    expect(url(typed)).toBeNull();
  });
});

describe('the vendor’s hosts', () => {
  test.each([
    ['acme.kanbanize.com', true],
    ['acme.businessmap.io', true],
    ['eu.acme.businessmap.io', true],
    ['acmekanbanize.com', false],
    ['kanbanize.com.evil.example', false],
    ['businessmap.io.evil.example', false],
    ['10.0.0.5', false],
  ])('%s: %s', (host, vendor) => {
    expect(isVendorHost(host)).toBe(vendor);
  });
});
