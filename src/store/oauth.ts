import { sql } from 'kysely';
import type { Connection } from './open.ts';

/** A login under way: who began it, where it comes back to, and what proves it. */
export interface LoginRow {
  readonly connection_id: string;
  readonly code_verifier: Buffer;
  readonly redirect_uri: string;
}

export interface NewLogin {
  readonly stateHash: Buffer;
  readonly connectionId: string;
  readonly begunBy: string;
  readonly codeVerifier: Buffer;
  readonly redirectUri: string;
  readonly minutes: number;
}

export async function keepLogin(db: Connection, login: NewLogin): Promise<void> {
  await sql`delete from oauth_logins where expires_at < clock_timestamp()`.execute(db);
  await sql`
    insert into oauth_logins (state_hash, connection_id, begun_by, code_verifier, redirect_uri, expires_at)
    values (${login.stateHash}, ${login.connectionId}::uuid, ${login.begunBy}, ${login.codeVerifier}, ${login.redirectUri},
      clock_timestamp() + make_interval(mins => ${login.minutes}))
  `.execute(db);
}

/** Takes the login out: once, in time, and only for whoever began it. What a token began, a person may finish. */
export async function takeLogin(
  db: Connection,
  wish: { readonly stateHash: Buffer; readonly caller: string; readonly byPerson: boolean; readonly tracker: string },
): Promise<LoginRow | null> {
  const rows = await sql<LoginRow>`
    delete from oauth_logins l using connections k
    where l.state_hash = ${wish.stateHash} and l.expires_at > clock_timestamp()
      and (l.begun_by = ${wish.caller} or (${wish.byPerson} and l.begun_by like 'token:%'))
      and k.id = l.connection_id and k.tracker = ${wish.tracker} and k.state <> 'deleted'
    returning l.connection_id, l.code_verifier, l.redirect_uri
  `.execute(db);
  return rows.rows[0] ?? null;
}

export interface TokensRow {
  readonly sealed: Buffer;
  readonly origin: string;
  readonly version: string;
  readonly expires_at: Date;
  readonly refresh_expires_at: Date | null;
  /** The token endpoint refused these tokens a moment ago, in these words. */
  readonly refused: string | null;
  readonly sync_owner: string | null;
}

