import { randomBytes } from 'node:crypto';

/** A UUID of version 7 (RFC 9562, 5.7): its first 48 bits are the time in milliseconds, so rows lie in order of birth. */
export function uuidV7(now: number = Date.now(), random: Uint8Array = randomBytes(10)): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The 32 signs of RFC 4648 in lower case: survives systems that fold case or dislike punctuation. */
const signs = 'abcdefghijklmnopqrstuvwxyz234567';

/** Base 32 without padding. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += signs[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + signs[(held << (5 - bits)) & 31] : text;
}

/** A word nobody can guess, for places that take letters and digits only. Five bits a sign. */
export function randomWord(bytes = 20): string {
  return base32(randomBytes(bytes));
}
