import { sql } from 'kysely';
import { TrackerFault } from '../contracts/tracker.ts';
import { markLinksDue, wakeLinksById } from '../store/links.ts';
import { inTransaction } from '../store/open.ts';
import { loadConnection } from './connection-facts.ts';
import type { Refused } from './connections.ts';
import { refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';

export type LinkAct = 'sync' | 'recreate' | 'detach';
export type LinkActed = { readonly kind: 'done' } | Refused;

interface LinkRow {
  readonly id: string;
  readonly state: string;
  readonly card_ref: string | null;
  readonly quarantined: boolean;
}

/** What a person asks of one link. */
export async function actOnLink(engine: SyncEngine, linkId: string, act: LinkAct): Promise<LinkActed> {
  return inTransaction(engine.options.store, async (tx) => {
    const rows = await sql<LinkRow>`
      select id, state, card_ref, quarantine_until > clock_timestamp() as quarantined from links where id::text = ${linkId} for update
    `.execute(tx);
    const [link] = rows.rows;
    if (link === undefined) {
      return refuse(404, 'There is no such link.');
    }
    switch (act) {
      case 'sync':
        if (link.state === 'detached') {
          return refuse(409, 'The link is detached. Re-create the card, or attach one.');
        }
        await markLinksDue(tx, [link.id], 'A person asked for it.');
        return { kind: 'done' };
      case 'detach':
        await sql`update links set state = 'detached', state_because = 'Detached by a person.', updated_at = clock_timestamp() where id = ${link.id}::uuid`.execute(tx);
        await sql`
          update deliveries set outcome = 'superseded', message = 'The link was detached.', finished_at = clock_timestamp()
          where link_id = ${link.id}::uuid and outcome = 'waiting'
        `.execute(tx);
        return { kind: 'done' };
      case 'recreate':
        return recreate(tx, link);
    }
  });
}

/** A new card with a new marker; the old one, if it is still there, is nobody's any more. */
async function recreate(tx: Parameters<Parameters<typeof inTransaction>[1]>[0], link: LinkRow): Promise<LinkActed> {
  if (link.state === 'linked') {
    return refuse(409, 'The card is there. Detach it first if you want another.');
  }
  if (link.quarantined) {
    return refuse(409, 'A card may have been created a moment ago; its fate is known when the quarantine is over. Try again in some minutes.');
  }
  await sql`
    update links
    set state = 'pending', state_because = null, generation = generation + 1,
      marker = card_marker(connection_id, vulnerability_id, generation + 1), card_ref = null, card = null, base = null, base_order = null,
      intent = null, attempts = 0, misses = 0, missed_since = null, drift = null, recent_writes = '{}', updated_at = clock_timestamp()
    where id = ${link.id}::uuid
  `.execute(tx);
  await wakeLinksById(tx, [link.id], 'A person asked for a new card.');
  return { kind: 'done' };
}

/** Ties a link to a card that is there already. */
export async function attachCard(engine: SyncEngine, linkId: string, ref: string): Promise<LinkActed> {
  const { store, sealKey } = engine.options;
  const links = await sql<{ connection_id: string; status: string }>`
    select l.connection_id, v.status from links l join vulnerabilities v on v.id = l.vulnerability_id where l.id::text = ${linkId}
  `.execute(store.db);
  const [link] = links.rows;
  const connection = link === undefined ? null : await loadConnection(store.db, sealKey, link.connection_id);
  if (link === undefined || connection === null) {
    return refuse(404, 'There is no such link.');
  }
  try {
    const card = await engine.openSession(connection).read(ref);
    const base = { status: null, state: card.state, order: card.order, revision: card.revision, titleDigest: '', bodyDigest: '', priority: { ours: null, theirs: card.priority } };
    await inTransaction(store, async (tx) => {
      await sql`
        update links set card_ref = ${card.ref}, card = ${JSON.stringify(card)}::jsonb, base = ${JSON.stringify(base)}::jsonb, base_order = ${card.order},
          state = 'linked', state_because = null, misses = 0, missed_since = null, updated_at = clock_timestamp()
        where id = ${linkId}::uuid
      `.execute(tx);
      await wakeLinksById(tx, [linkId], `A person attached ${card.key}.`);
    });
    return { kind: 'done' };
  } catch (fault) {
    if (fault instanceof TrackerFault) {
      return refuse(fault.kind === 'gone' ? 400 : 502, fault.detail.trackerMessage ?? fault.message);
    }
    if ((fault as { code?: string }).code === '23505') {
      return refuse(409, 'Another vulnerability is linked to this card already.');
    }
    throw fault;
  }
}
