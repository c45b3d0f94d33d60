import { sql } from 'kysely';
import type { Draft } from '../contracts/tracker.ts';
import { cardBody, cardTitle } from '../core/mapping/card-text.ts';
import type { StatusMapping } from '../core/mapping/status-mapping.ts';
import type { Location } from '../core/matching/finding.ts';
import type { Severity } from '../core/vocabulary.ts';
import { markLinksDue } from '../store/links.ts';
import type { Connection } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { Visited } from '../store/work-loop.ts';
import { markDue } from '../store/work.ts';
import { reverseRows } from './configurations.ts';
import type { Refused } from './connections.ts';
import { ask, refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';

interface ConfigurationRow {
  readonly id: string;
  readonly connection_id: string;
  readonly target: Readonly<Record<string, string>>;
  readonly status_mapping: StatusMapping;
  readonly remote_labels: Readonly<Record<string, string>>;
  readonly severity_mapping: Readonly<Record<Severity, string | null>>;
  readonly field_defaults: Readonly<Record<string, unknown>>;
}

async function configurationOf(db: Connection, id: string): Promise<ConfigurationRow | null> {
  const rows = await sql<ConfigurationRow>`
    select c.id, c.connection_id, c.target, c.status_mapping, c.remote_labels, c.field_defaults,
      coalesce(c.severity_mapping, k.severity_mapping) as severity_mapping
    from configurations c join connections k on k.id = c.connection_id
    where c.id::text = ${id} and c.deleted_at is null
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** Vulnerabilities that a backfill of this configuration would give a card: open, wanted, and without a link. */
const backlog = (configurationId: string) => sql`
  from vulnerabilities v
  join lateral effective_configurations(v.asset_id) c on c.id = ${configurationId}::uuid
  join connections k on k.id = c.connection_id
  where v.status in ('identified', 'in_progress', 'awaiting_validation') and v.merged_into is null
    and coalesce(c.severity_mapping, k.severity_mapping) ->> v.severity is not null
    and v.severity_rank <= severity_rank_of(coalesce(c.minimum_severity, 'informational'))
    and not exists (select 1 from links l where l.vulnerability_id = v.id and l.connection_id = c.connection_id)
`;

/** What turning it on would do; writes nothing anywhere. */
export async function preview(engine: SyncEngine, id: string) {
  const { db } = engine.options.store;
  const configuration = await configurationOf(db, id);
  if (configuration === null) {
    return refuse(404, 'There is no such configuration.');
  }
  const counts = await sql<{ severity: Severity; count: number }>`
    select v.severity, count(*)::integer as count ${backlog(id)} group by v.severity
  `.execute(db);
  const bySeverity = Object.fromEntries(
    (['critical', 'high', 'medium', 'low', 'informational'] as const).map((severity) => [severity, counts.rows.find((row) => row.severity === severity)?.count ?? 0]),
  );
  const total = counts.rows.reduce((sum, row) => sum + row.count, 0);
  const sample = await renderSample(engine, configuration);
  if ('kind' in sample) {
    return sample;
  }
  return {
    cardsToCreate: { total, bySeverity },
    sample,
    reverseMapping: reverseRows(configuration.status_mapping, configuration.remote_labels),
  };
}

type SampleConfiguration = Omit<ConfigurationRow, 'id' | 'remote_labels'> & {
  /** Null: it is not saved yet. */
  readonly id: string | null;
};

/** A real vulnerability's card as the tracker would show it; nothing is sent. */
export async function renderSample(engine: SyncEngine, configuration: SampleConfiguration) {
  const draft = await sampleDraft(engine, configuration);
  const sample = await ask(engine, configuration.connection_id, (session) => session.render(draft));
  return 'kind' in sample ? sample : { title: sample.title, body: sample.body, fields: { ...sample.fields } };
}

interface SampleRow {
  readonly id: string;
  readonly asset_name: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly tool: string | null;
  readonly rule_id: string | null;
  readonly cwe: readonly number[];
  readonly cve: readonly string[];
  readonly location: Location;
  readonly snippet: string | null;
  readonly impact: string | null;
  readonly remediation: string | null;
  readonly reference_urls: readonly string[];
}

async function sampleDraft(engine: SyncEngine, configuration: SampleConfiguration): Promise<Draft> {
  const rows = await sql<SampleRow>`
    select v.*, a.name as asset_name from vulnerabilities v join assets a on a.id = v.asset_id
    where v.merged_into is null and v.status in ('identified', 'in_progress', 'awaiting_validation')
    order by v.severity_rank, v.id
    limit 1
  `.execute(engine.options.store.db);
  const row = rows.rows[0] ?? example;
  const subject = { ...row, assetName: row.asset_name, ruleId: row.rule_id, references: row.reference_urls };
  const url = `${engine.options.publicUrl}/vulnerabilities/${row.id}`;
  const prefix = await sql<{ value: string }>`select value #>> '{}' as value from settings where name = 'titlePrefix'`.execute(engine.options.store.db);
  return {
    marker: 'pb-preview',
    target: configuration.target,
    state: configuration.status_mapping.identified,
    title: cardTitle(prefix.rows[0]?.value ?? '[CONVISO]', subject),
    body: cardBody(subject, url),
    priority: configuration.severity_mapping[row.severity],
    url,
    fields: configuration.field_defaults,
  };
}

/** Shown only while there is no vulnerability at all. */
const example: SampleRow = {
  id: '1',
  asset_name: 'Example',
  title: 'An example vulnerability',
  description: 'There is no vulnerability yet; this is what a card would look like.',
  severity: 'high',
  tool: null,
  rule_id: null,
  cwe: [],
  cve: [],
  location: { kind: 'file', path: 'src/example.ts', startLine: 1 },
  snippet: null,
  impact: null,
  remediation: null,
  reference_urls: [],
};

export interface BackfillWish {
  readonly minimumSeverity?: Severity;
  readonly perMinute?: number;
  readonly limit?: number;
}

export async function startBackfill(engine: SyncEngine, id: string, wish: BackfillWish, by: string): Promise<{ readonly kind: 'started'; readonly jobId: string } | Refused> {
  const { store } = engine.options;
  const configuration = await configurationOf(store.db, id);
  if (configuration === null) {
    return refuse(404, 'There is no such configuration.');
  }
  return inTransaction(store, async (tx) => {
    const made = await sql<{ id: string }>`
      insert into jobs (id, kind, configuration_id, options, progress, created_by)
      select gen_random_uuid(), 'backfill', ${id}::uuid, ${JSON.stringify(wish)}::jsonb,
        jsonb_build_object('created', 0, 'total', least(${wish.limit ?? null}::bigint, (
          select count(*) ${backlog(id)} and v.severity_rank <= severity_rank_of(${wish.minimumSeverity ?? 'informational'})
        ))), ${by}
      returning id
    `.execute(tx);
    const jobId = made.rows[0]?.id ?? '';
    await markDue(tx, [{ kind: 'backfill', key: jobId, lane: 'inner', because: 'A backfill was started.' }]);
    return { kind: 'started', jobId };
  });
}

const batch = 200;

/** One step of a backfill: some links opened, then a pause that keeps the rate. The cards are made by the links' visits. */
export async function stepBackfill(engine: SyncEngine, jobId: string): Promise<Visited> {
  const { store } = engine.options;
  return inTransaction(store, async (tx) => {
    const jobs = await sql<{ state: string; configuration_id: string; options: BackfillWish; progress: { created: number } }>`
      select state, configuration_id, options, progress from jobs where id = ${jobId}::uuid for update
    `.execute(tx);
    const [job] = jobs.rows;
    if (job === undefined || job.state !== 'running') {
      return { nextAt: null, because: `The backfill is ${job?.state ?? 'gone'}.` };
    }
    const room = Math.min(batch, job.options.perMinute ?? batch, (job.options.limit ?? Infinity) - job.progress.created);
    const found = await sql<{ id: string; asset_id: string }>`
      select v.id, v.asset_id ${backlog(job.configuration_id)}
        and v.severity_rank <= severity_rank_of(${job.options.minimumSeverity ?? 'informational'})
      order by v.severity_rank, v.id limit ${Math.max(0, room)}
    `.execute(tx);
    const opened = await openBacklog(tx, job.configuration_id, found.rows.map((row) => row.id));
    const done = opened === 0;
    await sql`
      update jobs set progress = jsonb_set(progress, '{created}', to_jsonb(${job.progress.created + opened}::integer)),
        state = ${done ? 'completed' : 'running'}, updated_at = clock_timestamp(), finished_at = case when ${done} then clock_timestamp() end
      where id = ${jobId}::uuid
    `.execute(tx);
    const pauseMs = job.options.perMinute === undefined ? 100 : 60_000;
    return { nextAt: done ? null : new Date(Date.now() + pauseMs), because: `${opened} links opened.` };
  });
}

async function openBacklog(tx: Connection, configurationId: string, ids: readonly string[]): Promise<number> {
  const made = await sql<{ id: string }>`
    insert into links (id, vulnerability_id, connection_id, configuration_id, marker)
    select gen_random_uuid(), v.id, c.connection_id, c.id, card_marker(c.connection_id, v.id, 1)
    from vulnerabilities v join configurations c on c.id = ${configurationId}::uuid
    where v.id = any (${[...ids]}::bigint[])
    on conflict (vulnerability_id, connection_id) do nothing
    returning id
  `.execute(tx);
  await sql`
    insert into deliveries (id, connection_id, link_id, vulnerability_id, direction, act, outcome, message)
    select gen_random_uuid(), l.connection_id, l.id, l.vulnerability_id, 'outbound', 'create', 'waiting', 'Backfill.'
    from links l where l.id = any (${made.rows.map((row) => row.id)}::uuid[])
    on conflict (link_id) where outcome = 'waiting' and direction = 'outbound' do nothing
  `.execute(tx);
  await markLinksDue(tx, made.rows.map((row) => row.id), 'Backfill.');
  return made.rows.length;
}

