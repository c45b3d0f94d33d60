import type { Card, Target } from '../../src/contracts/tracker.ts';
import type { StatusMapping } from '../../src/core/mapping/status-mapping.ts';
import type { Pending } from '../../src/core/sync/pending.ts';
import type { Base, Drift } from '../../src/core/sync/reconcile.ts';
import type { LinkState, Severity, Status } from '../../src/core/vocabulary.ts';
import type { Intent } from '../../src/sync/ports.ts';

/** The rows of the production database on which the sync engine rests, in memory. */

export interface VulnerabilityRow {
  readonly id: string;
  readonly assetId: string;
  title: string;
  severity: Severity;
  status: Status;
  causedBy: 'scan' | 'person' | 'card' | 'expiry' | 'system';
  asOf: number;
  acceptedUntil: number | null;
  note: string | null;
  version: number;
}

export interface LinkRow {
  readonly id: string;
  readonly vulnerabilityId: string;
  readonly connectionId: string;
  configurationId: string | null;
  state: LinkState;
  marker: string;
  generation: number;
  cardRef: string | null;
  card: Card | null;
  intent: Intent | null;
  attempts: number;
  attemptedAt: number | null;
  quarantineUntil: number;
  base: Base | null;
  pending: Pending | null;
  misses: number;
  missedSince: number | null;
  recentWrites: readonly number[];
  drift: Drift | null;
  cardCreatedAt: number | null;
  readonly createdAt: number;
}

export interface ConnectionRow {
  readonly id: string;
  readonly tracker: string;
  state: 'active' | 'paused' | 'unauthorized' | 'deleted';
  /** When it became so, or was logged in to anew: a refusal of a visit that began before it is no news. */
  stateChangedAt: number;
  cursor: string | null;
  inventoryAt: number | null;
  sweptAt: number | null;
  throttledUntil: number | null;
}

export interface ConfigurationRow {
  readonly id: string;
  readonly connectionId: string;
  readonly scope: 'default' | 'custom';
  /** Empty for the default one. */
  assetIds: readonly string[];
  version: number;
  target: Target;
  statusMapping: StatusMapping;
  severityMapping: Readonly<Record<Severity, string | null>>;
  boardDecisions: 'apply' | 'ask';
  attention: string | null;
  deleted: boolean;
}

export interface EntryRow {
  readonly vulnerabilityId: string;
  readonly at: number;
  readonly kind: 'status' | 'card' | 'drift' | 'conflict' | 'link';
  readonly from?: Status;
  readonly to?: Status;
  readonly causeKind: 'scan' | 'card' | 'person' | 'expiry' | 'system';
  readonly cause: Readonly<Record<string, unknown>>;
}

export interface DeliveryRow {
  readonly id: number;
  readonly linkId: string;
  readonly direction: 'outbound' | 'inbound';
  act: string;
  outcome: 'waiting' | 'succeeded' | 'failed' | 'discarded' | 'superseded';
  attempts: number;
  nextAt: number | null;
  fault: string | null;
  readonly createdAt: number;
}

export interface OrphanRow {
  readonly connectionId: string;
  readonly cardRef: string;
  readonly kind: 'duplicate' | 'unknown' | 'late' | 'replaced';
  readonly linkId: string | null;
}

export interface InboxRow {
  readonly connectionId: string;
  readonly key: string;
  readonly refs: readonly string[];
  state: 'done' | 'dead' | 'unmatched';
  readonly receivedAt: number;
}

export interface HoldRow {
  readonly id: number;
  readonly kind: 'breaker' | 'lost_cards' | 'board_decision' | 'ambiguous_state';
  state: 'open' | 'approved' | 'rejected' | 'superseded';
  readonly connectionId: string;
  readonly linkId: string | null;
  detail: Readonly<Record<string, unknown>>;
}

export interface WorkRow {
  readonly kind: string;
  readonly key: string;
  lane: string;
  dueAt: number;
  wakes: number;
  token: number;
  leaseUntil: number | null;
  leaseWakes: number | null;
  attempts: number;
}

export class Database {
  readonly vulnerabilities = new Map<string, VulnerabilityRow>();
  readonly links = new Map<string, LinkRow>();
  readonly connections = new Map<string, ConnectionRow>();
  readonly configurations = new Map<string, ConfigurationRow>();
  readonly timeline: EntryRow[] = [];
  readonly deliveries: DeliveryRow[] = [];
  readonly orphans = new Map<string, OrphanRow>();
  readonly inbox = new Map<string, InboxRow>();
  readonly holds: HoldRow[] = [];
  readonly work = new Map<string, WorkRow>();
  readonly lanesPausedUntil = new Map<string, number>();
  /** False: another deployment owns the trackers. */
  mayWrite = true;
  readonly clock: () => number;

  constructor(clock: () => number) {
    this.clock = clock;
  }

  link(id: string): LinkRow {
    return need(this.links.get(id), `link ${id}`);
  }

  vulnerability(id: string): VulnerabilityRow {
    return need(this.vulnerabilities.get(id), `vulnerability ${id}`);
  }

  connection(id: string): ConnectionRow {
    return need(this.connections.get(id), `connection ${id}`);
  }

  /** Custom always wins over default. */
  configurationOf(assetId: string, connectionId: string): ConfigurationRow | null {
    if (this.connection(connectionId).state === 'deleted') {
      return null;
    }
    let found: ConfigurationRow | null = null;
    for (const row of this.configurations.values()) {
      const applies = row.scope === 'default' || row.assetIds.includes(assetId);
      if (row.connectionId === connectionId && !row.deleted && applies && (found === null || row.scope === 'custom')) {
        found = row;
      }
    }
    return found;
  }

  waiting(linkId: string, direction: DeliveryRow['direction'] = 'outbound'): DeliveryRow | null {
    for (let at = this.deliveries.length - 1; at >= 0; at -= 1) {
      const row = this.deliveries[at];
      if (row !== undefined && row.linkId === linkId && row.direction === direction && row.outcome === 'waiting') {
        return row;
      }
    }
    return null;
  }
}

/** The one secret that opens a connection's tracker. */
export function tokenOf(connectionId: string): string {
  return `secret of ${connectionId}`;
}

function need<Row>(row: Row | undefined, what: string): Row {
  if (row === undefined) {
    throw new Error(`The ${what} is gone.`);
  }
  return row;
}
