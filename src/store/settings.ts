import { sql } from 'kysely';
import type { CardLayout } from '../core/mapping/card-text.ts';
import { cardLayoutDefault } from '../core/mapping/card-text.ts';
import type { Severity } from '../core/vocabulary.ts';
import type { Connection } from './open.ts';

/** Days until an open vulnerability of a severity is due; null: never. */
export type DueDays = Readonly<Record<Severity, number | null>>;

export interface Settings {
  /** Stands before the issue id in the title of every card. */
  readonly titlePrefix: string;
  readonly dueDays: DueDays;
  /** How long Sync activity is kept once it is over. */
  readonly activityDays: number;
  /** How long findings are kept that are no vulnerability's latest sight any more; null: for ever. */
  readonly evidenceDays: number | null;
  /** How long the audit log is kept; null: for ever. */
  readonly auditDays: number | null;
  /** What the body of every card has, in which order. */
  readonly cardLayout: CardLayout;
}

const titlePrefixDefault = '[CONVISO]';
const activityDaysDefault = 90;
const neverDue: DueDays = { critical: null, high: null, medium: null, low: null, informational: null };

export async function readSettings(db: Connection): Promise<Settings> {
  const rows = await sql<{ name: string; value: unknown }>`select name, value from settings`.execute(db);
  const found = new Map(rows.rows.map((row) => [row.name, row.value]));
  const prefix = found.get('titlePrefix');
  const days = found.get('activityDays');
  return {
    titlePrefix: typeof prefix === 'string' ? prefix : titlePrefixDefault,
    // Written by a migration, and changed through its schema alone.
    activityDays: typeof days === 'number' ? days : activityDaysDefault,
    evidenceDays: daysOf(found.get('evidenceDays')),
    auditDays: daysOf(found.get('auditDays')),
    cardLayout: (found.get('cardLayout') as CardLayout | undefined) ?? cardLayoutDefault,
    dueDays: { ...neverDue, ...(found.get('dueDays') as Partial<DueDays> | undefined) },
  };
}

function daysOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

export async function changeSettings(db: Connection, change: Partial<Settings>): Promise<void> {
  for (const [name, value] of Object.entries(change)) {
    await sql`
      insert into settings (name, value) values (${name}, ${JSON.stringify(value)}::jsonb)
      on conflict (name) do update set value = excluded.value, changed_at = clock_timestamp()
    `.execute(db);
  }
}
