import { sql } from 'kysely';
import { whyNot } from '../core/sync/link-acts.ts';
import type { FinalDecision } from '../core/vocabulary.ts';
import { lookAgain, markLost, missingLinks, resumeHeldLink, whyMoot } from '../store/holds.ts';
import { detach, recreate, takeLink } from '../store/link-acts.ts';
import { markLinksDue } from '../store/links.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import { applyTransitions } from '../store/transitions.ts';
import { lockStandings } from '../store/ingest-rows.ts';
import { advance } from '../core/lifecycle/advance.ts';
import { close, heldClosures } from './decide-absence.ts';

export interface HoldDecision {
  readonly holdId: string;
  readonly approve: boolean;
  readonly by: string;
  readonly note: string | null;
  /** Which of several decisions an ambiguous remote state means. */
  readonly choice: FinalDecision | null;
  /** Lost cards alone: whether each gets a new one. */
  readonly recreate: boolean;
}

export type HoldSettled =
  | { readonly kind: 'settled' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly because: string };

const patchboard = 'Patchboard';

interface HoldRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly scan_id: string | null;
  readonly scope_id: string | null;
  readonly link_id: string | null;
  readonly connection_id: string | null;
  readonly vulnerability_id: string | null;
  readonly detail: {
    readonly startedAt?: string;
    readonly tool?: string;
    readonly status?: FinalDecision;
    readonly among?: readonly FinalDecision[];
  };
}

/** A person approves or rejects what was held. */
export async function settleHold(store: Store, decision: HoldDecision): Promise<HoldSettled> {
  return inTransaction(store, async (tx) => {
    const rows = await sql<HoldRow>`select * from holds where id::text = ${decision.holdId} for update`.execute(tx);
    const [hold] = rows.rows;
    if (hold === undefined) {
      return { kind: 'unknown' };
    }
    if (hold.state !== 'open') {
      return { kind: 'refused', because: `The hold is ${hold.state} already.` };
    }
    const moot = await whyMoot(tx, hold.id);
    if (moot !== null) {
      await decided(tx, hold.id, { state: 'superseded', by: patchboard, note: moot });
      return { kind: 'refused', because: `There is nothing to decide any more. ${moot}` };
    }
    const refused = await act(tx, hold, decision);
    if (refused !== null) {
      return { kind: 'refused', because: refused };
    }
    await decided(tx, hold.id, { state: decision.approve ? 'approved' : 'rejected', by: decision.by, note: decision.note });
    await sql`
      update scans set status = 'completed' where id = ${hold.scan_id}::uuid and status = 'held'
        and not exists (select 1 from holds where scan_id = ${hold.scan_id}::uuid and state = 'open')
    `.execute(tx);
    return { kind: 'settled' };
  });
}

async function decided(tx: Transaction, id: string, { state, by, note }: { readonly state: string; readonly by: string; readonly note: string | null }): Promise<void> {
  await sql`
    update holds set state = ${state}, decided_at = clock_timestamp(), decided_by = ${by}, note = ${note} where id = ${id}::uuid
  `.execute(tx);
}

async function act(tx: Transaction, hold: HoldRow, decision: HoldDecision): Promise<string | null> {
  switch (hold.kind) {
    case 'closure':
      return decision.approve ? closeHeld(tx, hold) : null;
    case 'board_decision':
    case 'ambiguous_state':
      return decision.approve ? decideHeld(tx, hold, decision) : putBack(tx, hold);
    case 'breaker':
      return decision.approve ? release(tx, hold) : stop(tx, hold, decision.by);
    case 'lost_cards':
      return settleLost(tx, hold, decision);
    default:
      return null;
  }
}

async function closeHeld(tx: Transaction, hold: HoldRow): Promise<null> {
  if (hold.scan_id !== null && hold.scope_id !== null) {
    const startedAt = new Date(hold.detail.startedAt ?? 0);
    const scan = { scanId: hold.scan_id, scopeId: hold.scope_id, tool: hold.detail.tool ?? 'a scan', startedAt };
    const fixed = await close(tx, scan, await heldClosures(tx, hold.id));
    await sql`
      update scans set summary = jsonb_set(jsonb_set(summary, '{fixed}', to_jsonb((summary ->> 'fixed')::integer + ${fixed}::integer)), '{held}', '0')
      where id = ${hold.scan_id}::uuid and summary is not null
    `.execute(tx);
  }
  return null;
}

/** What somebody decided on the board counts now, with the approver as its author. */
async function decideHeld(tx: Transaction, hold: HoldRow, decision: HoldDecision): Promise<string | null> {
  const status = decision.choice ?? hold.detail.status ?? null;
  if (status === null) {
    return `Choose what the card’s state means: ${(hold.detail.among ?? []).join(' or ')}.`;
  }
  const [standing] = await lockStandings(tx, [hold.vulnerability_id ?? '0']);
  if (standing === undefined) {
    return 'The vulnerability is gone.';
  }
  const now = Date.now();
  const reason = decision.note ?? 'Decided on the board, approved in Patchboard.';
  const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: null };
  const result = advance(facts, { kind: 'person', status, at: now, reason, expiresAt: null });
  if (result.kind !== 'moves') {
    return result.because;
  }
  const actor = { kind: 'person', name: decision.by } as const;
  const cause = { kind: 'person', holdId: hold.id, linkId: hold.link_id } as const;
  await applyTransitions(tx, [{ vulnerabilityId: standing.id, to: result.to, at: now, asOf: now, actor, cause, note: result.because, reason }]);
  return null;
}

/** Rejected: our status is to be seen on the card again. */
async function putBack(tx: Transaction, hold: HoldRow): Promise<null> {
  await sql`update links set base = jsonb_set(base, '{status}', 'null'), drift = null where id = ${hold.link_id}::uuid and base is not null`.execute(tx);
  await markLinksDue(tx, hold.link_id === null ? [] : [hold.link_id], 'A decision made on the board was rejected.');
  return null;
}

/** The card follows again, and its changes are counted from nothing. */
async function release(tx: Transaction, hold: HoldRow): Promise<null> {
  await resumeHeldLink(tx, hold.link_id ?? '');
  return null;
}

/** Whatever goes on over there: the card is left alone for good. */
async function stop(tx: Transaction, hold: HoldRow, by: string): Promise<null> {
  const link = await takeLink(tx, hold.link_id ?? '', { lock: true });
  if (link !== null) {
    await detach(tx, link, by, 'A person did not let it go on.');
  }
  return null;
}

/** Approved: they are lost, and none is made anew unless that was said. Rejected: they are there, and are looked at again. */
async function settleLost(tx: Transaction, hold: HoldRow, decision: HoldDecision): Promise<null> {
  const missing = await missingLinks(tx, hold.connection_id ?? '');
  if (!decision.approve) {
    await lookAgain(tx, missing);
    return null;
  }
  await markLost(tx, missing, `${decision.by} confirmed that the card is gone.`);
  for (const id of decision.recreate ? missing : []) {
    const link = await takeLink(tx, id, { lock: true });
    if (link !== null && whyNot('recreate', link.standing) === null) {
      await recreate(tx, link, decision.by);
    }
  }
  return null;
}
