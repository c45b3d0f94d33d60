import { sql } from 'kysely';
import type { Card } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import type { LinkAct } from '../core/sync/link-acts.ts';
import { whyNot } from '../core/sync/link-acts.ts';
import type { LinkInHand } from '../store/link-acts.ts';
import { attach, detach, hadMarker, ownerOf, recreate, takeLink } from '../store/link-acts.ts';
import { markLinksDue, wakeLinksById } from '../store/links.ts';
import type { Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { Refused } from './connections.ts';
import { ask, refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';

export type LinkActed = { readonly kind: 'done' } | Refused;

/** What a person asks of one link. */
export async function actOnLink(engine: SyncEngine, linkId: string, act: Exclude<LinkAct, 'attach'>, by: string): Promise<LinkActed> {
  return inTransaction(engine.options.store, async (tx) => {
    const link = await takeLink(tx, linkId, { lock: true });
    const refused = refusal(link, act);
    if (refused !== null || link === null) {
      return refused ?? unknown();
    }
    switch (act) {
      case 'sync':
        await askAgain(tx, link.id);
        await markLinksDue(tx, [link.id], 'A person asked for it.');
        return { kind: 'done' };
      case 'detach':
        await detach(tx, link, by, 'Detached by a person.');
        return { kind: 'done' };
      case 'recreate':
        await recreate(tx, link, by);
        return { kind: 'done' };
    }
  });
}

/** What a workflow refused is tried again when a person asks for it: our side counts as not told yet. */
async function askAgain(tx: Transaction, linkId: string): Promise<void> {
  await sql`
    update links set base = jsonb_set(base, '{status}', 'null'), updated_at = clock_timestamp()
    where id = ${linkId}::uuid and drift ->> 'kind' = 'refused' and base is not null
  `.execute(tx);
}

function refusal(link: LinkInHand | null, act: LinkAct): Refused | null {
  const merged = link?.mergedInto ?? null;
  const because = link === null ? null : merged === null ? whyNot(act, link.standing) : `Its vulnerability was merged into ${merged}: act on the link of that one.`;
  return link === null ? unknown() : because === null ? null : refuse(409, because);
}

function unknown(): Refused {
  return refuse(404, 'There is no such link.');
}

export interface AttachWish {
  readonly linkId: string;
  readonly ref: string;
  readonly by: string;
  /** Although the card carries a marker that no link of ours has. */
  readonly anyway: boolean;
}

/** Ties a link to a card that is there already, if it is nobody else's. */
export async function attachCard(engine: SyncEngine, wish: AttachWish): Promise<LinkActed> {
  const { store } = engine.options;
  const before = await takeLink(store.db, wish.linkId, { lock: false });
  const refused = refusal(before, 'attach');
  if (refused !== null || before === null) {
    return refused ?? unknown();
  }
  const card = await readCard(engine, before.connectionId, wish.ref);
  if ('kind' in card) {
    return card;
  }
  try {
    return await inTransaction(store, async (tx) => {
      const link = await takeLink(tx, wish.linkId, { lock: true });
      const now = refusal(link, 'attach') ?? (link === null ? null : await conflictOf(tx, link, card, wish.anyway));
      if (now !== null || link === null) {
        return now ?? unknown();
      }
      const attached = await attach(tx, link, card, wish.by);
      return attached ? { kind: 'done' } : refuse(409, `Card ${card.key} was changed while you chose it. Try again.`);
    });
  } catch (error) {
    // Two people at the same moment: the database knows.
    if ((error as { code?: string }).code === '23505') {
      return refuse(409, 'Another vulnerability is linked to this card already.');
    }
    throw error;
  }
}

async function readCard(engine: SyncEngine, connectionId: string, ref: string): Promise<Card | Refused> {
  const read = await ask(engine, connectionId, async (session) => {
    try {
      return await session.read(ref);
    } catch (fault) {
      if (fault instanceof TrackerFault && fault.kind === 'gone') {
        return refuse(400, 'There is no such card, or the account of the connection may not see it.', [{ path: 'ref', message: fault.detail.trackerMessage ?? fault.message }]);
      }
      throw fault;
    }
  });
  return read;
}

/** Whose the card is, if it is not this link's to have. */
async function conflictOf(tx: Transaction, link: LinkInHand, card: Card, anyway: boolean): Promise<Refused | null> {
  const owner = await ownerOf(tx, link.connectionId, card);
  if (owner !== null && owner.linkId !== link.id) {
    const how = owner.holds ? 'is linked to' : 'was made for';
    return refuse(409, `Card ${card.key} ${how} vulnerability ${owner.vulnerabilityId}. Detach it there first, or merge the two.`);
  }
  const stranger = card.marker?.startsWith('pb-') === true && owner === null && !(await hadMarker(tx, link.id, card.marker));
  return stranger && !anyway
    ? refuse(409, `Card ${card.key} carries a marker that is no link’s here: of another installation, or of a vulnerability that is gone. Say “anyway” to attach it all the same.`)
    : null;
}

export interface NewLinkWish {
  readonly vulnerabilityId: string;
  readonly connectionId: string;
  /** A card that is there; null: a new one. */
  readonly ref: string | null;
  readonly by: string;
}

/** A card for a vulnerability that was given none: below the minimum, from before the configuration, or made by hand. */
export async function openLink(engine: SyncEngine, wish: NewLinkWish): Promise<{ readonly kind: 'opened'; readonly linkId: string } | Refused> {
  const { store } = engine.options;
  const opened = await inTransaction(store, async (tx): Promise<{ readonly kind: 'opened'; readonly linkId: string } | Refused> => {
    const rows = await sql<{ id: string }>`
      insert into links (id, vulnerability_id, connection_id, configuration_id, marker, state, state_because)
      select gen_random_uuid(), v.id, c.connection_id, c.id, card_marker(c.connection_id, v.id, 1), 'detached', 'It has no card yet.'
      from vulnerabilities v cross join lateral effective_configurations(v.asset_id) c
      where v.id::text = ${wish.vulnerabilityId} and v.merged_into is null and c.connection_id::text = ${wish.connectionId}
      on conflict (vulnerability_id, connection_id) do nothing
      returning id
    `.execute(tx);
    const id = rows.rows[0]?.id;
    const link = id === undefined ? null : await takeLink(tx, id, { lock: true });
    if (link === null) {
      return whyNoLink(tx, wish);
    }
    const because = wish.ref === null ? await whyUnwanted(tx, link) : null;
    if (because !== null) {
      await sql`delete from links where id = ${link.id}::uuid`.execute(tx);
      return refuse(409, because);
    }
    if (wish.ref === null) {
      await sql`update links set state = 'pending', state_because = null where id = ${link.id}::uuid`.execute(tx);
      await wakeLinksById(tx, [link.id], 'A person asked for a card.');
    }
    return { kind: 'opened', linkId: link.id };
  });
  if (opened.kind === 'refused' || wish.ref === null) {
    return opened;
  }
  const attached = await attachCard(engine, { linkId: opened.linkId, ref: wish.ref, by: wish.by, anyway: false });
  if (attached.kind === 'refused') {
    await sql`delete from links where id = ${opened.linkId}::uuid and card_ref is null and state = 'detached'`.execute(store.db);
    return attached;
  }
  return opened;
}

async function whyUnwanted(tx: Transaction, link: LinkInHand): Promise<string | null> {
  const rows = await sql<{ severity: string; unmapped: boolean }>`
    select v.severity, coalesce(c.severity_mapping, k.severity_mapping) ->> v.severity is null as unmapped
    from links l join vulnerabilities v on v.id = l.vulnerability_id join connections k on k.id = l.connection_id
    join configurations c on c.id = l.configuration_id
    where l.id = ${link.id}::uuid
  `.execute(tx);
  const [row] = rows.rows;
  return row?.unmapped === true ? `The severity mapping gives ${row.severity} no card.` : whyNot('recreate', link.standing);
}

async function whyNoLink(tx: Transaction, wish: NewLinkWish): Promise<Refused> {
  const rows = await sql<{ known: boolean; linked: boolean }>`
    select exists (select 1 from vulnerabilities where id::text = ${wish.vulnerabilityId} and merged_into is null) as known,
      exists (select 1 from links where vulnerability_id::text = ${wish.vulnerabilityId} and connection_id::text = ${wish.connectionId}) as linked
  `.execute(tx);
  const [row] = rows.rows;
  if (row?.known !== true) {
    return refuse(404, 'There is no such vulnerability.');
  }
  return row.linked ? refuse(409, 'It has a link on this connection already.') : refuse(409, 'No configuration of this connection applies to its asset.');
}
