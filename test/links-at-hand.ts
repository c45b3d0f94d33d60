import { sql } from 'kysely';
import type { Doors } from './doors.ts';

/** Rows for the doors of sync, where no worker is at work: a connection, and vulnerabilities with their links. */
export interface Board {
  readonly connectionId: string;
  readonly webhookPath: string;
  /** A vulnerability with a link in this state; `more` sets columns of the link. */
  link(state: string, more?: Readonly<Record<string, unknown>>): Promise<{ readonly id: string; readonly vulnerabilityId: string }>;
  delivery(linkId: string | null, columns: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function openBoard(doors: Doors): Promise<Board> {
  const connection = await doors.ask<{ id: string; webhookUrl: string }>({
    path: '/api/v1/connections',
    body: { tracker: 'businessmap', name: 'Board', settings: { url: 'https://example.kanbanize.com' }, credentials: { apiKey: 'a key' } },
  });
  const connectionId = connection.body.id;
  await doors.ask({ path: '/api/v1/assets', body: { name: 'Web shop', key: 'board-shop' } });
  const { db } = doors.store;
  let count = 0;
  return {
    connectionId,
    webhookPath: new URL(connection.body.webhookUrl).pathname,
    link: async (state, more = {}) => {
      count += 1;
      const body = { title: `Thing ${count}`, description: '', severity: 'high' };
      const made = await doors.ask<{ id: string }>({ path: '/api/v1/assets/key:board-shop/vulnerabilities', body });
      const hasCard = !('card_ref' in more) && state !== 'pending';
      const card = hasCard ? { card_ref: `7${count}`, card: JSON.stringify({ ref: `7${count}`, key: `#7${count}`, url: `https://example.kanbanize.com/7${count}`, stateLabel: 'Ready', state: '1', assignee: null, priority: null, presence: 'active' }) } : {};
      const columns: Record<string, unknown> = { ...card, ...more };
      const names = Object.keys(columns);
      const rows = await sql<{ id: string }>`
        insert into links (id, vulnerability_id, connection_id, state, marker ${names.length === 0 ? sql`` : sql`, ${sql.join(names.map((name) => sql.ref(name)))}`})
        values (gen_random_uuid(), ${made.body.id}::bigint, ${connectionId}::uuid, ${state}, card_marker(${connectionId}::uuid, ${made.body.id}::bigint, 1)
          ${names.length === 0 ? sql`` : sql`, ${sql.join(names.map((name) => columns[name]))}`})
        returning id
      `.execute(db);
      return { id: rows.rows[0]?.id ?? '', vulnerabilityId: made.body.id };
    },
    delivery: async (linkId, columns) => {
      const given: Record<string, unknown> = { direction: 'outbound', act: 'update', outcome: 'waiting', ...columns };
      const names = Object.keys(given);
      const rows = await sql<{ id: string }>`
        insert into deliveries (id, connection_id, link_id, vulnerability_id, ${sql.join(names.map((name) => sql.ref(name)))})
        values (gen_random_uuid(), ${connectionId}::uuid, ${linkId}::uuid, (select vulnerability_id from links where id = ${linkId}::uuid),
          ${sql.join(names.map((name) => given[name]))})
        returning id
      `.execute(db);
      return rows.rows[0]?.id ?? '';
    },
  };
}
