import { sql } from 'kysely';
import type { Connection } from './open.ts';
import { cursorOf, pageOf } from './paging.ts';
import type { Principal } from './people.ts';

/** Who did what in Patchboard, for those who have to answer for it. Entries are only ever added. */
export interface AuditEntry {
  readonly by: Principal | null;
  readonly act: string;
  readonly subject: string | null;
  readonly detail?: object;
  readonly address?: string;
  readonly correlationId: string;
}

export async function audit(db: Connection, entry: AuditEntry): Promise<void> {
  const { by } = entry;
  await sql`
    insert into audit_log (id, at, actor_kind, actor_id, actor_name, act, subject, detail, address, correlation_id)
    values (gen_random_uuid(), clock_timestamp(), ${by === null ? 'system' : by.kind}, ${by?.id ?? null}, ${by?.name ?? 'nobody'},
      ${entry.act}, ${entry.subject}, ${JSON.stringify(entry.detail ?? {})}::jsonb, ${entry.address ?? null}, ${entry.correlationId})
  `.execute(db);
}

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly actor_kind: 'person' | 'token' | 'system';
  readonly actor_name: string;
  readonly act: string;
  readonly subject: string | null;
  readonly detail: Record<string, unknown>;
  readonly address: string | null;
  readonly correlation_id: string | null;
}

/** Latest first. */
export async function listAudit(db: Connection, wish: { readonly limit: number; readonly cursor?: string }) {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<AuditRow & { readonly place: string }>`
    select *, at::text as place from audit_log
    where (${after === null} or (at, id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
    order by at desc, id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}

const failuresFromAddressMax = 10;
const failuresOfAccountMax = 50;
const windowMinutes = 15;

export const signInFailed = 'sign-in failed';

/**
 * Whether an account has had too many wrong passwords of late, counted over all processes. One address is stopped early;
 * the account as a whole late, so that a stranger cannot simply lock its owner out.
 */
export async function isGuessedAt(
  db: Connection,
  attempt: { readonly email: string; readonly address: string },
): Promise<boolean> {
  const rows = await sql<{ of_account: number; from_address: number }>`
    select count(*)::integer as of_account, (count(*) filter (where address = ${attempt.address}))::integer as from_address
    from audit_log
    where at > clock_timestamp() - make_interval(mins => ${windowMinutes})
      and act = ${signInFailed} and subject = ${attempt.email.toLowerCase()}
  `.execute(db);
  const [row] = rows.rows;
  return (row?.of_account ?? 0) >= failuresOfAccountMax || (row?.from_address ?? 0) >= failuresFromAddressMax;
}
