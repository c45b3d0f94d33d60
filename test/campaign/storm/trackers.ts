import { createHash } from 'node:crypto';
import type { WebhookRequest } from '../../../src/contracts/tracker.ts';
import { findTrackers } from '../../../src/trackers/index.ts';
import type { Sandbox } from '../../../src/trackers/kit/sandbox.ts';
import type { ServedSandbox } from '../../../src/trackers/kit/sandbox-server.ts';
import { serveSandbox } from '../../../src/trackers/kit/sandbox-server.ts';
import { stageTrackers } from '../../journeys/stage-trackers.ts';
import type { Client } from './client.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { openFaultProxy } from './fault-proxy.ts';
import { logIn } from '../../../demo/log-in.ts';
import { token } from './processes.ts';

/** A sandbox tracker behind a line that fails, connected to the product. */
export interface Team {
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly proxy: FaultProxy;
  /** Digests of the webhooks that the product answered with 2xx, and the event that each tells of, where the tracker numbers them. */
  readonly acknowledged: Map<string, string | null>;
  readonly hooks: { sent: number; refused: number };
  connectionId: string;
  close(): Promise<void>;
}

const hookMaxMs = 15_000;

export async function openTeams(options: {
  readonly random: () => number;
  readonly rate: number;
  readonly holdMs: number;
  /** Where the next webhook goes. */
  readonly nextUrl: () => string;
}): Promise<readonly Team[]> {
  const trackers = await findTrackers();
  return Promise.all(
    stageTrackers
      // One way in for each tracker.
      .filter((one, index) => stageTrackers.findIndex(({ id }) => id === one.id) === index)
      .map(async (one) => {
        const sandbox = one.make();
        const served = await serveSandbox(sandbox);
        const proxy = await openFaultProxy({ ...options, target: served.url });
        const { webhook } = trackers.find(({ id }) => id === one.id) ?? {};
        const eventOf = (request: WebhookRequest) => {
          const message = webhook?.read(request);
          return message?.kind === 'cards' || message?.kind === 'structure' ? message.deliveryId : null;
        };
        return open({ name: one.id, sandbox, served, proxy, eventOf }, options.nextUrl);
      }),
  );
}

function open(
  parts: {
    readonly name: string;
    readonly sandbox: Sandbox;
    readonly served: ServedSandbox;
    readonly proxy: FaultProxy;
    readonly eventOf: (request: WebhookRequest) => string | null;
  },
  nextUrl: () => string,
): Team {
  const { name, sandbox, served, proxy, eventOf } = parts;
  const acknowledged = new Map<string, string | null>();
  const hooks = { sent: 0, refused: 0 };
  sandbox.deliver = async ({ url, headers, body }) => {
    hooks.sent += 1;
    const { pathname, search } = new URL(url);
    const status = await fetch(`${nextUrl()}${pathname}${search}`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(hookMaxMs),
    }).then(
      async (answer) => {
        await answer.body?.cancel();
        return answer.status;
      },
      () => 0,
    );
    if (status >= 200 && status < 300) {
      acknowledged.set(createHash('sha256').update(body).digest('hex'), eventOf({ headers, body: Buffer.from(body) }));
    } else {
      hooks.refused += 1;
    }
    return status;
  };
  return {
    name,
    sandbox,
    proxy,
    acknowledged,
    hooks,
    connectionId: '',
    close: async () => {
      await proxy.close();
      await served.close();
    },
  };
}

/** Connected, logged in where the tracker wants it, with its example configuration for every asset. */
export async function connect(team: Team, client: Client, url: string): Promise<void> {
  const { settings, credentials } = team.sandbox.connection(team.proxy.url);
  const { id, webhookUrl } = await client.call<{ id: string; webhookUrl: string }>('POST', '/api/v1/connections', {
    tracker: team.name,
    name: `Board of ${team.name}`,
    settings,
    credentials,
  });
  team.connectionId = id;
  await logIn({ url, token }, id);
  const { target, statusMapping, fieldDefaults } = team.sandbox.example;
  await client.call('POST', `/api/v1/connections/${id}/configurations`, {
    scope: 'default',
    target,
    statusMapping,
    fieldDefaults,
    createOn: 'identified',
    boardDecisions: 'apply',
  });
  team.sandbox.addWebhook({ url: webhookUrl });
}
