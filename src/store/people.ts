import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Role } from '../core/vocabulary.ts';
import { randomToken, tokenDigest } from '../lib/seal.ts';
import type { Connection, Store } from './open.ts';
import { inTransaction } from './open.ts';

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password_hash: string | null;
  /** Who vouches for them in single sign-on, and as whom; null: nobody. */
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly disabled_at: Date | null;
  readonly created_at: Date;
}

/** Whoever acts: a person with a session, or an API token. */
export interface Principal {
  readonly kind: 'person' | 'token';
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  /** Empty: all that the role may. */
  readonly scopes: readonly string[];
}

const setupHours = 24;
const sessionHours = 24;
const idleHours = 8;

/** A one-time token for the first administrator; null once there is one. Made anew at each start until it is used. */
export async function createSetupToken(db: Connection): Promise<string | null> {
  const token = randomToken();
  const made = await sql`
    insert into setup (token_hash, expires_at)
    select ${tokenDigest(token)}, clock_timestamp() + make_interval(hours => ${setupHours})
    where not exists (select 1 from users)
    on conflict (single) do update
    set token_hash = excluded.token_hash, expires_at = excluded.expires_at
    where setup.claimed_at is null
  `.execute(db);
  return (made.numAffectedRows ?? 0n) > 0n ? token : null;
}

export async function needsSetup(db: Connection): Promise<boolean> {
  const rows = await sql`select 1 from users limit 1`.execute(db);
  return rows.rows.length === 0;
}

/** Exactly one claim wins, on however many processes. Null: the token is wrong, too old, or somebody was first. */
export async function claimSetup(
  store: Store,
  claim: { readonly token: string; readonly email: string; readonly name: string },
  hashPassword: () => Promise<string>,
): Promise<string | null> {
  return inTransaction(store, async (tx) => {
    const taken = await sql`
      update setup set claimed_at = clock_timestamp(), token_hash = null
      where claimed_at is null and token_hash = ${tokenDigest(claim.token)} and expires_at > clock_timestamp()
        and not exists (select 1 from users)
    `.execute(tx);
    if ((taken.numAffectedRows ?? 0n) === 0n) {
      return null;
    }
    // Only the winner's password is hashed: a crowd of claims costs next to nothing.
    const id = await createUser(tx, { ...claim, role: 'administrator', passwordHash: await hashPassword() });
    await sql`update setup set claimed_by = ${id}::uuid`.execute(tx);
    return id;
  });
}

export async function createUser(
  db: Connection,
  user: { readonly email: string; readonly name: string; readonly role: Role; readonly passwordHash: string },
): Promise<string> {
  const id = randomUUID();
  await sql`
    insert into users (id, email, name, role, password_hash)
    values (${id}::uuid, ${user.email}, ${user.name}, ${user.role}, ${user.passwordHash})
  `.execute(db);
  return id;
}

export async function userByEmail(db: Connection, email: string): Promise<UserRow | null> {
  const rows = await sql<UserRow>`select * from users where lower(email) = lower(${email})`.execute(db);
  return rows.rows[0] ?? null;
}

export async function openSession(
  db: Connection,
  userId: string,
  from: { readonly address: string; readonly agent: string; readonly providerLogout?: string | null },
): Promise<string> {
  const token = randomToken();
  await sql`
    insert into sessions (token_hash, user_id, expires_at, address, agent, provider_logout)
    values (${tokenDigest(token)}, ${userId}::uuid, clock_timestamp() + make_interval(hours => ${sessionHours}), ${from.address}, ${from.agent.slice(0, 300)},
      ${from.providerLogout ?? null})
  `.execute(db);
  return token;
}

/** Answers where the provider of single sign-on ends its own session; null: nowhere. */
export async function closeSession(db: Connection, token: string): Promise<string | null> {
  const closed = await sql<{ provider_logout: string | null }>`delete from sessions where token_hash = ${tokenDigest(token)} returning provider_logout`.execute(db);
  return closed.rows[0]?.provider_logout ?? null;
}

/** The person of a living session. Idle too long, expired or disabled: null. */
export async function personOf(db: Connection, token: string): Promise<Principal | null> {
  const rows = await sql<UserRow & { last_seen_at: Date }>`
    select u.*, s.last_seen_at from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${tokenDigest(token)} and s.expires_at > clock_timestamp() and u.disabled_at is null
      and s.last_seen_at > clock_timestamp() - make_interval(hours => ${idleHours})
  `.execute(db);
  const [row] = rows.rows;
  if (row === undefined) {
    return null;
  }
  if (row.last_seen_at.getTime() < Date.now() - 60_000) {
    await sql`update sessions set last_seen_at = clock_timestamp() where token_hash = ${tokenDigest(token)}`.execute(
      db,
    );
  }
  return { kind: 'person', id: row.id, name: row.name, email: row.email, role: row.role, scopes: [] };
}

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly last_used_at: Date | null;
}

export async function tokenPrincipal(db: Connection, token: string): Promise<Principal | null> {
  const rows = await sql<TokenRow>`
    select id, name, role, scopes, last_used_at from api_tokens
    where token_hash = ${tokenDigest(token)} and revoked_at is null and (expires_at is null or expires_at > clock_timestamp())
  `.execute(db);
  const [row] = rows.rows;
  if (row === undefined) {
    return null;
  }
  if (row.last_used_at === null || row.last_used_at.getTime() < Date.now() - 60_000) {
    await sql`update api_tokens set last_used_at = clock_timestamp() where id = ${row.id}::uuid`.execute(db);
  }
  return { kind: 'token', id: row.id, name: row.name, email: null, role: row.role, scopes: row.scopes };
}

/** Name of the operator's token; no other token may bear it. */
export const bootstrapName = 'bootstrap';

/** The operator's administrator token of PATCHBOARD_BOOTSTRAP_TOKEN exists from the first start. One given before ends. */
export async function ensureBootstrapToken(db: Connection, token: string): Promise<void> {
  await sql`
    update api_tokens set revoked_at = clock_timestamp()
    where name = ${bootstrapName} and token_hash <> ${tokenDigest(token)} and revoked_at is null
  `.execute(db);
  await sql`
    insert into api_tokens (id, name, token_hash, role)
    values (gen_random_uuid(), ${bootstrapName}, ${tokenDigest(token)}, 'administrator')
    on conflict (token_hash) do update set revoked_at = null, name = excluded.name, role = excluded.role
  `.execute(db);
}
