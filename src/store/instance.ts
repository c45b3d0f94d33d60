import { sql } from 'kysely';
import type { SealKey } from '../lib/seal.ts';
import { seal, unseal } from '../lib/seal.ts';
import type { Connection } from './open.ts';

const belonging = { connectionId: '', purpose: 'canary', origin: '' } as const;

/** Throws SealBroken if this key is another one than that which sealed the database's credentials. */
export async function checkSealKey(db: Connection, key: SealKey): Promise<void> {
  await sql`update instance set key_canary = ${seal(key, 'canary', belonging)} where key_canary is null`.execute(
    db,
  );
  const rows = await sql<{ key_canary: Buffer }>`select key_canary from instance`.execute(db);
  const [row] = rows.rows;
  if (row !== undefined) {
    unseal(key, row.key_canary, belonging);
  }
}
