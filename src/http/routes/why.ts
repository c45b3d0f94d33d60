import { z } from 'zod';
import type { Why } from '../../contracts/api/why.ts';
import * as shapes from '../../contracts/api/why.ts';
import { whatCloses, whatScopeNeeds } from '../../core/lifecycle/what-closes.ts';
import type { CardFacts } from '../../core/sync/why-no-card.ts';
import { whyNoCard } from '../../core/sync/why-no-card.ts';
import type { Connection } from '../../store/open.ts';
import { findEntry } from '../../store/screens/vulnerabilities.ts';
import type { CardFactsRow, ScopeFactsRow, StandingRow } from '../../store/screens/why.ts';
import { cardFacts, scopeFacts, standingOf } from '../../store/screens/why.ts';
import { mayWrite } from '../../sync/take-over.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { entryBody } from './vulnerabilities.ts';

/** The three questions that people ask of a vulnerability, answered from what is stored. */
export const whyRoutes: Mount = (app, { store: { db }, engine }) => {
  app.get(
    '/api/v1/vulnerabilities/:id/why',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        summary: 'Why this status, why no card, and what would close it',
        params: z.object({ id: z.string().max(100) }),
        response: { 200: shapes.why },
      },
    },
    async (request): Promise<Why> => {
      const standing = await standingOf(db, request.params.id);
      if (standing === null) {
        throw new Problem(404, 'There is no such vulnerability.');
      }
      const [status, cards, scopes, writes] = await Promise.all([whyStatus(db, standing), cardFacts(db, standing.id), scopeFacts(db, standing.id), mayWrite(engine)]);
      return { status, cards: cards.map((row) => cardBody(row, standing, writes)), closing: closingBody(standing, scopes) };
    },
  );
};

async function whyStatus(db: Connection, standing: StandingRow): Promise<Why['status']> {
  const row = await findEntry(db, standing.status_entry_id);
  const entry = row === null ? null : entryBody(row);
  const by = entry === null ? '' : `Set by ${entry.actor.name}. `;
  return { status: standing.status, since: standing.status_changed_at.toISOString(), because: `${by}${entry?.note ?? ''}`.trim(), entry };
}

function cardBody(row: CardFactsRow, standing: StandingRow, writes: boolean): Why['cards'][number] {
  const why = whyNoCard(factsOf(row, standing, writes), Date.now());
  return {
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    tracker: row.tracker,
    configurationId: row.configuration_id,
    linkId: row.link_id,
    deliveryId: row.delivery_id,
    holdId: row.hold_id,
    card: row.card,
    cause: why.cause,
    because: why.because,
    until: why.until === null ? null : new Date(why.until).toISOString(),
    hint: why.hint,
  };
}

function factsOf(row: CardFactsRow, standing: StandingRow, writes: boolean): CardFacts {
  const { status, severity } = standing;
  return {
    ...{ status, severity },
    createdAt: standing.created_at.getTime(),
    severityChangedAt: standing.severity_changed_at?.getTime() ?? null,
    mergedInto: standing.merged_into,
    onDefaultBranch: standing.on_default_branch,
    mayWrite: writes,
    connection: { state: row.connection_state, because: row.connection_because, pausedUntil: row.paused_until?.getTime() ?? null },
    configuration:
      row.configuration_id === null
        ? null
        : {
            createdAt: row.configuration_created_at?.getTime() ?? 0,
            changedAt: row.configuration_changed_at?.getTime() ?? 0,
            minimumSeverity: row.minimum_severity,
            severityMapped: row.severity_mapped,
            createOn: row.create_on,
            attention: row.attention,
          },
    link:
      row.link_id === null
        ? null
        : {
            state: row.link_state,
            because: row.link_because,
            hasCard: row.card !== null,
            quarantineUntil: row.quarantine_until?.getTime() ?? 0,
            dueAt: row.due_at?.getTime() ?? null,
            dueBecause: row.due_because,
          },
    delivery:
      row.delivery_id === null
        ? null
        : { outcome: row.outcome, message: row.message, hint: row.hint, attempts: row.attempts, nextAt: row.next_at?.getTime() ?? null, discardedBecause: row.discarded_because },
    hold: row.hold_summary === null ? null : { summary: row.hold_summary },
  };
}

function closingBody(standing: StandingRow, rows: readonly ScopeFactsRow[]): Why['closing'] {
  const answered = rows.map((row) => ({ row, answer: whatScopeNeeds(scopeStanding(row)) }));
  const { by, because } = whatCloses(
    standing.status,
    answered.map(({ answer }) => answer),
  );
  return { by, because, scopes: answered.map(({ row, answer }) => scopeBody(row, answer)) };
}

function scopeStanding(row: ScopeFactsRow): Parameters<typeof whatScopeNeeds>[0] {
  return {
    state: row.state,
    onDefaultBranch: row.on_default_branch,
    retired: row.retired,
    byHand: row.by_hand,
    lastSeenAt: row.last_seen_at.getTime(),
    missedAt: row.missed_at?.getTime() ?? null,
    lastCompleteAt: row.last_complete_at?.getTime() ?? null,
    lastScanAt: row.last_scan_at?.getTime() ?? null,
    held: row.hold_id !== null,
  };
}

function scopeBody(row: ScopeFactsRow, { needs, because }: ReturnType<typeof whatScopeNeeds>): Why['closing']['scopes'][number] {
  return {
    scope: { id: row.id, tool: row.tool, branch: row.branch, category: row.category === '' ? null : row.category },
    state: row.state,
    ...{ needs, because },
    lastSeenAt: row.last_seen_at.toISOString(),
    lastSeenScanId: row.last_seen_scan_id,
    missedAt: row.missed_at?.toISOString() ?? null,
    missedScanId: row.missed_scan_id,
    lastCompleteAt: row.last_complete_at?.toISOString() ?? null,
    lastCompleteScanId: row.last_complete_scan_id,
    holdId: row.hold_id,
  };
}
