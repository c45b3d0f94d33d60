import { z } from 'zod';
import { id, list, time } from '../../contracts/api/basics.ts';
import { listScopes, staleDays } from '../../store/screens/scopes.ts';
import type { Mount } from '../app.ts';
import { needAsset } from './assets.ts';

const scope = z.object({
  id: z.string(),
  assetId: z.string(),
  tool: z.string(),
  branch: z.string(),
  category: z.string().nullable(),
  lastScanAt: time.nullable(),
  lastCompleteAt: time.nullable(),
  lastFindings: z.number().nullable(),
  stale: z.boolean().meta({ description: `Its last complete scan is more than ${staleDays} days old.` }),
});

/** What scans can vouch for, and since when each was silent. */
export const scopeRoutes: Mount = (app, { store: { db } }) => {
  app.get(
    '/api/v1/scopes',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'Scopes, the longest silent first', querystring: z.strictObject({ assetId: id.optional() }), response: { 200: list(scope) } },
    },
    async (request) => {
      const { assetId } = request.query;
      const rows = await listScopes(db, assetId === undefined ? null : (await needAsset(db, assetId)).id);
      const items = rows.map((row) => ({
        id: row.id,
        assetId: row.asset_id,
        tool: row.tool,
        branch: row.branch,
        category: row.category === '' ? null : row.category,
        lastScanAt: row.last_scan_at?.toISOString() ?? null,
        lastCompleteAt: row.last_complete_at?.toISOString() ?? null,
        lastFindings: row.last_findings,
        stale: row.stale,
      }));
      return { items, nextCursor: null };
    },
  );
};
