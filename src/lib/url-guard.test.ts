import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { AddressRefused, makeUrlGuard } from './url-guard.ts';

const guard = makeUrlGuard([]);

/** Ways to write an address that is not on the public internet. */
const refused = [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '0177.1',
    '017700000001',
  ],
  ...[
    '0x7F.0x0.0x0.0x1',
    '127.0.0.1.',
    '127.255.255.254',
    '%31%32%37.0.0.1',
    '127%2e0%2e0%2e1',
    '１２７.０.０.１',
  ],
  ...['127。0。0。1', '①②⑦.0.0.1', '0', '0.0.0.0', '0x0', '00', '0.1.2.3'],
  ...[
    '10.0.0.1',
    '10.255.255.255',
    '167772161',
    '0xa.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.1',
  ],
  ...[
    '3232235777',
    '0300.0250.1.1',
    '100.64.0.1',
    '100.127.255.254',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
  ],
  ...[
    '0251.0376.0251.0376',
    '169.254.43518',
    '168.63.129.16',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.7',
  ],
  ...[
    '203.0.113.9',
    '192.88.99.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '4294967295',
  ],
  ...[
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
  ],
  ...[
    '[64:ff9b::7f00:1]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b:1::a9fe:a9fe]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::1]',
  ],
  ...[
    '[2001::1]',
    '[2001:db8::1]',
    '[fe80::1]',
    '[febf::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fdff::1]',
    '[fec0::1]',
  ],
  ...['[ff02::1]', '[ff0e::1]', '[100::1]', '[1::1]', '[4000::1]', '[5f00::1]', '[::ffff:169.254.169.254]'],
];

describe('addresses that are not on the public internet', () => {
  test('there are at least sixty ways to write one in the table', () => {
    expect(new Set(refused).size).toBeGreaterThanOrEqual(60);
  });

  test.each(refused)('https://%s is refused', (host) => {
    expect(() => guard.origin(`https://${host}/`)).toThrow(AddressRefused);
  });
});

describe('what is no address to call', () => {
  test.each([
    ['http without encryption', 'http://example.com'],
    ['a user name', 'https://user@example.com'],
    ['a password', 'https://user:password@example.com'],
    ['a host hidden behind a user name', 'https://example.com@127.0.0.1'],
    ['a file', 'file:///etc/passwd'],
    ['a gopher', 'gopher://example.com'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,hello'],
    ['web sockets', 'wss://example.com'],
    ['nothing', ''],
    ['no host', 'https://'],
    ['five bytes in an address', 'https://1.2.3.4.5'],
    ['a byte too large', 'https://256.1.1.1'],
    ['a zone in an address', 'https://[fe80::1%25eth0]'],
  ])('%s is refused', (_what, url) => {
    expect(() => guard.origin(url)).toThrow(AddressRefused);
  });
});

describe('addresses on the public internet', () => {
  test.each([
    ['https://example.businessmap.io/ctrl_board/1?x=1#y', 'https://example.businessmap.io'],
    ['https://Example.COM:443/', 'https://example.com'],
    ['https://example.com:8443/api', 'https://example.com:8443'],
    ['https://8.8.8.8', 'https://8.8.8.8'],
    ['https://134744072', 'https://8.8.8.8'],
    ['https://[2606:4700::1111]', 'https://[2606:4700::1111]'],
    ['https://[::ffff:8.8.8.8]', 'https://[::ffff:808:808]'],
    ['https://172.32.0.1', 'https://172.32.0.1'],
    ['https://100.128.0.1', 'https://100.128.0.1'],
  ])('%s has the origin %s', (url, origin) => {
    expect(guard.origin(url)).toBe(origin);
  });
});

describe('networks that the operator allows', () => {
  const inner = makeUrlGuard(['10.0.0.0/8', 'fd00::/8']);

  test.each(['http://10.1.2.3:8080', 'https://10.1.2.3', 'http://[fd00::1]', 'https://[::ffff:10.1.2.3]'])(
    '%s is allowed',
    (url) => {
      expect(inner.origin(url)).toBe(new URL(url).origin);
    },
  );

  test.each(['http://11.1.2.3', 'https://192.168.0.1', 'https://127.0.0.1', 'https://[fc00::1]'])(
    '%s stays refused',
    (url) => {
      expect(() => inner.origin(url)).toThrow(AddressRefused);
    },
  );

  test('a network that is none is named', () => {
    expect(() => makeUrlGuard(['10.0.0.0/99'])).toThrow(/“10\.0\.0\.0\/99” is no network/u);
  });
});

describe('names', () => {
  const resolve = (lookup: typeof guard.lookup, host: string) =>
    promisify<string, object, unknown>((name, options, done) =>
      lookup(name, options, (error, address) => done(error, address)),
    )(host, { all: true });

  test('a name that leads to a loopback address is refused when it is resolved', async () => {
    await expect(resolve(guard.lookup, 'localhost')).rejects.toThrow(/localhost \(.*\) is a private/u);
  });

  test('of the addresses of a name only those in an allowed network are handed to the socket', async () => {
    const inner = makeUrlGuard(['127.0.0.0/8']);

    const addresses = (await resolve(inner.lookup, 'localhost')) as { address: string }[];

    expect(addresses.map(({ address }) => address)).toEqual(['127.0.0.1']);
  });

  test('without encryption a public address is refused though networks are allowed', () => {
    const inner = makeUrlGuard(['10.0.0.0/8']);

    expect(inner.refusal('8.8.8.8', { inside: true })).toMatch(/Only there is http/u);
    expect(inner.refusal('8.8.8.8', { inside: false })).toBeNull();
    expect(inner.refusal('10.0.0.9', { inside: true })).toBeNull();
  });
});
