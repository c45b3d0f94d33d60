import { z } from 'zod';
import { id, list, time } from '../../contracts/api/basics.ts';
import type { ScopeAct } from '../../ingest/scopes.ts';
import { mergeScopes, retireScope } from '../../ingest/scopes.ts';
import { audit } from '../../store/audit.ts';
import { listScopes, staleDays } from '../../store/screens/scopes.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
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

const params = z.object({ id: z.string().max(250) });
const outcome = z.object({
  vulnerabilities: z.number().meta({ description: 'How many the scope saw last, or are known by the other from now on.' }),
  missedElsewhere: z.number().meta({ description: 'Of these, the ones that no other scope sees any more.' }),
  fixed: z.number(),
});
const reason = z.string().trim().min(1).max(1_000);

/** What scans can vouch for, and since when each was silent. */
export const scopeRoutes: Mount = (app, { store }) => {
  const { db } = store;
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

  app.post(
    '/api/v1/scopes/:id/retire',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'A scope is not scanned any more; closes only what others missed, and that only when asked to',
        params,
        body: z.strictObject({ reason, closeMissed: z.boolean().default(false) }),
        response: { 200: outcome },
      },
    },
    async (request) => {
      const { id: scopeId } = request.params;
      const by = actor(request);
      const done = settled(await retireScope(store, { scopeId, ...request.body, by: by.name, correlationId: request.id }));
      await audit(db, { by, act: 'scope retired', subject: scopeId, detail: { ...request.body, ...done }, correlationId: request.id });
      return done;
    },
  );

  app.post(
    '/api/v1/scopes/:id/merge',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'What one scope vouched for, another does from now on',
        params,
        body: z.strictObject({ into: id, reason: reason.optional() }),
        response: { 200: outcome },
      },
    },
    async (request) => {
      const { id: scopeId } = request.params;
      const by = actor(request);
      const { into, reason: why } = request.body;
      const done = settled(await mergeScopes(store, { scopeId, into, reason: why ?? null, by: by.name, correlationId: request.id }));
      await audit(db, { by, act: 'scopes merged', subject: scopeId, detail: { ...request.body, ...done }, correlationId: request.id });
      return done;
    },
  );
};

function settled(act: ScopeAct) {
  if (act.kind === 'refused') {
    throw new Problem(act.status, act.because);
  }
  return act.outcome;
}
