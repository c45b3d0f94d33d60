import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Role } from '../core/vocabulary.ts';
import type { Connection, Transaction } from './open.ts';
import type { UserRow } from './people.ts';

export interface ProviderRow {
  readonly label: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: Buffer | null;
  readonly allowed_domains: readonly string[];
  readonly groups_claim: string;
  readonly role_by_group: readonly { readonly group: string; readonly role: Role }[];
  readonly default_role: Role | null;
  readonly passwords: 'everybody' | 'administrators';
  readonly enabled: boolean;
}

export async function readProvider(db: Connection): Promise<ProviderRow | null> {
  const rows = await sql<ProviderRow>`select * from identity_provider`.execute(db);
  return rows.rows[0] ?? null;
}

export async function writeProvider(db: Connection, row: ProviderRow): Promise<void> {
  await sql`
    insert into identity_provider (label, issuer, client_id, client_secret, allowed_domains, groups_claim, role_by_group, default_role, passwords, enabled)
    values (${row.label}, ${row.issuer}, ${row.client_id}, ${row.client_secret}, ${[...row.allowed_domains]}::text[], ${row.groups_claim},
      ${JSON.stringify(row.role_by_group)}::jsonb, ${row.default_role}, ${row.passwords}, ${row.enabled})
    on conflict (single) do update set label = excluded.label, issuer = excluded.issuer, client_id = excluded.client_id,
      client_secret = excluded.client_secret, allowed_domains = excluded.allowed_domains, groups_claim = excluded.groups_claim,
      role_by_group = excluded.role_by_group, default_role = excluded.default_role, passwords = excluded.passwords,
      enabled = excluded.enabled, changed_at = clock_timestamp()
  `.execute(db);
}

export async function deleteProvider(db: Connection): Promise<boolean> {
  const deleted = await sql`delete from identity_provider`.execute(db);
  return (deleted.numAffectedRows ?? 0n) > 0n;
}

export interface SignIn {
  readonly stateHash: Buffer;
  readonly browserHash: Buffer;
  readonly issuer: string;
  readonly nonce: string;
  readonly codeVerifier: Buffer;
  readonly userId: string | null;
}

export async function keepSignIn(db: Connection, signIn: SignIn, minutes: number): Promise<void> {
  await sql`delete from identity_logins where expires_at < clock_timestamp()`.execute(db);
  await sql`
    insert into identity_logins (state_hash, browser_hash, issuer, nonce, code_verifier, user_id, expires_at)
    values (${signIn.stateHash}, ${signIn.browserHash}, ${signIn.issuer}, ${signIn.nonce}, ${signIn.codeVerifier}, ${signIn.userId}::uuid,
      clock_timestamp() + make_interval(mins => ${minutes}))
  `.execute(db);
}

export interface SignInRow {
  readonly issuer: string;
  readonly nonce: string;
  readonly code_verifier: Buffer;
  readonly user_id: string | null;
}

/** Takes the sign-in out: once, in time, and only in the browser that began it. */
export async function takeSignIn(db: Connection, stateHash: Buffer, browserHash: Buffer): Promise<SignInRow | null> {
  const rows = await sql<SignInRow>`
    delete from identity_logins
    where state_hash = ${stateHash} and browser_hash = ${browserHash} and expires_at > clock_timestamp()
    returning issuer, nonce, code_verifier, user_id
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** Who somebody is: what the provider calls them, never their e-mail. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

export async function personByIdentity(db: Connection, { issuer, subject }: Identity): Promise<UserRow | null> {
  const rows = await sql<UserRow>`select * from users where issuer = ${issuer} and subject = ${subject}`.execute(db);
  return rows.rows[0] ?? null;
}

/** False: the account belongs to somebody else already. */
export async function linkIdentity(db: Connection, userId: string, { issuer, subject }: Identity): Promise<boolean> {
  const linked = await sql`
    update users set issuer = ${issuer}, subject = ${subject} where id = ${userId}::uuid
      and not exists (select 1 from users o where o.issuer = ${issuer} and o.subject = ${subject} and o.id <> ${userId}::uuid)
  `.execute(db);
  return (linked.numAffectedRows ?? 0n) > 0n;
}

/** A person whom the provider vouches for. Null: the e-mail is somebody's already. */
export async function createByIdentity(
  tx: Transaction,
  person: Identity & { readonly email: string; readonly name: string; readonly role: Role },
): Promise<UserRow | null> {
  await sql`
    insert into users (id, email, name, role, issuer, subject)
    values (${randomUUID()}::uuid, ${person.email}, ${person.name}, ${person.role}, ${person.issuer}, ${person.subject})
    on conflict do nothing
  `.execute(tx);
  return personByIdentity(tx, person);
}
