import { sql } from 'kysely';
import type { Connection } from '../open.ts';

/** One figure of the whole installation, counted when it is asked for. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Answers `value` and a column for each label. */
  readonly query: string;
}

export const figures: readonly Figure[] = [
  {
    name: 'patchboard_work_due',
    help: 'Pieces of work that are due, by kind',
    labels: ['kind'],
    query: 'select kind, count(*) as value from work where due_at <= clock_timestamp() group by kind',
  },
  {
    name: 'patchboard_work_oldest_due_seconds',
    help: 'Since when the longest waiting piece of work is due, by kind',
    labels: ['kind'],
    query:
      'select kind, extract(epoch from clock_timestamp() - min(due_at)) as value from work where due_at <= clock_timestamp() group by kind',
  },
  {
    name: 'patchboard_deliveries',
    help: 'Deliveries by direction and outcome',
    labels: ['direction', 'outcome'],
    query: 'select direction, outcome, count(*) as value from deliveries group by direction, outcome',
  },
  {
    name: 'patchboard_vulnerabilities',
    help: 'Vulnerabilities by status',
    labels: ['status'],
    query: 'select status, count(*) as value from vulnerabilities group by status',
  },
  {
    name: 'patchboard_links',
    help: 'Links by state',
    labels: ['state'],
    query: 'select state, count(*) as value from links group by state',
  },
  {
    name: 'patchboard_holds_open',
    help: 'Actions that wait for a person',
    labels: [],
    query: "select count(*) as value from holds where state = 'open'",
  },
  {
    name: 'duplicate_cards_detected_total',
    help: 'Cards that carry the marker of another card',
    labels: [],
    query: "select count(*) as value from orphan_cards where kind in ('duplicate', 'late')",
  },
  {
    name: 'patchboard_connection_active',
    help: 'Whether a connection works: 0 while it is paused or its login is refused',
    labels: ['connection', 'tracker'],
    query:
      "select id as connection, tracker, (state = 'active')::integer as value from connections where state <> 'deleted'",
  },
  {
    name: 'patchboard_connection_last_pull_seconds',
    help: 'How long ago a connection was last asked for changes with success',
    labels: ['connection', 'tracker'],
    query:
      "select id as connection, tracker, extract(epoch from clock_timestamp() - last_pull_at) as value from connections where state <> 'deleted' and last_pull_at is not null",
  },
  {
    name: 'patchboard_connection_last_push_seconds',
    help: 'How long ago something was last written through a connection with success',
    labels: ['connection', 'tracker'],
    query:
      "select id as connection, tracker, extract(epoch from clock_timestamp() - last_push_at) as value from connections where state <> 'deleted' and last_push_at is not null",
  },
  {
    name: 'patchboard_connection_waiting',
    help: 'Changes that wait to be sent, by connection',
    labels: ['connection', 'tracker'],
    query:
      "select k.id as connection, k.tracker, count(d.id) as value from connections k left join deliveries d on d.connection_id = k.id and d.outcome = 'waiting' where k.state <> 'deleted' group by k.id",
  },
  {
    name: 'patchboard_connection_throttled_seconds',
    help: 'How long the tracker still asks for a pause',
    labels: ['connection', 'tracker'],
    query:
      "select id as connection, tracker, greatest(0, extract(epoch from throttled_until - clock_timestamp())) as value from connections where state <> 'deleted' and throttled_until is not null",
  },
  {
    name: 'patchboard_connection_credential_seconds',
    help: 'How long the login of a connection still lives',
    labels: ['connection', 'tracker'],
    query:
      "select k.id as connection, k.tracker, extract(epoch from t.refresh_expires_at - clock_timestamp()) as value from connections k join oauth_tokens t on t.connection_id = k.id where k.state <> 'deleted' and t.refresh_expires_at is not null",
  },
  {
    name: 'patchboard_connection_webhooks_ailing',
    help: 'Webhooks made through the tracker’s API that are not as they should be',
    labels: ['connection', 'tracker'],
    query:
      "select id as connection, tracker, (select count(*) from jsonb_array_elements(subscriptions) s where s ->> 'state' <> 'active') as value from connections where state <> 'deleted' and subscriptions_wanted",
  },
  {
    name: 'patchboard_connection_configurations_ailing',
    help: 'Configurations that need attention, by connection',
    labels: ['connection', 'tracker'],
    query:
      "select k.id as connection, k.tracker, count(c.id) as value from connections k left join configurations c on c.connection_id = k.id and c.deleted_at is null and c.attention is not null where k.state <> 'deleted' group by k.id",
  },
];

export async function readFigure(
  db: Connection,
  { query }: Figure,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const rows = await sql<Record<string, string>>`${sql.raw(query)}`.execute(db);
  return rows.rows;
}
