import { z } from 'zod';
import type {
  Link,
  ListedVulnerability,
  TimelineEntry,
  Vulnerability,
} from '../../contracts/api/vulnerabilities.ts';
import { list, paging } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/vulnerabilities.ts';
import type { Location } from '../../core/matching/finding.ts';
import { isFinalDecision, isWorking } from '../../core/vocabulary.ts';
import { decide } from '../../ingest/decide.ts';
import { enterByHand } from '../../ingest/manual.ts';
import type { Connection } from '../../store/open.ts';
import { countVulnerabilities } from '../../store/screens/counts.ts';
import * as screen from '../../store/screens/vulnerabilities.ts';
import { actor, outranks } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { needAsset } from './assets.ts';
import { filterOf } from './vulnerability-lists.ts';

const params = z.object({ id: z.string().max(250) });
const viewer = { config: { access: { role: 'viewer' as const } } };

export const vulnerabilityRoutes: Mount = (app, { store }) => {
  const { db } = store;
  app.get(
    '/api/v1/vulnerabilities',
    {
      ...viewer,
      // Made of what it declares, line by line; to check each of hundreds once more costs more than the query.
      serializerCompiler: () => JSON.stringify,
      schema: {
        summary: 'List vulnerabilities',
        querystring: shapes.vulnerabilityQuery,
        response: { 200: shapes.vulnerabilityList },
      },
    },
    async (request) => {
      const { sort, limit, cursor, count, ...query } = request.query;
      const filter = await filterOf(db, query);
      const reversed = sort.startsWith('-');
      const page = await screen.listVulnerabilities(db, {
        ...filter,
        sort: sort.replace('-', '') as screen.Sort,
        reversed,
        limit,
        cursor,
      });
      const items = page.items.map(listedBody);
      const total = count === 'true' ? { total: await countVulnerabilities(db, filter) } : {};
      return { items, nextCursor: page.nextCursor, ...total };
    },
  );

  app.get(
    '/api/v1/vulnerabilities/:id',
    { ...viewer, schema: { summary: 'One vulnerability', params, response: { 200: shapes.vulnerability } } },
    async (request) => {
      return detail(db, request.params.id);
    },
  );

  app.get(
    '/api/v1/vulnerabilities/:id/timeline',
    {
      ...viewer,
      schema: {
        summary: 'What happened, and why',
        params,
        querystring: z.strictObject(paging),
        response: { 200: list(shapes.timelineEntry) },
      },
    },
    async (request) => {
      await need(db, request.params.id);
      const page = await screen.timelineOf(db, request.params.id, request.query);
      return { items: page.items.map(entryBody), nextCursor: page.nextCursor };
    },
  );

  app.post(
    '/api/v1/vulnerabilities/:id/status',
    {
      config: { access: { role: 'developer' } },
      schema: {
        summary: 'Decide',
        params,
        body: shapes.statusChange,
        response: { 200: shapes.vulnerability },
      },
    },
    async (request) => {
      await need(db, request.params.id);
      const { status, reason, expiresAt } = request.body;
      const by = actor(request);
      if (isFinalDecision(status) && !outranks(by.role, 'analyst')) {
        throw new Problem(
          403,
          'Accepting a risk or declaring a false positive needs the role analyst or administrator.',
        );
      }
      const decided = await decide(store, {
        vulnerabilityId: request.params.id,
        status,
        reason: reason ?? null,
        expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
        by: by.name,
        correlationId: request.id,
      });
      if (decided.kind === 'refused') {
        throw new Problem(409, decided.because);
      }
      return detail(db, request.params.id);
    },
  );

  app.post(
    '/api/v1/assets/:id/vulnerabilities',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'Enter one by hand',
        params,
        body: shapes.newVulnerability,
        response: { 201: shapes.vulnerability },
      },
    },
    async (request, reply) => {
      const asset = await needAsset(db, request.params.id);
      const { title, description, severity, location, cwe, cve, impact, remediation, references, assessmentId } = request.body;
      const entered = await enterByHand(store, {
        assetId: asset.id,
        author: actor(request).name,
        assessmentId: assessmentId ?? null,
        finding: {
          kind: 'manual',
          ruleId: 'manual',
          title,
          description,
          severity,
          cwe: cwe ?? [],
          cve: cve ?? [],
          advisories: cve ?? [],
          location: locationOf(location),
          fingerprints: {},
          impact,
          remediation,
          references,
        },
      });
      if (entered.kind === 'refused') {
        throw new Problem(409, entered.because, { errors: [{ path: entered.path, message: entered.because }] });
      }
      return reply.status(201).send(await detail(db, entered.id));
    },
  );
};

