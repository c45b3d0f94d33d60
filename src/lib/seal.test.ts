import { describe, expect, test } from 'vitest';
import type { Belonging } from './seal.ts';
import { makeSealKey, randomToken, seal, SealBroken, subkey, tokenDigest, unseal } from './seal.ts';

const key = makeSealKey('a-secret-key-for-tests-of-32-characters');
const belonging: Belonging = { connectionId: 'one', purpose: 'credentials', origin: 'https://example.com' };

describe('what is sealed', () => {
  test.each(['', 'a key', 'ключ 🔑', 'x'.repeat(100_000)])(
    'opens again with its key, for what it belongs to',
    (text) => {
      expect(unseal(key, seal(key, text, belonging), belonging)).toBe(text);
    },
  );

  test('looks different each time, and shows nothing of the text', () => {
    const [first, second] = [seal(key, 'the same text', belonging), seal(key, 'the same text', belonging)];

    expect(first.equals(second)).toBe(false);
    expect(first.includes('the same')).toBe(false);
  });

  test.each<[string, Belonging]>([
    ['another connection', { ...belonging, connectionId: 'two' }],
    ['another purpose', { ...belonging, purpose: 'tokens' }],
    ['another address', { ...belonging, origin: 'https://example.co' }],
    // Joined by a separator, these two would be the same text.
    ['parts divided at another place', { ...belonging, connectionId: 'one|credentials', origin: '' }],
  ])('does not open for %s', (_which, other) => {
    expect(() => unseal(key, seal(key, 'text', belonging), other)).toThrow(SealBroken);
  });

  test('does not open when any one of its bits is turned', () => {
    const sealed = seal(key, 'text', belonging);

    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const turned = Buffer.from(sealed);
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unseal(key, turned, belonging)).toThrow(SealBroken);
    }
  });

  test.each([0, 1, 20, 32])('does not open when it is cut to %s bytes', (length) => {
    expect(() => unseal(key, seal(key, 'text', belonging).subarray(0, length), belonging)).toThrow(
      SealBroken,
    );
  });

  test('by another key says so, and what to do', () => {
    const other = makeSealKey('another-secret-key-of-at-least-32-characters');

    expect(() => unseal(key, seal(other, 'text', belonging), belonging)).toThrow(/PATCHBOARD_SECRET_KEY/u);
  });
});

test('a secret that is too short to be a key is refused', () => {
  expect(() => makeSealKey('short')).toThrow(/32 characters/u);
});

test('keys for different purposes have nothing in common', () => {
  const secret = 'a-secret-key-for-tests-of-32-characters';

  expect(subkey(secret, 'one').equals(subkey(secret, 'one'))).toBe(true);
  expect(subkey(secret, 'one').equals(subkey(secret, 'two'))).toBe(false);
  expect(subkey(secret, 'one').length).toBe(32);
});

test('a random token has 256 bits, and its digest does not give it away', () => {
  const [first, second] = [randomToken(), randomToken()];

  expect(Buffer.from(first, 'base64url').length).toBe(32);
  expect(first).not.toBe(second);
  expect(tokenDigest(first).equals(tokenDigest(first))).toBe(true);
  expect(tokenDigest(first).equals(tokenDigest(second))).toBe(false);
});
