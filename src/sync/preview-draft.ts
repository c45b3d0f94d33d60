import { sql } from 'kysely';
import type { Severity } from '../core/vocabulary.ts';
import { severities } from '../core/vocabulary.ts';
import type { ConfigurationWish } from './configurations.ts';
import { look, remarksOf, reverseRows } from './configurations.ts';
import { refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';
import { estimate } from './estimate.ts';
import { cardsOf, renderSample } from './preview.ts';

/** What a configuration that is not saved yet would do; writes nothing anywhere. */
export async function previewDraft(engine: SyncEngine, connectionId: string, wish: ConfigurationWish, configurationId: string | null) {
  const { db } = engine.options.store;
  const connections = await sql<{ tracker: string; severity_mapping: Readonly<Record<Severity, string | null>> }>`
    select tracker, severity_mapping from connections where id::text = ${connectionId} and state <> 'deleted'
  `.execute(db);
  const [connection] = connections.rows;
  if (connection === undefined) {
    return refuse(404, 'There is no such connection.');
  }
  const severityMapping = wish.severityMapping ?? connection.severity_mapping;
  const looked = await look(engine, connectionId, { ...wish, severityMapping });
  if ('kind' in looked) {
    return looked;
  }
  const wanted = severities.filter((severity) => severityMapping[severity] !== null);
  const counts = await sql<{ severity: Severity; count: number }>`
    select v.severity, count(*)::integer as count from vulnerabilities v join assets a on a.id = v.asset_id
    where v.status in ('identified', 'in_progress', 'awaiting_validation') and v.merged_into is null
      and v.severity = any (${wanted}::text[])
      and v.severity_rank <= severity_rank_of(${wish.minimumSeverity ?? 'informational'})
      and case when ${wish.scope === 'custom'} then v.asset_id::text = any (${[...(wish.assetIds ?? [])]}::text[])
        else not exists (
          select 1 from configuration_assets ca
          where ca.connection_id = ${connectionId}::uuid and ca.asset_id = v.asset_id and ca.configuration_id::text is distinct from ${configurationId}
        ) end
      and (select true from detections t join scopes s on s.id = t.scope_id where t.vulnerability_id = v.id and s.branch = a.default_branch limit 1)
      and (select true from links l where l.vulnerability_id = v.id and l.connection_id = ${connectionId}::uuid) is null
    group by v.severity
  `.execute(db);
  const sample = await renderSample(engine, {
    id: configurationId,
    connection_id: connectionId,
    target: wish.target,
    status_mapping: wish.statusMapping,
    severity_mapping: severityMapping,
    field_defaults: wish.fieldDefaults ?? {},
  });
  if ('kind' in sample) {
    return sample;
  }
  const cardsToCreate = cardsOf(counts.rows);
  const pace = await estimate(engine, { connectionId, tracker: connection.tracker, cards: cardsToCreate.total, perMinute: null });
  return {
    cardsToCreate,
    ...(pace === null ? {} : { estimate: pace }),
    sample,
    reverseMapping: reverseRows(wish.statusMapping, looked.labels),
    remarks: [...remarksOf(wish.statusMapping, looked)],
  };
}
