import type { CheckStep, CheckTarget } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { remoteStates, requiredFields, targetOptions } from './discovery.ts';
import { boards, me, webhooks } from './wire.ts';

/** Check connection: host and key first, then each configured board by name. Writes nothing, throws nothing. */
export async function* checkSteps(api: Api, targets: readonly CheckTarget[]): AsyncIterable<CheckStep> {
  const host = await attempt('Host and API key', async () => {
    const { data } = await api.get('/me', me);
    const name = data.realname ?? data.username ?? data.email ?? 'unknown';
    return `${api.origin} answers; the key belongs to ${name}. It may do exactly what this person may.`;
  });
  yield host;
  if (host.outcome === 'failed') {
    return;
  }
  for (const { name, target, remoteStates: wanted } of targets) {
    yield await attempt(`Board of ${name}`, () => boardIsThere(api, target['board']));
    yield await attempt(`Lane of ${name}`, async () => {
      const lanes = await targetOptions(api, 'lane', target);
      const lane = lanes.find((one) => one.value === target['lane']);
      return lane === undefined
        ? failed('The lane is gone. Choose another in the configuration.')
        : `Lane “${lane.label}” is there.`;
    });
    yield await attempt(`Columns of ${name}`, async () => {
      const states = await remoteStates(api, target);
      const missing = wanted.filter((state) => !states.some((known) => known.value === state));
      return missing.length === 0
        ? 'Every mapped column is there.'
        : failed(
            `${missing.length} mapped columns are gone (ids ${missing.join(', ')}). Choose others in the configuration.`,
          );
    });
    yield await attempt(`Custom fields of ${name}`, async () => {
      const fields = await requiredFields(api, target);
      return fields.length === 0
        ? 'The board demands no custom field.'
        : `Demanded: ${fields.map((field) => field.label).join(', ')}.`;
    });
  }
  yield await attempt('Webhooks', async () => {
    await api.get('/webhooks', webhooks);
    return 'The key may list webhooks, so they can probably be registered with one click.';
  });
  yield {
    name: 'Create and move cards',
    outcome: 'unknown',
    message: 'Not provable without writing. The first card will show it.',
  };
}

async function boardIsThere(api: Api, id: string | undefined): Promise<string | Failed> {
  const answer = await api.get('/boards', boards, {
    board_ids: id,
    fields: 'board_id,workspace_id,is_archived,name',
  });
  const board = answer.data.find((one) => String(one.board_id) === id);
  if (board === undefined) {
    return failed('The board cannot be seen. Assign the key’s owner to it.');
  }
  return board.is_archived === 1
    ? failed(`“${board.name}” is archived. Unarchive it or choose another.`)
    : `“${board.name}” is visible.`;
}

interface Failed {
  readonly failed: string;
}

function failed(words: string): Failed {
  return { failed: words };
}

async function attempt(name: string, act: () => Promise<string | Failed>): Promise<CheckStep> {
  try {
    const result = await act();
    return typeof result === 'string'
      ? { name, outcome: 'ok', message: result }
      : { name, outcome: 'failed', message: result.failed };
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    return {
      name,
      outcome: 'failed',
      message: fault.detail.trackerMessage ?? fault.message,
      hint: fault.detail.hint,
    };
  }
}
