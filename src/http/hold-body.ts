import type { Hold } from '../contracts/api/sync.ts';
import type { FinalDecision } from '../core/vocabulary.ts';
import { finalDecisions } from '../core/vocabulary.ts';
import type { HoldRow } from '../store/screens/holds.ts';

/** A hold with what either answer would do, so that nobody decides blindly. */
export function holdBody(row: HoldRow): Hold {
  const { id, kind, state, summary, detail, note } = row;
  return {
    ...{ id, kind, state, summary, detail, note },
    assetId: row.asset_id,
    assetName: row.asset_name,
    scanId: row.scan_id,
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    linkId: row.link_id,
    card: row.card,
    vulnerabilityId: row.vulnerability_id,
    vulnerabilityTitle: row.vulnerability_title,
    ...answersTo(row),
    createdAt: row.created_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
    decidedBy: row.decided_by,
  };
}

function answersTo({ kind, detail, card }: HoldRow): Pick<Hold, 'ifApproved' | 'ifRejected' | 'choices'> {
  const choices = choicesOf(detail);
  const name = card?.key ?? 'The card';
  switch (kind) {
    case 'closure':
      return { ifApproved: `${countOf(detail['missing'])} vulnerabilities become fixed, by the scan that did not see them.`, ifRejected: 'Nothing is closed; the scan counts as no evidence.', choices };
    case 'board_decision':
      return { ifApproved: `It becomes ${wordsOf(choices[0])}, with you as its author.`, ifRejected: `The decision does not count; ${name} moves back to where its status belongs.`, choices };
    case 'ambiguous_state':
      return { ifApproved: `It becomes what you choose: ${choices.map(wordsOf).join(' or ')}.`, ifRejected: `Nothing is decided; ${name} moves back to where its status belongs.`, choices };
    case 'breaker':
      return { ifApproved: `${name} is synchronized again, from now.`, ifRejected: `${name} is detached: it is no longer updated.`, choices };
    case 'lost_cards':
      return { ifApproved: 'The cards count as lost; none is made anew unless you say so. Each link then waits for a person.', ifRejected: 'The cards are looked at again at once.', choices };
    default:
      return { ifApproved: 'It goes on.', ifRejected: 'It stays as it is.', choices };
  }
}

function choicesOf(detail: Readonly<Record<string, unknown>>): FinalDecision[] {
  const named = [detail['status'], ...(Array.isArray(detail['among']) ? (detail['among'] as unknown[]) : [])];
  return finalDecisions.filter((decision) => named.includes(decision));
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function wordsOf(decision: FinalDecision | undefined): string {
  return (decision ?? 'decided').replaceAll('_', ' ');
}
