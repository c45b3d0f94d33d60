import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/sync.ts';
import { settleHold } from '../../ingest/settle-hold.ts';
import { audit } from '../../store/audit.ts';
import * as screen from '../../store/screens/holds.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { holdBody } from '../hold-body.ts';
import { Problem } from '../problem.ts';

const params = z.object({ id: z.string().max(100) });
const viewer = { access: { role: 'viewer' as const } };
const analyst = { access: { role: 'analyst' as const } };

/** What waits for a person, and the answers. */
export const holdRoutes: Mount = (app, { store }) => {
  const { db } = store;
  app.get(
    '/api/v1/holds',
    {
      config: viewer,
      schema: {
        summary: 'What waits for a person',
        querystring: shapes.holdQuery,
        response: { 200: list(shapes.hold) },
      },
    },
    async (request) => {
      const page = await screen.listHolds(db, request.query);
      return { items: page.items.map(holdBody), nextCursor: page.nextCursor };
    },
  );
  for (const act of ['approve', 'reject'] as const) {
    app.post(
      `/api/v1/holds/:id/${act}`,
      {
        config: analyst,
        schema: {
          summary: `${act} what was held`,
          params,
          body: shapes.holdDecision.nullish(),
          response: { 200: shapes.hold },
        },
      },
      async (request) => {
        const settled = await settleHold(store, {
          holdId: request.params.id,
          approve: act === 'approve',
          by: actor(request).name,
          note: request.body?.note ?? null,
          choice: request.body?.status ?? null,
          recreate: request.body?.recreate ?? false,
        });
        if (settled.kind !== 'settled') {
          throw settled.kind === 'unknown'
            ? new Problem(404, 'There is no such hold.')
            : new Problem(409, settled.because);
        }
        await audit(db, {
          by: actor(request),
          act: `hold ${act}`,
          subject: request.params.id,
          detail: request.body ?? {},
          correlationId: request.id,
        });
        const row = await screen.findHold(db, request.params.id);
        if (row === null) {
          throw new Problem(404, 'There is no such hold.');
        }
        return holdBody(row);
      },
    );
  }
};
