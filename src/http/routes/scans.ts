import multipart from '@fastify/multipart';
import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { Scan } from '../../contracts/api/scans.ts';
import * as shapes from '../../contracts/api/scans.ts';
import { retest } from '../../ingest/manual.ts';
import { storeReport } from '../../ingest/store-report.ts';
import type { ScanRow } from '../../store/scans.ts';
import { findScan } from '../../store/scans.ts';
import { listScans } from '../../store/screens/scans.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { needAsset } from './assets.ts';

const params = z.object({ id: z.string().max(250) });

export const scanRoutes: Mount = (app, services) => {
  const { store } = services;
  app.register(async (scoped) => {
    // The report is streamed to the store as it comes, whatever its type says.
    scoped.removeAllContentTypeParsers();
    await scoped.register(multipart, { limits: { files: 1, fileSize: Number.MAX_SAFE_INTEGER } });
    scoped.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scoped.post(
      '/api/v1/assets/:id/scans',
      {
        config: { access: { role: 'analyst', scope: 'scan:upload' } },
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          summary: 'Upload a report',
          params,
          querystring: shapes.uploadQuery,
          response: { 202: shapes.scan },
        },
      },
      async (request, reply) => {
        const { id } = request.params as z.infer<typeof params>;
        const query = request.query as z.infer<typeof shapes.uploadQuery>;
        const asset = await needAsset(store.db, id);
        const file = request.isMultipart() ? await request.file() : null;
        if (file !== null && file?.fieldname !== 'report') {
          throw new Problem(400, 'A multipart upload needs the report in the field “report”.', {
            errors: [{ path: 'report', message: 'Is missing.' }],
          });
        }
        const key = request.headers['idempotency-key'];
        const stored = await storeReport(store, {
          assetId: asset.id,
          bytes: (file?.file ?? request.body ?? []) as AsyncIterable<Uint8Array>,
          trigger: query.trigger,
          coverage: query.coverage,
          format: query.format ?? null,
          tool: query.tool ?? null,
          branch: query.branch ?? null,
          category: query.category ?? null,
          commit: query.commit ?? null,
          startedAt: query.startedAt === undefined ? null : new Date(query.startedAt),
          idempotencyKey: typeof key === 'string' && key !== '' ? key.slice(0, 255) : null,
          uploadedBy: actor(request).name,
          ...(query.assessmentId === undefined ? {} : { assessmentId: query.assessmentId }),
        });
        if (stored.kind === 'refused') {
          throw new Problem(400, stored.because);
        }
        return reply.status(202).send(scanBody(stored.scan));
      },
    );
  });

  app.get(
    '/api/v1/scans/:id',
    {
      config: { access: { role: 'viewer', scope: 'scan:upload' } },
      schema: { summary: 'One scan', params, response: { 200: shapes.scan } },
    },
    async (request) => {
      const scan = await findScan(store.db, request.params.id);
      if (scan === null) {
        throw new Problem(404, 'There is no such scan.');
      }
      return scanBody(scan);
    },
  );

  app.get(
    '/api/v1/scans',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'List scans', querystring: shapes.scanQuery, response: { 200: list(shapes.scan) } },
    },
    async (request) => {
      const { limit, cursor, assetId } = request.query;
      const asset = assetId === undefined ? null : await needAsset(store.db, assetId);
      const page = await listScans(store.db, { limit, cursor, assetId: asset?.id });
      return { items: page.items.map(scanBody), nextCursor: page.nextCursor };
    },
  );

  app.post(
    '/api/v1/assets/:id/retests',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'A manual scan of listed vulnerabilities',
        params,
        body: shapes.newRetest,
        response: { 201: shapes.scan },
      },
    },
    async (request, reply) => {
      const asset = await needAsset(store.db, request.params.id);
      const { startedAt, author, evidence, results } = request.body;
      const done = await retest(store, {
        assetId: asset.id,
        startedAt: startedAt === undefined ? null : new Date(startedAt),
        author: author ?? actor(request).name,
        evidence: evidence ?? null,
        results,
      });
      if (done.kind === 'refused') {
        throw new Problem(400, done.because, { errors: [{ path: done.path, message: done.because }] });
      }
      return reply.status(201).send(scanBody(done.scan));
    },
  );
};

export function scanBody(row: ScanRow): Scan {
  return {
    id: row.id,
    assetId: row.asset_id,
    kind: row.kind,
    status: row.status,
    trigger: row.trigger,
    coverage: row.coverage,
    format: row.format,
    tool: row.tool,
    branch: row.branch,
    category: row.category === '' ? null : row.category,
    commit: row.commit,
    author: row.author,
    startedAt: row.started_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    progress: row.progress,
    summary: row.summary === null ? null : { ...row.summary, complaints: [...row.summary.complaints] },
    error: row.error,
  };
}
