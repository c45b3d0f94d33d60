import { sql } from 'kysely';
import type { Severity } from '../../core/vocabulary.ts';
import type { Connection } from '../open.ts';
import type { KeptSubscription } from '../subscriptions.ts';

export interface ConnectionRow {
  readonly id: string;
  readonly tracker: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly severity_mapping: Readonly<Record<Severity, string | null>>;
  readonly state: 'active' | 'paused' | 'unauthorized' | 'deleted';
  readonly state_because: string | null;
  readonly webhook_token: Buffer;
  readonly webhook_secret_set: boolean;
  readonly last_pull_at: Date | null;
  readonly last_push_at: Date | null;
  readonly last_event_at: Date | null;
  readonly last_fault: { readonly message: string; readonly at: string } | null;
  readonly throttled_until: Date | null;
  readonly waiting: number;
  readonly oldest_waiting_seconds: number | null;
  readonly attention: number;
  readonly configurations: number;
  readonly created_at: Date;
  readonly origin: string;
  readonly credentials: Buffer | null;
  readonly login_outcome: { readonly ok: boolean; readonly message: string; readonly at: string } | null;
  readonly logged_in_at: Date | null;
  readonly refresh_expires_at: Date | null;
  readonly refresh_since: Date | null;
  /** What is wrong with the first configuration that needs attention. */
  readonly attention_words: string | null;
  readonly webhook_secrets: Buffer | null;
  readonly subscriptions_wanted: boolean;
  readonly subscriptions: readonly KeptSubscription[];
  readonly subscriptions_checked_at: Date | null;
  readonly subscriptions_fault: string | null;
}

/** Connections with their health, one query. */
export async function listConnections(
  db: Connection,
  id: string | null = null,
): Promise<readonly ConnectionRow[]> {
  const rows = await sql<ConnectionRow>`
    select k.*, t.logged_in_at, t.refresh_expires_at, t.refresh_since, k.webhook_secrets is not null as webhook_secret_set,
      (select count(*)::integer from deliveries d where d.connection_id = k.id and d.outcome = 'waiting') as waiting,
      (select extract(epoch from clock_timestamp() - min(d.created_at))::double precision from deliveries d
       where d.connection_id = k.id and d.outcome = 'waiting') as oldest_waiting_seconds,
      (select count(*)::integer from configurations c where c.connection_id = k.id and c.deleted_at is null and c.attention is not null) as attention,
      (select c.attention -> 0 ->> 'message' from configurations c where c.connection_id = k.id and c.deleted_at is null and c.attention is not null
       order by c.created_at limit 1) as attention_words,
      (select count(*)::integer from configurations c where c.connection_id = k.id and c.deleted_at is null) as configurations
    from connections k left join oauth_tokens t on t.connection_id = k.id
    where k.state <> 'deleted' and (${id === null} or k.id::text = ${id ?? ''})
    order by k.created_at
  `.execute(db);
  return rows.rows;
}
