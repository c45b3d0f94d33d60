import { z } from 'zod';
import * as shapes from '../../contracts/api/sync.ts';
import { link } from '../../contracts/api/vulnerabilities.ts';
import { audit } from '../../store/audit.ts';
import { findLink } from '../../store/screens/vulnerabilities.ts';
import { actOnLink, attachCard, openLink } from '../../sync/link-acts.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { throwRefused } from './connections.ts';
import { linkBody } from './vulnerabilities.ts';

const params = z.object({ id: z.string().max(100) });
const analyst = { access: { role: 'analyst' as const } };

/** What a person does with one link. */
export const linkRoutes: Mount = (app, { store, engine }) => {
  const shown = async (id: string) => {
    const row = await findLink(store.db, id);
    if (row === null) {
      throw new Problem(404, 'There is no such link.');
    }
    return linkBody(row);
  };
  for (const act of ['sync', 'recreate', 'detach'] as const) {
    app.post(
      `/api/v1/links/:id/${act}`,
      {
        config: { access: { role: act === 'sync' ? 'developer' : 'analyst' } },
        schema: { summary: `${act} a link`, params, response: { 200: link } },
      },
      async (request) => {
        const acted = await actOnLink(engine, request.params.id, act, actor(request).name);
        if (acted.kind === 'refused') {
          throwRefused(acted);
        }
        await audit(store.db, {
          by: actor(request),
          act: `link ${act}`,
          subject: request.params.id,
          correlationId: request.id,
        });
        return shown(request.params.id);
      },
    );
  }
  app.post(
    '/api/v1/links/:id/attach',
    {
      config: analyst,
      schema: {
        summary: 'Tie a link to a card that is there',
        params,
        body: shapes.attach,
        response: { 200: link },
      },
    },
    async (request) => {
      const acted = await attachCard(engine, { linkId: request.params.id, ref: request.body.ref, by: actor(request).name, anyway: request.body.anyway ?? false });
      if (acted.kind === 'refused') {
        throwRefused(acted);
      }
      await audit(store.db, {
        by: actor(request),
        act: 'link attach',
        subject: request.params.id,
        detail: request.body,
        correlationId: request.id,
      });
      return shown(request.params.id);
    },
  );

  app.post(
    '/api/v1/vulnerabilities/:id/links',
    {
      config: analyst,
      schema: { summary: 'A card for a vulnerability that has none: a new one, or one that is there', params, body: shapes.newLink, response: { 201: link } },
    },
    async (request, reply) => {
      const { connectionId, ref } = request.body;
      const by = actor(request);
      const opened = await openLink(engine, { vulnerabilityId: request.params.id, connectionId, ref: ref ?? null, by: by.name });
      if (opened.kind === 'refused') {
        throwRefused(opened);
      }
      await audit(store.db, { by, act: 'link made', subject: opened.linkId, detail: { vulnerabilityId: request.params.id, ...request.body }, correlationId: request.id });
      return reply.status(201).send(await shown(opened.linkId));
    },
  );
};
