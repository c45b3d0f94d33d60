import { readFile } from 'node:fs/promises';
import { call } from './client.ts';
import type { Command, CommandIo, Given } from './command.ts';
import { WrongUse } from './command.ts';

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

const limit = { type: 'string', describes: 'How many at most (default 50, at most 200).' } as const;

/** One list of the API as a command: columns for people, the answer itself for scripts. */
function listCommand(plan: {
  readonly name: string;
  readonly summary: string;
  readonly path: string;
  readonly columns: readonly string[];
  readonly filters: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
}): Command {
  const filters = Object.fromEntries(Object.entries(plan.filters).map(([name, describes]) => [name, { type: 'string', describes } as const]));
  return {
    name: plan.name,
    summary: plan.summary,
    usage: '[options]',
    options: { limit, ...filters },
    examples: plan.examples,
    run: async (given, io) => {
      const search = new URLSearchParams();
      for (const name of ['limit', ...Object.keys(plan.filters)]) {
        for (const value of (given.text(name) ?? '').split(',').filter((part) => part !== '')) {
          search.append(name === 'asset' ? 'assetId' : name, name === 'asset' ? `key:${value}` : value);
        }
      }
      const page = await call<Page>(io, { method: 'GET', path: `${plan.path}?${search.toString()}` });
      print(given, io, page, plan.columns);
      return 0;
    },
  };
}

function print(given: Given, io: CommandIo, page: Page, columns: readonly string[]): void {
  if (given.is('json')) {
    io.out(JSON.stringify(page));
    return;
  }
  const rows = page.items.map((item) => columns.map((column) => shown(item[column])));
  const widths = columns.map((column, at) => Math.min(60, Math.max(column.length, ...rows.map((row) => (row[at] ?? '').length))));
  const line = (cells: readonly string[]) => cells.map((cell, at) => cell.slice(0, 60).padEnd(widths[at] ?? 0)).join('  ').trimEnd();
  io.out(line(columns));
  for (const row of rows) {
    io.out(line(row));
  }
}

function shown(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value).replace(/\s+/gu, ' ');
}

export const vulnerabilities = listCommand({
  name: 'vulnerabilities',
  summary: 'List vulnerabilities',
  path: '/api/v1/vulnerabilities',
  columns: ['id', 'severity', 'status', 'assetName', 'title'],
  filters: { asset: 'Key of the asset.', status: 'One or more, with commas.', severity: 'One or more, with commas.', q: 'Text to look for.', sort: 'severity, lastSeen or created; - before it reverses.' },
  examples: ['patchboard vulnerabilities --asset web-shop --severity critical,high', 'patchboard vulnerabilities --status awaiting_validation --json'],
});

export const assets = listCommand({
  name: 'assets',
  summary: 'List assets',
  path: '/api/v1/assets',
  columns: ['key', 'name', 'defaultBranch', 'openVulnerabilities'],
  filters: { q: 'Text to look for.' },
  examples: ['patchboard assets'],
});

export const scans = listCommand({
  name: 'scans',
  summary: 'List scans',
  path: '/api/v1/scans',
  columns: ['id', 'status', 'tool', 'branch', 'startedAt'],
  filters: { asset: 'Key of the asset.' },
  examples: ['patchboard scans --asset web-shop'],
});

export const connections = listCommand({
  name: 'connections',
  summary: 'List connections and their health',
  path: '/api/v1/connections',
  columns: ['id', 'tracker', 'name', 'health'],
  filters: {},
  examples: ['patchboard connections --json'],
});

export const deliveries = listCommand({
  name: 'deliveries',
  summary: 'List Sync activity',
  path: '/api/v1/deliveries',
  columns: ['createdAt', 'direction', 'act', 'outcome', 'vulnerabilityId', 'message'],
  filters: { outcome: 'waiting, succeeded, failed, held, discarded or superseded.', direction: 'outbound or inbound.' },
  examples: ['patchboard deliveries --outcome failed'],
});

interface Plan {
  readonly assets?: readonly (Readonly<Record<string, unknown>> & { readonly key: string })[];
  readonly connections?: readonly (Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly configurations?: readonly Readonly<Record<string, unknown>>[];
  })[];
}

export const apply: Command = {
  name: 'apply',
  summary: 'Make assets, connections and configurations as a file says',
  usage: 'FILE.json',
  options: {},
  examples: ['patchboard apply patchboard.json'],
  run: async (given, io) => {
    const [file] = given.positionals;
    if (file === undefined) {
      throw new WrongUse('Name the file: patchboard apply FILE.json');
    }
    const plan = await readPlan(file);
    for (const asset of plan.assets ?? []) {
      io.out(await applyAsset(io, asset));
    }
    for (const connection of plan.connections ?? []) {
      io.out(await applyConnection(io, connection));
    }
    return 0;
  },
};

async function readPlan(file: string): Promise<Plan> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new WrongUse(`There is no file ${file}.`);
  });
  try {
    return JSON.parse(text) as Plan;
  } catch (error) {
    throw new WrongUse(`${file} is not JSON: ${(error as Error).message}`);
  }
}

async function applyAsset(io: CommandIo, asset: NonNullable<Plan['assets']>[number]): Promise<string> {
  const path = `/api/v1/assets/${encodeURIComponent(`key:${asset.key}`)}`;
  const known = await call(io, { method: 'GET', path }).catch(() => null);
  await (known === null ? call(io, { method: 'POST', path: '/api/v1/assets', body: asset }) : call(io, { method: 'PATCH', path, body: asset }));
  return `asset ${asset.key}: ${known === null ? 'made' : 'up to date'}`;
}

async function applyConnection(io: CommandIo, wish: NonNullable<Plan['connections']>[number]): Promise<string> {
  const { configurations = [], ...connection } = wish;
  const all = await call<{ items: readonly { id: string; name: string }[] }>(io, { method: 'GET', path: '/api/v1/connections' });
  const known = all.items.find((one) => one.name === connection.name);
  const { tracker: _tracker, ...change } = connection as Record<string, unknown>;
  const { id } = await (known === undefined
    ? call<{ id: string }>(io, { method: 'POST', path: '/api/v1/connections', body: connection })
    : call<{ id: string }>(io, { method: 'PATCH', path: `/api/v1/connections/${known.id}`, body: change }));
  const there = await call<{ items: readonly { id: string; scope: string; assetIds: readonly string[] }[] }>(io, { method: 'GET', path: `/api/v1/connections/${id}/configurations` });
  for (const configuration of configurations) {
    const same = there.items.find((one) => one.scope === 'default' && configuration['scope'] === 'default');
    await (same === undefined
      ? call(io, { method: 'POST', path: `/api/v1/connections/${id}/configurations`, body: configuration })
      : call(io, { method: 'PUT', path: `/api/v1/configurations/${same.id}`, body: configuration }));
  }
  return `connection ${connection.name}: ${known === undefined ? 'made' : 'up to date'}, ${configurations.length} configurations`;
}
