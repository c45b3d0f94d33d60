import { instance } from '../../contracts/api/instance.ts';
import { audit } from '../../store/audit.ts';
import { ownershipOf, takeOverSync } from '../../sync/take-over.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';

/** Whether this installation writes to trackers, and the word that makes it so. */
export const instanceRoutes: Mount = (app, { engine, store }) => {
  app.get(
    '/api/v1/instance',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'Whether this installation writes to trackers', response: { 200: instance } },
    },
    () => ownershipOf(engine),
  );

  app.post(
    '/api/v1/instance/take-over',
    {
      config: { access: { role: 'administrator' } },
      schema: { summary: 'From now on this copy writes to trackers', response: { 200: instance } },
    },
    async (request) => {
      if (await takeOverSync(engine)) {
        await audit(store.db, {
          by: actor(request),
          act: 'synchronization taken over',
          subject: null,
          address: request.ip,
          correlationId: request.id,
        });
      }
      return ownershipOf(engine);
    },
  );
};