function locationOf(location: z.infer<typeof shapes.newVulnerability>['location']): Location {
  if (location === undefined) {
    return { kind: 'none' };
  }
  if ('path' in location) {
    return { kind: 'file', ...location };
  }
  return 'url' in location ? { kind: 'url', ...location } : { kind: 'package', ...location };
}

export async function need(db: Connection, id: string): Promise<screen.VulnerabilityRow> {
  const row = /^\d{1,18}$/u.test(id) ? await screen.findVulnerability(db, id) : null;
  if (row === null) {
    throw new Problem(404, `There is no vulnerability ${id.slice(0, 50)}.`);
  }
  return row;
}

export async function detail(db: Connection, id: string): Promise<Vulnerability> {
  const row = await need(db, id);
  const [links, detections, merged] = await Promise.all([screen.linksOf(db, [id]), screen.detectionsOf(db, id), screen.mergedOf(db, id)]);
  return {
    ...commonBody(row),
    description: row.description,
    snippet: row.snippet,
    impact: row.impact,
    remediation: row.remediation,
    references: row.reference_urls,
    detections: detections.map((one) => ({
      scope: {
        id: one.scope_id,
        tool: one.tool,
        branch: one.branch,
        category: one.category === '' ? null : one.category,
      },
      state: one.state,
      scanId: one.scan_id,
      lastSeenAt: one.last_seen_at.toISOString(),
    })),
    links: links.map(linkBody),
    mergedInto: row.merged_into,
    merged: [...merged],
  };
}

function commonBody(row: Omit<screen.ListedRow, 'links'>) {
  return {
    id: row.id,
    assetId: row.asset_id,
    assetName: row.asset_name,
    title: row.title,
    severity: row.severity,
    status: row.status,
    statusChangedAt: row.status_changed_at.toISOString(),
    reason: row.reason,
    expiresAt: row.accepted_until?.toISOString() ?? null,
    tool: row.tool,
    ruleId: row.rule_id,
    cwe: row.cwe,
    cve: row.cve,
    location: { ...row.location },
    dueAt: isWorking(row.status) ? (row.due_at?.toISOString() ?? null) : null,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    createdAt: row.created_at.toISOString(),
  };
}

function listedBody(row: screen.ListedRow): ListedVulnerability {
  return { ...commonBody(row), links: [...row.links] };
}

export function linkBody(row: screen.LinkRow): Link {
  const { card } = row;
  return {
    id: row.id,
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    tracker: row.tracker,
    configurationId: row.configuration_id,
    state: row.state,
    stateBecause: row.state_because,
    card:
      card === null
        ? null
        : {
            ref: card.ref,
            key: card.key,
            url: card.url,
            remoteState: card.state,
            remoteStateLabel: row.remote_label ?? card.stateLabel,
            assignee: card.assignee,
            priority: card.priority,
            presence: card.presence,
          },
    lastSyncedAt: row.last_synced_at?.toISOString() ?? null,
    ...(row.drift === null ? {} : { drift: row.drift }),
  };
}

export function entryBody(row: screen.TimelineRow): TimelineEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    kind: row.kind,
    actor: { kind: row.actor_kind, name: row.actor_name },
    from: row.from_status,
    to: row.to_status,
    cause: { ...row.cause, kind: row.cause_kind },
    note: row.note,
    correlationId: row.correlation_id,
  };
}
