import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Card } from '../../contracts/tracker.ts';
import type { Status } from '../../core/vocabulary.ts';
import type { Connection, Store, Transaction } from '../open.ts';
import { inTransaction } from '../open.ts';
import { askOncePerLink } from './once-per-link.ts';
import { addEntry, lockLink } from './record-card.ts';
import type { KeptLease, ReplacedMove } from './settle.ts';
import { holdsLease, stillAsked, stillOurs, tellReplaced } from './settle.ts';

/** Nobody took the synchronization over meanwhile. */
function owns(deployment: string | RawBuilder<string>) {
  return sql`exists (select 1 from instance i where i.sync_owner is null or i.sync_owner = ${deployment})`;
}

export interface IntentWish {
  readonly deployment: string;
  readonly linkId: string;
  readonly lease: KeptLease;
  readonly marker: string;
  readonly version: string;
  readonly configurationVersion: number;
  readonly intent: { readonly configurationId: string };
  readonly quarantineMs: number;
}

/** Most intents of one statement. */
export const intentsMax = 50;

/**
 * The intent of a create, before it is sent. Everything that the visit saw must still be so: the lease, the marker (a person
 * may have asked for another card), the vulnerability, the connection, and the configuration that applies. `atOnce` says it for many
 * callers in one statement.
 */
export async function commitIntent(store: Pick<Store, 'db'>, wish: IntentWish, atOnce: (wish: IntentWish) => Promise<boolean>): Promise<boolean> {
  return (await atOnce(wish)) || inTransaction(store, (tx) => commitInTurn(tx, wish));
}

/** In one statement, of links that nobody holds, nor their work, just now. False: nothing was written of it, and it is decided in turn. */
export function commitAtOnce(db: Connection, wanted: readonly IntentWish[]): Promise<readonly boolean[]> {
  return askOncePerLink(wanted, (all) => commitAll(db, all));
}

function commitAll(db: Connection, all: readonly IntentWish[]) {
  const leases = all.map(({ linkId, lease }) => ({ link: linkId, ...lease }));
  return sql<{ id: string }>`
    with the_link as materialized (
      select id from links where id = any (${all.map((wish) => wish.linkId)}::uuid[]) order by id for no key update skip locked
    ),
    held as materialized (
      select g.link
      from jsonb_to_recordset(${JSON.stringify(leases)}::jsonb) as g (link uuid, kind text, key text, token bigint)
      join the_link on the_link.id = g.link
      join work w on w.kind = g.kind and w.key = g.key and w.lease_token = g.token and w.lease_until > clock_timestamp()
      for update of w skip locked
    )
    ${beginTries(all, sql`g.link in (select link from held)`)}
  `.execute(db);
}

async function commitInTurn(tx: Transaction, wish: IntentWish): Promise<boolean> {
  await lockLink(tx, wish.linkId);
  if (!(await holdsLease(tx, wish.lease))) {
    return false;
  }
  const committed = await beginTries([wish], sql`true`).execute(tx);
  return committed.rows.length > 0;
}

function beginTries(all: readonly IntentWish[], condition: RawBuilder<unknown>) {
  const rows = all.map((wish) => ({
    link: wish.linkId,
    marker: wish.marker,
    deployment: wish.deployment,
    version: wish.version,
    configuration: wish.intent.configurationId,
    configuration_version: wish.configurationVersion,
    intent: wish.intent,
    quarantine_seconds: wish.quarantineMs / 1000,
  }));
  return sql<{ id: string }>`
    update links l
    set attempts = l.attempts + 1, intent = g.intent, updated_at = clock_timestamp(),
      attempted_at = clock_timestamp(), configuration_id = c.id,
      quarantine_until = clock_timestamp() + make_interval(secs => g.quarantine_seconds)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (
      link uuid, marker text, deployment text, version bigint, configuration uuid, configuration_version bigint, intent jsonb,
      quarantine_seconds double precision
    ), connections k, vulnerabilities v, configurations c
    where l.id = g.link and l.card_ref is null and l.quarantine_until <= clock_timestamp()
      and l.marker = g.marker and l.state not in ('detached', 'held', 'duplicated')
      and k.id = l.connection_id and k.state = 'active' and ${owns(sql<string>`g.deployment`)}
      and v.id = l.vulnerability_id and v.version = g.version
      and c.id = g.configuration and c.version = g.configuration_version and c.deleted_at is null
      and c.id in (select e.id from effective_configurations(v.asset_id) e)
      and ${condition}
    returning l.id`;
}

