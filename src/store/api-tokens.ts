import { sql } from 'kysely';
import type { Role } from '../core/vocabulary.ts';
import { randomToken, tokenDigest } from '../lib/seal.ts';
import type { Connection } from './open.ts';

export interface ApiTokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly expires_at: Date | null;
}

export interface ApiTokenWish {
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly createdBy: string | null;
}

export async function listTokens(db: Connection): Promise<readonly ApiTokenRow[]> {
  const rows = await sql<ApiTokenRow>`
    select * from api_tokens where revoked_at is null order by created_at desc, id
  `.execute(db);
  return rows.rows;
}

/** The token itself is in the answer and nowhere else: the database keeps its digest. */
export async function makeToken(
  db: Connection,
  wish: ApiTokenWish,
): Promise<{ readonly row: ApiTokenRow; readonly token: string }> {
  const token = `pb_${randomToken()}`;
  const rows = await sql<ApiTokenRow>`
    insert into api_tokens (id, name, token_hash, role, scopes, created_by, expires_at)
    values (gen_random_uuid(), ${wish.name}, ${tokenDigest(token)}, ${wish.role}, ${[...wish.scopes]}::text[],
      ${wish.createdBy}::uuid, ${wish.expiresAt}::timestamptz)
    returning *
  `.execute(db);
  return { row: rows.rows[0] as ApiTokenRow, token };
}

/** Answers whether there was one to revoke. */
export async function revokeToken(db: Connection, id: string): Promise<boolean> {
  const revoked = await sql`
    update api_tokens set revoked_at = clock_timestamp() where id = ${id}::uuid and revoked_at is null
  `.execute(db);
  return (revoked.numAffectedRows ?? 0n) > 0n;
}
