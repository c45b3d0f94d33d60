import { z } from 'zod';
import type { Subscription, SubscriptionWish } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { oneWebhook, webhooks } from './wire.ts';

/** One board webhook per configured board. Duplicates are not refused by the service, so it is listed first. */
export async function ensureWebhooks(api: Api, wanted: SubscriptionWish): Promise<readonly Subscription[]> {
  const there = await inspectWebhooks(api, wanted);
  const made: Subscription[] = [];
  for (const one of there) {
    if (one.state === 'missing') {
      made.push(await register(api, wanted, one.describes));
    } else if (one.state === 'disabled') {
      await api.write({
        method: 'PATCH',
        path: `/webhooks/${one.id}`,
        body: { is_enabled: 1 },
        schema: z.object({ data: z.unknown() }),
      });
      made.push({ ...one, state: 'active' });
    } else {
      made.push(one);
    }
  }
  return made;
}

async function register(api: Api, wanted: SubscriptionWish, board: string): Promise<Subscription> {
  const body = { url: wanted.url, is_enabled: 1, board_id: Number(board) };
  const { data } = await api.write({ method: 'POST', path: '/webhooks', body, schema: oneWebhook });
  // The service makes the secret and shows it once.
  return { id: String(data.webhook_id), state: 'active', describes: board, secret: data.secret ?? undefined };
}

export async function inspectWebhooks(api: Api, wanted: SubscriptionWish): Promise<readonly Subscription[]> {
  const { data } = await api.get('/webhooks', webhooks);
  return boardsOf(wanted).map((board): Subscription => {
    const found = data.find(
      (one) => one.url === wanted.url && (one.board_id === Number(board) || (one.board_id ?? null) === null),
    );
    if (found === undefined) {
      return { id: '', state: 'missing', describes: board };
    }
    const known = wanted.known.find((one) => one.id === String(found.webhook_id));
    const state = found.is_enabled === 0 ? 'disabled' : 'active';
    return { id: String(found.webhook_id), state, describes: board, secret: known?.secret };
  });
}

export async function removeWebhooks(api: Api, wanted: SubscriptionWish): Promise<void> {
  const { data } = await api.get('/webhooks', webhooks);
  for (const one of data.filter((candidate) => candidate.url === wanted.url)) {
    await api.write({
      method: 'DELETE',
      path: `/webhooks/${one.webhook_id}`,
      body: undefined,
      schema: z.unknown(),
    });
  }
}

function boardsOf(wanted: SubscriptionWish): readonly string[] {
  return [...new Set(wanted.targets.flatMap((target) => target['board'] ?? []))];
}
