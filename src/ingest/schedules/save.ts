import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { NewSchedule } from '../../contracts/api/schedules.ts';
import { checkCron, nextTime } from '../../lib/cron.ts';
import { seal } from '../../lib/seal.ts';
import { AddressRefused, makeUrlGuard } from '../../lib/url-guard.ts';
import { inTransaction } from '../../store/open.ts';
import type { ScheduleRow } from '../../store/schedules.ts';
import { writeSchedule } from '../../store/schedules.ts';
import { markDue } from '../../store/work.ts';
import { allowedCommands, CommandsFileBroken } from './command.ts';
import { originOf } from './triggers.ts';
import { openCredentials } from './visit.ts';
import type { ScheduleOptions } from './visit.ts';

export type Saved =
  | { readonly kind: 'saved'; readonly id: string }
  | { readonly kind: 'refused'; readonly path: string; readonly because: string };

type Needs = Pick<ScheduleOptions, 'store' | 'sealKey' | 'allowedNetworks' | 'commandsFile'>;

/** Makes a schedule, or changes one. A token is sealed for the address that it was entered for. */
export async function saveSchedule(
  needs: Needs,
  wish: NewSchedule & { readonly assetId: string; readonly by: string },
  before: ScheduleRow | null,
): Promise<Saved> {
  const problem = await problemOf(needs, wish);
  if (problem !== null) {
    return { kind: 'refused', ...problem };
  }
  const id = before?.id ?? randomUUID();
  const credentials = sealed(needs, id, wish, before);
  if (credentials === 'moved') {
    return { kind: 'refused', path: 'credentials', because: 'The address changed: enter the token again.' };
  }
  await inTransaction(needs.store, async (tx) => {
    const now = (await sql<{ now: Date }>`select clock_timestamp() as now`.execute(tx)).rows[0]?.now ?? new Date(0);
    const nextAt = wish.cron === null || !wish.enabled ? null : nextTime(wish.cron, wish.timeZone, now);
    await writeSchedule(tx, { ...wish, id, credentials, nextAt });
    await markDue(tx, [{ kind: 'schedule', key: id, lane: 'schedule', because: 'The schedule was saved.' }]);
  });
  return { kind: 'saved', id };
}

async function problemOf(needs: Needs, wish: NewSchedule): Promise<{ readonly path: string; readonly because: string } | null> {
  if (wish.cron !== null) {
    const checked = checkCron(wish.cron, wish.timeZone);
    if (checked.kind === 'refused') {
      return { path: 'cron', because: checked.because };
    }
  }
  const { starts } = wish;
  try {
    if (starts.kind === 'command') {
      const names = (await allowedCommands(needs.commandsFile)).map(({ name }) => name);
      const known = names.length === 0 ? 'none' : names.join(', ');
      return names.includes(starts.command) ? null : { path: 'starts.command', because: `The operator allows these commands: ${known}.` };
    }
    makeUrlGuard(needs.allowedNetworks).origin(starts.url);
    return null;
  } catch (error) {
    if (error instanceof AddressRefused) {
      return { path: 'starts.url', because: error.message };
    }
    if (error instanceof CommandsFileBroken) {
      return { path: 'starts.command', because: error.message };
    }
    throw error;
  }
}

function sealed(needs: Needs, id: string, wish: NewSchedule, before: ScheduleRow | null): Buffer | null | 'moved' {
  const { starts } = wish;
  if (starts.kind === 'command' || wish.credentials === null) {
    return null;
  }
  const origin = originOf(starts);
  if (wish.credentials !== undefined) {
    return seal(needs.sealKey, JSON.stringify(wish.credentials), { connectionId: id, purpose: 'schedule credentials', origin });
  }
  if (before === null || before.credentials === null) {
    return null;
  }
  const stayed = before.starts.kind !== 'command' && originOf(before.starts) === origin;
  return stayed && openCredentials(needs.sealKey, before, origin) !== null ? before.credentials : 'moved';
}

/** A run now, because a person asks for it. */
export async function askForRun(needs: Pick<Needs, 'store'>, id: string, by: string): Promise<void> {
  await inTransaction(needs.store, async (tx) => {
    await sql`update schedules set asked_at = clock_timestamp(), asked_by = ${by} where id = ${id}::uuid`.execute(tx);
    await markDue(tx, [{ kind: 'schedule', key: id, lane: 'schedule', because: 'A person asked for a run.' }]);
  });
}
