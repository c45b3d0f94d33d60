import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base32, randomWord, uuidV7 } from './ids.ts';

test('the example of RFC 9562 comes out as printed there', () => {
  const random = Buffer.from('0cc318c4dc0c0c07398f', 'hex');

  expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('an id of a later millisecond sorts after an earlier one', () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 31 - 1),
      fc.integer({ min: 1, max: 2 ** 31 }),
      (early, later) => uuidV7(early) < uuidV7(early + later),
    ),
  );
});

test.each([
  ['', ''],
  ['f', 'my'],
  ['fo', 'mzxq'],
  ['foo', 'mzxw6'],
  ['foob', 'mzxw6yq'],
  ['fooba', 'mzxw6ytb'],
  ['foobar', 'mzxw6ytboi'],
])(
  'the example of RFC 4648 for “%s” comes out as printed there, in lower case and unpadded',
  (text, expected) => {
    expect(base32(Buffer.from(text))).toBe(expected);
  },
);

test('a random word has letters and digits only, and is another one each time', () => {
  const words = Array.from({ length: 100 }, () => randomWord());

  expect(words.every((word) => /^[a-z2-7]{32}$/u.test(word))).toBe(true);
  expect(new Set(words).size).toBe(100);
});
