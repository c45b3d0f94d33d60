import { sql } from 'kysely';
import type { Subscription } from '../contracts/tracker.ts';
import type { Connection } from './open.ts';

export interface SubscriptionsRow {
  readonly id: string;
  readonly origin: string;
  readonly webhook_token: Buffer;
  readonly webhook_secrets: Buffer | null;
  readonly subscriptions: readonly KeptSubscription[];
  readonly subscriptions_wanted: boolean;
  readonly subscriptions_url: string | null;
  readonly as_of_ms: number;
}

/** As the tracker had it when it was last looked at. Its secret is kept sealed, not here. */
export type KeptSubscription = Omit<Subscription, 'secret'>;

export async function selectSubscriptions(db: Connection, id: string): Promise<SubscriptionsRow | null> {
  const rows = await sql<SubscriptionsRow>`
    select id, origin, webhook_token, webhook_secrets, subscriptions, subscriptions_wanted, subscriptions_url,
      (extract(epoch from clock_timestamp()) * 1000)::double precision as as_of_ms
    from connections where id::text = ${id} and state <> 'deleted'
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** False: another process is at it. */
export async function leaseSubscriptions(db: Connection, id: string, leaseMs: number): Promise<boolean> {
  const leased = await sql`
    update connections set subscriptions_lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
    where id = ${id}::uuid and subscriptions_lease_until < clock_timestamp() and state <> 'deleted'
  `.execute(db);
  return (leased.numAffectedRows ?? 0n) > 0n;
}

export async function releaseSubscriptions(db: Connection, id: string): Promise<void> {
  await sql`update connections set subscriptions_lease_until = '-infinity' where id = ${id}::uuid`.execute(db);
}

export async function keepSecrets(db: Connection, id: string, sealed: Buffer | null): Promise<void> {
  await sql`update connections set webhook_secrets = ${sealed} where id = ${id}::uuid`.execute(db);
}

export async function wantSubscriptions(db: Connection, id: string, wanted: boolean): Promise<void> {
  await sql`update connections set subscriptions_wanted = ${wanted} where id = ${id}::uuid`.execute(db);
}

export async function keepSubscriptions(
  db: Connection,
  id: string,
  found: { readonly subscriptions: readonly KeptSubscription[]; readonly url: string },
): Promise<void> {
  await sql`
    update connections
    set subscriptions = ${JSON.stringify(found.subscriptions)}::jsonb, subscriptions_url = ${found.url},
      subscriptions_checked_at = clock_timestamp(), subscriptions_fault = null
    where id = ${id}::uuid
  `.execute(db);
}

export async function noteSubscriptionFault(db: Connection, id: string, because: string): Promise<void> {
  await sql`
    update connections set subscriptions_fault = ${because}, subscriptions_checked_at = clock_timestamp() where id = ${id}::uuid
  `.execute(db);
}

/** The secret was renewed: the tracker still sends the old one, until its webhooks are made anew. */
export async function markSecretRenewed(db: Connection, id: string): Promise<boolean> {
  const marked = await sql`
    update connections set subscriptions_url = ${renewed} where id = ${id}::uuid and subscriptions_wanted
  `.execute(db);
  return (marked.numAffectedRows ?? 0n) > 0n;
}

/** In the place of an address: none of the webhooks is as it should be. */
export const renewed = '';

/** Connections whose webhooks send to another address than ours is now. */
export async function movedSubscriptions(db: Connection, publicUrl: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select id from connections
    where state <> 'deleted' and subscriptions_wanted and left(subscriptions_url, ${publicUrl.length + 10}) is distinct from ${`${publicUrl}/webhooks/`}
  `.execute(db);
  return rows.rows.map((row) => row.id);
}
