import type pg from 'pg';
import type { StatusMapping } from '../../../src/core/mapping/status-mapping.ts';
import { agrees } from '../../../src/core/mapping/status-mapping.ts';
import type { Status } from '../../../src/core/vocabulary.ts';
import { deservesCard } from '../../../src/core/sync/faults.ts';
import type { Team } from './trackers.ts';

/** One thing that has to hold at the end, and what speaks against it. */
export interface Finding {
  readonly what: string;
  readonly against: readonly string[];
}

interface LinkRow {
  readonly id: string;
  readonly vulnerability: string;
  readonly status: Status;
  readonly state: string;
  readonly marker: string;
  readonly card_ref: string | null;
  readonly drift: { readonly kind: string } | null;
  readonly held: boolean;
  readonly waiting: boolean;
}

/** What is not at rest yet; empty: both sides are quiet and agree, or show why not. */
export async function restless(pool: pg.Pool, teams: readonly Team[]): Promise<readonly string[]> {
  const unfinished = await texts(
    pool,
    `select 'scan ' || id || ' is ' || status as t from scans where status in ('queued', 'processing', 'running') and report_complete
     union all select 'delivery ' || d.id || ' waits' from deliveries d
       where outcome = 'waiting' and not exists (select 1 from links l where l.id = d.link_id and l.state = 'held')
     union all select 'connection ' || name || ' is ' || state || ': ' || coalesce(state_because, '') from connections where state <> 'active'`,
  );
  const differing = await Promise.all(teams.map((team) => disagreements(pool, team)));
  const hints = await Promise.all(teams.map((team) => waitingHints(pool, team)));
  return [...unfinished, ...differing.flat(), ...hints.flat().map((id) => `webhook ${id} waits for a link that is there`)];
}

async function disagreements(pool: pg.Pool, team: Team): Promise<readonly string[]> {
  const mapping = team.sandbox.example.statusMapping as StatusMapping;
  const cards = new Map(team.sandbox.cards().map((card) => [card.ref, card]));
  return (await links(pool, team.connectionId)).flatMap((link) => {
    const name = `${team.name}, vulnerability ${link.vulnerability}`;
    if (link.state === 'pending') {
      return deservesCard(link.status) ? [`${name}: ${link.status}, and still no card`] : [];
    }
    const card = cards.get(link.card_ref ?? '');
    if (card === undefined) {
      return [`${name}: its link is ${link.state} with the card ${link.card_ref}, which there is not`];
    }
    const shown = link.drift !== null || link.held || link.state === 'held';
    if (link.waiting) {
      return [`${name}: a visit is due`];
    }
    return shown || (link.state === 'linked' && agrees(mapping, link.status, card.state))
      ? []
      : [`${name}: ${link.status} beside “${card.stateLabel}”, link ${link.state}, and nothing says why`];
  });
}

/** The promises, judged when all is at rest. */
export async function judge(
  pool: pg.Pool,
  teams: readonly Team[],
  uploads: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const team of teams) {
    findings.push(...(await judgeTeam(pool, team)));
  }
  const scans = await texts(pool, 'select id::text as t from scans');
  findings.push(
    {
      what: `each of ${uploads.size} acknowledged uploads is there`,
      against: [...uploads].filter((id) => !scans.includes(id)),
    },
    {
      // An upload that was cut off was never acknowledged; its pipeline sends it again.
      what: 'every scan whose report was whole came to an end, none failed',
      against: await texts(
        pool,
        `select id || ' ' || status as t from scans where status not in ('completed', 'held') and report_complete`,
      ),
    },
    {
      what: 'each fixed vulnerability was fixed by a scan',
      against: await texts(
        pool,
        `select v.id::text as t from vulnerabilities v where v.status = 'fixed' and not exists (
           select 1 from timeline e where e.vulnerability_id = v.id and e.to_status = 'fixed' and e.cause_kind = 'scan')`,
      ),
    },
    {
      what: 'no work is overdue by a minute or held by a dead process',
      against: await texts(
        pool,
        `select kind || ' ' || key || ' due ' || due_at as t from work
         where due_at < clock_timestamp() - interval '1 minute' and coalesce(lease_until, '-infinity') < clock_timestamp()`,
      ),
    },
    {
      what: 'no delivery failed or is stuck',
      against: await texts(
        pool,
        `select act || ' ' || outcome || ': ' || coalesce(message, '') as t from deliveries d
         where outcome = 'failed' or (outcome = 'waiting' and not exists (select 1 from links l where l.id = d.link_id and l.state = 'held'))`,
      ),
    },
  );
  return findings;
}

