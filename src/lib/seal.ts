import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';

/** AES-256-GCM. Layout: version (1 byte), key id (4), nonce (12), tag (16), ciphertext. */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + 4 + nonceBytes + tagBytes;

export interface SealKey {
  readonly id: Buffer;
  /** In the form in which it is used as it is, each time. */
  readonly secret: KeyObject;
}

/** A key from the operator's secret, whatever its form. Throws if it is too short to be one. */
export function makeSealKey(secret: string): SealKey {
  if (secret.length < 32) {
    throw new Error('PATCHBOARD_SECRET_KEY is shorter than 32 characters. Make one with: openssl rand -base64 32');
  }
  const bytes = subkey(secret, 'sealed credentials');
  return { secret: createSecretKey(bytes), id: Buffer.from(hkdfSync('sha256', bytes, '', 'key id', 4)) };
}

/** A key for one purpose alone. */
export function subkey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'patchboard', purpose, 32));
}

/** What a sealed text belongs to: moved to another row, or its origin changed, it does not open any more. */
export interface Belonging {
  readonly connectionId: string;
  readonly purpose: 'credentials' | 'tokens' | 'webhook token' | 'webhook secrets' | 'code verifier' | 'schedule credentials' | 'client secret' | 'canary';
  readonly origin: string;
}

export function seal(key: SealKey, text: string, belonging: Belonging): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce);
  cipher.setAAD(aad(belonging));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([version]), key.id, nonce, cipher.getAuthTag(), sealed]);
}

export class SealBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealBroken';
  }
}

/** Throws SealBroken if the text was sealed with another key, for another place, or was changed. */
export function unseal(key: SealKey, sealed: Uint8Array, belonging: Belonging): string {
  const bytes = Buffer.from(sealed);
  if (bytes.length < headerBytes || bytes[0] !== version) {
    throw new SealBroken(`The sealed ${belonging.purpose} are not in a form this version knows.`);
  }
  if (!bytes.subarray(1, 5).equals(key.id)) {
    throw new SealBroken(
      `The ${belonging.purpose} were sealed with another secret key. Give the key of this installation in PATCHBOARD_SECRET_KEY, or enter them again.`,
    );
  }
  const nonce = bytes.subarray(5, 5 + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.secret, nonce, { authTagLength: tagBytes });
  decipher.setAAD(aad(belonging));
  decipher.setAuthTag(bytes.subarray(5 + nonceBytes, headerBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headerBytes)), decipher.final()]).toString('utf8');
  } catch {
    throw new SealBroken(`The sealed ${belonging.purpose} do not belong here: another connection, another address, or changed.`);
  }
}

function aad({ connectionId, purpose, origin }: Belonging): Buffer {
  return Buffer.from(JSON.stringify([connectionId, purpose, origin]));
}

/** Digest of a secret token for look-up; 256 bits of entropy make a plain keyed hash enough. */
export function tokenDigest(token: string): Buffer {
  return createHmac('sha256', 'patchboard token').update(token).digest();
}

export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}
