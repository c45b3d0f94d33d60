import { sql } from 'kysely';
import type { Card } from '../../contracts/tracker.ts';
import type { Status } from '../../core/vocabulary.ts';
import { supersedeLinkHolds } from '../holds.ts';
import type { Transaction } from '../open.ts';
import type { KeptAttempt } from './keep-delivery.ts';
import { finishDelivery } from './keep-delivery.ts';
import { addEntry } from './record-card.ts';

/** Names a visit. */
export interface KeptLease {
  readonly kind: string;
  readonly key: string;
  readonly token: string;
}

/** Whether the work is still leased under this token: only the owner of a visit records its outcome. */
export async function holdsLease(tx: Transaction, lease: KeptLease): Promise<boolean> {
  const held = await sql`
    select 1 from work
    where kind = ${lease.kind} and key = ${lease.key} and lease_token = ${lease.token}::bigint and lease_until > clock_timestamp()
    for update
  `.execute(tx);
  return held.rows.length > 0;
}

/** Nobody has taken the visit over, whether or not its lease has run out. */
export function stillOurs({ kind, key, token }: KeptLease) {
  return sql<boolean>`exists (select 1 from work w where w.kind = ${kind} and w.key = ${key} and w.lease_token = ${token}::bigint)`;
}

/** A person's move that a write of ours replaced unseen. */
export interface ReplacedMove {
  readonly order: number;
  readonly by: string | null;
  readonly state: string | null;
}

export interface SettledLink {
  readonly linkId: string;
  readonly lease: KeptLease;
  readonly card: Card;
  readonly base: { readonly order: number } & object;
  readonly configurationId: string;
  readonly configurationVersion: number;
  readonly version: string;
  readonly agreedBefore: Status | null;
  readonly pull: object | null;
  readonly hold: { readonly kind: 'board_decision' | 'ambiguous_state'; readonly state: string } | null;
  readonly drift: { readonly kind: string; readonly because: string } | null;
  readonly conflict: {
    readonly winner: 'ours' | 'theirs';
    readonly because: string;
    readonly ours: string;
  } | null;
  readonly overwritten: readonly ReplacedMove[];
  readonly note: string | null;
  readonly pushed: readonly string[];
  readonly moved: 'moved' | 'left' | null;
  readonly attempt: KeptAttempt | null;
  readonly deliveryId: string | null;
}

export type LinkSettled =
  | {
      readonly kind: 'settled';
      readonly vulnerabilityId: string;
      readonly status: Status;
      readonly asOf: number;
      /** The configuration that the visit read is the link's still. */
      readonly governed: boolean;
    }
  | { readonly kind: 'moved on' }
  | { readonly kind: 'superseded' };

interface LockedRow {
  readonly id: string;
  readonly asset_id: string;
  readonly connection_id: string;
  readonly version: string;
  readonly status: Status;
  readonly as_of: Date;
  readonly drift: { readonly kind: string; readonly because: string } | null;
}

/** Everything of a settlement but the status change itself. */
export async function settleLink(tx: Transaction, settled: SettledLink): Promise<LinkSettled> {
  // The vulnerability before the work, as whoever changes its status does: the other way round each would wait for the other.
  const locked = await sql<LockedRow>`
    select v.id, v.asset_id, l.connection_id, v.version, v.status, v.status_as_of as as_of, l.drift
    from links l join vulnerabilities v on v.id = l.vulnerability_id
    where l.id = ${settled.linkId}::uuid and l.state <> 'detached'
    for no key update of v, l
  `.execute(tx);
  const [row] = locked.rows;
  if (row === undefined || !(await holdsLease(tx, settled.lease))) {
    return { kind: 'superseded' };
  }
  const governed = await isGoverned(tx, row, settled);
  // What the card says was read through a mapping, and for a status: both must still be so.
  const moved = row.version !== settled.version || !governed;
  const asks = settled.pull !== null || settled.hold !== null;
  if ((asks && moved) || (!governed && settled.pushed.length === 0)) {
    return { kind: 'moved on' };
  }
  // How the card differs from a configuration that changed meanwhile was said when that was saved.
  const said = governed ? settled : { ...settled, drift: row.drift };
  if (!(await updateLink(tx, said))) {
    return { kind: 'superseded' };
  }
  await tell(tx, said, row.id, row.drift?.kind ?? null);
  return { kind: 'settled', vulnerabilityId: row.id, status: row.status, asOf: row.as_of.getTime(), governed };
}

/** Asked after the link is locked, in a statement of its own: who saves a configuration has told its links by then, or waits for this. */
async function isGoverned(tx: Transaction, row: LockedRow, { configurationId, configurationVersion }: SettledLink): Promise<boolean> {
  const rows = await sql`
    select 1 from effective_configurations(${row.asset_id}::uuid)
    where connection_id = ${row.connection_id}::uuid and id = ${configurationId}::uuid and version = ${configurationVersion}
  `.execute(tx);
  return rows.rows.length > 0;
}

/** The base to write: it names no status where a person took it out since the visit read the link, to have the write tried again. */
export function stillAsked(base: object, agreedBefore: Status | null) {
  return sql`case when base ->> 'status' is null and ${agreedBefore !== null}
    then jsonb_set(${JSON.stringify(base)}::jsonb, '{status}', 'null') else ${JSON.stringify(base)}::jsonb end`;
}

