import { call } from './client.ts';
import type { Command, CommandIo, Given, OptionSpec } from './command.ts';
import { WrongUse } from './command.ts';
import { sheet, table } from './table.ts';

type Thing = Readonly<Record<string, unknown>>;

interface Page {
  readonly items: readonly Thing[];
  readonly nextCursor: string | null;
}

/** What can be done with one thing of a list: `patchboard connections check ID`. */
interface Act {
  readonly name: string;
  /** After the name; what stands in capitals is needed. */
  readonly words: readonly string[];
  run(given: Given, io: CommandIo, words: readonly string[]): Promise<number>;
}

const pagesMax = 500;

const paging = {
  limit: { type: 'string', describes: 'How many at most (default 50, at most 200).' },
  cursor: { type: 'string', describes: 'Go on behind the page that answered this.' },
  all: { type: 'boolean', describes: 'Every page.' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** One list of the API as a command: columns for people, the answer itself for scripts. */
function listCommand(plan: {
  readonly name: string;
  readonly summary: string;
  readonly path: string;
  readonly columns: readonly string[];
  readonly filters: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly acts: readonly Act[];
  readonly examples: readonly string[];
}): Command {
  const filters = Object.fromEntries(
    Object.entries(plan.filters).map(([name, describes]) => [name, { type: 'string', describes } as const]),
  );
  return {
    name: plan.name,
    summary: plan.summary,
    usage: ['[options]', ...plan.acts.map((act) => [act.name, ...act.words].join(' '))],
    options: { ...filters, ...plan.options, ...paging },
    examples: plan.examples,
    run: async (given, io) => {
      const [name, ...words] = given.positionals;
      if (name === undefined) {
        return showList(given, io, plan);
      }
      const act = plan.acts.find((one) => one.name === name);
      const needed = act?.words.filter((word) => word === word.toUpperCase()).length ?? 0;
      if (act === undefined || words.length < needed || words.length > act.words.length) {
        throw new WrongUse(`“${[plan.name, ...given.positionals].join(' ')}” is not a way to call it.`);
      }
      return act.run(given, io, words);
    },
  };
}

async function showList(
  given: Given,
  io: CommandIo,
  plan: {
    readonly path: string;
    readonly columns: readonly string[];
    readonly filters: Readonly<Record<string, string>>;
  },
): Promise<number> {
  const search = new URLSearchParams();
  for (const name of ['limit', 'cursor', ...Object.keys(plan.filters)]) {
    for (const value of (given.text(name) ?? '').split(',').filter((part) => part !== '')) {
      search.append(name === 'asset' ? 'assetId' : name, name === 'asset' ? assetName(value) : value);
    }
  }
  const page = await readPages(given, io, plan.path, search);
  if (given.is('json')) {
    io.out(JSON.stringify(page));
    return 0;
  }
  table(page.items, plan.columns).forEach(io.out);
  if (page.nextCursor !== null) {
    io.error(`There are more: --all, or --cursor ${page.nextCursor}`);
  }
  return 0;
}

async function readPages(given: Given, io: CommandIo, path: string, search: URLSearchParams): Promise<Page> {
  const items: Thing[] = [];
  for (let pages = 1; ; pages += 1) {
    const page = await call<Page>(io, { method: 'GET', path: `${path}?${search.toString()}` });
    items.push(...page.items);
    if (!given.is('all') || page.nextCursor === null || pages >= pagesMax) {
      return { items, nextCursor: page.nextCursor };
    }
    search.set('cursor', page.nextCursor);
  }
}

/** Keys are what people know; an id is written `id:<id>`. */
export function assetName(word: string): string {
  return word.startsWith('id:') ? word.slice(3) : `key:${word}`;
}

/** A call that answers one thing. */
function act(
  name: string,
  words: readonly string[],
  wish: (
    words: readonly string[],
    given: Given,
  ) => {
    readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
    readonly path: string;
    readonly body?: unknown;
  },
  isFine: (thing: Thing | null) => boolean = () => true,
): Act {
  return {
    name,
    words,
    run: async (given, io, said) => {
      const thing = await call<Thing | null>(
        io,
        wish(
          said.map((word) => encodeURIComponent(word)),
          given,
        ),
      );
      if (given.is('json')) {
        io.out(JSON.stringify(thing));
      } else if (thing === null) {
        io.out('Done.');
      } else {
        const items = thing['items'] ?? thing['steps'];
        const lines = Array.isArray(items)
          ? table(items as Thing[], Object.keys((items[0] as Thing | undefined) ?? {}))
          : sheet(thing);
        lines.forEach(io.out);
      }
      return isFine(thing) ? 0 : 1;
    },
  };
}

const vulnerabilityPath = '/api/v1/vulnerabilities';

export const vulnerabilities = listCommand({
  name: 'vulnerabilities',
  summary: 'List vulnerabilities, look at one, decide',
  path: vulnerabilityPath,
  columns: ['id', 'severity', 'status', 'assetName', 'title'],
  filters: {
    asset: 'Key of the asset, or id:<id>.',
    status: 'One or more, with commas.',
    severity: 'One or more, with commas.',
    tool: 'The tool that found it.',
    q: 'Text to look for.',
    sort: 'severity, lastSeen or created; - before it reverses.',
  },
  options: {
    reason: { type: 'string', describes: 'Why: needed for risk_accepted and false_positive.' },
    until: { type: 'string', describes: 'When an accepted risk ends (RFC 3339).' },
  },
  acts: [
    act('show', ['ID'], ([id]) => ({ method: 'GET', path: `${vulnerabilityPath}/${id}` })),
    act('timeline', ['ID'], ([id]) => ({
      method: 'GET',
      path: `${vulnerabilityPath}/${id}/timeline?limit=200`,
    })),
    act('status', ['ID', 'STATUS'], ([id, status], given) => ({
      method: 'POST',
      path: `${vulnerabilityPath}/${id}/status`,
      body: { status, reason: given.text('reason'), expiresAt: given.text('until') },
    })),
  ],
  examples: [
    'patchboard vulnerabilities --asset web-shop --severity critical,high',
    'patchboard vulnerabilities --status awaiting_validation --all --json',
    'patchboard vulnerabilities show 1042',
    'patchboard vulnerabilities status 1042 risk_accepted --reason "Only in tests" --until 2027-01-31T00:00:00Z',
  ],
});

export const assets = listCommand({
  name: 'assets',
  summary: 'List assets, make one',
  path: '/api/v1/assets',
  columns: ['key', 'name', 'defaultBranch', 'openVulnerabilities'],
  filters: { q: 'Text to look for.' },
  options: { name: { type: 'string', describes: 'With make: its name for people (default: its key).' } },
  acts: [
    act('show', ['KEY'], ([key]) => ({ method: 'GET', path: `/api/v1/assets/key:${key}` })),
    act('make', ['KEY'], ([key], given) => ({
      method: 'POST',
      path: '/api/v1/assets',
      body: { key: decodeURIComponent(key ?? ''), name: given.text('name') ?? decodeURIComponent(key ?? '') },
    })),
  ],
  examples: ['patchboard assets', 'patchboard assets make web-shop --name "Web shop"'],
});

export const scans = listCommand({
  name: 'scans',
  summary: 'List scans, look at one',
  path: '/api/v1/scans',
  columns: ['id', 'status', 'tool', 'branch', 'startedAt'],
  filters: { asset: 'Key of the asset, or id:<id>.' },
  acts: [act('show', ['ID'], ([id]) => ({ method: 'GET', path: `/api/v1/scans/${id}` }))],
  examples: ['patchboard scans --asset web-shop', 'patchboard scans show ID --json'],
});

const connectionPath = '/api/v1/connections';

export const connections = listCommand({
  name: 'connections',
  summary: 'List connections and their health, check, pause or resume one, log in, make its webhooks',
  path: connectionPath,
  columns: ['id', 'tracker', 'name', 'health.state', 'health.waiting', 'health.because'],
  filters: {},
  acts: [
    act('show', ['ID'], ([id]) => ({ method: 'GET', path: `${connectionPath}/${id}` })),
    act(
      'check',
      ['ID'],
      ([id]) => ({ method: 'POST', path: `${connectionPath}/${id}/check` }),
      (thing) => thing?.['ok'] === true,
    ),
    act('pause', ['ID'], ([id]) => ({
      method: 'PATCH',
      path: `${connectionPath}/${id}`,
      body: { paused: true },
    })),
    act('resume', ['ID'], ([id]) => ({
      method: 'PATCH',
      path: `${connectionPath}/${id}`,
      body: { paused: false },
    })),
    act('authorize', ['ID'], ([id]) => ({ method: 'POST', path: `${connectionPath}/${id}/authorize` })),
    act('subscribe', ['ID'], ([id]) => ({ method: 'POST', path: `${connectionPath}/${id}/subscriptions` })),
  ],
  examples: ['patchboard connections', 'patchboard connections check ID', 'patchboard connections pause ID'],
});

export const deliveries = listCommand({
  name: 'deliveries',
  summary: 'List Sync activity, retry one',
  path: '/api/v1/deliveries',
  columns: ['createdAt', 'direction', 'act', 'outcome', 'vulnerabilityId', 'message'],
  filters: {
    outcome: 'waiting, succeeded, failed, held, discarded or superseded.',
    direction: 'outbound or inbound.',
  },
  acts: [
    act('show', ['ID'], ([id]) => ({ method: 'GET', path: `/api/v1/deliveries/${id}` })),
    act('retry', ['ID'], ([id]) => ({ method: 'POST', path: `/api/v1/deliveries/${id}/retry` })),
  ],
  examples: ['patchboard deliveries --outcome failed', 'patchboard deliveries retry ID'],
});
