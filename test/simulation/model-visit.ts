import { cardLayoutDefault } from '../../src/core/mapping/card-text.ts';
import type { Base } from '../../src/core/sync/reconcile.ts';
import type { Settlement, Visit } from '../../src/sync/ports.ts';
import type { Database, LinkRow } from './database.ts';
import { tokenOf } from './database.ts';

/** What a visit reads, at one moment. */
export function visitOf(database: Database, linkId: string): Visit | null {
  const link = database.links.get(linkId);
  if (link === undefined) {
    return null;
  }
  const vulnerability = database.vulnerability(link.vulnerabilityId);
  const { id, tracker, state } = database.connection(link.connectionId);
  const configuration = database.configurationOf(vulnerability.assetId, link.connectionId);
  const delivery = database.waiting(link.id);
  return {
    asOf: database.clock(),
    link: { ...link, id: link.id, recentWrites: link.recentWrites, probe: probeOf(database, link), moveWanted: false, deliveryId: delivery === null ? null : String(delivery.id) },
    connection: { id, tracker, settings: {}, credentials: { token: tokenOf(id) }, state },
    configuration:
      configuration === null
        ? null
        : {
            id: configuration.id,
            version: configuration.version,
            target: configuration.target,
            statusMapping: configuration.statusMapping,
            remoteLabels: {},
            severityMapping: configuration.severityMapping,
            fieldDefaults: {},
            boardDecisions: configuration.boardDecisions,
            dueDates: false,
            attention: configuration.attention,
          },
    vulnerability: {
      ...plain,
      id: vulnerability.id,
      assetName: vulnerability.assetId,
      title: vulnerability.title,
      severity: vulnerability.severity,
      status: vulnerability.status,
      causedBy: vulnerability.causedBy,
      statusNote: vulnerability.note,
      version: String(vulnerability.version),
    },
    mayWrite: database.mayWrite,
    titlePrefix: '[SIM]',
    cardLayout: cardLayoutDefault,
  };
}

const plain = {
  description: 'A weakness.',
  descriptionFormat: 'text',
  tool: 'sim',
  ruleId: null,
  cwe: [],
  cve: [],
  location: { kind: 'none' },
  snippet: null,
  impact: null,
  remediation: null,
  references: [],
  evidence: undefined,
  dueAt: null,
} as const;

/** Another card of the same configuration that was created after this link's last try. */
export function probeOf(database: Database, link: LinkRow): string | null {
  if (link.attempts === 0 || link.cardRef !== null || link.attemptedAt === null) {
    return null;
  }
  let youngest: LinkRow | null = null;
  for (const other of database.links.values()) {
    const fits =
      other.id !== link.id && other.connectionId === link.connectionId && other.configurationId === link.configurationId &&
      other.state === 'linked' && other.cardCreatedAt !== null && other.cardCreatedAt > link.attemptedAt;
    if (fits && (youngest?.cardCreatedAt ?? 0) < (other.cardCreatedAt ?? 0)) {
      youngest = other;
    }
  }
  return youngest?.marker ?? null;
}

/** A wish that what was refused be tried again outlives the visit under way. */
export function stillAsked(before: Base | null, { agreedBefore, base }: Pick<Settlement, 'agreedBefore' | 'base'>): Base {
  return before !== null && before.status === null && agreedBefore !== null ? { ...base, status: null } : base;
}
