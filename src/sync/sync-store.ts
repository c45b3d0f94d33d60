import type { Card } from '../contracts/tracker.ts';
import { advance } from '../core/lifecycle/advance.ts';
import { cardLayoutDefault } from '../core/mapping/card-text.ts';
import { ambiguously } from '../core/sync/reconcile.ts';
import { gather } from '../lib/gather.ts';
import type { SealKey } from '../lib/seal.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import { planOnce } from '../store/plan-once.ts';
import type { VisitRow } from '../store/sync/load-visit.ts';
import { selectUntried, selectVisits, visitsMax } from '../store/sync/load-visit.ts';
import type { IntentWish } from '../store/sync/commit-write.ts';
import { commitAtOnce, commitIntent, commitPush, intentsMax, withdrawIntent, withdrawPush } from '../store/sync/commit-write.ts';
import type { FoundCard } from '../store/sync/record-card.ts';
import { areHinted, cardsMax, recordCard, recordFault, recordPlainly } from '../store/sync/record-card.ts';
import { settleLink } from '../store/sync/settle.ts';
import type { Deployment } from '../store/ownership.ts';
import { hintsMax, keepHints } from '../store/sync/keep-hint.ts';
import { recordChanges, recordInventory, selectSweep } from '../store/sync/sweeps.ts';
import * as states from '../store/sync/states.ts';
import { applyTransitions } from '../store/transitions.ts';
import { configuredTargets, connectionOf, loadConnection } from './connection-facts.ts';
import type { Hint, Intent, Settled, Settlement, SweepStart, SyncStore, Visit } from './ports.ts';

export interface SyncStoreOptions {
  readonly store: Store;
  readonly sealKey: SealKey;
  /** Only the owner of the database's sync writes to trackers. */
  readonly deployment: () => Deployment;
}

const wellEveryMs = 2_000;
/** Cards come one after the other: some of them are recorded together. */
const cardBeatMs = 15;

/** The production store of the sync engine: each method one short transaction on PostgreSQL. */
export function makeSyncStore(options: SyncStoreOptions): SyncStore {
  const store = planOnce(options.store);
  const noteConnection = makeNote(store);
  const keepHint = gather<Hint, void>(
    async (hints) => {
      await keepHints(store, hints);
      return [];
    },
    { most: hintsMax },
  );
  const selectVisit = gather<string, VisitRow | null>((linkIds) => selectVisits(store, linkIds), { most: visitsMax });
  const atOnce = gather<IntentWish, boolean>((wishes) => commitAtOnce(store.db, wishes), { most: intentsMax });
  const manyCards = {
    recordPlainly: gather<FoundCard, boolean>((all) => recordPlainly(store.db, all), { most: cardsMax, beatMs: cardBeatMs }),
    isHinted: gather<FoundCard, boolean>((all) => areHinted(store.db, all), { most: cardsMax }),
  };
  return {
    loadVisit: async (linkId) => {
      const row = await selectVisit(linkId);
      return row === null ? null : visitOf(row, options);
    },
    untriedLinks: (linkId, configurationId, most) => selectUntried(store.db, { linkId, configurationId, most }),
    commitIntent: (wish) => commitIntent(store, { ...wish, deployment: options.deployment().id }, atOnce),
    withdrawIntent: (linkId, lease) => withdrawIntent(store.db, linkId, lease),
    recordCard: (found) => recordCard(store, found, manyCards),
    commitPush: (wish) => inTransaction(store, (tx) => commitPush(tx, { ...wish, deployment: options.deployment().id })),
    withdrawPush: (linkId, lease) => withdrawPush(store.db, linkId, lease),
    settle: (settlement) => inTransaction(store, (tx) => settle(tx, settlement)),
    recordFault: (failed) => inTransaction(store, (tx) => recordFault(tx, failed)),
    supersede: (deliveryId, because) => states.supersede(store.db, deliveryId, because),
    recordMiss: (linkId, lease) => states.recordMiss(store.db, linkId, lease),
    setLinkState: async (change) => {
      await states.setLinkState(store.db, change);
    },
    holdLink: (hold) => inTransaction(store, (tx) => states.holdLink(tx, hold)),
    openHold: (hold) => states.openHold(store.db, { ...hold, linkId: null }),
    haltConnection: (id, state, because, asOf) =>
      inTransaction(store, (tx) => states.haltConnection(tx, id, { state, because, asOf })),
    throttle: (id, pauseMs) => states.throttle(store.db, id, pauseMs),
    learnPace: (id, hints) => states.learnPace(store.db, id, hints),
    noteConnection: (id, note) => noteConnection(id, note),
    flagConfiguration: (id, attention) => states.flagConfiguration(store.db, id, attention),
    loadSweep: (id) => loadSweep(options, id),
    // Of many cards at once: planned each time.
    recordChanges: (id, page) => inTransaction(options.store, (tx) => recordChanges(tx, id, page)),
    recordInventory: (id, cards, beganAt) =>
      inTransaction(options.store, (tx) => recordInventory(tx, id, cards, beganAt)),
    keepHint,
  };
}

