import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { listAudit } from '../../store/audit.ts';
import { overview } from '../../contracts/api/overview.ts';
import { overviewOf } from '../../store/screens/overview.ts';
import { databaseVersion, diagnosticsOf } from '../../store/screens/diagnostics.ts';
import { projectFolder } from '../../lib/project-folder.ts';
import type { Mount } from '../app.ts';
import { csvFile, itemsOf } from '../export-rows.ts';

const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version: string };
const about = z.object({ version: z.string(), runtime: z.string(), database: z.string(), publicUrl: z.string() });
const administrator = { access: { role: 'administrator' as const } };
const auditPage = 200;
const auditMax = 1_000_000;

/** What runs here, what helps to find a fault, and the record of who did what as a file. */
export const aboutRoutes: Mount = (app, { store: { db }, publicUrl }) => {
  app.get('/api/v1/about', { config: { access: { role: 'viewer' } }, schema: { summary: 'What runs here', response: { 200: about } } }, async () => ({
    version,
    runtime: process.version,
    database: await databaseVersion(db),
    publicUrl,
  }));

  app.get('/api/v1/overview', { config: { access: { role: 'viewer' } }, schema: { summary: 'Figures for the overview', response: { 200: overview } } }, () => overviewOf(db));

  app.get('/api/v1/diagnostics', { config: administrator, schema: { summary: 'Diagnostics bundle, without secrets' } }, async (_request, reply) => {
    const bundle = {
      madeAt: new Date().toISOString(),
      version,
      runtime: process.version,
      platform: `${process.platform} ${process.arch}`,
      database: await databaseVersion(db),
      uptimeSeconds: Math.round(process.uptime()),
      memoryBytes: process.memoryUsage().rss,
      ...(await diagnosticsOf(db)),
    };
    return reply
      .type('application/json')
      .header('content-disposition', 'attachment; filename="patchboard-diagnostics.json"')
      .send(JSON.stringify(bundle, null, 2));
  });

  app.get('/api/v1/audit/export', { config: administrator, schema: { summary: 'The audit log as a table' } }, (_request, reply) => {
    const rows = itemsOf((cursor) => listAudit(db, { limit: auditPage, cursor }), auditMax);
    const columns = ['At', 'Actor kind', 'Actor', 'Act', 'Subject', 'Detail', 'Address', 'Correlation id'];
    const file = csvFile(columns, rows, (row) => [
      row.at.toISOString(),
      row.actor_kind,
      row.actor_name,
      row.act,
      row.subject,
      JSON.stringify(row.detail),
      row.address,
      row.correlation_id,
    ]);
    return reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="audit.csv"').send(Readable.from(file));
  });
};
