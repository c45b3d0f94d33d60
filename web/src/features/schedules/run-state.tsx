import { Badge, Tooltip } from '@mantine/core';
import type { Run, Schedule } from '../../../../src/contracts/api/schedules.ts';
import { words } from '../../words/words.ts';

const colors: Readonly<Record<string, string>> = { failed: '#a51111', missed: '#8a6100', late: '#8a6100', finished: '#1f6f35', reported: '#1f6f35' };

export function RunState({ run }: { readonly run: Run }) {
  const state = run.late ? 'late' : run.state;
  const why = run.message ?? words.schedules.stateWhy[state];
  const badge = (
    <Badge color={colors[state] ?? '#495057'} radius="sm" tt="none" autoContrast>
      {words.schedules.state[state] ?? state}
    </Badge>
  );
  return why === undefined ? badge : <Tooltip label={why} multiline maw={360}>{badge}</Tooltip>;
}

/** Its latest run is late, was missed or failed. */
export function isTroubled({ enabled, lastRun }: Schedule): boolean {
  return enabled && lastRun !== null && (lastRun.late || lastRun.state === 'failed' || lastRun.state === 'missed');
}

export function whenOf({ cron, timeZone, onAwaitingValidation }: Schedule): string {
  const text = words.schedules;
  const at = cron === null ? null : `${text.form.whens[cron] ?? cron} (${timeZone})`;
  const ways = [at, onAwaitingValidation ? text.onAwaiting : null].filter((way) => way !== null);
  return ways.length === 0 ? text.onAsk : ways.join(' · ');
}
