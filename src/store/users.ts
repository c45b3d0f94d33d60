import { sql } from 'kysely';
import type { Role } from '../core/vocabulary.ts';
import { tokenDigest } from '../lib/seal.ts';
import type { Connection, Store, Transaction } from './open.ts';
import { inTransaction } from './open.ts';
import type { UserRow } from './people.ts';

export async function listUsers(db: Connection): Promise<readonly UserRow[]> {
  const rows = await sql<UserRow>`select * from users order by created_at, id`.execute(db);
  return rows.rows;
}

export async function findUser(db: Connection, id: string): Promise<UserRow | null> {
  const rows = await sql<UserRow>`select * from users where id = ${id}::uuid`.execute(db);
  return rows.rows[0] ?? null;
}

export interface UserChange {
  readonly name?: string;
  readonly role?: Role;
  readonly disabled?: boolean;
  readonly passwordHash?: string;
  /** Single sign-on does not know them any more. */
  readonly unlink?: boolean;
}

export type UserChanged = 'changed' | 'unknown' | 'last administrator';

/** What a person may do, or how they prove who they are, changes: they have to sign in again. One administrator stays. */
export async function changeUser(store: Store, id: string, change: UserChange): Promise<UserChanged> {
  return inTransaction(store, async (tx) => {
    const administrators = await sql<{ id: string }>`
      select id from users where role = 'administrator' and disabled_at is null order by id for update
    `.execute(tx);
    const steps = (change.role !== undefined && change.role !== 'administrator') || change.disabled === true;
    if (steps && administrators.rows.length === 1 && administrators.rows[0]?.id === id) {
      return 'last administrator';
    }
    const changed = await sql`
      update users
      set name = coalesce(${change.name ?? null}, name),
        role = coalesce(${change.role ?? null}, role),
        password_hash = coalesce(${change.passwordHash ?? null}, password_hash),
        disabled_at = ${disabledAt(change)},
        subject = case when ${change.unlink === true} then null else subject end,
        issuer = case when ${change.unlink === true} then null else issuer end
      where id = ${id}::uuid
    `.execute(tx);
    if ((changed.numAffectedRows ?? 0n) === 0n) {
      return 'unknown';
    }
    if (change.role !== undefined || change.disabled !== undefined || change.passwordHash !== undefined || change.unlink === true) {
      await closeSessions(tx, id, null);
    }
    return 'changed';
  });
}

function disabledAt({ disabled }: UserChange) {
  if (disabled === undefined) {
    return sql`disabled_at`;
  }
  return disabled ? sql`coalesce(disabled_at, clock_timestamp())` : sql`null`;
}

/** Every session of a person but the one that asks. Answers how many there were. */
export async function closeSessions(
  db: Connection | Transaction,
  userId: string,
  except: string | null,
): Promise<number> {
  const closed = await sql`
    delete from sessions
    where user_id = ${userId}::uuid and (${except === null} or token_hash <> ${tokenDigest(except ?? '')})
  `.execute(db);
  return Number(closed.numAffectedRows ?? 0n);
}

export async function setPassword(db: Connection, userId: string, passwordHash: string): Promise<void> {
  await sql`update users set password_hash = ${passwordHash} where id = ${userId}::uuid`.execute(db);
}
