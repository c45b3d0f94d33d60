import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { newAsset } from '../contracts/api/assets.ts';
import { newConfiguration } from '../contracts/api/configurations.ts';
import { newConnection } from '../contracts/api/connections.ts';
import { call, Refusal } from './client.ts';
import type { Command, CommandIo } from './command.ts';
import { WrongUse } from './command.ts';

/** Assets, connections and configurations as code. What the file does not name stays as it is. */
const plan = z.strictObject({
  assets: z.array(newAsset.required({ key: true })).default([]),
  connections: z
    .array(newConnection.extend({ configurations: z.array(newConfiguration).default([]) }))
    .default([]),
});
type Plan = z.infer<typeof plan>;
type PlannedConnection = Plan['connections'][number];
type PlannedConfiguration = PlannedConnection['configurations'][number];

export const apply: Command = {
  name: 'apply',
  summary: 'Make assets, connections and configurations as a file says',
  usage: ['FILE.yaml', 'FILE.json'],
  options: { 'dry-run': { type: 'boolean', describes: 'Say what would be done, and do nothing.' } },
  examples: [
    'patchboard apply patchboard.yaml --dry-run',
    'BOARD_KEY=… patchboard apply patchboard.yaml   # with credentials: { apiKey: "${BOARD_KEY}" }',
  ],
  run: async (given, io) => {
    const [file] = given.positionals;
    if (file === undefined) {
      throw new WrongUse('Name the file: patchboard apply FILE.yaml');
    }
    const { assets, connections } = await readPlan(file, io);
    const isDry = given.is('dry-run');
    const done: string[] = [];
    for (const asset of assets) {
      done.push(await applyAsset(io, asset, isDry));
    }
    for (const connection of connections) {
      done.push(await applyConnection(io, connection, isDry));
    }
    (given.is('json') ? [JSON.stringify({ done })] : done).forEach(io.out);
    return 0;
  },
};

async function readPlan(file: string, io: CommandIo): Promise<Plan> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new WrongUse(`${file} cannot be read: ${error.message}`);
  });
  let value: unknown;
  try {
    // JSON is YAML too.
    value = parse(text);
  } catch (error) {
    throw new WrongUse(`${file} is neither YAML nor JSON: ${(error as Error).message}`);
  }
  const read = plan.safeParse(value);
  if (!read.success) {
    const places = read.error.issues.map((issue) => `\n  ${issue.path.join('.')}: ${issue.message}`);
    throw new WrongUse(`${file} is not as it should be:${places.join('')}`);
  }
  return {
    ...read.data,
    connections: read.data.connections.map((one) => ({ ...one, credentials: filled(one.credentials, io) })),
  };
}

/** `${NAME}` alone in a credential is a variable of the environment: secrets need not stand in a file. */
function filled(credentials: Readonly<Record<string, unknown>>, io: CommandIo): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(credentials).map(([field, value]) => {
      const name = typeof value === 'string' ? /^\$\{(\w+)\}$/u.exec(value)?.[1] : undefined;
      if (name === undefined) {
        return [field, value];
      }
      const found = io.variable(name);
      if (found === undefined) {
        throw new WrongUse(`The file takes ${field} from the variable ${name}, which is not set.`);
      }
      return [field, found];
    }),
  );
}

async function applyAsset(io: CommandIo, asset: Plan['assets'][number], isDry: boolean): Promise<string> {
  const path = `/api/v1/assets/${encodeURIComponent(`key:${asset.key}`)}`;
  const known = await call<{ id: string }>(io, { method: 'GET', path }).catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 404) {
      return null;
    }
    throw error;
  });
  if (!isDry) {
    await (known === null
      ? call(io, { method: 'POST', path: '/api/v1/assets', body: asset })
      : call(io, { method: 'PATCH', path, body: asset }));
  }
  return `asset ${asset.key}: ${outcome(known === null, isDry)}`;
}

function outcome(isNew: boolean, isDry: boolean): string {
  if (isDry) {
    return isNew ? 'would be made' : 'would be brought up to date';
  }
  return isNew ? 'made' : 'up to date';
}

interface Listed<Item> {
  readonly items: readonly Item[];
}

async function applyConnection(io: CommandIo, wish: PlannedConnection, isDry: boolean): Promise<string> {
  const { configurations, ...connection } = wish;
  const all = await call<Listed<{ id: string; name: string; tracker: string }>>(io, {
    method: 'GET',
    path: '/api/v1/connections',
  });
  const known = all.items.find((one) => one.name === wish.name && one.tracker === wish.tracker);
  const words = `connection ${wish.name}: ${outcome(known === undefined, isDry)}, ${configurations.length} configurations`;
  if (isDry) {
    return words;
  }
  const { tracker: _fixed, ...change } = connection;
  const { id } = await (known === undefined
    ? call<{ id: string }>(io, { method: 'POST', path: '/api/v1/connections', body: connection })
    : call<{ id: string }>(io, { method: 'PATCH', path: `/api/v1/connections/${known.id}`, body: change }));
  for (const configuration of configurations) {
    await applyConfiguration(io, id, configuration);
  }
  return words;
}

/** The default one, or the custom one that names one of these assets, is changed; else it is made. */
async function applyConfiguration(
  io: CommandIo,
  connectionId: string,
  wish: PlannedConfiguration,
): Promise<void> {
  const path = `/api/v1/connections/${connectionId}/configurations`;
  const there = await call<Listed<{ id: string; scope: string; assetIds: readonly string[] }>>(io, {
    method: 'GET',
    path,
  });
  const assetIds = await Promise.all(
    (wish.assetIds ?? []).map(async (name) => {
      const asset = await call<{ id: string }>(io, {
        method: 'GET',
        path: `/api/v1/assets/${encodeURIComponent(name)}`,
      });
      return asset.id;
    }),
  );
  const same = there.items.find(
    (one) =>
      one.scope === wish.scope &&
      (wish.scope === 'default' || one.assetIds.some((id) => assetIds.includes(id))),
  );
  await (same === undefined
    ? call(io, { method: 'POST', path, body: wish })
    : call(io, { method: 'PUT', path: `/api/v1/configurations/${same.id}`, body: wish }));
}
