import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';

export interface SecretKey {
  readonly key: string;
  /** Null: the operator gave it. */
  readonly file: string | null;
  readonly made: boolean;
}

const bytes = 32;

/** The operator's key, else the one in the data folder, which is made once and readable by its owner alone. */
export function ensureSecretKey(config: Pick<Config, 'secretKey' | 'dataFolder'>): SecretKey {
  if (config.secretKey !== null) {
    return { key: config.secretKey, file: null, made: false };
  }
  const file = join(config.dataFolder, 'secret.key');
  const found = read(file);
  if (found !== null) {
    return { key: found, file, made: false };
  }
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(bytes).toString('base64url')}\n`, { mode: 0o600, flush: true });
  let made = true;
  try {
    // A link appears whole or not at all, and never in place of another process's key.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
    made = false;
  } finally {
    rmSync(draft, { force: true });
  }
  return { key: read(file) ?? '', file, made };
}

function read(file: string): string | null {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw new Error(
      `The secret key ${file} cannot be read: ${(error as Error).message}. Start Patchboard as the account that made it.`,
      { cause: error },
    );
  }
  if (key.length < bytes) {
    throw new Error(
      `The secret key ${file} is damaged. Restore it from a backup. Without it the credentials of trackers have to be entered again: remove the file to get a new key.`,
    );
  }
  return key;
}
