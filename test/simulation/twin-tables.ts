import { sql } from 'kysely';
import type { Twin } from './twin.ts';

/** Both sides' rows in one form: times as how far they are from now, ids of rows left out where each side makes its own. */
export type Tables = Readonly<Record<string, readonly string[]>>;

export function relative(moment: number | null, now: number): string {
  if (moment === null || moment <= 0 || moment === Number.NEGATIVE_INFINITY) {
    return 'never';
  }
  return moment === Infinity ? 'for ever' : String(Math.round(moment - now));
}

export function modelTables({ data, connectionId }: Twin): Tables {
  const now = data.clock();
  const at = (moment: number | null) => relative(moment, now);
  const rank = new Map([...data.vulnerabilities.keys()].map((id, place) => [id, place]));
  const connection = data.connection(connectionId);
  const paused = data.lanesPausedUntil.get(connectionId) ?? 0;
  return sorted({
    links: [...data.links.values()].map((link) =>
      words(link.id, link.state, link.cardRef, link.base, link.intent, link.attempts, at(link.quarantineUntil), link.misses, at(link.missedSince), link.recentWrites.map(at), link.drift?.kind ?? null, link.pending && { ...link.pending, until: at(link.pending.until) }, link.configurationId, at(link.cardCreatedAt), at(link.attemptedAt)),
    ),
    vulnerabilities: [...data.vulnerabilities.values()].map((row) => words(rank.get(row.id), row.status, row.version)),
    work: [...data.work.values()].map((row) => words(row.kind, row.key, at(row.dueAt), at(row.leaseUntil), row.leaseWakes === null ? null : row.wakes - row.leaseWakes, row.attempts)),
    orphans: [...data.orphans.values()].map((row) => words(row.cardRef, row.kind, row.linkId)),
    holds: data.holds.map((row) => words(row.kind, row.linkId, row.state)),
    deliveries: data.deliveries.map((row) => words(row.linkId, row.direction, row.act, row.outcome, row.attempts, at(row.nextAt))),
    inbox: [...data.inbox.values()].map((row) => words(row.key, row.state)),
    timeline: data.timeline.map((row) => words(rank.get(row.vulnerabilityId), row.kind, row.from ?? null, row.to ?? null)),
    connection: [words(connection.state, at(connection.stateChangedAt), connection.cursor, at(connection.sweptAt), at(connection.inventoryAt), paused > now ? at(paused) : 'open')],
    configurations: [...data.configurations.values()].map((row) => words(row.version, row.attention !== null)),
  });
}

export async function realTables({ db, connectionId, data }: Twin): Promise<Tables> {
  const rank = new Map([...data.vulnerabilities.keys()].map((id, place) => [id, place]));
  const id = sql`${connectionId}::uuid`;
  const ms = (column: string) => sql.raw(`extract(epoch from ${column}) * 1000`);
  const rows = async <Row>(query: ReturnType<typeof sql>) => (await query.execute(db)).rows as readonly Row[];
  const [clock] = await rows<{ now: number }>(sql`select (${ms('clock_timestamp()')})::double precision as now`);
  const at = (moment: unknown) => relative(moment === null ? null : Number(moment), clock?.now ?? 0);
  type Row = Readonly<Record<string, unknown>>;
  const links = await rows<Row>(sql`
    select *, ${ms('quarantine_until')} as q, ${ms('missed_since')} as m, ${ms('card_created_at')} as c, ${ms('attempted_at')} as a,
      array(select ${ms('at')} from unnest(recent_writes) as at) as w from links where connection_id = ${id}
  `);
  const vulnerabilities = await rows<Row>(sql`select v.* from vulnerabilities v join links l on l.vulnerability_id = v.id where l.connection_id = ${id}`);
  const work = await rows<Row>(sql`select *, ${ms('due_at')} as d, ${ms('lease_until')} as l from work where kind in ('link', 'sweep')`);
  const orphans = await rows<Row>(sql`select * from orphan_cards where connection_id = ${id} and resolved_at is null`);
  const holds = await rows<Row>(sql`select * from holds where connection_id = ${id}`);
  const deliveries = await rows<Row>(sql`select *, ${ms('next_at')} as n from deliveries where connection_id = ${id} and act <> 'webhook'`);
  const inbox = await rows<Row>(sql`select * from inbox where connection_id = ${id}`);
  const timeline = await rows<Row>(sql`select t.* from timeline t join links l on l.vulnerability_id = t.vulnerability_id where l.connection_id = ${id} and (t.kind <> 'status' or t.from_status is not null)`);
  const [connection] = await rows<Row>(sql`select k.*, ${ms('state_changed_at')} as s, ${ms('inventory_at')} as i, ${ms('swept_at')} as w, ${ms('paused_until')} as p from connections k join lanes n on n.id = k.id::text where k.id = ${id}`);
  const configurations = await rows<Row>(sql`select * from configurations where connection_id = ${id}`);
  const paused = Number(connection?.['p']);
  return sorted({
    links: links.map((row) => {
      const pending = row['pending'] as { until: number } | null;
      const drift = row['drift'] as { kind: string } | null;
      return words(row['id'], row['state'], row['card_ref'], row['base'], row['intent'], row['attempts'], at(row['q']), row['misses'], at(row['m']), (row['w'] as readonly number[]).map(at), drift?.kind ?? null, pending && { ...pending, until: at(pending.until) }, row['configuration_id'], at(row['c']), at(row['a']));
    }),
    vulnerabilities: vulnerabilities.map((row) => words(rank.get(String(row['id'])), row['status'], Number(row['version']))),
    work: work.map((row) => words(row['kind'], row['key'], at(row['d']), at(row['l']), row['lease_wakes'] === null ? null : Number(row['wakes']) - Number(row['lease_wakes']), row['attempts'])),
    orphans: orphans.map((row) => words(row['card_ref'], row['kind'], row['link_id'])),
    holds: holds.map((row) => words(row['kind'], row['link_id'], row['state'])),
    deliveries: deliveries.map((row) => words(row['link_id'], row['direction'], row['act'], row['outcome'], row['attempts'], at(row['n']))),
    inbox: inbox.map((row) => words(row['delivery_key'], row['state'])),
    timeline: timeline.map((row) => words(rank.get(String(row['vulnerability_id'])), row['kind'], row['from_status'], row['to_status'])),
    connection: [words(connection?.['state'], at(connection?.['s']), connection?.['change_cursor'], at(connection?.['w'] ?? null), at(connection?.['i'] ?? null), paused > (clock?.now ?? 0) ? at(paused) : 'open')],
    configurations: configurations.map((row) => words(Number(row['version']), row['attention'] !== null)),
  });
}

function words(...values: readonly unknown[]): string {
  return JSON.stringify(values, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

function sorted(tables: Tables): Tables {
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.toSorted()]));
}
