import { sql } from 'kysely';
import type { Severity } from '../../core/vocabulary.ts';
import { severities } from '../../core/vocabulary.ts';
import type { Connection } from '../open.ts';
import { countsOf } from './counts.ts';
import { scheduleFigures } from '../schedules.ts';

const trendDays = 30;
const remediationDays = 90;
const openStatuses = ['identified', 'in_progress', 'awaiting_validation'] as const;

interface Row {
  readonly mean_days: number | null;
  readonly overdue: number;
  readonly soon: number;
  readonly awaiting_since: Date | null;
  readonly assets: number;
  readonly any_vulnerability: boolean;
  readonly lost: number;
}

/** The figures of the overview that its summary does not have. */
export async function overviewOf(db: Connection) {
  const [facts, changes, schedules, counts] = await Promise.all([
    sql<Row>`
      select
        (select sum(days_to_fix) / nullif(sum(fixed), 0) from daily_figures
          where day > (now() at time zone 'utc')::date - ${remediationDays}::integer) as mean_days,
        (select count(*)::integer from vulnerabilities
          where status in ('identified', 'in_progress', 'awaiting_validation') and merged_into is null and due_at < now()) as overdue,
        (select count(*)::integer from vulnerabilities
          where status in ('identified', 'in_progress', 'awaiting_validation') and merged_into is null
            and due_at >= now() and due_at < now() + interval '7 days') as soon,
        (select min(status_changed_at) from vulnerabilities where status = 'awaiting_validation' and merged_into is null) as awaiting_since,
        (select count(*)::integer from assets) as assets,
        exists (select 1 from vulnerabilities) as any_vulnerability,
        (select count(*)::integer from links where state in ('lost', 'inaccessible')) as lost
    `.execute(db),
    changesByDay(db),
    scheduleFigures(db),
    countsOf(db, {}),
  ]);
  const { next, late, missed, failed } = schedules;
  const row = facts.rows[0];
  return {
    trend: trendOf(severities, counts.bySeverity, changes.map(({ severity: of, ...change }) => ({ ...change, of }))),
    trendByStatus: trendOf(openStatuses, counts.byStatus, changes.map(({ status: of, ...change }) => ({ ...change, of }))),
    meanDaysToRemediate: row?.mean_days ?? null,
    due: { overdue: row?.overdue ?? 0, soon: row?.soon ?? 0 },
    validation: { count: counts.byStatus['awaiting_validation'] ?? 0, oldestSince: row?.awaiting_since?.toISOString() ?? null },
    assets: row?.assets ?? 0,
    vulnerabilities: row?.any_vulnerability ?? false,
    lostCards: row?.lost ?? 0,
    schedules: { next: next === null ? null : { at: next.at.toISOString(), scheduleId: next.schedule_id, assetName: next.asset_name }, late, missed, failed },
  };
}

interface Change {
  readonly day: string;
  readonly severity: Severity;
  /** Empty: not known. */
  readonly status: string;
  readonly net: number;
}

/** How many more, or fewer, were open at the end of a day than at its beginning. */
async function changesByDay(db: Connection): Promise<readonly Change[]> {
  const rows = await sql<Change>`
    select to_char(day, 'YYYY-MM-DD') as day, severity, status, sum(opened)::integer as net from daily_figures
    where day > (now() at time zone 'utc')::date - ${trendDays}::integer
    group by 1, 2, 3
  `.execute(db);
  return rows.rows;
}

/** Backwards from what is open now, for each of the names. */
function trendOf<Name extends string>(names: readonly Name[], now: Readonly<Partial<Record<Name, number>>>, changes: readonly { readonly day: string; readonly of: string; readonly net: number }[]) {
  const net = new Map<string, number>();
  for (const { day, of, net: value } of changes) {
    net.set(`${day} ${of}`, (net.get(`${day} ${of}`) ?? 0) + value);
  }
  const open = Object.fromEntries(names.map((name) => [name, now[name] ?? 0])) as Record<Name, number>;
  const days: ({ day: string } & Record<Name, number>)[] = [];
  for (let back = 0; back < trendDays; back += 1) {
    const day = new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
    days.unshift({ day, ...open });
    for (const name of names) {
      open[name] = Math.max(0, open[name] - (net.get(`${day} ${name}`) ?? 0));
    }
  }
  return days;
}