async function loadSweep(
  { store, sealKey }: SyncStoreOptions,
  connectionId: string,
): Promise<SweepStart | null> {
  const connection = await loadConnection(store.db, sealKey, connectionId);
  const row = connection === null ? null : await selectSweep(store.db, connectionId);
  if (connection === null || row === null) {
    return null;
  }
  const targets = (await configuredTargets(store.db, connectionId)).map((one) => one.target);
  return { asOf: row.as_of_ms, connection, targets, cursor: row.cursor, inventoryAt: row.inventory_at_ms };
}

/** That all is well is news every few seconds; a fault is news at once. */
function makeNote({ db }: Store): SyncStore['noteConnection'] {
  const wellAt = new Map<string, number>();
  return async (id, note) => {
    const isWell = note.fault === null && note.pulled === true && note.pushed === true;
    const now = performance.now();
    if (isWell && now - (wellAt.get(id) ?? Number.NEGATIVE_INFINITY) < wellEveryMs) {
      return;
    }
    if (isWell) {
      wellAt.set(id, now);
    } else {
      wellAt.delete(id);
    }
    await states.noteConnection(db, id, note);
  };
}

function visitOf(row: VisitRow, { sealKey, deployment }: SyncStoreOptions): Visit {
  return {
    asOf: row.as_of_ms,
    link: {
      id: row.link_id,
      state: row.link_state,
      marker: row.marker,
      cardRef: row.card_ref,
      base: row.base,
      intent: row.intent as Intent | null,
      attempts: row.attempts,
      quarantineUntil: row.quarantine_until_ms ?? 0,
      misses: row.misses,
      missedSince: row.missed_since_ms,
      recentWrites: row.recent_writes.map((at) => at.getTime()),
      drift: row.drift,
      pending: row.pending,
      probe: row.probe,
      moveWanted: row.move_wanted,
      deliveryId: row.delivery_id,
    },
    connection: connectionOf(row, sealKey),
    configuration: row.configuration_id === null ? null : configurationOf(row, row.configuration_id),
    vulnerability: vulnerabilityOf(row),
    mayWrite: row.sync_owner === null || row.sync_owner === deployment().id,
    titlePrefix: row.title_prefix ?? '[CONVISO]',
    cardLayout: row.card_layout ?? cardLayoutDefault,
  };
}

function configurationOf(row: VisitRow, id: string): Visit['configuration'] {
  return {
    id,
    version: Number(row.configuration_version),
    target: row.target,
    statusMapping: row.status_mapping,
    remoteLabels: row.remote_labels,
    severityMapping: row.severity_mapping,
    fieldDefaults: row.field_defaults,
    boardDecisions: row.board_decisions,
    dueDates: row.due_dates,
    attention: row.attention === null ? null : JSON.stringify(row.attention),
  };
}

function vulnerabilityOf(row: VisitRow): Visit['vulnerability'] {
  return {
    id: row.vulnerability_id,
    assetName: row.asset_name,
    title: row.title,
    description: row.description,
    descriptionFormat: row.description_format,
    severity: row.severity,
    status: row.status,
    causedBy: row.caused_by,
    statusNote: row.status_note,
    version: row.version,
    tool: row.tool,
    ruleId: row.rule_id,
    cwe: row.cwe,
    cve: row.cve,
    location: row.location,
    snippet: row.snippet,
    impact: row.impact,
    remediation: row.remediation,
    references: row.reference_urls,
    evidence: undefined,
    dueAt: row.due_at?.toISOString() ?? null,
  };
}

/** The outcome of a visit: what was pulled, what was written, the new base, in one transaction. */
async function settle(tx: Transaction, settlement: Settlement): Promise<Settled> {
  const row = await settleLink(tx, settlement);
  if (row.kind !== 'settled') {
    return row.kind;
  }
  const { pull, card, linkId } = settlement;
  if (pull !== null) {
    const standing = { status: row.status, asOf: row.asOf, acceptedUntil: null };
    const allowed = advance(standing, { kind: 'card', status: pull.status });
    if (allowed.kind === 'moves') {
      await applyTransitions(tx, [transitionOf(settlement, card, allowed.to, row.vulnerabilityId)], {
        exceptLinkId: linkId,
      });
    }
  }
  return row.governed ? 'settled' : 'reconfigured';
}

function transitionOf(
  settlement: Settlement,
  card: Card,
  to: Parameters<typeof applyTransitions>[1][number]['to'],
  vulnerabilityId: string,
) {
  const { pull, linkId } = settlement;
  const now = Date.now();
  return {
    vulnerabilityId,
    to,
    at: now,
    asOf: now,
    actor: { kind: 'card', name: pull?.by ?? 'the board' },
    cause: {
      kind: 'card',
      linkId,
      card: card.key,
      revision: card.revision,
      state: card.state,
      stateLabel: card.stateLabel,
    },
    note: pull?.because ?? null,
    reason: `Moved on the board to ${card.stateLabel} (${card.key}).${pull?.because.endsWith(ambiguously) === true ? ` ${ambiguously}` : ''}`,
    acceptedUntil: null,
  } as const;
}
