import * as shapes from '../../contracts/api/sync.ts';
import { listConnections } from '../../store/screens/connections.ts';
import { summary } from '../../store/screens/sync.ts';
import { ownershipOf } from '../../sync/take-over.ts';
import type { Mount } from '../app.ts';
import { summaryOf } from '../connection-body.ts';

/** The state of the whole, for the overview. */
export const syncRoutes: Mount = (app, services) => {
  const { db } = services.store;
  app.get(
    '/api/v1/activity/summary',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'Counts for the overview', response: { 200: shapes.activitySummary } },
    },
    async () => {
      const [counts, rows, ownership] = await Promise.all([summary(db), listConnections(db), ownershipOf(services.engine)]);
      return { ...counts, ...summaryOf(services, rows), instance: ownership };
    },
  );
};
