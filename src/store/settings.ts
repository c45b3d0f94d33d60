import { sql } from 'kysely';
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
    dueDays: { ...neverDue, ...(found.get('dueDays') as Partial<DueDays> | undefined) },
  };
}

export async function changeSettings(db: Connection, change: Partial<Settings>): Promise<void> {
  for (const [name, value] of Object.entries(change)) {
    await sql`
      insert into settings (name, value) values (${name}, ${JSON.stringify(value)}::jsonb)
      on conflict (name) do update set value = excluded.value, changed_at = clock_timestamp()
    `.execute(db);
  }
}
