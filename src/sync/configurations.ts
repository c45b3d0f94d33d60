import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Problem, SeverityMapping, Target } from '../contracts/tracker.ts';
import { mappingProblems } from '../core/mapping/check-mapping.ts';
import type { StatusMapping } from '../core/mapping/status-mapping.ts';
import { ambiguities, reverseTable } from '../core/mapping/status-mapping.ts';
import type { Severity, Status } from '../core/vocabulary.ts';
import type { Transaction } from '../store/open.ts';
import { noteUngoverned } from '../store/move-cards.ts';
import { inTransaction } from '../store/open.ts';
import type { Refused, Saved } from './connections.ts';
import { ask, refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';
import type { Concerned } from './places.ts';
import { reviewPlaces } from './places.ts';
import { noticeTargets } from './subscriptions-care.ts';
import { labelsOfTarget } from './target-labels.ts';

export interface ConfigurationWish {
  readonly scope: 'default' | 'custom';
  readonly assetIds?: readonly string[];
  readonly target: Target;
  readonly statusMapping: StatusMapping;
  readonly severityMapping?: SeverityMapping | null;
  readonly fieldDefaults?: Readonly<Record<string, unknown>>;
  readonly createOn: 'identified' | 'assessment_completed';
  readonly minimumSeverity?: Severity | null;
  readonly boardDecisions: 'apply' | 'ask';
  /** Cards carry the vulnerability's due date. */
  readonly dueDates: boolean;
}

export interface Warning {
  readonly path: string;
  readonly message: string;
}

export type ConfigurationSaved = (Extract<Saved, { kind: 'saved' }> & { readonly warnings: readonly Warning[]; readonly concerned: Concerned }) | Refused;

/** Saves a new configuration, or a changed one. Cards that exist stay where they are. */
export async function saveConfiguration(
  engine: SyncEngine,
  connectionId: string,
  wish: ConfigurationWish,
  configurationId: string | null,
): Promise<ConfigurationSaved> {
  const looked = await look(engine, connectionId, wish);
  if ('kind' in looked) {
    return looked;
  }
  const { labels, targetLabels, problems } = looked;
  const blocking = problems.filter((problem) => problem.kind === 'blocking');
  if (blocking.length > 0) {
    const errors = blocking.map(({ path, message, hint }) => ({ path: apiPath(path), message: hint === undefined ? message : `${message} ${hint}` }));
    return refuse(400, 'The tracker cannot work with this configuration.', errors);
  }
  const id = configurationId ?? randomUUID();
  const written = await inTransaction(engine.options.store, async (tx) => (await write(tx, connectionId, id, wish, { labels, targetLabels })) ?? reviewPlaces(engine, tx, connectionId));
  if ('kind' in written) {
    return written;
  }
  return { kind: 'saved', id, concerned: written, warnings: [...warningsOf(wish.statusMapping, labels), ...problems.map(({ path, message }) => ({ path: apiPath(path), message }))] };
}

export interface Looked {
  readonly labels: Readonly<Record<string, string>>;
  readonly targetLabels: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** The tracker as it is now, and the static check of the mapping. */
export async function look(engine: SyncEngine, connectionId: string, wish: ConfigurationWish): Promise<Looked | Refused> {
  const looked = await ask(engine, connectionId, async (session, { tracker }): Promise<Looked> => {
    const states = await session.remoteStates(wish.target);
    const labels = Object.fromEntries(states.map((state) => [state.value, state.label]));
    const remoteStates = Object.entries(wish.statusMapping).map(([status, value]) => ({ value, status, label: labels[value] ?? null }));
    const severityMapping = wish.severityMapping ?? { critical: null, high: null, medium: null, low: null, informational: null };
    const facts = { target: wish.target, remoteStates, severityMapping, fieldDefaults: wish.fieldDefaults ?? {} };
    const problems = await session.validate(facts);
    return { labels, problems, targetLabels: await labelsOfTarget(session, engine.tracker(tracker).targetSteps, wish.target) };
  });
  if ('kind' in looked) {
    return looked;
  }
  const cycles = mappingProblems(wish.statusMapping, Object.keys(looked.labels));
  return cycles.length === 0 ? looked : refuse(400, 'The status mapping never comes to rest.', cycles.map((message) => ({ path: 'statusMapping', message })));
}

async function write(
  tx: Transaction,
  connectionId: string,
  id: string,
  wish: ConfigurationWish,
  { labels, targetLabels }: Pick<Looked, 'labels' | 'targetLabels'>,
): Promise<Refused | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${connectionId}, 2))`.execute(tx);
  const conflict = await conflictOf(tx, connectionId, id, wish);
  if (conflict !== null) {
    return conflict;
  }
  await noticeTargets(tx, connectionId);
  const mapping = JSON.stringify(wish.statusMapping);
  const severity = wish.severityMapping === undefined || wish.severityMapping === null ? null : JSON.stringify(wish.severityMapping);
  await sql`
    insert into configurations (
      id, connection_id, scope, target, status_mapping, remote_labels, severity_mapping, field_defaults, create_on, minimum_severity, board_decisions,
      due_dates, target_labels
    )
    values (${id}::uuid, ${connectionId}::uuid, ${wish.scope}, ${JSON.stringify(wish.target)}::jsonb, ${mapping}::jsonb, ${JSON.stringify(labels)}::jsonb,
      ${severity}::jsonb, ${JSON.stringify(wish.fieldDefaults ?? {})}::jsonb, ${wish.createOn}, ${wish.minimumSeverity ?? null}, ${wish.boardDecisions},
      ${wish.dueDates}, ${JSON.stringify(targetLabels)}::jsonb)
    on conflict (id) do update
    set scope = excluded.scope, target = excluded.target, status_mapping = excluded.status_mapping, remote_labels = excluded.remote_labels,
      severity_mapping = excluded.severity_mapping, field_defaults = excluded.field_defaults, create_on = excluded.create_on,
      minimum_severity = excluded.minimum_severity, board_decisions = excluded.board_decisions, due_dates = excluded.due_dates,
      target_labels = excluded.target_labels,
      attention = null,
      version = configurations.version + 1, updated_at = clock_timestamp()
  `.execute(tx);
  await sql`delete from configuration_assets where configuration_id = ${id}::uuid`.execute(tx);
  for (const assetId of wish.scope === 'custom' ? (wish.assetIds ?? []) : []) {
    await sql`
      insert into configuration_assets (configuration_id, connection_id, asset_id) values (${id}::uuid, ${connectionId}::uuid, ${assetId}::uuid)
    `.execute(tx);
  }
  return null;
}

/** A second default, or a second custom one for an asset, on one connection. */
async function conflictOf(tx: Transaction, connectionId: string, id: string, wish: ConfigurationWish): Promise<Refused | null> {
  if (wish.scope === 'default') {
    const other = await sql`
      select 1 from configurations where connection_id = ${connectionId}::uuid and scope = 'default' and deleted_at is null and id <> ${id}::uuid
    `.execute(tx);
    return other.rows.length === 0 ? null : refuse(409, 'This connection has a default configuration already. Change that one, or make a custom one.');
  }
  const assets = wish.assetIds ?? [];
  if (assets.length === 0) {
    return refuse(400, 'A custom configuration needs assets.', [{ path: 'assetIds', message: 'Name at least one asset.' }]);
  }
  const known = await sql<{ id: string }>`select id from assets where id::text = any (${[...assets]}::text[])`.execute(tx);
  const unknown = assets.findIndex((asset) => !known.rows.some((row) => row.id === asset));
  if (unknown >= 0) {
    return refuse(400, 'There is no such asset.', [{ path: `assetIds.${unknown}`, message: `There is no asset ${assets[unknown]}.` }]);
  }
  const taken = await sql<{ name: string }>`
    select a.name from configuration_assets ca join assets a on a.id = ca.asset_id
    where ca.connection_id = ${connectionId}::uuid and ca.configuration_id <> ${id}::uuid and ca.asset_id::text = any (${[...assets]}::text[])
  `.execute(tx);
  const [first] = taken.rows;
  return first === undefined ? null : refuse(409, `${first.name} has a custom configuration on this connection already.`);
}

/** `statusMapping.in_progress` of the core is `statusMapping.inProgress` of the API. */
function apiPath(path: string): string {
  return path.replace(/_([a-z])/gu, (_whole, letter: string) => letter.toUpperCase());
}

/** Everything that is to be said of a configuration, in the API's names. */
export function remarksOf(mapping: StatusMapping, { labels, problems }: Looked): readonly (Warning & { readonly blocking: boolean })[] {
  return [
    ...warningsOf(mapping, labels).map((warning) => ({ ...warning, blocking: false })),
    ...problems.map(({ path, message, hint, kind }) => ({
      path: apiPath(path),
      message: hint === undefined ? message : `${message} ${hint}`,
      blocking: kind === 'blocking',
    })),
  ];
}

export function warningsOf(mapping: StatusMapping, labels: Readonly<Record<string, string>>): readonly Warning[] {
  return ambiguities(mapping).map((one) => {
    const name = labels[one.state] ?? one.state;
    const meaning = one.becomes === null ? 'a person has to choose' : `it becomes ${words(one.becomes)}, unless it has one of these statuses already`;
    return { path: 'statusMapping', message: `“${name}” stands for ${one.statuses.map(words).join(' and ')}: when a card is moved there, ${meaning}.` };
  });
}

export function reverseRows(mapping: StatusMapping, labels: Readonly<Record<string, string>>) {
  return reverseTable(mapping, Object.keys(labels)).map(({ state, becomes, ambiguous, held }) => ({
    remoteState: state,
    label: labels[state] ?? state,
    becomes,
    ambiguous,
    held,
  }));
}

function words(status: Status): string {
  return status.replaceAll('_', ' ');
}

export interface ConfigurationDeleted {
  readonly kind: 'deleted';
  /** Cards that nobody updates any more. */
  readonly cards: number;
  /** Of the cards that another configuration governs now. */
  readonly concerned: Concerned;
}

/** Deleting a configuration never deletes a card. */
export async function deleteConfiguration(engine: SyncEngine, id: string): Promise<ConfigurationDeleted | Refused> {
  return inTransaction(engine.options.store, async (tx): Promise<ConfigurationDeleted | Refused> => {
    const deleted = await sql<{ connection_id: string }>`
      update configurations set deleted_at = clock_timestamp(), version = version + 1 where id::text = ${id} and deleted_at is null returning connection_id
    `.execute(tx);
    const [row] = deleted.rows;
    if (row === undefined) {
      return refuse(404, 'There is no such configuration.');
    }
    await sql`delete from configuration_assets where configuration_id = ${id}::uuid`.execute(tx);
    const cards = await noteUngoverned(tx, row.connection_id, id);
    return { kind: 'deleted', cards, concerned: await reviewPlaces(engine, tx, row.connection_id) };
  });
}
