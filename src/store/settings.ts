import { sql } from 'kysely';
import type { Connection } from './open.ts';

export interface Settings {
  /** Stands before the issue id in the title of every card. */
  readonly titlePrefix: string;
}

const defaults: Settings = { titlePrefix: '[CONVISO]' };

export async function readSettings(db: Connection): Promise<Settings> {
  const rows = await sql<{ name: string; value: unknown }>`select name, value from settings`.execute(db);
  const found = new Map(rows.rows.map((row) => [row.name, row.value]));
  const prefix = found.get('titlePrefix');
  return { titlePrefix: typeof prefix === 'string' ? prefix : defaults.titlePrefix };
}

export async function changeSettings(db: Connection, change: Partial<Settings>): Promise<void> {
  for (const [name, value] of Object.entries(change)) {
    await sql`
      insert into settings (name, value) values (${name}, ${JSON.stringify(value)}::jsonb)
      on conflict (name) do update set value = excluded.value, changed_at = clock_timestamp()
    `.execute(db);
  }
}
