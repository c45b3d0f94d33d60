import { sql } from 'kysely';
import type { Transaction } from '../store/open.ts';
import { markDue, pauseLane, resumeLane, workChannel } from '../store/work.ts';

export async function pauseConnection(tx: Transaction, id: string): Promise<void> {
  await sql`
    update connections set state = 'paused', state_because = 'Paused by a person.', state_changed_at = clock_timestamp() where id = ${id}::uuid
  `.execute(tx);
  await pauseLane(tx, id, 'infinity');
}

/** What waited resumes in order; links whose visit found the connection closed are visited again. */
export async function resumeConnection(tx: Transaction, id: string): Promise<void> {
  await sql`
    update connections set state = 'active', state_because = null, state_changed_at = clock_timestamp(), last_fault = null where id = ${id}::uuid
  `.execute(tx);
  await resumeLane(tx, id);
  // What the tracker asked for still holds.
  await sql`
    update lanes l set paused_until = k.throttled_until from connections k
    where l.id = ${id} and k.id = ${id}::uuid and k.throttled_until > clock_timestamp()
  `.execute(tx);
  // Due since their change was made: they go out in its order.
  await sql`
    insert into work (kind, key, lane, due_at, because)
    select 'link', l.id::text, l.connection_id::text, coalesce(d.created_at, l.created_at), 'The connection works again.'
    from links l left join deliveries d on d.link_id = l.id and d.outcome = 'waiting' and d.direction = 'outbound'
    where l.connection_id = ${id}::uuid and (l.state = 'pending' or d.id is not null)
    order by l.id
    on conflict (kind, key) do update
    set wakes = work.wakes + 1, attempts = 0, because = excluded.because,
      due_at = case when work.lease_until > clock_timestamp() then excluded.due_at else least(work.due_at, excluded.due_at) end
  `.execute(tx);
  await sql`select pg_notify(${workChannel}, '')`.execute(tx);
}

/** After a login: a connection that a person paused stays so, and what the old login was refused since then is no news. */
export async function resumeWhatWaited(tx: Transaction, id: string, because: string): Promise<void> {
  const rows = await sql<{ state: string }>`
    update connections set state_changed_at = case when state = 'active' then clock_timestamp() else state_changed_at end
    where id = ${id}::uuid returning state
  `.execute(tx);
  if (rows.rows[0]?.state === 'unauthorized') {
    await resumeConnection(tx, id);
  }
  await markDue(tx, [{ kind: 'sweep', key: id, lane: id, because }]);
}
