import { expect, test } from 'vitest';
import { hashPassword, isPassword } from './password.ts';

test('a password is known again, another is not, and two hashes of it differ', async () => {
  const [first, second] = await Promise.all([
    hashPassword('a long password'),
    hashPassword('a long password'),
  ]);

  expect(first).not.toBe(second);
  expect(first).not.toContain('long');
  expect(await isPassword('a long password', first)).toBe(true);
  expect(await isPassword('a long passwort', first)).toBe(false);
});

test('the same letters written in two ways of Unicode are one password', async () => {
  expect(await isPassword('caf\u0065\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
});

test('an account that there is not has no password, not even the empty one', async () => {
  expect(await isPassword('', null)).toBe(false);
});
