import { sql } from 'kysely';
import { advance } from '../core/lifecycle/advance.ts';
import type { Status } from '../core/vocabulary.ts';
import { headsOf, lockStandings } from '../store/ingest-rows.ts';
import type { Store } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import { applyTransitions } from '../store/transitions.ts';
import { markDue } from '../store/work.ts';

export type Decided =
  | { readonly kind: 'decided' }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'unknown' };

export interface Decision {
  readonly vulnerabilityId: string;
  readonly status: Status;
  readonly reason: string | null;
  readonly expiresAt: Date | null;
  readonly by: string;
  readonly correlationId: string;
}

/** A person decides in Patchboard. */
export async function decide(store: Store, decision: Decision): Promise<Decided> {
  return inTransaction(store, async (tx) => {
    const [standing] = await lockStandings(tx, [decision.vulnerabilityId]);
    if (standing === undefined) {
      return { kind: 'unknown' };
    }
    const [head] = await headsOf(tx, [standing.id]);
    if (head !== standing.id) {
      return { kind: 'refused', because: `It was merged into vulnerability ${head}: decide on that one.` };
    }
    const now = Date.now();
    const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: standing.accepted_until?.getTime() ?? null };
    const { status, reason } = decision;
    const result = advance(facts, { kind: 'person', status, at: now, reason, expiresAt: decision.expiresAt?.getTime() ?? null });
    if (result.kind === 'refused' || result.kind === 'drift') {
      return { kind: 'refused', because: result.because };
    }
    if (result.kind === 'moves') {
      const transition = {
        vulnerabilityId: standing.id,
        to: result.to,
        at: now,
        asOf: now,
        actor: { kind: 'person', name: decision.by },
        cause: { kind: 'person' },
        note: result.because,
        reason: reason ?? undefined,
        acceptedUntil: decision.expiresAt?.getTime() ?? null,
      } as const;
      await applyTransitions(tx, [transition], { correlationId: decision.correlationId });
      if (decision.expiresAt !== null) {
        await markDue(tx, [{ kind: 'expiry', key: 'all', lane: 'inner', dueAt: decision.expiresAt }]);
      }
    }
    return { kind: 'decided' };
  });
}

/** Accepted risks whose end has come. Answers when the next one ends. */
export async function expire(store: Store): Promise<Date | null> {
  return inTransaction(store, async (tx) => {
    const due = await sql<{ id: string }>`
      select id from vulnerabilities where accepted_until <= clock_timestamp() order by id limit 1000
    `.execute(tx);
    const standings = await lockStandings(tx, due.rows.map((row) => row.id));
    const now = Date.now();
    const transitions = standings.flatMap((standing) => {
      const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: standing.accepted_until?.getTime() ?? null };
      const result = advance(facts, { kind: 'expiry', at: now });
      return result.kind === 'moves'
        ? [
            {
              vulnerabilityId: standing.id,
              to: result.to,
              at: now,
              asOf: now,
              actor: { kind: 'expiry', name: 'Expiry' },
              cause: { kind: 'expiry', acceptedUntil: standing.accepted_until?.toISOString() },
              note: result.because,
            } as const,
          ]
        : [];
    });
    await applyTransitions(tx, transitions);
    const next = await sql<{ at: Date | null }>`select min(accepted_until) as at from vulnerabilities`.execute(tx);
    return next.rows[0]?.at ?? null;
  });
}
