import type { Subscription, SubscriptionWish } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { anything } from './api.ts';
import type { WireWebhook } from './wire.ts';
import { oneWebhook, webhooks } from './wire.ts';

/** What a board has of ours: its webhook, if any, and whether it is as it should be. */
interface OnBoard {
  readonly board: string;
  readonly webhook: WireWebhook | undefined;
}

/** One webhook per configured board. The service refuses no duplicates, so what is there is looked at first. */
export async function ensureWebhooks(api: Api, wanted: SubscriptionWish): Promise<readonly Subscription[]> {
  const made: Subscription[] = [];
  for (const { board, webhook } of await lookUp(api, wanted)) {
    if (webhook === undefined) {
      made.push(await register(api, wanted, board));
    } else if (webhook.url !== wanted.url || webhook.is_enabled === 0) {
      const body = { url: wanted.url, is_enabled: 1 };
      await api.write({ method: 'PATCH', path: `/webhooks/${webhook.webhook_id}`, body, schema: anything });
      made.push(subscriptionOf(wanted, board, { ...webhook, ...body }));
    } else {
      made.push(subscriptionOf(wanted, board, webhook));
    }
  }
  return made;
}

async function register(api: Api, wanted: SubscriptionWish, board: string): Promise<Subscription> {
  const body = { url: wanted.url, is_enabled: 1, board_id: Number(board) };
  const { data } = await api.write({ method: 'POST', path: '/webhooks', body, schema: oneWebhook });
  // The service makes the secret and shows it this once.
  return {
    id: String(data.webhook_id),
    state: 'active',
    describes: describe(board),
    ...((data.secret ?? null) === null ? {} : { secret: data.secret as string }),
  };
}

export async function inspectWebhooks(api: Api, wanted: SubscriptionWish): Promise<readonly Subscription[]> {
  return (await lookUp(api, wanted)).map(({ board, webhook }) =>
    webhook === undefined
      ? { id: '', state: 'missing', describes: describe(board), message: 'The board has no webhook of ours.' }
      : subscriptionOf(wanted, board, webhook),
  );
}

function subscriptionOf(wanted: SubscriptionWish, board: string, webhook: WireWebhook): Subscription {
  const id = String(webhook.webhook_id);
  const secret = wanted.known.find((one) => one.id === id)?.secret;
  const base = { id, describes: describe(board) };
  if (webhook.url !== wanted.url) {
    return { ...base, state: 'degraded', message: 'It sends to an older address of ours.' };
  }
  if (webhook.is_enabled === 0) {
    return {
      ...base,
      state: 'disabled',
      message: 'Somebody turned it off in BusinessMap.',
      ...(secret === undefined ? {} : { secret }),
    };
  }
  return secret === undefined
    ? {
        ...base,
        state: 'active',
        message: 'Its secret was shown once and is not known here; the token in the address admits it.',
      }
    : { ...base, state: 'active', secret };
}

export async function removeWebhooks(api: Api, wanted: SubscriptionWish): Promise<void> {
  const known = new Set(wanted.known.map((one) => one.id));
  const { data } = await api.get('/webhooks', webhooks);
  for (const one of data.filter(
    (candidate) => candidate.url === wanted.url || known.has(String(candidate.webhook_id)),
  )) {
    await api.write({ method: 'DELETE', path: `/webhooks/${one.webhook_id}`, schema: anything });
  }
}

/** By address, else by an id that we remember. A webhook without a board is for all of them. */
async function lookUp(api: Api, wanted: SubscriptionWish): Promise<readonly OnBoard[]> {
  const { data } = await api.get('/webhooks', webhooks);
  const boards = [...new Set(wanted.targets.flatMap((target) => target['board'] ?? []))];
  return boards.map((board) => {
    const here = data.filter((one) => (one.board_id ?? null) === null || one.board_id === Number(board));
    const known = here.filter((one) => wanted.known.some(({ id }) => id === String(one.webhook_id)));
    const webhook = here.find((one) => one.url === wanted.url) ?? known[0];
    return { board, webhook };
  });
}

function describe(board: string): string {
  return `Everything on board ${board}`;
}
