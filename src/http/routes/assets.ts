import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Asset } from '../../contracts/api/assets.ts';
import * as shapes from '../../contracts/api/assets.ts';
import { list } from '../../contracts/api/basics.ts';
import { effectiveConfiguration } from '../../contracts/api/configurations.ts';
import type { AssetRow } from '../../store/assets.ts';
import { assetByName, deleteAsset, insertAsset, listAssets, updateAsset } from '../../store/assets.ts';
import { appliedConfiguration } from '../../store/configurations.ts';
import type { Connection } from '../../store/open.ts';
import { audit } from '../../store/audit.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const params = z.object({ id: z.string().max(250) });

/** An asset by its id or as `key:<key>`. */
export async function needAsset(db: Connection, name: string): Promise<AssetRow> {
  const asset = await assetByName(db, name);
  if (asset === null) {
    throw new Problem(404, `There is no asset “${name}”. Name it by its id, or by key:<key>.`);
  }
  return asset;
}

export const assetRoutes: Mount = (app, { store }) => {
  app.post(
    '/api/v1/assets',
    {
      config: { access: { role: 'analyst' } },
      schema: { summary: 'Make an asset', body: shapes.newAsset, response: { 201: shapes.asset } },
    },
    async (request, reply) => {
      const wish = request.body;
      const id = randomUUID();
      const key = wish.key ?? `${slug(wish.name)}-${id.slice(0, 8)}`;
      const made = await insertAsset(store.db, id, {
        name: wish.name,
        key,
        repository_url: wish.repositoryUrl ?? null,
        default_branch: wish.defaultBranch ?? 'main',
        criticality: wish.criticality ?? null,
        tags: wish.tags ?? [],
      });
      if (!made) {
        throw new Problem(409, `There is an asset with the key “${key}” already.`, {
          errors: [{ path: 'key', message: 'Is taken.' }],
        });
      }
      await audit(store.db, {
        by: actor(request),
        act: 'asset made',
        subject: id,
        detail: { name: wish.name },
        correlationId: request.id,
      });
      return reply.status(201).send(assetBody(await needAsset(store.db, id)));
    },
  );

  app.get(
    '/api/v1/assets',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        summary: 'List assets',
        querystring: shapes.assetQuery,
        response: { 200: list(shapes.asset) },
      },
    },
    async (request) => {
      const { items, nextCursor } = await listAssets(store.db, request.query);
      return { items: items.map(assetBody), nextCursor };
    },
  );

  app.get(
    '/api/v1/assets/:id',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'One asset', params, response: { 200: shapes.asset } },
    },
    async (request) => {
      return assetBody(await needAsset(store.db, request.params.id));
    },
  );

  app.patch(
    '/api/v1/assets/:id',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'Change an asset',
        params,
        body: shapes.assetChange,
        response: { 200: shapes.asset },
      },
    },
    async (request) => {
      const before = await needAsset(store.db, request.params.id);
      const change = { ...before, ...fromBody(request.body) };
      if (!(await updateAsset(store.db, before.id, change))) {
        throw new Problem(409, `There is an asset with the key “${change.key}” already.`, {
          errors: [{ path: 'key', message: 'Is taken.' }],
        });
      }
      await audit(store.db, {
        by: actor(request),
        act: 'asset changed',
        subject: before.id,
        detail: request.body,
        correlationId: request.id,
      });
      return assetBody(await needAsset(store.db, before.id));
    },
  );

  app.delete(
    '/api/v1/assets/:id',
    {
      config: { access: { role: 'administrator' } },
      schema: { summary: 'Delete an asset; its cards stay, are listed among the orphan cards, and get a closing comment', params },
    },
    async (request, reply) => {
      const asset = await needAsset(store.db, request.params.id);
      const cards = await deleteAsset(store, asset.id);
      await audit(store.db, {
        by: actor(request),
        act: 'asset deleted',
        subject: asset.id,
        detail: { name: asset.name, cards },
        correlationId: request.id,
      });
      return reply.status(204).send();
    },
  );

  app.get(
    '/api/v1/assets/:id/effective-configuration',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        summary: 'Which configuration applies, and why',
        params,
        querystring: z.strictObject({ connectionId: z.uuid() }),
        response: { 200: effectiveConfiguration },
      },
    },
    async (request) => {
      const asset = await needAsset(store.db, request.params.id);
      const applied = await appliedConfiguration(store.db, {
        assetId: asset.id,
        connectionId: request.query.connectionId,
      });
      if (applied === null) {
        return {
          configurationId: null,
          scope: null,
          because: 'The connection has no default configuration and no custom one for this asset.',
        };
      }
      const because =
        applied.scope === 'custom'
          ? 'The asset has a custom configuration, which wins over the default.'
          : 'No custom configuration names the asset, so the default applies.';
      return { configurationId: applied.id, scope: applied.scope, because };
    },
  );
};

function fromBody(body: z.infer<typeof shapes.assetChange>): Partial<AssetRow> {
  const { repositoryUrl, defaultBranch, ...rest } = body;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(repositoryUrl === undefined ? {} : { repository_url: repositoryUrl }),
    ...(defaultBranch === undefined ? {} : { default_branch: defaultBranch }),
  };
}

function slug(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-|-$/gu, '');
  return words === '' ? 'asset' : words.slice(0, 60);
}

export function assetBody(row: AssetRow): Asset {
  return {
    id: row.id,
    name: row.name,
    key: row.key,
    repositoryUrl: row.repository_url,
    defaultBranch: row.default_branch,
    criticality: row.criticality,
    tags: row.tags,
    createdAt: row.created_at.toISOString(),
    openVulnerabilities: row.open_vulnerabilities,
  };
}