/** Only the visit that committed it: after a takeover the try that is counted is another's. */
export async function withdrawIntent(db: Connection, linkId: string, lease: KeptLease): Promise<void> {
  await sql`
    update links set attempts = greatest(attempts - 1, 0), intent = null, quarantine_until = '-infinity', updated_at = clock_timestamp()
    where id = ${linkId}::uuid and card_ref is null and ${stillOurs(lease)}
  `.execute(db);
}

export interface PushWish {
  readonly deployment: string;
  readonly linkId: string;
  readonly lease: KeptLease;
  readonly card: Card;
  readonly version: string;
  readonly configurationId: string;
  readonly configurationVersion: number;
  readonly pending: object;
  readonly agreedBefore: Status | null;
  readonly base: { readonly order: number } & object;
  readonly overwritten: readonly ReplacedMove[];
  readonly openMs: number;
  readonly conflict: { readonly ours: string; readonly because: string } | null;
  readonly note: string | null;
}

/** What will have been written, and the loser's value of a conflict, before the write that settles it. */
export async function commitPush(tx: Transaction, wish: PushWish): Promise<boolean> {
  await lockLink(tx, wish.linkId);
  if (!(await holdsLease(tx, wish.lease))) {
    return false;
  }
  const committed = await sql<{ vulnerability_id: string }>`
    update links l
    set base = case when l.pending is null then l.base else ${stillAsked(wish.base, wish.agreedBefore)} end,
      pending = ${JSON.stringify(wish.pending)}::jsonb || jsonb_build_object(
        'until', (extract(epoch from clock_timestamp()) * 1000 + ${wish.openMs}::double precision)::double precision),
      updated_at = clock_timestamp()
    from connections k, vulnerabilities v, configurations c
    where l.id = ${wish.linkId}::uuid and l.card_ref = ${wish.card.ref} and l.base_order = ${wish.base.order} and l.state not in ('detached', 'held', 'duplicated')
      and k.id = l.connection_id and k.state = 'active' and ${owns(wish.deployment)}
      and v.id = l.vulnerability_id and v.version = ${wish.version}::bigint
      and c.id = ${wish.configurationId}::uuid and c.version = ${wish.configurationVersion} and c.deleted_at is null
      and c.id in (select e.id from effective_configurations(v.asset_id) e)
    returning l.vulnerability_id
  `.execute(tx);
  const [row] = committed.rows;
  if (row === undefined) {
    return false;
  }
  const { card, conflict, note } = wish;
  const cause = {
    kind: 'card',
    card: card.key,
    revision: card.revision,
    order: card.order,
    theirs: card.stateLabel,
  } as const;
  await tellReplaced(tx, row.vulnerability_id, { ...cause, state: card.stateLabel }, wish.overwritten);
  if (conflict !== null) {
    const entry = {
      vulnerabilityId: row.vulnerability_id,
      kind: 'conflict',
      note: conflict.because,
    } as const;
    await addEntry(tx, { ...entry, cause: { ...cause, ours: conflict.ours } });
  }
  if (note !== null) {
    await addEntry(tx, { vulnerabilityId: row.vulnerability_id, kind: 'card', note, cause });
  }
  return true;
}

export async function withdrawPush(db: Connection, linkId: string, lease: KeptLease): Promise<void> {
  await sql`update links set pending = null, updated_at = clock_timestamp() where id = ${linkId}::uuid and ${stillOurs(lease)}`.execute(
    db,
  );
}
