import { sql } from 'kysely';
import type { Draft } from '../contracts/tracker.ts';
import { cardBody, cardTitle } from '../core/mapping/card-text.ts';
import type { Location } from '../core/matching/finding.ts';
import type { Severity } from '../core/vocabulary.ts';
import { severities } from '../core/vocabulary.ts';
import { countBacklog } from '../store/backfill.ts';
import { locationNow, snippetNow } from '../store/moved-places.ts';
import type { Settings } from '../store/settings.ts';
import { readSettings } from '../store/settings.ts';
import type { StoredConfiguration } from './configuration-facts.ts';
import { configurationOf } from './configuration-facts.ts';
import { reverseRows } from './configurations.ts';
import { ask, refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';

/** What turning it on would do; writes nothing anywhere. */
export async function preview(engine: SyncEngine, id: string) {
  const { db } = engine.options.store;
  const configuration = await configurationOf(db, id);
  if (configuration === null) {
    return refuse(404, 'There is no such configuration.');
  }
  const cardsToCreate = cardsOf(await countBacklog(db, id, {}));
  const sample = await renderSample(engine, configuration);
  if ('kind' in sample) {
    return sample;
  }
  return {
    cardsToCreate,
    sample,
    reverseMapping: reverseRows(configuration.status_mapping, configuration.remote_labels),
  };
}

export function cardsOf(counts: readonly { readonly severity: Severity; readonly count: number }[]) {
  const bySeverity = Object.fromEntries(severities.map((severity) => [severity, counts.find((row) => row.severity === severity)?.count ?? 0]));
  return { total: counts.reduce((sum, row) => sum + row.count, 0), bySeverity };
}

type SampleConfiguration = Omit<StoredConfiguration, 'id' | 'tracker' | 'remote_labels'> & {
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
  const { titlePrefix, cardLayout } = await readSettings(engine.options.store.db);
  const sample = await sampleText(engine, { titlePrefix, cardLayout });
  return {
    marker: 'pb-preview',
    target: configuration.target,
    state: configuration.status_mapping.identified,
    title: sample.title,
    body: sample.body,
    priority: configuration.severity_mapping[sample.severity],
    url: sample.url,
    fields: configuration.field_defaults,
  };
}

/** Title and body of the gravest open vulnerability, as these settings would have them. */
export async function sampleText(engine: Pick<SyncEngine, 'options'>, { titlePrefix, cardLayout }: Pick<Settings, 'titlePrefix' | 'cardLayout'>) {
  const { store, publicUrl } = engine.options;
  const rows = await sql<SampleRow>`
    select v.*, ${locationNow} as location, ${snippetNow} as snippet, a.name as asset_name from vulnerabilities v join assets a on a.id = v.asset_id
    where v.merged_into is null and v.status in ('identified', 'in_progress', 'awaiting_validation')
    order by v.severity_rank, v.id
    limit 1
  `.execute(store.db);
  const row = rows.rows[0] ?? example;
  const subject = { ...row, assetName: row.asset_name, ruleId: row.rule_id, references: row.reference_urls };
  const url = `${publicUrl}/vulnerabilities/${row.id}`;
  return { title: cardTitle(titlePrefix, subject), body: cardBody(subject, url, cardLayout), severity: row.severity, url };
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