async function judgeTeam(pool: pg.Pool, team: Team): Promise<readonly Finding[]> {
  const { name, sandbox, acknowledged } = team;
  const cards = sandbox.cards().filter((card) => card.marker !== null && card.marker !== '');
  const known = await links(pool, team.connectionId);
  const refs = new Set(known.map((link) => link.card_ref));
  const perMarker = new Map<string, number>();
  for (const { marker } of cards) {
    perMarker.set(marker ?? '', (perMarker.get(marker ?? '') ?? 0) + 1);
  }
  const kept = await texts(
    pool,
    `select unnest(array[encode(sha256(body), 'hex'), delivery_key]) as t from inbox where connection_id = $1`,
    [team.connectionId],
  );
  const stored = new Set(kept);
  return [
    {
      what: `${name}: ${cards.length} cards, no two for one vulnerability`,
      against: [...perMarker].filter(([, count]) => count > 1).map(([marker, count]) => `${marker}: ${count}`),
    },
    {
      what: `${name}: each card is known to its link`,
      against: cards.filter((card) => !refs.has(card.ref)).map((card) => `${card.key} ${card.title}`),
    },
    {
      what: `${name}: each of ${acknowledged.size} acknowledged webhooks is stored`,
      // Told twice, in other words: one event, stored once.
      against: [...acknowledged].filter(([digest, event]) => !stored.has(digest) && (event === null || !stored.has(event))).map(([digest]) => digest),
    },
    {
      what: `${name}: no webhook waits for a link that is there`,
      against: await waitingHints(pool, team),
    },
  ];
}

/** Webhooks that wait for a link that is there: stored in the moment in which it was recorded, and matched by the next sweep. */
async function waitingHints(pool: pg.Pool, { connectionId }: Pick<Team, 'connectionId'>): Promise<readonly string[]> {
  return texts(
    pool,
    `select i.id::text as t from inbox i where i.connection_id = $1 and i.state in ('pending', 'unmatched')
       and exists (select 1 from links l where l.connection_id = $1 and l.card_ref = any (i.refs))`,
    [connectionId],
  );
}

/** How many links stand how, for the report. */
export async function standing(pool: pg.Pool): Promise<string> {
  const rows = await texts(
    pool,
    `select count(*) || ' ' || state || case when drift is null then '' else ' with drift ' || (drift ->> 'kind') end as t
     from links group by state, drift ->> 'kind', drift is null order by 1`,
  );
  return rows.join(', ');
}

async function links(pool: pg.Pool, connectionId: string): Promise<readonly LinkRow[]> {
  const answered = await pool.query<LinkRow>(
    `select l.id, v.id::text as vulnerability, v.status, l.state, l.marker, l.card_ref, l.drift,
       exists (select 1 from holds h where h.link_id = l.id and h.state = 'open') as held,
       exists (select 1 from work w where w.kind = 'link' and w.key = l.id::text and w.due_at < clock_timestamp() + interval '1 minute') as waiting
     from links l join vulnerabilities v on v.id = l.vulnerability_id where l.connection_id = $1`,
    [connectionId],
  );
  return answered.rows;
}

async function texts(pool: pg.Pool, query: string, values: readonly unknown[] = []): Promise<readonly string[]> {
  const answered = await pool.query<{ t: string }>(query, [...values]);
  return answered.rows.map((row) => row.t);
}
