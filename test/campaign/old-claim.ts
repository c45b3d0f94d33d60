import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The function that claims work as it was before migration 0038: now and then it took more than it was allowed. */
export function claimBefore0038(): string {
  const migration = readFileSync(join(import.meta.dirname, '../../src/store/migrations/0009_work_waiting.sql'), 'utf8');
  const found = /create or replace function claim_work_of_lane.*?end \$\$;/su.exec(migration);
  if (found === null) {
    throw new Error('Migration 0009 has no claim_work_of_lane.');
  }
  const [before] = found;
  return `${before}
    create or replace function claim_work_of_lane(the_lane text, kinds text[], most integer, lease interval, the_holder text) returns setof work
    language sql as $$ select * from claim_work_of_lane(the_lane, kinds, most, lease) $$;`;
}
