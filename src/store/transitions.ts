import { sql } from 'kysely';
import type { Status } from '../core/vocabulary.ts';
import { wakeLinks } from './links.ts';
import type { Transaction } from './open.ts';
import { schedulesAwaiting } from './schedules.ts';
import { markDue } from './work.ts';

/** One status change that core/lifecycle allowed, with its cause. Times in milliseconds since the epoch. */
export interface Transition {
  readonly vulnerabilityId: string;
  readonly to: Status;
  readonly at: number;
  /** See core/lifecycle Standing.asOf. */
  readonly asOf: number;
  readonly actor: { readonly kind: 'scan' | 'person' | 'card' | 'expiry' | 'system'; readonly name: string };
  readonly cause: { readonly kind: 'scan' | 'person' | 'card' | 'expiry' | 'system' } & Readonly<Record<string, unknown>>;
  readonly note: string | null;
  readonly fixedByScanId?: string;
  readonly reason?: string;
  readonly acceptedUntil?: number | null;
}

/**
 * THE one way in which a status changes, whoever asked: status, timeline entry, and every link of it due, in the caller's
 * transaction. The rows have to be locked by the caller.
 */
export async function applyTransitions(
  tx: Transaction,
  transitions: readonly Transition[],
  options: { readonly correlationId?: string; readonly exceptLinkId?: string } = {},
): Promise<void> {
  if (transitions.length === 0) {
    return;
  }
  const rows = transitions.map((one) => ({
    vulnerability: one.vulnerabilityId,
    to_status: one.to,
    at: new Date(one.at).toISOString(),
    as_of: new Date(one.asOf).toISOString(),
    actor_kind: one.actor.kind,
    actor_name: one.actor.name,
    cause_kind: one.cause.kind,
    cause: one.cause,
    note: one.note,
    scan: one.fixedByScanId ?? null,
    decided_by: one.to === 'risk_accepted' || one.to === 'false_positive' ? one.actor.name : null,
    reason: one.reason ?? null,
    until: one.acceptedUntil === null || one.acceptedUntil === undefined ? null : new Date(one.acceptedUntil).toISOString(),
  }));
  await sql`
    with asked as (
      select gen_random_uuid() as entry, d.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as d (
        vulnerability bigint, to_status text, at timestamptz, as_of timestamptz, actor_kind text, actor_name text,
        cause_kind text, cause jsonb, note text, scan uuid, decided_by text, reason text, until timestamptz
      )
    ),
    entries as (
      insert into timeline (
        id, vulnerability_id, at, kind, actor_kind, actor_name, from_status, to_status, cause_kind, cause, note, correlation_id
      )
      select a.entry, a.vulnerability, a.at, 'status', a.actor_kind, a.actor_name, v.status, a.to_status,
        a.cause_kind, a.cause, coalesce(a.reason, a.note), ${options.correlationId ?? null}
      from asked a join vulnerabilities v on v.id = a.vulnerability
    )
    update vulnerabilities v
    set status = a.to_status,
      status_changed_at = a.at,
      status_as_of = a.as_of,
      status_entry_id = a.entry,
      fixed_by_scan_id = a.scan,
      decided_by = a.decided_by,
      reason = a.reason,
      accepted_until = a.until,
      version = v.version + 1
    from asked a
    where v.id = a.vulnerability
  `.execute(tx);
  const ids = transitions.map((one) => one.vulnerabilityId);
  const awaiting = transitions.filter((one) => one.to === 'awaiting_validation').map((one) => one.vulnerabilityId);
  const schedules = awaiting.length === 0 ? [] : await schedulesAwaiting(tx, awaiting);
  await markDue(tx, schedules.map((key) => ({ kind: 'schedule', key, lane: 'schedule', because: 'Vulnerabilities await validation.' })));
  await wakeLinks(tx, ids, 'The status changed.', options.exceptLinkId ?? null);
}
