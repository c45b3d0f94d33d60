import { sql } from 'kysely';
import type { Store, StoreAddress } from '../../src/store/open.ts';
import { openStore } from '../../src/store/open.ts';

/** A real database whose clock stands still until it is moved, so that nothing depends on how fast the machine is. */
export interface StillClock {
  readonly store: Store;
  now(): number;
  advance(ms: number): Promise<void>;
}

/**
 * A schema that is searched before PostgreSQL's own has a `clock_timestamp()` that reads a table. Column defaults were bound
 * when their table was made, so they are bound anew.
 */
export async function stopClock(address: StoreAddress, admin: Store, startsAt: number): Promise<StillClock> {
  await sql`create schema still`.execute(admin.db);
  await sql`create table still.clock (at timestamptz not null)`.execute(admin.db);
  await sql`insert into still.clock values (${new Date(startsAt).toISOString()}::timestamptz)`.execute(admin.db);
  await sql`
    create function still.clock_timestamp() returns timestamptz language sql stable as 'select at from still.clock'
  `.execute(admin.db);
  await sql`
    do $$ declare kept record; begin
      for kept in select table_name, column_name from information_schema.columns where table_schema = 'public' and column_default = 'now()' loop
        execute format('alter table %I alter column %I set default still.clock_timestamp()', kept.table_name, kept.column_name);
      end loop;
    end $$
  `.execute(admin.db);
  await sql.raw(`alter database ${address.database} set search_path to still, pg_catalog, public`).execute(admin.db);
  const store = openStore(address, { poolMax: 4, name: 'patchboard test, its clock stopped' });
  let now = startsAt;
  return {
    store,
    now: () => now,
    advance: async (ms) => {
      now += ms;
      await sql`update still.clock set at = ${new Date(now).toISOString()}::timestamptz`.execute(store.db);
    },
  };
}
