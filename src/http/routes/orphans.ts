import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { OrphanCard } from '../../contracts/api/orphans.ts';
import * as shapes from '../../contracts/api/orphans.ts';
import { audit } from '../../store/audit.ts';
import type { OrphanRow } from '../../store/screens/orphans.ts';
import { findOrphan, listOrphans, resolveOrphan } from '../../store/screens/orphans.ts';
import { attachCard } from '../../sync/link-acts.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { throwRefused } from './connections.ts';

const params = z.object({ id: z.string().max(100) });
const analyst = { access: { role: 'analyst' as const } };

/** Cards of ours that no link holds. Nobody but a person decides about them, and none is ever deleted. */
export const orphanRoutes: Mount = (app, { store, engine }) => {
  const { db } = store;
  const need = async (id: string): Promise<OrphanRow> => {
    const row = await findOrphan(db, id);
    if (row === null) {
      throw new Problem(404, 'There is no such card.');
    }
    return row;
  };
  const needOpen = async (id: string): Promise<OrphanRow> => {
    const row = await need(id);
    if (row.resolved_at !== null) {
      throw new Problem(409, `It is settled already: ${row.resolved_because ?? 'its link holds it.'}`);
    }
    return row;
  };

  app.get(
    '/api/v1/orphan-cards',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'Cards of ours that no link holds', querystring: shapes.orphanQuery, response: { 200: list(shapes.orphanCard) } },
    },
    async ({ query }) => {
      const page = await listOrphans(db, { ...query, resolved: query.resolved === 'true' });
      return { items: page.items.map(bodyOf), nextCursor: page.nextCursor };
    },
  );

  app.post(
    '/api/v1/orphan-cards/:id/attach',
    {
      config: analyst,
      schema: { summary: 'Tie a link to it, in place of the card it holds', params, body: shapes.attachOrphan.nullish(), response: { 200: shapes.orphanCard } },
    },
    async (request) => {
      const row = await needOpen(request.params.id);
      const linkId = request.body?.linkId ?? row.link_id;
      if (linkId === null) {
        throw new Problem(400, 'The card was made for no link that there is. Say which link it shall be tied to.', { errors: [{ path: 'linkId', message: 'Needed for this card.' }] });
      }
      const by = actor(request);
      const attached = await attachCard(engine, { linkId, ref: row.card_ref, by: by.name, anyway: true });
      if (attached.kind === 'refused') {
        throwRefused(attached);
      }
      await audit(db, { by, act: 'orphan card attached', subject: row.id, detail: { card: row.card_ref, linkId }, correlationId: request.id });
      return bodyOf(await need(row.id));
    },
  );

  app.post(
    '/api/v1/orphan-cards/:id/ignore',
    {
      config: analyst,
      schema: { summary: 'Leave it as it is, with a reason', params, body: shapes.ignoreOrphan, response: { 200: shapes.orphanCard } },
    },
    async (request) => {
      const row = await needOpen(request.params.id);
      const by = actor(request);
      await resolveOrphan(db, { id: row.id, by: by.name, because: request.body.reason });
      await audit(db, { by, act: 'orphan card ignored', subject: row.id, detail: { card: row.card_ref, ...request.body }, correlationId: request.id });
      return bodyOf(await need(row.id));
    },
  );
};

function bodyOf(row: OrphanRow): OrphanCard {
  const { id, tracker, kind, card } = row;
  return {
    ...{ id, tracker, kind },
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    because: row.because ?? becauseOf(row),
    card: {
      ref: row.card_ref,
      key: card?.key ?? row.card_ref,
      url: card?.url ?? null,
      title: card?.title ?? null,
      remoteStateLabel: card?.stateLabel ?? null,
    },
    linkId: row.link_id,
    vulnerabilityId: row.vulnerability_id,
    vulnerabilityTitle: row.vulnerability_title,
    linkedKey: row.linked_key,
    seenAt: row.seen_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    resolvedBy: row.resolved_by,
    resolvedBecause: row.resolved_because,
  };
}

function becauseOf({ kind, linked_key }: OrphanRow): string {
  const other = linked_key === null ? '' : ` The link holds ${linked_key}.`;
  switch (kind) {
    case 'duplicate':
      return `It carries the marker of a link that holds another card: a copy, or a second one.${other}`;
    case 'late':
      return `The tracker made it after nobody waited for it any more.${other}`;
    case 'unknown':
      return 'It carries a marker of ours that no link has: its vulnerability is gone, or it is another installation’s.';
    case 'replaced':
    case 'left':
    case 'merged':
      return 'No link holds it any more.';
  }
}