/** The base never goes back. */
async function updateLink(tx: Transaction, settled: SettledLink): Promise<boolean> {
  const automatic = settled.pushed.length > 0;
  const updated = await sql`
    update links
    set card = ${JSON.stringify(settled.card)}::jsonb, base = ${stillAsked(settled.base, settled.agreedBefore)},
      base_order = ${settled.base.order}, configuration_id = ${settled.configurationId}::uuid,
      state = 'linked', state_because = null, misses = 0, missed_since = null, pending = null,
      drift = ${settled.drift === null ? null : JSON.stringify(settled.drift)}::jsonb,
      recent_writes = case when ${automatic} then
        (array(select at from unnest(recent_writes) as at where at > clock_timestamp() - interval '1 hour') || clock_timestamp())
        else recent_writes end,
      move_state = coalesce(${settled.moved}, move_state), last_synced_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = ${settled.linkId}::uuid and (base_order is null or base_order <= ${settled.base.order})
      and card_ref = ${settled.card.ref}
  `.execute(tx);
  return (updated.numAffectedRows ?? 0n) > 0n;
}

async function tell(
  tx: Transaction,
  settled: SettledLink,
  vulnerabilityId: string,
  driftBefore: string | null,
): Promise<void> {
  const { card, linkId, attempt, pushed, deliveryId } = settled;
  const cause = {
    kind: 'card',
    linkId,
    card: card.key,
    state: card.stateLabel,
    revision: card.revision,
  } as const;
  if (settled.conflict !== null && settled.conflict.winner === 'theirs') {
    await addEntry(tx, {
      vulnerabilityId,
      kind: 'conflict',
      note: settled.conflict.because,
      cause: { ...cause, ours: settled.conflict.ours },
    });
  }
  await tellReplaced(tx, vulnerabilityId, cause, settled.overwritten);
  if (settled.note !== null) {
    await addEntry(tx, { vulnerabilityId, kind: 'card', note: settled.note, cause });
  }
  if (settled.drift !== null && settled.drift.kind !== driftBefore) {
    await addEntry(tx, { vulnerabilityId, kind: 'drift', note: settled.drift.because, cause });
  }
  if (driftBefore !== null) {
    await supersedeAnswered(tx, settled);
  }
  if (pushed.includes('state')) {
    await addEntry(tx, {
      vulnerabilityId,
      kind: 'card',
      note: `Card ${card.key} was moved to ${card.stateLabel}.`,
      cause: { ...cause, kind: 'system' },
    });
  }
  if (settled.hold !== null) {
    await openDecision(tx, settled, vulnerabilityId);
  }
  if (attempt !== null) {
    const inbound = pushed.length === 0;
    await finishDelivery(tx, {
      linkId,
      attempt,
      outcome: 'succeeded',
      nextAt: null,
      direction: inbound ? 'inbound' : 'outbound',
    });
  }
  if (pushed.length === 0 && deliveryId !== null) {
    await sql`
      update deliveries
      set outcome = 'superseded', message = 'Both sides agree already: nothing had to be written.',
        updated_at = clock_timestamp(), finished_at = clock_timestamp()
      where id = ${deliveryId}::uuid and outcome = 'waiting'
    `.execute(tx);
  }
}

export async function tellReplaced(
  tx: Transaction,
  vulnerabilityId: string,
  cause: Parameters<typeof addEntry>[1]['cause'],
  moves: readonly ReplacedMove[],
): Promise<void> {
  for (const { order, by, state } of moves) {
    const note = `${by ?? 'Somebody'} changed the card${state === null ? '' : ` (${state})`} while it was written to: that change was replaced unseen.`;
    await addEntry(tx, { vulnerabilityId, kind: 'conflict', note, cause: { ...cause, order, theirs: state } });
  }
}

/**
 * A decision made on the board waits as long as the card stands where it was made, and the difference is shown; a card that is
 * discarded meanwhile may still be decided on.
 */
async function supersedeAnswered(tx: Transaction, { linkId, card, drift }: SettledLink): Promise<void> {
  const stands = drift?.kind === 'held' || drift?.kind === 'discarded';
  const stale = sql<boolean>`kind in ('board_decision', 'ambiguous_state') and (${!stands} or detail ->> 'state' is distinct from ${card.state})`;
  const open = await sql`select 1 from holds where state = 'open' and link_id = ${linkId}::uuid and ${stale}`.execute(tx);
  if (open.rows.length > 0) {
    await supersedeLinkHolds(tx, [linkId], 'The card or the vulnerability moved on.');
  }
}

/** A decision made on the board that waits for a person. */
async function openDecision(
  tx: Transaction,
  { hold, linkId, card }: SettledLink,
  vulnerabilityId: string,
): Promise<void> {
  const summary =
    hold?.kind === 'board_decision'
      ? `Somebody decided on the board (${card.stateLabel}): approve or reject it.`
      : `The card was moved to ${card.stateLabel}, which stands for several decisions: choose one.`;
  await sql`
    insert into holds (id, kind, link_id, connection_id, vulnerability_id, asset_id, summary, detail)
    select gen_random_uuid(), ${hold?.kind ?? ''}, l.id, l.connection_id, v.id, v.asset_id, ${summary}, ${JSON.stringify({ ...hold, card: card.key })}::jsonb
    from links l join vulnerabilities v on v.id = l.vulnerability_id
    where l.id = ${linkId}::uuid and v.id = ${vulnerabilityId}::bigint
    on conflict (link_id, kind) where state = 'open' and link_id is not null
    do update set summary = excluded.summary, detail = excluded.detail
  `.execute(tx);
}