export async function selectTokens(db: Connection, connectionId: string): Promise<TokensRow | null> {
  const rows = await sql<TokensRow>`
    select t.sealed, k.origin, t.version, t.expires_at, t.refresh_expires_at, i.sync_owner,
      case when t.refused_until > clock_timestamp() then t.refused_because end as refused
    from oauth_tokens t
    join connections k on k.id = t.connection_id and k.state <> 'deleted'
    cross join instance i
    where t.connection_id = ${connectionId}::uuid
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** One worker of all refreshes a version of the tokens. A lease that nobody ended passes by itself. */
export async function leaseRefresh(
  db: Connection,
  wish: { readonly connectionId: string; readonly version: string; readonly leaseMs: number },
): Promise<boolean> {
  const leased = await sql`
    update oauth_tokens set refresh_lease_until = clock_timestamp() + make_interval(secs => ${wish.leaseMs / 1_000})
    where connection_id = ${wish.connectionId}::uuid and version = ${wish.version}::bigint and refresh_lease_until < clock_timestamp()
      and refused_until < clock_timestamp()
  `.execute(db);
  return (leased.numAffectedRows ?? 0n) > 0n;
}

export interface NewTokens {
  readonly connectionId: string;
  readonly sealed: Buffer;
  readonly expiresAt: number;
  readonly refreshExpiresAt: number | null;
}

/** What a refresh brought; false: another login or refresh came first, and its tokens stand. */
export async function renewTokens(
  db: Connection,
  tokens: NewTokens & { readonly version: string },
): Promise<boolean> {
  const renewed = await sql`
    update oauth_tokens
    set sealed = ${tokens.sealed}, version = version + 1, expires_at = ${new Date(tokens.expiresAt).toISOString()}::timestamptz,
      refresh_expires_at = ${momentOf(tokens.refreshExpiresAt)}::timestamptz, obtained_at = clock_timestamp(),
      refresh_since = case
        when refresh_expires_at is distinct from ${momentOf(tokens.refreshExpiresAt)}::timestamptz then clock_timestamp() else refresh_since end,
      refresh_lease_until = '-infinity', refused_until = '-infinity', refused_because = null
    where connection_id = ${tokens.connectionId}::uuid and version = ${tokens.version}::bigint
  `.execute(db);
  return (renewed.numAffectedRows ?? 0n) > 0n;
}

/** The tokens of a new login, whatever was there before. */
export async function replaceTokens(db: Connection, tokens: NewTokens): Promise<void> {
  await sql`
    insert into oauth_tokens (connection_id, sealed, expires_at, refresh_expires_at)
    values (${tokens.connectionId}::uuid, ${tokens.sealed}, ${new Date(tokens.expiresAt).toISOString()}::timestamptz,
      ${momentOf(tokens.refreshExpiresAt)}::timestamptz)
    on conflict (connection_id) do update
    set sealed = excluded.sealed, version = oauth_tokens.version + 1, expires_at = excluded.expires_at,
      refresh_expires_at = excluded.refresh_expires_at, obtained_at = clock_timestamp(), logged_in_at = clock_timestamp(),
      refresh_since = clock_timestamp(),
      refresh_lease_until = '-infinity', refused_until = '-infinity', refused_because = null
  `.execute(db);
}

/** A place for tokens which credentials alone bring: the first refresh fills it. */
export async function reserveTokens(db: Connection, tokens: Omit<NewTokens, 'expiresAt' | 'refreshExpiresAt'>): Promise<void> {
  await sql`
    insert into oauth_tokens (connection_id, sealed, expires_at)
    select id, ${tokens.sealed}, '-infinity' from connections where id = ${tokens.connectionId}::uuid and state <> 'deleted'
    on conflict do nothing
  `.execute(db);
}

export async function releaseRefresh(db: Connection, connectionId: string, version: string): Promise<void> {
  await sql`
    update oauth_tokens set refresh_lease_until = '-infinity'
    where connection_id = ${connectionId}::uuid and version = ${version}::bigint
  `.execute(db);
}

/** Whoever asks in the next moments is told the same, without another call. */
export async function refuseRefresh(
  db: Connection,
  refusal: { readonly connectionId: string; readonly version: string; readonly because: string; readonly forMs: number },
): Promise<void> {
  await sql`
    update oauth_tokens
    set refresh_lease_until = '-infinity', refused_because = ${refusal.because},
      refused_until = clock_timestamp() + make_interval(secs => ${refusal.forMs / 1_000})
    where connection_id = ${refusal.connectionId}::uuid and version = ${refusal.version}::bigint
  `.execute(db);
}

/** Same tokens, less beside them: the version stays, and a refresh under way wins. */
export async function amendTokens(
  db: Connection,
  tokens: { readonly connectionId: string; readonly version: string; readonly sealed: Buffer },
): Promise<void> {
  await sql`
    update oauth_tokens set sealed = ${tokens.sealed}
    where connection_id = ${tokens.connectionId}::uuid and version = ${tokens.version}::bigint
  `.execute(db);
}

export async function forgetTokens(db: Connection, connectionId: string): Promise<void> {
  await sql`delete from oauth_tokens where connection_id = ${connectionId}::uuid`.execute(db);
  await sql`delete from oauth_logins where connection_id = ${connectionId}::uuid`.execute(db);
}

export async function noteLogin(
  db: Connection,
  connectionId: string,
  outcome: { readonly ok: boolean; readonly message: string },
): Promise<void> {
  await sql`
    update connections
    set login_outcome = jsonb_build_object('ok', ${outcome.ok}::boolean, 'message', ${outcome.message}::text, 'at', clock_timestamp())
    where id = ${connectionId}::uuid
  `.execute(db);
}

function momentOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
