import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** ASVS 5.0 Appendix C: N = 2^15 with p = 3 is approved and takes a third of the memory of 2^17. */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyBytes = 32;
const atOnceMax = 2;

let running = 0;
const waiting: (() => void)[] = [];

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt);
  return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

const nobody = `scrypt$${cost.N}$${cost.r}$${cost.p}$${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(keyBytes).toString('base64')}`;

/** Takes as long for an unknown account (`null`) as for a known one. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [, , , , salt = '', expected = ''] = (hash ?? nobody).split('$');
  const key = await derive(password, Buffer.from(salt, 'base64'));
  const same = timingSafeEqual(key, Buffer.from(expected, 'base64'));
  return same && hash !== null;
}

/** Few at once: a flood of sign-ins must not take the processor from everybody else. */
async function derive(password: string, salt: Buffer): Promise<Buffer> {
  while (running >= atOnceMax) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, keyBytes, { ...cost, maxmem: 256 * 1024 ** 2 }, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
